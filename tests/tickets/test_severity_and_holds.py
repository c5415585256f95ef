"""An engineer verifies the severity, and says whose move it is."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from tests.cast import NORMAL, START, Cast, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.tickets.conftest import everything_about, facts_of
from tickets.models import Ticket

VENDOR = {"reason": "vendor", "owner": "AWS Support", "note": "AWS case 17", "evidence": "Case 17"}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.coordinator, impact=NORMAL)


def payload(ticket: Ticket) -> Any:
    with acting_as(worker_context()):
        return EventRecord.objects.filter(ticket_id=ticket.pk).latest("seq").payload


def test_a_changed_severity_records_who_when_and_why(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock
) -> None:
    clock.advance(minutes=5)
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/severity/",
        {"version": ticket.version, "severity": 1, "reason": "Nobody can order"},
    )
    now = fresh(ticket)
    assert (now.severity, now.proposed_severity, now.severity_verified_by, now.severity_verified_at) == (
        1,
        3,
        "Desk Engineer",
        clock.now,
    )
    with acting_as(worker_context()):
        fact = EventRecord.objects.get(ticket_id=ticket.pk, type="tickets.severity_established")
    assert fact.payload == {
        "severity": 1,
        "previous": 3,
        "reason": "Nobody can order",
        "verified": True,
        "in_review": False,
    }


def test_the_present_severity_can_be_confirmed(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/severity/",
        {"version": ticket.version, "severity": 3, "reason": "As answered"},
    )
    assert (fresh(ticket).severity, fresh(ticket).is_verified) == (3, True)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"severity": 1, "reason": ""}, "reason"),
        ({"severity": 1, "reason": "   "}, "reason"),
        ({"severity": 0, "reason": "Because"}, "severity"),
        ({"severity": 5, "reason": "Because"}, "severity"),
        ({"severity": "P1", "reason": "Because"}, "severity"),
        ({"severity": 1, "reason": "x" * 501}, "reason"),
    ],
)
def test_a_severity_without_a_reason_or_a_meaning_is_refused(
    cast: Cast, browse: Browse, ticket: Ticket, typed: dict[str, Any], field: str
) -> None:
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/severity/", typed | {"version": ticket.version}
    )
    assert answer.status_code == 422
    assert set(answer.context["failed"]["severity"].errors) == {field}
    assert everything_about(ticket) == before


def test_a_hold_says_whose_move_it_is(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/hold/",
        {
            "version": ticket.version,
            "reason": "vendor",
            "owner": "AWS Support",
            "note": "AWS case 17",
            "evidence": "Case 17",
            "review_at": "2026-03-03T14:00",
        },
    )
    now = fresh(ticket)
    assert (now.status, now.hold_reason, now.hold_note, now.held_at) == (
        "on_hold",
        "vendor",
        "AWS case 17",
        START,
    )
    assert f"{now.hold_review_at:%Y-%m-%dT%H:%MZ}" == "2026-03-03T03:00Z"  # 14:00 in Sydney
    assert facts_of(ticket)[-1] == "held"
    assert payload(ticket)["lacks_plan"] is False


def test_another_reason_replaces_the_present_one(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client, address = browse(cast.engineer), f"/desk/tickets/{ticket.key}/hold/"
    client.post(address, VENDOR | {"version": ticket.version})
    client.post(
        address,
        {
            "version": fresh(ticket).version,
            "reason": "customer_reply",
            "owner": "Ben of Acme",
            "note": "Which region?",
        },
    )
    assert (fresh(ticket).hold_reason, fresh(ticket).hold_note) == ("customer_reply", "Which region?")


def test_a_hold_of_a_restored_ticket_leaves_it_restored(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client = browse(cast.engineer)
    client.post(f"/desk/tickets/{ticket.key}/restored/", {"version": ticket.version})
    client.post(
        f"/desk/tickets/{ticket.key}/hold/",
        VENDOR | {"version": fresh(ticket).version},
    )
    assert (fresh(ticket).status, fresh(ticket).hold_reason) == ("restored", "vendor")
    client.post(f"/desk/tickets/{ticket.key}/resume/", {"version": fresh(ticket).version})
    assert (fresh(ticket).status, fresh(ticket).hold_reason) == ("restored", "")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"note": ""}, "note"),
        ({"note": "  "}, "note"),
        ({"owner": " "}, "owner"),
        ({"evidence": " "}, "evidence"),
        ({"reason": "agreed_wait", "evidence": ""}, "evidence"),
        ({"reason": "agreed_wait"}, "review_at"),
        ({"reason": "lunch"}, "reason"),
        ({"reason": ""}, "reason"),
        ({"review_at": "2026-03-03T10:00"}, "review_at"),  # now
        ({"review_at": "9999-12-31T23:59"}, "review_at"),
        ({"review_at": "tomorrow"}, "review_at"),
    ],
)
def test_a_hold_without_a_note_or_with_a_time_that_cannot_be_is_refused(
    cast: Cast, browse: Browse, ticket: Ticket, typed: dict[str, Any], field: str
) -> None:
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/hold/", VENDOR | typed | {"version": ticket.version}
    )
    assert answer.status_code == 422
    assert set(answer.context["failed"]["hold"].errors) == {field}
    assert everything_about(ticket) == before
