"""A reply to a conversation that went on meanwhile waits until its writer has read what came."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, file_ticket
from tests.conftest import Browse, Call, Clock
from tests.tickets.conftest import everything_about
from tickets.models import Ticket


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def seen_by(browse: Browse, cast: Cast, ticket: Ticket) -> int:
    """Return the last message on the page that the engineer has open."""
    page = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/")
    value: int = page.context["forms"]["reply"]["seen"].value()
    return value


def reply(browse: Browse, who: Any, ticket: Ticket, **typed: Any) -> Any:
    return browse(who).post(f"/desk/tickets/{ticket.key}/reply/", typed)


def test_a_colleagues_reply_stops_it_and_the_text_stays(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    seen = seen_by(browse, cast, ticket)
    reply(browse, cast.lead, ticket, body="I look at it")
    clock.advance(seconds=20)
    before = everything_about(ticket)
    answer = reply(browse, cast.engineer, ticket, body="We look at it", seen=seen)
    assert answer.status_code == 409
    assert everything_about(ticket) == before
    form = answer.context["failed"]["reply"]
    assert form["body"].value() == "We look at it"
    page = answer.content.decode()
    assert "Desk Lead sent a reply 20 s ago. Read it, then send anyway or edit yours." in page
    assert "<blockquote><p>I look at it</p></blockquote>" in page
    assert "Send anyway" in page
    assert "This ticket changed while you were editing" not in page


def test_it_is_sent_anyway_when_its_writer_says_so(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    seen = seen_by(browse, cast, ticket)
    reply(browse, cast.lead, ticket, body="I look at it")
    form = reply(browse, cast.engineer, ticket, body="Me too", seen=seen).context["failed"]["reply"]
    assert reply(browse, cast.engineer, ticket, body="Me too", seen=form["seen"].value()).status_code == 302
    with acting_as(worker_context()):
        assert list(ticket.messages.values_list("body", flat=True))[1:] == ["I look at it", "Me too"]


def test_a_third_message_stops_it_again(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    seen = seen_by(browse, cast, ticket)
    reply(browse, cast.lead, ticket, body="I look at it")
    form = reply(browse, cast.engineer, ticket, body="Me too", seen=seen).context["failed"]["reply"]
    reply(browse, cast.manager, ticket, body="And I")
    answer = reply(browse, cast.engineer, ticket, body="Me too", seen=form["seen"].value())
    assert answer.status_code == 409
    assert answer.context["failed"]["reply"].overtaken_by.body == "And I"


def test_the_customers_answer_stops_it_too(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    seen = seen_by(browse, cast, ticket)
    browse(cast.acme.requester).post(f"/c/acme/tickets/{ticket.number}/reply/", {"body": "It works again"})
    answer = reply(browse, cast.engineer, ticket, body="Which branch?", seen=seen)
    assert answer.status_code == 409
    assert answer.context["failed"]["reply"].overtaken_by.author_name == "Acme Requester"


@pytest.mark.parametrize("what", ["one's own reply", "a note"])
def test_what_says_nothing_new_to_the_customer_does_not_stop_it(
    cast: Cast, browse: Browse, ticket: Ticket, what: str
) -> None:
    seen = seen_by(browse, cast, ticket)
    if what == "a note":
        browse(cast.lead).post(f"/desk/tickets/{ticket.key}/note/", {"body": "Between us"})
    else:
        reply(browse, cast.engineer, ticket, body="One more thing", seen=seen)
    assert reply(browse, cast.engineer, ticket, body="And so on", seen=seen).status_code == 302


def test_the_api_refuses_it_with_409_where_the_caller_says_what_it_has_read(
    cast: Cast, browse: Browse, call: Call, ticket: Ticket
) -> None:
    seen = seen_by(browse, cast, ticket)
    reply(browse, cast.lead, ticket, body="I look at it")
    before = everything_about(ticket)
    address = f"/api/v1/c/acme/tickets/{ticket.number}/messages/"
    answer = call(cast.engineer).post(address, {"body": "Me too", "seen": seen}, format="json")
    assert answer.status_code == 409
    assert (
        answer.json()["detail"] == "Desk Lead sent a reply 0 s ago. Read it, then send anyway or edit yours."
    )
    assert everything_about(ticket) == before
    last = call(cast.engineer).get(address).json()[-1]["id"]
    assert (
        call(cast.engineer).post(address, {"body": "Me too", "seen": last}, format="json").status_code == 201
    )
