"""Our calendar beside two well-known ones, asked the same questions in the same run.

They are optional (`make bench-peers` has them in an environment of their own). The week is Monday to Friday,
nine to five with an hour's lunch, in UTC, because neither of them agrees with itself where clocks change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from importlib.util import find_spec
from operator import eq
from statistics import median
from time import perf_counter_ns
from typing import Any

from slas.calendar import Calendar

NAMES = ("pandas", "businesstimedelta")
QUESTIONS = 300
OPEN_HOURS = 21  # three business days
SPAN = timedelta(days=5)
START = datetime(2024, 1, 1, 8, 30, tzinfo=UTC)
HOLIDAYS = [
    date(year, month, day) for year in range(2024, 2034) for month, day in ((1, 1), (12, 25), (12, 26))
]
MOMENTS = [START + turn * timedelta(hours=281) for turn in range(QUESTIONS)]  # ten years, at odd hours
_WEEK = range(5)


def figures() -> list[tuple[str, str]]:
    """Return the medians of ours and of theirs, and how many of their answers are ours; nothing without them."""
    if not all(find_spec(name) for name in NAMES):
        return []
    ours = Calendar.from_dict(
        {
            "timezone": "UTC",
            "weekly": {
                day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
            },
            "holidays": [day.isoformat() for day in HOLIDAYS],
        }
    )
    adds: dict[str, Callable[[datetime], Any]] = {
        "ours": lambda moment: ours.add(moment, OPEN_HOURS * 3600),
        "pandas' CustomBusinessHour": _pandas_add(),
    }
    counts: dict[str, Callable[[datetime], Any]] = {
        "ours": lambda moment: ours.elapsed(moment, moment + SPAN)
    }
    adds["businesstimedelta"], counts["businesstimedelta"] = _businesstimedelta()

    def is_same_open_time(one: datetime, other: datetime) -> bool:
        """Let the next opening stand for the closing time, as pandas names it."""
        return ours.elapsed(one, other) == ours.elapsed(other, one) == 0

    return [*_compare("add", adds, is_same_open_time), *_compare("elapsed", counts, eq)]


def _compare(
    question: str,
    answerers: dict[str, Callable[[datetime], Any]],
    is_same: Callable[[Any, Any], bool],
) -> list[tuple[str, str]]:
    right = [answerers["ours"](moment) for moment in MOMENTS]
    found = []
    for name, ask in answerers.items():
        answers, cost = _ask(ask)
        same = sum(map(is_same, answers, right))
        found.append((f"peers: {question}, {name}, median", f"{cost:,.1f} µs"))
        if name != "ours":
            found.append((f"peers: {question}, {name}, answers like ours", f"{same} of {QUESTIONS}"))
    return found


def _ask(ask: Callable[[datetime], Any]) -> tuple[Sequence[Any], float]:
    answers, spent = [], []
    for moment in MOMENTS:
        before = perf_counter_ns()
        answer = ask(moment)
        spent.append((perf_counter_ns() - before) / 1000)
        answers.append(answer)
    return answers, median(spent)


def _pandas_add() -> Callable[[datetime], Any]:
    """It has no way to count the open time between two instants."""
    pandas = import_module("pandas")
    hours = pandas.offsets.CustomBusinessHour(
        n=OPEN_HOURS, start=["09:00", "13:00"], end=["12:00", "17:00"], holidays=HOLIDAYS
    )
    return lambda moment: moment + hours


def _businesstimedelta() -> tuple[Callable[[datetime], Any], Callable[[datetime], Any]]:
    peer = import_module("businesstimedelta")
    rules = peer.Rules(
        [
            peer.WorkDayRule(start_time=time(9), end_time=time(17), working_days=list(_WEEK)),
            peer.LunchTimeRule(start_time=time(12), end_time=time(13), working_days=list(_WEEK)),
            peer.HolidayRule(dict.fromkeys(HOLIDAYS, "closed")),
        ]
    )
    length = peer.BusinessTimeDelta(rules, hours=OPEN_HOURS)

    def elapsed(moment: datetime) -> int:
        counted: timedelta = rules.difference(moment, moment + SPAN).timedelta
        return int(counted.total_seconds())

    return lambda moment: moment + length, elapsed


def main() -> None:
    for name, value in figures():
        print(f"{name:<60}  {value:>12}")


if __name__ == "__main__":
    main()
