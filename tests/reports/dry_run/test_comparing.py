"""How the verdicts of one ticket are compared: which fall in the period, which misses come and go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from reports.dry_run import Change, Count, compare, months_before
from slas.documents import ClockResult, Ledger, Metric, Replay

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def clock(
    outcome: str, at: datetime | None = NOON, *, cycle: int = 1, metric: Metric = Metric.RESPOND
) -> ClockResult:
    return ClockResult(
        metric=metric,
        cycle=cycle,
        severity="P2",
        target_seconds=3600,
        state="running" if outcome == "pending" else "stopped",
        outcome=outcome,
        started_at=NOON - HOUR,
        due_at=None,
        stopped_at=None if outcome == "missed" else at,
        breached_at=at if outcome == "missed" else None,
        consumed_seconds=0,
        waived=False,
        segments=(),
    )


def replay(*clocks: ClockResult) -> Replay:
    return Replay(clocks=clocks, ledger=Ledger())


def test_a_verdict_counts_in_the_period_in_which_it_fell() -> None:
    found = compare(
        replay(
            clock("met"),
            clock("missed", cycle=2),
            clock("excluded", cycle=3),
            clock("pending", None, cycle=4),
        ),
        replay(clock("met", NOON + HOUR)),
        since=NOON,
        until=NOON + HOUR,
    )
    assert found.now == {("respond", "P2"): Count(met=1, missed=1, excluded=1)}
    assert found.proposed == {}  # the end of the period is outside


@pytest.mark.parametrize(
    ("was", "becomes", "appears"),
    [
        ("met", "missed", True),
        ("pending", "missed", True),
        ("missed", "met", False),
        ("missed", "pending", False),
    ],
)
def test_a_miss_comes_or_goes(was: str, becomes: str, appears: bool) -> None:
    [change] = compare(replay(clock(was)), replay(clock(becomes)), since=NOON, until=NOON + HOUR).changes
    assert change == Change(metric="respond", cycle=1, severity="P2", was=was, becomes=becomes, at=NOON)
    assert change.appears is appears


def test_a_clock_that_only_one_side_has_is_none_on_the_other() -> None:
    changes = compare(
        replay(clock("missed", metric=Metric.UPDATE)), replay(), since=NOON, until=NOON + HOUR
    ).changes
    assert [(one.was, one.becomes) for one in changes] == [("missed", "none")]


def test_a_miss_of_both_that_only_moves_neither_comes_nor_goes() -> None:
    found = compare(
        replay(clock("missed")), replay(clock("missed", NOON + HOUR / 2)), since=NOON, until=NOON + HOUR
    )
    assert found.changes == ()


def test_a_miss_outside_the_period_is_not_listed() -> None:
    found = compare(replay(clock("met")), replay(clock("missed", NOON - HOUR)), since=NOON, until=NOON + HOUR)
    assert found.changes == ()


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 3), 1, date(2026, 2, 3)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 3), 3, date(2025, 12, 3)),
        (date(2026, 12, 31), 24, date(2024, 12, 31)),
    ],
)
def test_months_are_counted_back_by_the_calendar(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before
