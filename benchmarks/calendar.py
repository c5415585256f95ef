"""What a question to a calendar costs: ten years of office hours with a lunch break."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median
from time import perf_counter_ns
from typing import Any

from slas.calendar import Calendar

BUILDS, QUESTIONS = 9, 2000
START = datetime(2024, 1, 1, tzinfo=UTC)
TEN_YEARS = timedelta(days=3652)
THREE_DAYS = 3 * 7 * 3600  # of open seconds
_TURNS = count()


def figures() -> list[tuple[str, str]]:
    """Return the cost of building an index and of each question."""
    built = [_microseconds(_fresh().elapsed, START, START + TEN_YEARS) for _ in range(BUILDS)]
    calendar = _fresh()
    calendar.elapsed(START, START + TEN_YEARS)
    moments = [START + turn * (TEN_YEARS / QUESTIONS) for turn in range(QUESTIONS)]
    added = [_microseconds(calendar.add, moment, THREE_DAYS) for moment in moments]
    counted = [_microseconds(calendar.elapsed, moment, moment + timedelta(days=5)) for moment in moments]
    return [
        ("calendar: index of ten years", f"{median(built) / 1000:.1f} ms"),
        ("calendar: add, median", f"{median(added):.1f} µs"),
        ("calendar: elapsed, median", f"{median(counted):.1f} µs"),
    ]


def _fresh() -> Calendar:
    """Return a calendar without an index; equal documents would share one."""
    far = START + TEN_YEARS + timedelta(days=next(_TURNS))
    return Calendar.from_dict(
        {
            "timezone": "Australia/Sydney",
            "weekly": {
                day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
            },
            "holidays": ["2026-12-25", far.date().isoformat()],
        }
    )


def _microseconds(question: Callable[..., Any], *given: Any) -> float:
    before = perf_counter_ns()
    question(*given)
    return (perf_counter_ns() - before) / 1000
