"""What is promised for a ticket: nothing without an agreement, exactly the seeded targets with one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from slas.models import Clock, PolicyVersion
from tests.cast import CRITICAL, HIGH, LOW, NORMAL, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse
from tests.conftest import Clock as PortalClock
from tests.slas.checks import assert_cache_is_true
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.severity import Impact

MIN, HOUR, DAY = 60, 3600, 8 * 3600


def clocks(ticket: Ticket) -> dict[str, Clock]:
    """Return the newest cycle of each metric."""
    with acting_as(worker_context()):
        rows = Clock.objects.filter(customer_id=ticket.customer_id, ticket=ticket).order_by("cycle")
        return {row.metric: row for row in rows}


def reply(cast: Cast, ticket: Ticket, body: str = "We are on it.") -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body=body)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("impact", "targets", "respond_due", "restore_due"),
    [
        (
            CRITICAL,
            {"respond": 30 * MIN, "update": HOUR, "restore": 4 * HOUR},
            "2026-03-02T23:30:00",
            "2026-03-03T03:00:00",
        ),
        (
            HIGH,
            {"respond": HOUR, "update": 2 * HOUR, "restore": 8 * HOUR},
            "2026-03-03T00:00:00",
            "2026-03-03T07:00:00",
        ),
        (  # 09:00 to 17:00 in Sydney: reported Tuesday 10:00, restored by Friday 10:00
            NORMAL,
            {"respond": 4 * HOUR, "update": DAY, "restore": 3 * DAY},
            "2026-03-03T03:00:00",
            "2026-03-05T23:00:00",
        ),
        (LOW, {"respond": DAY, "update": 5 * DAY}, "2026-03-03T23:00:00", None),
    ],
    ids=["P1", "P2", "P3", "P4"],
)
def test_the_seeded_targets_are_those_of_the_service(
    cast: Cast, impact: Impact, targets: dict[str, int], respond_due: str, restore_due: str | None
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=impact)
    at_first = clocks(ticket)
    assert set(at_first) == set(targets) - {"update"}  # no update is owed before the first response
    assert at_first["respond"].due_at == utc(respond_due)
    if restore_due is not None:
        assert at_first["restore"].due_at == utc(restore_due)
    reply(cast, ticket)
    found = clocks(ticket)
    assert {metric: row.target_seconds for metric, row in found.items()} == targets
    assert {row.started_at for row in found.values()} == {START}
    assert_cache_is_true(ticket)


def test_updates_are_owed_from_each_reply_on(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    for cycle, minutes in ((1, 10), (2, 70)):
        clock.set(START + timedelta(minutes=minutes))
        reply(cast, ticket)
        update = clocks(ticket)["update"]
        assert (update.cycle, update.due_at) == (cycle, clock.now + timedelta(hours=2))


@pytest.mark.django_db
def test_the_goal_and_the_reopening_window_are_seeded() -> None:
    with acting_as(worker_context()):
        policy = PolicyVersion.objects.get(name="Managed service", version=1)
    assert policy.goal_percent == 95
    assert policy.document["reopen_window"] == {"calendar": "business", "seconds": 5 * DAY}
    assert {objective["at_risk_percent"] for objective in policy.document["objectives"]} == {75}
    assert not [one for one in policy.document["objectives"] if one["metric"] == "resolve"]


def test_the_clocks_of_business_hours_read_the_customers_holidays(cast: Cast, clock: PortalClock) -> None:
    clock.set(utc("2026-01-22T23:00:00"))  # Friday before the long weekend of Australia Day, 10:00 in Sydney
    ticket = file_ticket(cast.acme.requester, impact=LOW)
    assert clocks(ticket)["respond"].due_at == utc("2026-01-26T23:00:00")  # Tuesday 10:00


# --- Without an agreement ----------------------------------------------------------------------------
@pytest.mark.parametrize("impact", [CRITICAL, HIGH, NORMAL, LOW], ids=["P1", "P2", "P3", "P4"])
def test_without_an_agreement_nothing_is_measured(cast: Cast, clock: PortalClock, impact: Impact) -> None:
    ticket = file_ticket(cast.initech.requester, impact=impact)
    reply(cast, ticket)
    clock.advance(days=30)
    assert clocks(ticket) == {}
    ticket = fresh(ticket)
    assert (ticket.has_cover, ticket.clock_state, ticket.next_due_at) == (False, "", None)
    assert_cache_is_true(ticket)
    with acting_as(worker_context()):
        assert not EventRecord.objects.filter(ticket_id=ticket.pk, type__startswith="slas.").exists()


def test_without_an_agreement_both_pages_say_best_effort(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.initech.requester, impact=HIGH)
    theirs = browse(cast.initech.requester).get(f"/c/initech/tickets/{ticket.number}/").content.decode()
    ours = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content.decode()
    assert "best effort" in theirs.lower()
    assert "best effort" in ours.lower()


def test_with_an_agreement_no_page_says_best_effort(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "best effort" not in page.lower()
    assert fresh(ticket).has_cover


# --- Where clocks start ------------------------------------------------------------------------------
def test_a_ticket_at_level_1_has_no_clock_until_it_is_passed_on(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL, to_desk=False)
    assert clocks(ticket) == {}
    assert fresh(ticket).has_cover is False
    passed_at = clock.advance(minutes=30)
    with acting_as(context_of(cast.acme.coordinator)) as now:
        tickets.pass_to_desk(ticket=ticket, actor=actor_of(cast.acme.coordinator), at=now)
    found = clocks(ticket)
    assert {row.started_at for row in found.values()} == {passed_at}
    assert found["respond"].due_at == passed_at + timedelta(hours=4)


def test_a_critical_ticket_goes_straight_to_the_desk(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL, to_desk=False)
    assert ticket.is_with_desk
    assert clocks(ticket)["respond"].started_at == START


def test_a_returned_ticket_has_no_open_clock_and_new_ones_when_it_comes_back(
    cast: Cast, clock: PortalClock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(minutes=10)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.return_to_customer(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, reason="Not checked."
        )
    assert {(row.state, row.outcome) for row in clocks(ticket).values()} == {("stopped", "cancelled")}
    assert (fresh(ticket).clock_state, fresh(ticket).next_due_at) == ("none", None)
    back_at = clock.advance(minutes=10)
    with acting_as(context_of(cast.acme.coordinator)) as now:
        tickets.pass_to_desk(ticket=ticket, actor=actor_of(cast.acme.coordinator), at=now)
    respond = clocks(ticket)["respond"]
    assert (respond.cycle, respond.started_at, respond.outcome) == (2, back_at, "pending")
    assert_cache_is_true(ticket)


def test_the_ticket_shows_what_falls_due_next(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    shown = fresh(ticket)
    assert (shown.next_objective, shown.next_due_at, shown.clock_state) == (
        "respond",
        START + timedelta(hours=1),
        "running",
    )
    clock.advance(minutes=50)
    reply(cast, ticket)
    shown = fresh(ticket)
    assert (shown.next_objective, shown.next_due_at) == ("update", START + timedelta(hours=2, minutes=50))
