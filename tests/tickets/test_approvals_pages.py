"""Where requests for access or approval are seen, and what the desk does while it waits."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, Member
from notifications.models import Notification
from tests.cast import Cast, actor_of, file_ticket, fresh
from tests.conftest import Browse, Call
from tests.conftest import Clock as Time
from tests.tickets.approvals import again, ask, columns
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.models import Ticket


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


# --- The customer -------------------------------------------------------------------------------------
def test_the_page_shows_all_that_was_asked(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(cast, ticket, touches_production=True)
    page = text(browse(cast.acme.lead), "/c/acme/approvals/")
    for said in (
        "Access: The console of acme-prod",
        "12:00 AEDT",
        "A coordinator or lead of Acme Freight",
        "Acme Coordinator, Acme Lead",
        "The database restarts",
        "We wait for tonight",
        "<b>Is touched</b>",
        "The restore clock stops until you answer.",
        "Desk Engineer",
    ):
        assert said in page


@pytest.mark.parametrize(("who", "waits"), [("requester", False), ("coordinator", True), ("lead", True)])
def test_the_count_in_the_bar_is_of_what_the_member_decides(
    cast: Cast, browse: Browse, ticket: Ticket, who: str, waits: bool
) -> None:
    ask(cast, ticket)
    client = browse(getattr(cast.acme, who))
    for url in ("/c/acme/approvals/", "/c/acme/", "/c/acme/people/"):
        assert (">Approvals (1)</a>" in text(client, url)) is waits, url


def test_a_request_waits_for_you_once(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(cast, ticket)
    lead = text(browse(cast.acme.lead), "/c/acme/")
    assert lead.count("/c/acme/approvals/#approval-") == 1
    assert "Clock stopped since" not in lead
    requester = text(browse(cast.acme.requester), "/c/acme/")
    assert "/c/acme/approvals/#approval-" not in requester
    assert "Clock stopped since" in requester


def test_those_who_do_not_decide_see_who_does_and_no_button(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    approval = ask(cast, ticket, decider=cast.acme.coordinator)
    for url in ("/c/acme/approvals/", "/c/acme/tickets/1/"):
        page = text(browse(cast.acme.requester), url)
        assert "Acme Coordinator, Acme Lead" in page
        assert f"/c/acme/approvals/{approval.pk}/" not in page


def test_both_sides_see_it_on_the_ticket(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    approval = ask(cast, ticket)
    assert f"/c/acme/approvals/{approval.pk}/approve/" in text(
        browse(cast.acme.coordinator), "/c/acme/tickets/1/"
    )
    desk = text(browse(cast.engineer), "/desk/tickets/ACME-1/")
    assert f"/desk/approvals/{approval.pk}/withdraw/" in desk
    assert f"/desk/approvals/{approval.pk}/remind/" in desk


def test_how_it_ended_stays_on_the_page(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    approval = ask(cast, ticket)
    client = browse(cast.acme.lead)
    client.post(f"/c/acme/approvals/{approval.pk}/decline/", {"reason": "Not this week"})
    page = text(client, "/c/acme/approvals/")
    assert "Nothing waits for an answer." in page
    assert "Not this week" in page
    assert "Declined" in page


def test_a_page_that_is_not_there_is_answered_to_a_member(cast: Cast, browse: Browse) -> None:
    assert browse(cast.acme.lead).get("/c/acme/tickets/99/").status_code == 404


# --- The desk -----------------------------------------------------------------------------------------
def test_the_desk_sees_the_oldest_first_of_every_customer(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Time
) -> None:
    ask(cast, ticket, hours=9)
    clock.advance(minutes=1)
    ask(cast, file_ticket(cast.globex.requester), what="The Globex console", hours=3)
    page = text(browse(cast.engineer), "/desk/approvals/")
    assert 0 < page.index("The console of acme-prod") < page.index("The Globex console")
    assert 'Approvals <span class="push" id="n-approvals">2</span>' in page
    clock.advance(hours=3)
    assert "The Globex console" not in text(browse(cast.engineer), "/desk/approvals/")


def test_the_rail_leads_there_with_g_a(cast: Cast, browse: Browse) -> None:
    assert '<a href="/desk/approvals/" data-key="g a"' in text(browse(cast.engineer), "/desk/")


def test_withdrawing_ends_the_hold_and_says_that_no_answer_is_needed(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    approval = ask(cast, ticket)
    done = browse(cast.engineer).post(
        f"/desk/approvals/{approval.pk}/withdraw/", {"reason": "We found another way", "back": "list"}
    )
    assert (done.status_code, done["Location"]) == (302, "/desk/approvals/")
    ended = again(approval)
    assert (ended.state, ended.ended_by, ended.reason) == (
        "withdrawn",
        "Desk Engineer",
        "We found another way",
    )
    assert (fresh(ticket).status, fresh(ticket).hold_reason) == ("in_progress", "")
    assert facts_of(ticket)[-2:] == ["approval_withdrawn", "resumed"]
    with acting_as(worker_context()):
        mail = Notification.objects.get(
            kind="approval", dedupe_key__startswith="approval-ended", recipient_name="Acme Lead"
        )
    assert "Desk Engineer withdrew this. You need not answer:" in mail.body
    assert "Answer by" not in mail.body


def test_they_are_reminded_once_a_day(cast: Cast, browse: Browse, ticket: Ticket, clock: Time) -> None:
    approval = ask(cast, ticket, hours=100)
    desk = browse(cast.engineer)
    url = f"/desk/approvals/{approval.pk}/remind/"
    assert desk.post(url, {"back": "ticket"})["Location"] == "/desk/tickets/ACME-1/"
    clock.advance(hours=23, minutes=59)
    before = (columns(approval), everything_about(ticket))
    again_at_once = desk.post(url)
    assert again_at_once.status_code == 422
    assert "They were reminded less than a day ago." in again_at_once.content.decode()
    assert (columns(approval), everything_about(ticket)) == before
    clock.advance(minutes=1)
    assert desk.post(url).status_code == 302
    with acting_as(worker_context()):
        reminders = Notification.objects.filter(subject__contains="Reminder").values_list(
            "recipient_email", flat=True
        )
        assert sorted(reminders) == ["coordinator@acme.example"] * 2 + ["lead@acme.example"] * 2
    assert fresh(ticket).hold_reason == "customer_access"


@pytest.mark.parametrize("verb", ["withdraw", "remind"])
def test_what_has_ended_is_neither_withdrawn_nor_reminded_of(
    cast: Cast, browse: Browse, ticket: Ticket, verb: str
) -> None:
    approval = ask(cast, ticket)
    browse(cast.acme.lead).post(f"/c/acme/approvals/{approval.pk}/approve/")
    before = (columns(approval), everything_about(ticket))
    done = browse(cast.engineer).post(f"/desk/approvals/{approval.pk}/{verb}/")
    assert done.status_code == 409
    assert "Acme Lead approved this already." in done.content.decode()
    assert (columns(approval), everything_about(ticket)) == before


@pytest.mark.parametrize("verb", ["withdraw", "remind"])
def test_a_member_does_neither(cast: Cast, browse: Browse, call: Call, ticket: Ticket, verb: str) -> None:
    approval = ask(cast, ticket)
    before = (columns(approval), everything_about(ticket))
    assert browse(cast.acme.lead).post(f"/desk/approvals/{approval.pk}/{verb}/").status_code == 403
    done = call(cast.acme.lead).post(f"/api/v1/c/acme/approvals/{approval.pk}/{verb}/", {})
    assert (done.status_code, done.json()["detail"]) == (403, "Only the Trusst desk does this.")
    assert (columns(approval), everything_about(ticket)) == before


def test_the_api_withdraws_and_reminds(cast: Cast, call: Call, ticket: Ticket, clock: Time) -> None:
    approval = ask(cast, ticket)
    desk = call(cast.engineer)
    reminded = desk.post(f"/api/v1/c/acme/approvals/{approval.pk}/remind/", {})
    assert reminded.json()["reminded_at"] == "2026-03-02T23:00:00Z"
    withdrawn = desk.post(f"/api/v1/c/acme/approvals/{approval.pk}/withdraw/", {"reason": "No longer"})
    assert (withdrawn.json()["state"], withdrawn.json()["reason"]) == ("withdrawn", "No longer")


# --- The API's list, and how much the lists ask ---------------------------------------------------------
def test_the_api_lists_what_the_caller_may_read(cast: Cast, call: Call, ticket: Ticket) -> None:
    ask(cast, ticket)
    ask(cast, file_ticket(cast.acme.coordinator), what="The other console")
    ask(cast, file_ticket(cast.globex.requester), what="The Globex console")

    def listed(person: Member | DeskPerson) -> list[tuple[str, bool]]:
        answer = call(person).get("/api/v1/c/acme/approvals/")
        return [(one["what"], one["can_answer"]) for one in answer.json()["results"]]

    assert listed(cast.acme.lead) == [("The other console", True), ("The console of acme-prod", True)]
    assert listed(cast.acme.requester) == [("The console of acme-prod", False)]
    assert listed(cast.engineer) == [("The other console", False), ("The console of acme-prod", False)]


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("lead", "/c/acme/approvals/"),
        ("lead", "/c/acme/"),
        ("lead", "/api/v1/c/acme/approvals/"),
        ("engineer", "/desk/approvals/"),
    ],
)
def test_a_list_asks_the_same_of_one_request_and_of_ten(
    cast: Cast, browse: Browse, who: str, url: str
) -> None:
    def make(number: int) -> None:
        for _ in range(number):
            ask(cast, file_ticket(cast.acme.requester))
            ended = ask(cast, file_ticket(cast.acme.requester))
            with acting_as(worker_context()) as now:
                actions.withdraw_approval(
                    approval=ended, actor=actor_of(cast.engineer), at=now, reason="We found another way"
                )

    client = browse(cast.acme.lead if who == "lead" else cast.engineer)
    make(1)
    with_one = count(client, url)
    make(9)
    assert count(client, url) == with_one


def count(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
