"""What the composer says before anything is sent, and what its page costs."""

from __future__ import annotations

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as
from tests.cast import HIGH, Cast, actor_of, context_of, file_ticket, picture
from tests.conftest import Browse, Clock
from tests.tenancy.composing import begin_writing, keep_reply
from tests.tickets.conftest import Place
from tickets import actions
from tickets.lifecycle import HoldReason, Status
from tickets.models import ModeChoice, PresenceState, Ticket


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester, impact=HIGH)


def page_of(cast: Cast, browse: Browse, ticket: Ticket) -> str:
    page: str = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content.decode()
    return " ".join(page.split())


def test_the_audience_is_on_the_buttons_and_above_the_text(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    browse(cast.acme.coordinator).post(
        f"/c/acme/tickets/{ticket.number}/follow/", {"version": ticket.version}
    )
    page = page_of(cast, browse, ticket)
    assert "Told by e-mail: Acme Requester, Acme Coordinator</span>" in page
    assert ">Send to customer</button>" in page
    assert ">Save note</button>" in page


def test_a_reply_says_which_promise_it_keeps(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    assert "Counts as the first response, due <time" in page_of(cast, browse, ticket)
    clock.advance(minutes=10)
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "We look at it"})
    page = page_of(cast, browse, ticket)
    assert "Counts as the first response" not in page
    assert ">12:10</time> update</span>" in page


def test_a_reply_keeps_no_promise_that_stands_still(cast: Cast, browse: Browse, place: Place) -> None:
    ticket = place(Status.ON_HOLD, hold=HoldReason.CUSTOMER_REPLY)
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "Which one?"})
    assert "Counts as" not in page_of(cast, browse, ticket)


def test_without_an_agreement_nothing_counts(cast: Cast, browse: Browse) -> None:
    assert "Counts as" not in page_of(cast, browse, file_ticket(cast.initech.requester))


def test_a_preview_runs_nothing(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/note/compose/",
        {"step": "preview", "body": "**b** <script>alert(1)</script> @Desk Lead"},
        headers={"Accept": "application/json"},
    )
    assert answer.json() == {
        "html": "<p><strong>b</strong> &lt;script&gt;alert(1)&lt;/script&gt; <mark>@Desk Lead</mark></p>\n"
    }


def test_without_a_script_a_preview_comes_with_the_text(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    for who, address in (
        (cast.engineer, f"/desk/tickets/{ticket.key}/reply/compose/"),
        (cast.acme.requester, f"/c/acme/tickets/{ticket.number}/reply/compose/"),
    ):
        answer = browse(who).post(address, {"step": "preview", "body": "It is *back*"})
        assert answer.status_code == 200
        assert answer.context["forms"]["reply"]["body"].value() == "It is *back*"
        assert "<p>It is <em>back</em></p>" in answer.content.decode()


def test_the_page_stays_within_its_budget(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    keep_reply(cast)
    begin_writing(cast, cast.acme, ticket)
    for number in range(10):
        with acting_as(context_of(cast.engineer)) as now:
            actions.post_reply(
                ticket=ticket,
                actor=actor_of(cast.engineer),
                at=now,
                body=f"Message {number}: we looked at the tunnel and it is up again.",
                files=[picture()],
            )
    page = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content
    assert len(gzip.compress(page, 6)) <= 18 * 1024


def test_what_is_begun_and_who_is_there_costs_no_further_query(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    def count() -> int:
        client = browse(cast.engineer)
        client.get(f"/desk/tickets/{ticket.key}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/desk/tickets/{ticket.key}/")
        return len(queries)

    before = count()
    keep_reply(cast)
    begin_writing(cast, cast.acme, ticket)
    for person in (cast.lead, cast.admin):
        with acting_as(context_of(person)) as now:
            actions.show_up(ticket=ticket, person=person, at=now, state=PresenceState.REPLYING)
    with acting_as(context_of(cast.engineer)) as now:
        actions.save_draft(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, mode=ModeChoice.REPLY, body="Half"
        )
    assert count() == before
