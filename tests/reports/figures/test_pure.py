"""What a ticket adds to the sums, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from reports.figures import Span, span_of
from reports.folding import (
    Ended,
    Happened,
    Key,
    Sum,
    Verdict,
    amounts_of,
    bucket_of,
    by_month,
    difference,
    dump,
    lasting,
    load,
    total,
)

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
#: In Sydney it is April already.
LATE = datetime(2026, 3, 31, 13, 5, tzinfo=UTC)


def verdict(**changes: Any) -> Verdict:
    usual: dict[str, Any] = {
        "metric": "respond",
        "severity": 2,
        "outcome": "met",
        "at": LATE,
        "waived": False,
        "is_stopped": True,
        "used_seconds": 900,
        "target_seconds": 3600,
    }
    return Verdict(**(usual | changes))


def amounts(*verdicts: Verdict, life: list[Happened] | None = None, ended: Ended | None = None) -> Any:
    return amounts_of(
        severity=3, service=7, zone="Australia/Sydney", verdicts=verdicts, life=life or [], ended=ended
    )


def test_a_verdict_is_counted_on_the_customers_own_day() -> None:
    assert amounts(verdict()) == {
        Key(Sum.VERDICTS, date(2026, 4, 1), 2, 7, "respond"): Counter(met=1, used_4=1)
    }


def test_a_waived_miss_is_among_the_missed_and_has_its_quarter_of_an_hour() -> None:
    counted = amounts(verdict(outcome="missed", waived=True, is_stopped=False))
    key = Key(Sum.VERDICTS, date(2026, 4, 1), 2, 7, "respond")
    assert counted == {
        key: Counter(missed=1, waived=1),
        key._replace(sum=Sum.MISSES, at="2026-03-31T13:00:00Z"): Counter(number=1),
    }


def test_an_excluded_clock_used_no_share() -> None:
    [numbers] = amounts(verdict(outcome="excluded")).values()
    assert numbers == Counter(excluded=1)


@pytest.mark.parametrize(
    ("used", "is_missed", "bucket"),
    [
        (0, False, 0),
        (5, False, 0),
        (6, False, 1),
        (95, False, 18),
        (96, False, 19),
        (100, False, 19),
        (100, True, 20),
        (101, True, 20),
        (105, True, 20),
        (106, True, 21),
        (120, True, 23),
        (121, True, 24),
        (900, True, 24),
        (40, True, 20),  # its target was raised after it was missed
    ],
)
def test_what_was_in_time_lies_below_the_whole_and_what_missed_above(
    used: int, is_missed: bool, bucket: int
) -> None:
    assert bucket_of(used_seconds=used, target_seconds=100, is_missed=is_missed) == bucket


def life(*kinds: str) -> list[Happened]:
    return [Happened(kind=kind, at=NOON + timedelta(hours=place)) for place, kind in enumerate(kinds)]


def counted(*kinds: str) -> list[tuple[int, str]]:
    """Return what is counted, with the place of the fact on whose day it is."""
    return [((at - NOON) // timedelta(hours=1), name) for at, name in lasting(life(*kinds))]


def test_what_does_not_last_is_counted_where_it_began() -> None:
    assert counted(
        "opened", "reached", "returned", "reached", "resolved", "reopened", "resolved", "ended"
    ) == [
        (0, "opened"),
        (1, "reached"),
        (1, "returned"),
        (3, "reached"),
        (4, "resolved"),
        (4, "reopened"),
        (6, "resolved"),
    ]


def test_a_ticket_that_is_over_is_neither_passed_on_nor_resolved() -> None:
    assert counted("opened", "ended", "reached", "resolved") == [(0, "opened")]
    assert counted("opened", "reached", "ended", "returned") == [(0, "opened"), (1, "reached")]


def test_a_reopening_of_what_was_only_restored_takes_no_resolution_back() -> None:
    assert counted("opened", "reached", "reopened") == [(0, "opened"), (1, "reached")]


def test_time_is_booked_on_the_day_of_the_end() -> None:
    ended = Ended(at=LATE, seconds={"desk": 60, "vendor": 0, "customer": 5})
    assert amounts(ended=ended) == {
        Key(Sum.TICKETS, date(2026, 4, 1), 3, 7): Counter(ended=1, time_desk=60, time_customer=5)
    }


def test_differences_lead_from_the_old_to_the_new_and_nowhere_else() -> None:
    old = amounts(verdict(), verdict(metric="update"), life=life("opened", "reached"))
    new = amounts(verdict(outcome="missed"), verdict(metric="update"), life=life("opened"))
    assert difference(old, old) == {}
    moved = total([old, difference(new, old)])
    assert {key: +numbers for key, numbers in moved.items() if +numbers} == new
    assert load(dump(new)) == new


def test_months_add_up_their_days() -> None:
    days = amounts(verdict(at=LATE), verdict(at=LATE + timedelta(days=3)), verdict(at=NOON))
    months = {key.day: numbers["met"] for key, numbers in by_month(days).items()}
    assert months == {date(2026, 3, 1): 1, date(2026, 4, 1): 2}


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("since", "until", "months", "days"),
    [
        ("2026-01-01", "2027-01-01", ("2026-01-01", "2027-01-01"), []),
        ("2026-03-10", "2026-03-20", None, [("2026-03-10", "2026-03-20")]),
        ("2026-03-10", "2026-04-20", None, [("2026-03-10", "2026-04-20")]),
        ("2026-03-01", "2026-03-25", None, [("2026-03-01", "2026-03-25")]),
        (
            "2025-12-10",
            "2026-02-20",
            ("2026-01-01", "2026-02-01"),
            [("2025-12-10", "2026-01-01"), ("2026-02-01", "2026-02-20")],
        ),
        ("2026-11-30", "2027-01-01", ("2026-12-01", "2027-01-01"), [("2026-11-30", "2026-12-01")]),
        ("2026-03-10", "2026-03-10", None, []),
        ("2026-03-10", "2026-03-01", None, []),
    ],
)
def test_a_period_is_its_whole_months_and_the_days_around(
    since: str, until: str, months: tuple[str, str] | None, days: list[tuple[str, str]]
) -> None:
    assert span_of(day(since), day(until)) == Span(
        months=None if months is None else (day(months[0]), day(months[1])),
        days=tuple((day(begin), day(end)) for begin, end in days),
    )
