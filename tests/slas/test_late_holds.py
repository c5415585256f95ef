"""Leads and managers see which holds were opened shortly before a promise would have been missed."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tables import write_csv
from core.tenancy import acting_as, worker_context
from slas.late_holds import LateHold, holds_before_breaches
from tests.cast import HIGH, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket

#: A high ticket is restored within 8 hours, and told something every 2.
RESTORE = timedelta(hours=8)
PAGE = "/desk/reports/holds/?since=2026-03-01&until=2026-03-31"


def answered(cast: Cast, clock: Clock, *, until: timedelta) -> Ticket:
    """File a ticket that hears of the desk every hour, and stop the clock at an instant after filing."""
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    for hour in range(int(until.total_seconds()) // 3600 + 1):
        clock.set(START + timedelta(hours=hour))
        with acting_as(context_of(cast.engineer)) as now:
            tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="News")
    clock.set(START + until)
    return ticket


def hold(
    cast: Cast, ticket: Ticket, reason: HoldReason = HoldReason.CUSTOMER_REPLY, note: str = "Which"
) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=reason,
            owner="Acme",
            note=note,
            evidence="Case 17",
            review_at=now + timedelta(hours=1),
        )


def found(clock: Clock) -> list[LateHold]:
    with acting_as(worker_context()):
        return holds_before_breaches(since=START, until=START + timedelta(days=2), now=clock.now)


def seen(clock: Clock) -> list[tuple[str, int, str]]:
    return [(hold.objective, hold.seconds_before, hold.became) for hold in found(clock)]


@pytest.mark.parametrize(
    ("seconds", "listed"),
    [(901, []), (900, [("Restore", 900)]), (1, [("Restore", 1)])],
)
def test_a_hold_is_listed_from_15_minutes_before_the_due_instant(
    cast: Cast, clock: Clock, seconds: int, listed: list[tuple[str, int]]
) -> None:
    ticket = answered(cast, clock, until=RESTORE - timedelta(seconds=seconds))
    hold(cast, ticket)
    clock.advance(minutes=1)
    assert [entry[:2] for entry in seen(clock)] == listed


def test_a_hold_after_the_miss_is_not_listed(cast: Cast, clock: Clock) -> None:
    hold(cast, answered(cast, clock, until=RESTORE))
    clock.advance(minutes=1)
    assert seen(clock) == []


def test_a_hold_that_does_not_stop_the_clock_is_not_listed(cast: Cast, clock: Clock) -> None:
    """The update clock goes on while a vendor has the next move."""
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="News")
    clock.advance(minutes=110)
    hold(cast, ticket, HoldReason.VENDOR)
    clock.advance(minutes=1)
    assert seen(clock) == []


def test_a_hold_that_replaces_another_stops_nothing_that_ran(cast: Cast, clock: Clock) -> None:
    ticket = answered(cast, clock, until=RESTORE - timedelta(minutes=10))
    hold(cast, ticket)
    clock.advance(minutes=1)
    hold(cast, ticket, HoldReason.VENDOR)
    clock.advance(minutes=1)
    assert seen(clock) == [("Restore", 600, "Still stopped")]


def test_the_reply_in_the_instant_of_the_hold_counts_first(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    for minutes in (0, 110):
        clock.set(START + timedelta(minutes=minutes))
        with acting_as(context_of(cast.engineer)) as now:
            tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="News")
    hold(cast, ticket)  # the update that was due in ten minutes has just been given
    clock.advance(minutes=1)
    assert seen(clock) == []


def test_it_says_what_became_of_the_clock(cast: Cast, clock: Clock) -> None:
    ticket = answered(cast, clock, until=RESTORE - timedelta(minutes=5))
    hold(cast, ticket)
    clock.advance(minutes=30)
    assert seen(clock) == [("Restore", 300, "Still stopped")]
    desk = {"ticket": ticket, "actor": actor_of(cast.engineer)}
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resume(**desk, at=now)  # type: ignore[arg-type]
    clock.advance(minutes=4)
    assert seen(clock) == [("Restore", 300, "Running")]
    clock.advance(minutes=1)
    assert seen(clock) == [("Restore", 300, "Missed")]


def test_a_restoration_in_time_thanks_to_the_hold_shows_as_met(cast: Cast, clock: Clock) -> None:
    ticket = answered(cast, clock, until=RESTORE - timedelta(minutes=5))
    hold(cast, ticket)
    clock.advance(minutes=30)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    clock.advance(minutes=1)
    assert seen(clock) == [("Restore", 300, "Met")]


def rows(page: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(page.content.decode())))


def test_the_page_and_the_file_show_the_same(cast: Cast, browse: Browse, clock: Clock) -> None:
    hold(cast, answered(cast, clock, until=RESTORE - timedelta(minutes=5)), note="=1+1")
    clock.advance(minutes=1)
    client = browse(cast.manager)
    page = client.get(PAGE)
    assert [(hold.ticket.key, hold.who) for hold in page.context["holds"]] == [("ACME-1", "Desk Engineer")]
    assert page.context["to_csv"] in page.content.decode().replace("&amp;", "&")
    file = client.get(page.context["to_csv"])
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert rows(file)[1:] == [
        [
            "ACME-1",
            "Acme Freight",
            "2026-03-03T06:55:00Z",
            "Desk Engineer",
            "Waiting for the customer's reply",
            "'=1+1",
            "Restore",
            "2026-03-03T07:00:00Z",
            "300",
            "Still stopped",
        ]
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("since=2026-03-03&until=2026-03-03", 1),  # the hold is at 17:55 in Sydney
        ("since=2026-03-04&until=2026-03-31", 0),
        ("since=2026-02-01&until=2026-03-02", 0),
        ("", 1),
    ],
)
def test_the_address_says_the_period_in_whole_days_of_the_viewer(
    cast: Cast, browse: Browse, clock: Clock, query: str, count: int
) -> None:
    hold(cast, answered(cast, clock, until=RESTORE - timedelta(minutes=5)))
    clock.advance(minutes=1)
    assert len(browse(cast.lead).get(f"/desk/reports/holds/?{query}").context["holds"]) == count


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-03-04&until=2026-03-03", "until"),
        ("since=2020-01-01&until=2026-03-03", "until"),
        ("since=soon", "since"),
        ("until=", "until"),
    ],
)
def test_a_period_that_makes_no_sense_is_said_beside_its_field(
    cast: Cast, browse: Browse, query: str, field: str
) -> None:
    client = browse(cast.lead)
    page = client.get(f"/desk/reports/holds/?{query}")
    assert (page.status_code, set(page.context["form"].errors)) == (422, {field})
    assert client.get(f"/desk/reports/holds/holds.csv?{query}").status_code == 422


def test_an_engineer_does_not_read_it(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    assert client.get(PAGE).status_code == 403
    assert "Late holds" not in client.get("/desk/").content.decode()
    assert "Late holds" in browse(cast.lead).get("/desk/").content.decode()


def test_it_asks_the_same_of_one_ticket_and_of_five(cast: Cast, browse: Browse, clock: Clock) -> None:
    client = browse(cast.lead)
    counts = []
    for number in (1, 4):
        for _ in range(number):
            clock.set(START)
            hold(cast, answered(cast, clock, until=RESTORE - timedelta(minutes=5)))
        clock.advance(minutes=1)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(PAGE)
        counts.append((len(page.context["holds"]), len(queries)))
    assert [count for count, _ in counts] == [1, 5]
    assert counts[0][1] == counts[1][1]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", " =1+1"])
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(cell: str) -> None:
    [_, [written, number]] = list(csv.reader(io.StringIO(write_csv(["a", "b"], [[cell, -1]]), newline="")))
    assert (written, number) == (f"'{cell}", "-1")
