"""Figures are what the tickets' facts say: each rule on a ticket small enough to compute by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.reviews.figures import (
    Period,
    attainment_of,
    differences,
    figures_of,
    read,
    read_one,
    rows_of,
    turn_at,
    working_day,
)
from reports.reviews.words import EXCLUSIONS, METRICS, PARTIES, PAUSES
from slas.calendar import Calendar
from slas.events import METRIC_NAMES
from slas.ledger import Party
from slas.models import ExclusionReason
from tests.reports.reviews.months import AS_OF, BUSINESS, GOALS, SINCE, UNTIL, document, many, ticket
from tickets.models import HoldChoice

PERIOD = Period(since=SINCE, until=UNTIL, as_of=AS_OF)
SECOND = timedelta(seconds=1)


def outcomes(document: object, period: Period = PERIOD) -> dict[str, str]:
    return {row.metric: row.outcome for row in rows_of([read_one("ACME-1", document)], period)}


def test_a_clock_belongs_to_the_month_in_which_its_verdict_fell() -> None:
    # Answered ten minutes after it was opened: in the last second of the month, and in the first of the next.
    assert outcomes(ticket(UNTIL - timedelta(minutes=10) - SECOND)) == {"respond": "met"}
    assert outcomes(ticket(UNTIL - timedelta(minutes=10))) == {}
    assert outcomes(ticket(SINCE - timedelta(minutes=10), restored=40, resolved=50)) == {
        "respond": "met",
        "restore": "met",
    }
    assert outcomes(ticket(SINCE - timedelta(minutes=10) - SECOND, restored=40, resolved=50)) == {
        "restore": "met"
    }


def test_a_miss_belongs_to_its_breach_and_not_to_the_late_answer() -> None:
    late = ticket(UNTIL - timedelta(minutes=70), answered=90, restored=100, resolved=110)
    assert outcomes(late) == {"respond": "missed"}
    [row] = rows_of([read_one("ACME-1", late)], PERIOD)
    assert (row.breached_at, row.decided_at) == (UNTIL - timedelta(minutes=10),) * 2
    assert row.consumed_seconds == 90 * 60
    assert row.target_seconds == 3600


def test_what_has_no_verdict_is_in_no_month() -> None:
    assert outcomes(ticket(AS_OF - timedelta(minutes=5), answered=None, restored=None, resolved=None)) == {}


def test_waived_and_excluded_are_counted_as_they_are() -> None:
    opened_at = SINCE + timedelta(days=3)
    forgiven = ticket(opened_at, answered=90, more=((200, "waived", {"metric": "respond", "cycle": 1}),))
    left_out = ticket(opened_at, more=((20, "excluded", {"reason": "customer_network"}),))
    rows = rows_of([read_one("ACME-1", forgiven), read_one("ACME-2", left_out)], PERIOD)
    lines = {(line["metric"], line["severity"]): line for line in attainment_of(rows, GOALS)}
    whole = lines["respond", ""]
    assert [whole[name] for name in ("met", "missed", "waived", "judged", "percent", "verdict")] == [
        1,
        1,
        1,
        2,
        50.0,
        "too_few",
    ]
    restored = lines["restore", "P2"]
    assert [restored[name] for name in ("met", "excluded", "percent", "percent_with_excluded")] == [
        1,
        1,
        100.0,
        50.0,
    ]
    assert restored["goal"] == 95


def test_pauses_are_added_up_by_reason() -> None:
    held = ticket(
        SINCE + timedelta(days=3),
        more=(
            (15, "held", {"reason": "vendor"}),
            (25, "held", {"reason": "customer_access"}),
            (45, "resumed", {}),
        ),
    )
    figures = figures_of([read_one("ACME-1", held)], PERIOD, GOALS)
    # The update goes on while a vendor has the ticket, and there is none with a verdict: it was resolved before.
    assert figures["pauses"] == [
        {"reason": "customer_access", "clocks": 1, "seconds": 1200},
        {"reason": "vendor", "clocks": 1, "seconds": 600},
    ]
    [line] = figures["time"]
    assert {party: seconds for party, seconds in line["seconds"].items() if seconds} == {
        "desk": 30 * 60,
        "vendor": 600,
        "customer": 1200,
        "after_restore": 30 * 60,
    }


def test_a_tickets_time_belongs_to_the_month_in_which_it_ended() -> None:
    before = ticket(SINCE - timedelta(minutes=90) - SECOND)
    first = ticket(SINCE - timedelta(minutes=90))
    after = ticket(UNTIL - timedelta(minutes=90))
    reopened = ticket(SINCE + timedelta(days=1), more=((200, "reopened", {}),))
    for document_, number in ((before, 0), (first, 1), (after, 0), (reopened, 0)):
        figures = figures_of([read_one("ACME-1", document_)], PERIOD, GOALS)
        assert sum(line["tickets"] for line in figures["time"]) == number
        assert figures["tickets"]["ended"] == number


def test_what_level_1_solved_takes_no_time_of_the_desk() -> None:
    at = SINCE + timedelta(days=2)
    own = document(
        (at, "opened", {}),
        (at, "severity_set", {"severity": "P3"}),
        (at + timedelta(hours=1), "resolved", {}),
    )
    figures = figures_of([read_one("ACME-1", own)], PERIOD, GOALS)
    assert (figures["time"], figures["tickets"]["opened"], figures["tickets"]["ended"]) == ([], 1, 1)


def test_it_is_the_move_of_whoever_had_the_last_second() -> None:
    at = UNTIL - timedelta(days=3)
    waits = ticket(at, restored=None, resolved=None, more=((60, "held", {"reason": "customer_reply"}),))
    for document_, party in (
        (waits, "customer"),
        (ticket(at, restored=None, resolved=None), "desk"),
        (ticket(at, resolved=None), "after_restore"),
        (ticket(at), None),
        (
            ticket(UNTIL - timedelta(minutes=90)),
            "after_restore",
        ),  # it ended in the first second of the next month
        (ticket(UNTIL), None),
        (
            ticket(at, more=((5000, "reopened", {}),)),
            None,
        ),  # it was over at the end, and was reopened afterwards
    ):
        assert turn_at(read_one("ACME-1", document_), UNTIL) == party


def test_open_tickets_are_counted_by_age() -> None:
    kept = {
        f"ACME-{number}": ticket(UNTIL - age, restored=None, resolved=None)
        for number, age in enumerate(
            (timedelta(hours=23), timedelta(days=1), timedelta(days=7), timedelta(days=30)), start=1
        )
    }
    figures = figures_of(read(kept), PERIOD, GOALS)
    assert figures["ageing"] == [{"party": "desk", "bands": [1, 1, 1, 1]}]
    assert figures["tickets"]["open"] == 4
    assert figures["tickets"]["oldest_opened_at"] == "2026-03-01T13:00:00Z"


def test_a_month_that_still_runs_ends_now() -> None:
    now = SINCE + timedelta(days=5)
    running = ticket(now - timedelta(days=2), restored=None, resolved=None, as_of=now)
    figures = figures_of([read_one("ACME-1", running)], Period(since=SINCE, until=UNTIL, as_of=now), GOALS)
    assert figures["ageing"] == [{"party": "desk", "bands": [0, 1, 0, 0]}]


def test_every_second_of_the_ended_is_somebodys() -> None:
    tickets = read(many(120, seed=7))
    figures = figures_of(tickets, PERIOD, GOALS)
    seconds = sum(sum(line["seconds"].values()) for line in figures["time"])
    ended = [one for one in tickets if one.ended_at is not None and SINCE <= one.ended_at < UNTIL]
    assert ended
    assert seconds == sum((one.ended_at - one.opened_at).total_seconds() for one in ended if one.ended_at)


def test_the_lines_of_an_objective_make_its_whole() -> None:
    figures = figures_of(read(many(120, seed=3)), PERIOD, GOALS)
    rows = figures["rows"]
    assert len(rows) > 300
    for metric in METRICS:
        lines = [line for line in figures["attainment"] if line["metric"] == metric]
        for name in ("met", "missed", "waived", "excluded"):
            whole = sum(line[name] for line in lines if line["severity"])
            assert [line[name] for line in lines if not line["severity"]] == ([whole] if lines else [])
        judged = sum(line["judged"] for line in lines if line["severity"])
        assert judged == sum(row["metric"] == metric and row["outcome"] != "excluded" for row in rows)


def test_the_order_of_the_documents_does_not_matter() -> None:
    found = many(20)
    backwards = dict(reversed(found.items()))
    assert figures_of(read(found), PERIOD, GOALS) == figures_of(read(backwards), PERIOD, GOALS)


def test_issues_differ_row_by_row() -> None:
    row = {"ticket": "ACME-9", "metric": "respond", "cycle": 1, "outcome": "missed", "waived": False}
    other = {**row, "ticket": "ACME-10"}
    found = differences([row, other], [{**row, "outcome": "met"}, {**row, "metric": "restore"}])
    assert [(one["ticket"], one["metric"], one["kind"]) for one in found] == [
        ("ACME-9", "respond", "changed"),
        ("ACME-9", "restore", "came"),
        ("ACME-10", "respond", "went"),
    ]
    assert found[0]["fields"] == {"outcome": ["missed", "met"]}
    assert differences([row], [row]) == []


def test_everything_that_a_review_names_has_its_name() -> None:
    assert METRICS == METRIC_NAMES
    assert set(PARTIES) == set(Party)
    assert {choice.value: str(choice.label) for choice in HoldChoice}.items() <= PAUSES.items()
    assert {choice.value: str(choice.label) for choice in ExclusionReason} == EXCLUSIONS


@pytest.mark.parametrize(
    ("holidays", "number", "day"),
    [
        ((), 1, date(2026, 4, 1)),
        ((), 3, date(2026, 4, 3)),
        (("2026-04-03", "2026-04-06"), 3, date(2026, 4, 7)),
        ((), 4, date(2026, 4, 6)),
        ((), 15, date(2026, 4, 21)),
    ],
)
def test_working_days_are_those_on_which_the_calendar_opens(
    holidays: tuple[str, ...], number: int, day: date
) -> None:
    calendar = Calendar.from_dict({**BUSINESS, "holidays": list(holidays)})
    begins = datetime(2026, 4, 1, tzinfo=ZoneInfo("Australia/Sydney"))
    found = working_day(calendar, begins, number)
    assert (found.date(), found.hour) == (day, 0)
    # Clocks went back on 5 April: midnight is another instant of the world then.
    assert found.astimezone(UTC).hour == (13 if day < date(2026, 4, 6) else 14)
