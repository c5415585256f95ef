"""One index for each calendar, widened on demand, shared by threads, right about every zone."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise
from threading import Barrier
from typing import Any
from zoneinfo import available_timezones

import pytest

from slas import calendar as module
from slas.calendar import DAY, Calendar

DOCUMENT: dict[str, Any] = {
    "timezone": "Australia/Sydney",
    "weekly": {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-12-25"],
}
NOW = datetime(2026, 3, 2, 23, tzinfo=UTC)


@pytest.fixture
def calendar() -> Calendar:
    """Return a calendar of which nobody has asked anything."""
    module._read.cache_clear()
    return Calendar.from_dict(DOCUMENT)


def index(calendar: Calendar) -> module._Index:
    assert calendar._index is not None
    return calendar._index


def test_equal_documents_share_one_calendar() -> None:
    other = dict(reversed(DOCUMENT.items())) | {"id": 7, "closures": None}
    assert Calendar.from_dict(other) is Calendar.from_dict(DOCUMENT)


def test_documents_that_differ_do_not_share_one() -> None:
    assert Calendar.from_dict(DOCUMENT | {"holidays": []}) is not Calendar.from_dict(DOCUMENT)


def test_nothing_is_indexed_until_something_is_asked(calendar: Calendar) -> None:
    assert calendar._index is None
    calendar.is_open(NOW)
    assert index(calendar).years == range(2026, 2027)


def test_a_question_within_the_index_builds_nothing(calendar: Calendar) -> None:
    calendar.elapsed(NOW, NOW + timedelta(days=400))
    built = index(calendar)
    calendar.add(NOW, 40 * 3600)
    calendar.is_open(NOW + timedelta(days=300))
    list(calendar.pieces(NOW, NOW + timedelta(days=100)))
    assert index(calendar) is built


def test_a_question_beyond_it_at_least_doubles_the_index(calendar: Calendar) -> None:
    calendar.elapsed(NOW, NOW + timedelta(days=366))
    assert index(calendar).years == range(2026, 2028)
    calendar.is_open(NOW + timedelta(days=2 * 366))
    assert index(calendar).years == range(2026, 2030)
    calendar.is_open(NOW - timedelta(days=365))
    assert index(calendar).years == range(2022, 2030)
    calendar.is_open(datetime(1990, 1, 1, tzinfo=UTC))
    assert index(calendar).years == range(1990, 2030)


def test_the_index_ends_where_questions_end(calendar: Calendar) -> None:
    calendar.elapsed(datetime(1850, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC))
    calendar.is_open(datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert index(calendar).years == module.YEARS


def test_a_wider_index_leaves_the_one_that_another_thread_reads(calendar: Calendar) -> None:
    calendar.is_open(NOW)
    held = index(calendar)
    before = held.years, list(held.starts), list(held.ends), list(held.before), held.total
    calendar.elapsed(NOW - timedelta(days=2000), NOW + timedelta(days=2000))
    assert index(calendar) is not held
    assert (held.years, list(held.starts), list(held.ends), list(held.before), held.total) == before


def test_threads_that_widen_an_index_at_once_all_answer_right(calendar: Calendar) -> None:
    together = Barrier(8)

    def ask(thread: int) -> list[int]:
        together.wait(timeout=60)
        return [calendar.elapsed(NOW, NOW + timedelta(days=365 * years)) for years in range(-thread, thread)]

    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(ask, range(8)))
    module._read.cache_clear()
    alone = Calendar.from_dict(DOCUMENT)
    for thread, answer in enumerate(answers):
        assert answer == [
            alone.elapsed(NOW, NOW + timedelta(days=365 * years)) for years in range(-thread, thread)
        ]


# --- Zones --------------------------------------------------------------------------------------------
def test_no_zone_changes_its_offset_twice_between_two_samples() -> None:
    """The index looks at the offset once a day; two changes within one would escape it."""
    gaps = {
        timezone: min(
            (later - earlier for earlier, later in pairwise(offset_changes(timezone))), default=10**9
        )
        for timezone in available_timezones()
        if resources.files("tzdata.zoneinfo").joinpath(timezone).is_file()
    }
    assert len(gaps) > 400
    assert min(gaps.values()) > 6 * DAY


def offset_changes(timezone: str) -> list[int]:
    """Read from a zone's file (RFC 9636, version 2 and later) when its offset has changed."""
    read = resources.files("tzdata.zoneinfo").joinpath(timezone).read_bytes()

    def header(at: int) -> tuple[int, ...]:
        assert read[at : at + 4] == b"TZif"
        return struct.unpack(">6l", read[at + 20 : at + 44])

    # The first block repeats the second with 32-bit instants; skip it.
    uts, standards, leaps, changes, types, letters = header(0)
    at = 44 + 5 * changes + 6 * types + letters + 8 * leaps + standards + uts
    _, _, _, changes, types, _ = header(at)
    at += 44
    moments = struct.unpack(f">{changes}q", read[at : at + 8 * changes])
    kinds = read[at + 8 * changes : at + 9 * changes]
    at += 9 * changes
    offsets = [struct.unpack(">l", read[at + 6 * kind : at + 6 * kind + 4])[0] for kind in range(types)]
    reached = [offsets[0], *(offsets[kind] for kind in kinds)]
    return [moment for moment, old, new in zip(moments, reached, reached[1:], strict=False) if old != new]
