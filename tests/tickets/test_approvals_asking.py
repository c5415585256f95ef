"""The desk asks for access or an approval: the ticket waits for the customer by the same act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from slas.models import Clock
from tests.cast import CRITICAL, Cast, actor_of, file_ticket, fresh
from tests.conftest import Browse, Call
from tests.conftest import Clock as Time
from tests.tickets.approvals import TYPED, ask
from tests.tickets.conftest import WAIT, everything_about, facts_of
from tickets import actions
from tickets.lifecycle import HoldReason
from tickets.models import ApprovalRequest, Ticket

NOON = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def post(cast: Cast, browse: Browse, ticket: Ticket, **more: Any) -> Any:
    typed = TYPED | {"version": fresh(ticket).version} | more
    return browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/ask/", typed)


def requests() -> list[ApprovalRequest]:
    with acting_as(worker_context()):
        return list(ApprovalRequest.objects.with_people().order_by("pk"))


def mails() -> list[tuple[str, str]]:
    with acting_as(worker_context()):
        found = Notification.objects.filter(kind="approval").order_by("recipient_email")
        return [(one.recipient_email, one.subject) for one in found]


def test_asking_holds_the_ticket_until_somebody_answers(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    assert post(cast, browse, ticket, touches_production="on").status_code == 302
    [asked] = requests()
    assert (asked.state, asked.what, asked.owner, asked.expires_at, asked.touches_production) == (
        "asked",
        "The console of acme-prod",
        "A coordinator or lead of Acme Freight",
        NOON,
        True,
    )
    held = fresh(ticket)
    assert (held.status, held.hold_reason, held.hold_owner, held.hold_note, held.hold_review_at) == (
        "on_hold",
        "customer_access",
        "A coordinator or lead of Acme Freight",
        "The console of acme-prod",
        NOON,
    )
    assert facts_of(ticket)[-2:] == ["held", "approval_asked"]


def test_the_fact_says_what_was_asked_and_until_when(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    post(cast, browse, ticket)
    with acting_as(worker_context()):
        fact = EventRecord.objects.get(type="tickets.approval_asked")
    assert fact.payload == {
        "approval_id": requests()[0].pk,
        "kind": "access",
        "about": "The console of acme-prod",
        "owner": "A coordinator or lead of Acme Freight",
        "review_at": "2026-03-03T12:00:00+11:00",
        "production": False,
    }


def test_whoever_decides_gets_a_mail_that_leads_to_the_page(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    post(cast, browse, ticket)
    assert [to for to, _ in mails()] == ["coordinator@acme.example", "lead@acme.example"]
    with acting_as(worker_context()):
        mail = Notification.objects.get(kind="approval", recipient_email="lead@acme.example")
    assert mail.subject == "ACME-1 Access is needed: The console of acme-prod"
    assert "Answer by: Tue 3 Mar 2026, 12:00 AEDT\n" in mail.body
    assert "If you say no: We wait for tonight\n" in mail.body
    assert "Clocks: The restore clock stops until you answer.\n" in mail.body
    assert f"/c/acme/approvals/#approval-{requests()[0].pk}\n" in mail.body
    assert "approve/" not in mail.body


def test_only_the_named_person_is_mailed_and_can_read_the_ticket(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    requester = browse(cast.acme.requester)
    assert requester.get(f"/c/acme/tickets/{ticket.number}/").status_code == 404
    post(cast, browse, ticket, decider=cast.acme.requester.pk)
    assert [to for to, _ in mails()] == ["requester@acme.example"]
    assert fresh(ticket).hold_owner == "Acme Requester"
    assert requester.get(f"/c/acme/tickets/{ticket.number}/").status_code == 200


def test_the_restore_clock_stands_still(cast: Cast, browse: Browse, ticket: Ticket, clock: Time) -> None:
    clock.advance(minutes=30)
    post(cast, browse, ticket)
    with acting_as(worker_context()):
        restore = Clock.objects.get(ticket=ticket, metric="restore")
    assert (restore.state, restore.consumed_seconds) == ("paused", 30 * 60)


def test_the_clocks_that_would_stop_are_named(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(worker_context()) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are on it")
    assert ask(cast, ticket).clock_effect == "The update and restore clocks stop until you answer."


def test_without_an_agreement_no_clock_stops(cast: Cast) -> None:
    ticket = file_ticket(cast.initech.coordinator)
    assert ask(cast, ticket).clock_effect == "No clock stops while we wait for your answer."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"what": " "}, "Say what you ask for."),
        ({"risk": ""}, "Say what could go wrong, or that nothing can."),
        ({"effect_of_no": ""}, "Say what happens if they say no."),
        ({"expires_at": ""}, "Enter a day and a time."),
        ({"expires_at": "2026-03-03T10:00"}, "Choose a time that is still to come."),
        ({"expires_at": "2028-03-03T10:00"}, "Choose a time within a year."),
        ({"kind": "money"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_is_asked(
    cast: Cast, browse: Browse, ticket: Ticket, typed: dict[str, str], said: str
) -> None:
    before = everything_about(ticket)
    answer = post(cast, browse, ticket, **typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert ("The console of acme-prod" in answer.content.decode()) is ("what" not in typed)
    assert everything_about(ticket) == before
    assert (requests(), mails()) == ([], [])


def test_somebody_of_another_customer_cannot_be_named(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before = everything_about(ticket)
    assert post(cast, browse, ticket, decider=cast.globex.lead.pk).status_code == 422
    assert everything_about(ticket) == before
    assert requests() == []


def test_one_request_waits_at_a_time(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    ask(cast, ticket, what="The console")
    before = everything_about(ticket)
    answer = post(cast, browse, ticket)
    assert answer.status_code == 422
    assert "was asked already: The console. Withdraw that first." in answer.content.decode()
    assert everything_about(ticket) == before
    assert len(requests()) == 1


def test_a_stale_page_asks_nothing(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    answer = post(cast, browse, ticket, version=fresh(ticket).version - 1)
    assert answer.status_code == 409
    assert requests() == []


def test_it_replaces_another_hold(cast: Cast, ticket: Ticket) -> None:
    with acting_as(worker_context()) as now:
        actions.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.VENDOR,
            **WAIT,
            review_at=now + timedelta(days=1),
        )
    ask(cast, ticket)
    assert fresh(ticket).hold_reason == "customer_access"


def test_level_1s_ticket_is_not_the_desks_to_ask_about(cast: Cast, browse: Browse, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester, to_desk=False)
    assert post(cast, browse, ticket).status_code == 422
    asked = TYPED | {"decider": None, "expires_at": NOON, "touches_production": False}
    answer = call(cast.engineer).post("/api/v1/c/acme/tickets/1/ask/", asked)
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "The ticket is with the customer's Level 1, not with the desk.",
    )
    assert requests() == []


def test_the_api_asks_the_same(cast: Cast, call: Call, ticket: Ticket) -> None:
    asked = {
        "version": ticket.version,
        "kind": "approval",
        "what": "A restart at noon",
        "decider": "lead@acme.example",
        "expires_at": "2026-03-03T12:00:00+11:00",
        "risk": "None",
        "effect_of_no": "We wait",
        "touches_production": True,
    }
    answer = call(cast.engineer).post("/api/v1/c/acme/tickets/1/ask/", asked)
    assert (answer.status_code, answer.json()["hold_reason"]) == (200, "customer_access")
    [made] = requests()
    assert (made.kind, made.owner, made.expires_at) == ("approval", "Acme Lead", NOON)


def test_a_member_cannot_ask(cast: Cast, call: Call, ticket: Ticket) -> None:
    answer = call(cast.acme.lead).post("/api/v1/c/acme/tickets/1/ask/", {})
    assert (answer.status_code, answer.json()["detail"]) == (403, "Only the Trusst desk does this.")
    assert requests() == []
