"""Service comes back, the ticket is resolved, and closes by itself unless somebody objects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customers.models import DeskPerson, DeskRole
from tests.cast import START, Cast, House, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.factories import passing
from tests.tickets.conftest import Place, everything_about, facts_of
from tickets.lifecycle import Status
from tickets.models import ResolutionCode, Ticket
from tickets.tasks import close_due_tickets


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.coordinator)


def restore(browse: Browse, person: DeskPerson, ticket: Ticket, at: str = "") -> Any:
    return browse(person).post(
        f"/desk/tickets/{ticket.key}/restored/",
        {"version": fresh(ticket).version, "restored_at": at},
    )


def test_service_is_back_now_unless_said_otherwise(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock
) -> None:
    clock.advance(hours=1)
    restore(browse, cast.engineer, ticket)
    assert (fresh(ticket).status, fresh(ticket).restored_at) == (Status.RESTORED, clock.now)


@pytest.mark.parametrize("role", DeskRole)
def test_service_may_be_said_to_have_come_back_earlier(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock, role: str
) -> None:
    clock.advance(hours=2)
    restore(browse, cast.desk[role], ticket, "2026-03-03T11:00")
    assert fresh(ticket).restored_at == START + timedelta(hours=1)


@pytest.mark.parametrize(
    ("role", "at", "message"),
    [
        ("engineer", "2026-03-03T12:01", "This time is in the future."),
        ("lead", "2026-03-03T09:59", "This is before the ticket reached the desk."),
        ("lead", "0001-01-01T00:00", "This is before the ticket reached the desk."),
        ("lead", "yesterday", "Enter a day and a time, for example 2026-11-24 14:05."),
    ],
)
def test_a_time_that_may_not_be_said_is_refused_beside_its_field(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock, role: str, at: str, message: str
) -> None:
    clock.advance(hours=2)  # 12:00 in Sydney
    before = everything_about(ticket)
    answer = restore(browse, cast.desk[role], ticket, at)
    assert answer.status_code == 422
    assert answer.context["failed"]["restored"].errors == {"restored_at": [message]}
    assert everything_about(ticket) == before


#: How the desk alone cannot say that a ticket ended: Level 1 does, a merge does by itself, and the customer confirms.
NOT_THE_DESKS = (ResolutionCode.LEVEL_1, ResolutionCode.MERGED, ResolutionCode.CONFIRMED)


@pytest.mark.parametrize("code", [code for code in ResolutionCode if code not in NOT_THE_DESKS])
def test_the_desk_says_how_it_ended(cast: Cast, browse: Browse, ticket: Ticket, code: str) -> None:
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/resolve/", {"version": ticket.version, "code": code}
    )
    now = fresh(ticket)
    assert (now.status, now.resolution_code, now.resolved_at) == (Status.RESOLVED, code, START)


@pytest.mark.parametrize("code", ["", "level_1", "confirmed", "whatever"])
def test_a_code_that_is_not_the_desks_is_refused(
    cast: Cast, browse: Browse, ticket: Ticket, code: str
) -> None:
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/resolve/", {"version": ticket.version, "code": code}
    )
    assert answer.status_code == 422
    assert everything_about(ticket) == before


def test_a_hold_ends_with_the_resolution(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client = browse(cast.engineer)
    client.post(
        f"/desk/tickets/{ticket.key}/hold/",
        {"version": ticket.version, "reason": "vendor", "owner": "AWS", "note": "Case", "evidence": "17"},
    )
    client.post(
        f"/desk/tickets/{ticket.key}/resolve/", {"version": fresh(ticket).version, "code": "no_fault"}
    )
    assert (fresh(ticket).hold_reason, fresh(ticket).hold_note, fresh(ticket).held_at) == ("", "", None)


@pytest.mark.parametrize("house", ["acme", "initech"])
def test_a_resolved_ticket_closes_one_second_after_five_business_days(
    cast: Cast, browse: Browse, clock: Clock, house: str
) -> None:
    """Thursday 5 March 2026, 16:00 in Sydney, across a weekend: Thursday the 12th, 16:00; the same without an agreement."""
    home: House = getattr(cast, house)
    clock.set(datetime(2026, 3, 5, 4, 0, tzinfo=UTC))
    ticket = file_ticket(home.coordinator)
    clock.set(datetime(2026, 3, 5, 5, 0, tzinfo=UTC))  # in time: a miss would have to be explained first
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "It is fixed"})
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/resolve/", {"version": fresh(ticket).version, "code": "fixed"}
    )
    closes_at = datetime(2026, 3, 12, 5, 0, 1, tzinfo=UTC)
    assert fresh(ticket).closes_at == closes_at
    clock.set(closes_at - timedelta(seconds=1))
    assert close_due_tickets() == 0
    assert fresh(ticket).status == Status.RESOLVED
    clock.set(closes_at)
    assert close_due_tickets() == 1
    now = fresh(ticket)
    assert (now.status, now.closed_at, now.closes_at) == (Status.CLOSED, closes_at, None)
    assert facts_of(ticket)[-1] == "closed"
    assert close_due_tickets() == 0


def test_a_reply_at_the_last_second_keeps_it_open(
    cast: Cast, browse: Browse, place: Place, clock: Clock
) -> None:
    ticket = place(Status.RESOLVED)
    assert ticket.closes_at is not None
    clock.set(ticket.closes_at - timedelta(seconds=1))
    browse(cast.acme.requester).post(f"/c/acme/tickets/{ticket.number}/reply/", {"body": "Still broken"})
    clock.advance(days=30)
    assert close_due_tickets() == 0
    assert fresh(ticket).status == Status.IN_PROGRESS


def test_the_customer_confirms_and_the_ticket_is_closed_for_good(
    cast: Cast, browse: Browse, place: Place
) -> None:
    ticket = place(Status.RESOLVED)
    client, page = browse(cast.acme.requester), f"/c/acme/tickets/{ticket.number}/"
    client.post(f"{page}confirm/", {"version": ticket.version})
    assert fresh(ticket).status == Status.CLOSED
    before = everything_about(ticket)
    assert client.post(f"{page}reply/", {"body": "Thanks"}).status_code == 422
    assert everything_about(ticket) == before


def test_the_desk_returns_a_ticket_to_level_1(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client = browse(cast.engineer)
    client.post(f"/desk/tickets/{ticket.key}/take/", {"version": ticket.version})
    client.post(
        f"/desk/tickets/{ticket.key}/return/",
        {"version": fresh(ticket).version, "reason": "Restart the printer first"},
    )
    now = fresh(ticket)
    assert (now.level, now.status, now.assignee) == (1, Status.IN_PROGRESS, None)
    assert facts_of(ticket)[-1] == "returned"
    assert [one.key for one in client.get("/desk/").context["page"]] == []


def test_a_return_needs_a_reason(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/return/", {"version": ticket.version, "reason": " "}
    )
    assert answer.status_code == 422
    assert set(answer.context["failed"]["return"].errors) == {"reason"}
    assert everything_about(ticket) == before


def test_level_1_passes_it_on_again(cast: Cast, browse: Browse, place: Place, clock: Clock) -> None:
    ticket = place(Status.IN_PROGRESS, level=1)
    clock.advance(hours=1)
    page = f"/c/acme/tickets/{ticket.number}/"
    browse(cast.acme.coordinator).post(f"{page}pass/", passing(ticket))
    now = fresh(ticket)
    assert (now.level, now.status, now.reached_desk_at) == (2, Status.NEW, clock.now)


def test_level_1_solves_what_is_still_theirs(cast: Cast, browse: Browse, place: Place) -> None:
    ticket = place(Status.IN_PROGRESS, level=1)
    page = f"/c/acme/tickets/{ticket.number}/"
    browse(cast.acme.coordinator).post(f"{page}solve/", {"version": ticket.version})
    assert (fresh(ticket).status, fresh(ticket).resolution_code) == (Status.RESOLVED, "level_1")
