"""Mistakes that calendars are known for, made on purpose: each must change an answer that the tests know.

A mutant is slas/calendar.py with some words replaced. It is asked every example, and questions near the turn
of the clocks and of the year whose answers come from the oracle.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest

from slas import calendar
from tests.slas.oracle import Oracle
from tests.slas.test_calendar_examples import EXAMPLES

SOURCE = Path(calendar.__file__).read_text()

#: The words of slas/calendar.py and what a mutant has in their place.
MUTANTS: dict[str, list[tuple[str, str]]] = {
    "the end of a shift is included": [("min(midnight + closes, last)", "min(midnight + closes + 1, last)")],
    "open at closing time": [("bisect_right(self.ends, first)", "bisect_left(self.ends, first)")],
    "a day is 86,400 seconds": [
        ("in _offset_periods(self._zone, begin, end)", "in [(begin, end, _offset(self._zone, begin))]")
    ],
    "time is added on the wall clock": [
        (
            "return _instant(index.reaching(index.open_before(first) + seconds))",
            "return _instant((due := index.reaching(index.open_before(first) + seconds)) + _offset(self._zone, first) - _offset(self._zone, due))",
        )
    ],
    "seconds are dropped": [
        (
            "return (moment - _ZERO) // _SECOND",
            "return (moment - _ZERO) // timedelta(minutes=1) * 60",
        )
    ],
    "due at the next opening": [("bisect_left(self.before, wanted)", "bisect_right(self.before, wanted)")],
    "a holiday closes the shifts that start on it": [
        ("return shifts.get(day,", "return () if day in closed else shifts.get(day,"),
        ("[] if day in closed else _labels", "_labels"),
        ("for day in shifts}", "for day in shifts | dict.fromkeys(closed)}"),
    ],
    "holidays are ignored": [("for day in holidays}", "for day in ()}")],
    "an override wins over a holiday": [
        ("[] if day in closed else", "[] if day in closed - shifts.keys() else")
    ],
    "overrides are ignored": [("for day, listed in (overrides or {}).items()", "for day, listed in ()")],
    "an override does not reach into the next day": [(" | {day + 1 for day in shifts}", "")],
    "an override hides the night before": [
        ("else _labels(starting(day - 1), starting(day))", "else _labels((), starting(day))")
    ],
    "24:00 is read as 23:59": [
        ("return hour * 3600 + minute * 60", "return min(hour * 3600 + minute * 60, DAY - 60)")
    ],
    "a night shift ends at midnight": [("if closes > DAY]", "if closes > 2 * DAY]")],
    "shifts that overlap count twice": [
        ("return list(_joined(sorted(", "return list(iter(sorted("),
        ("_without(_joined(self._label", "_without(iter(self._label"),
    ],
    "closures are ignored": [("_begin(years.stop))), self._closures)", "_begin(years.stop))), [])")],
    "a closure ends with the shift it is in": [("                break  #", "                pass  #")],
    "a repeated hour counts once": [
        (
            "in _offset_periods(self._zone, begin, end)",
            "in [(a + max(0, _offset(self._zone, a - 1) - o), b, o) for a, b, o in _offset_periods(self._zone, begin, end)]",
        )
    ],
    "offsets change at midnight UTC": [("change = _first_change(zone, place, ahead)", "change = ahead")],
    "weeks begin on Sunday": [("return (day + 3) % 7", "return (day + 4) % 7")],
    "an instant is not brought to UTC": [
        ("return (moment - _ZERO) //", "return (moment.replace(tzinfo=UTC) - _ZERO) //")
    ],
    "an earlier question is answered from a later index": [("first < index.begin", "last < index.begin")],
}

#: Nights, shifts that overlap, special dates and closures around the turn of the clocks and of the year.
NIGHTS: dict[str, Any] = {
    "timezone": "Australia/Sydney",
    "weekly": {
        day: [["22:00", "03:00"], ["09:00", "12:00"], ["11:00", "17:00"]]
        for day in ("mon", "wed", "thu", "fri", "sat", "sun")
    },
    "holidays": ["2026-04-06", "2026-10-03", "2026-10-05", "2027-01-01"],
    "overrides": {"2026-04-04": [["23:00", "02:30"]], "2026-10-05": [["10:00", "24:00"]], "2026-12-31": []},
    "closures": [["2026-10-02T06:30:00+00:00", "2026-10-02T12:15:30+00:00"]],
}
ALWAYS: dict[str, Any] = {
    "timezone": "Australia/Lord_Howe",
    "weekly": {day: [["00:00", "24:00"]] for day in calendar.DAYS},
}
#: Later ones first, so that the index must grow to the past too.
ANCHORS = [
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2026, 10, 3, 16, tzinfo=UTC),
    datetime(2026, 4, 4, 16, tzinfo=UTC),
    datetime(2025, 12, 31, 22, 30, 30, tzinfo=UTC),
]


class Answering(Protocol):
    """What calendars and their oracle can be asked."""

    def elapsed(self, start: datetime, end: datetime) -> int: ...
    def add(self, start: datetime, seconds: int) -> datetime: ...
    def is_open(self, moment: datetime) -> bool: ...


Read = Callable[[dict[str, Any]], Answering]


def example_answers(read: Read) -> Iterator[object]:
    for example in EXAMPLES:
        start = datetime.fromisoformat(example["start"])
        if example["op"] == "add":
            yield read(example).add(start, example["seconds"])
        else:
            yield read(example).elapsed(start, datetime.fromisoformat(example["end"]))


def expected_answers() -> Iterator[object]:
    for example in EXAMPLES:
        expect = example["expect"]
        yield datetime.fromisoformat(expect) if example["op"] == "add" else expect


def drawn_answers(read: Read) -> Iterator[object]:
    """Ask whether it is open, for how long, and until when, from two days before each anchor to two after."""
    for document in (NIGHTS, ALWAYS):
        answering = read(document)
        for anchor in ANCHORS:
            yield answering.elapsed(anchor - timedelta(days=3), anchor + timedelta(days=3))
            for half_hours in range(-96, 97, 3):
                moment = anchor + timedelta(minutes=30 * half_hours)
                yield answering.is_open(moment)
                yield answering.elapsed(moment - timedelta(hours=7), moment + timedelta(seconds=half_hours))
            for seconds in range(1, 10 * 3600, 1800):
                yield answering.add(anchor, seconds)
                yield answering.add(anchor - timedelta(hours=12), seconds - 1)


@pytest.fixture(scope="module")
def known() -> list[object]:
    """Return the right answers: the examples' own, and the oracle's."""
    return [*expected_answers(), *drawn_answers(Oracle)]


def answers(source: str, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the answers of a calendar module from its text."""
    module = ModuleType("mutant")
    monkeypatch.setitem(sys.modules, "mutant", module)  # where dataclasses look their module up
    exec(compile(source, "mutant", "exec"), module.__dict__)
    read = module.__dict__["Calendar"].from_dict
    return [*example_answers(read), *drawn_answers(read)]


def test_the_calendar_itself_gives_every_known_answer(
    known: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answers(SOURCE, monkeypatch) == known


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_gives_itself_away(name: str, known: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    source = SOURCE
    for words, others in MUTANTS[name]:
        assert source.count(words) == 1, f"not once in slas/calendar.py: {words}"
        source = source.replace(words, others)
    assert answers(source, monkeypatch) != known, "this mutant survives: every known answer is still right"
