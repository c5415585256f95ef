"""Opening hours read by wall-clock label; pure.

The open labels of each local day are laid on the stretches between the zone's offset changes, so that they
become intervals of UTC seconds with prefix sums. Both questions, how much open time lies between two
instants and when so much of it will have passed, are then a bisection. A label that daylight saving skips
never appears and one that it repeats counts twice, without a word about gaps and folds.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from operator import sub
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400
#: The years that can be asked about. The end also bounds the search for a due time that never comes.
YEARS = range(1850, 3000)

Shift = tuple[int, int]  # seconds of a local day; an end beyond 86,400 runs into the next day
Span = tuple[int, int]  # seconds since 1970 in UTC, start included, end excluded


class CalendarError(ValueError):
    """A calendar or a question that is refused; `path` names the part at fault."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class Piece(NamedTuple):
    """A stretch in which a calendar is open throughout or closed throughout."""

    start: datetime
    end: datetime
    is_open: bool


class Calendar:
    """Weekly shifts in a time zone, with holidays, dated overrides and absolute closures.

    It never changes, but for the index, which is built when it is first needed. An index is never edited
    either: a question beyond it puts a wider one in its place, so that threads may share a calendar.
    Fractions of a second are dropped from every instant, as they are from facts.
    """

    __slots__ = ("_closures", "_dated", "_index", "_usual", "_zone")

    def __init__(
        self,
        *,
        timezone: str,
        weekly: Mapping[int, Sequence[Shift]],
        holidays: Iterable[date] = (),
        overrides: Mapping[date, Sequence[Shift]] | None = None,
        closures: Iterable[Span] = (),
    ) -> None:
        week = [tuple(weekly.get(day, ())) for day in range(7)]
        shifts = {_number(day): tuple(listed) for day, listed in (overrides or {}).items()}
        closed = {_number(day) for day in holidays}

        def starting(day: int) -> Sequence[Shift]:
            return shifts.get(day, week[_weekday(day)])

        self._zone = ZoneInfo(timezone)
        self._usual = [_labels(week[day - 1], week[day]) for day in range(7)]
        # A closed date closes its own labels only: the night shift it began stays open on the next date.
        self._dated = {
            day: [] if day in closed else _labels(starting(day - 1), starting(day))
            for day in closed | shifts.keys() | {day + 1 for day in shifts}
        }
        self._closures = list(_joined(sorted(closures)))
        self._index: _Index | None = None
        if not any(self._usual) and not any(self._dated.values()):
            raise CalendarError("weekly", "the calendar never opens")
        if not any(_without([(_begin(YEARS.start), _begin(YEARS.stop))], self._closures)):
            raise CalendarError("closures", "the calendar never opens")

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Calendar:
        """Read a calendar as replay documents and calendar questions have it; raises CalendarError.

        Equal documents give the same object. There is thus one index for a calendar version and, as a
        process reads a zone once, for a version of the time zone data.
        """
        return _read(json.dumps({key: document.get(key) for key in _KEYS}, sort_keys=True))

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Return the open seconds in [start, end), 0 where the end is not after the start."""
        first, last = _second(start, "start"), _second(end, "end")
        if last <= first:
            return 0
        index = self._covering(first, last)
        return index.open_before(last) - index.open_before(first)

    def add(self, start: datetime, seconds: int) -> datetime:
        """Return the earliest instant at which so many open seconds have passed since the start.

        That is the closing time, not the next opening, where the last of them ends a shift. Raises
        CalendarError where the calendar does not open often enough to get there.
        """
        first = _second(start, "start")
        if seconds < 0:
            raise CalendarError("seconds", "must not be negative")
        if seconds == 0:
            return _instant(first)
        index = self._covering(first, min(first + seconds, _LAST - 1))
        while index.total - index.open_before(first) < seconds:
            if index.years.stop == YEARS.stop:
                raise CalendarError("seconds", f"are not reached before the year {YEARS.stop}")
            index = self._covering(first, _begin(index.years.stop))
        return _instant(index.reaching(index.open_before(first) + seconds))

    def is_open(self, moment: datetime) -> bool:
        """Tell whether the calendar is open at an instant."""
        second = _second(moment, "moment")
        return any(self._covering(second, second).within(second, second + 1))

    def pieces(self, start: datetime, end: datetime) -> Iterator[Piece]:
        """Cut [start, end) at openings and closings."""
        place, last = _second(start, "start"), _second(end, "end")
        if last <= place:
            return
        for opens, closes in self._covering(place, last).within(place, last):
            if place < opens:
                yield Piece(_instant(place), _instant(opens), is_open=False)
            yield Piece(_instant(opens), _instant(closes), is_open=True)
            place = closes
        if place < last:
            yield Piece(_instant(place), _instant(last), is_open=False)

    def _covering(self, first: int, last: int) -> _Index:
        """Return an index of the years from the first second to the last."""
        index = self._index
        if index is None or first < index.begin or last >= index.end:
            asked = range(_year(first), _year(last) + 1)
            years = asked if index is None else _widened(index.years, asked)
            # Two threads may both get here. Each uses the index that it has built; the last one stays.
            index = self._index = _Index.of(years, self._open_spans(years))
        return index

    def _open_spans(self, years: range) -> Iterator[Span]:
        return _without(_joined(self._label_spans(_begin(years.start), _begin(years.stop))), self._closures)

    def _label_spans(self, begin: int, end: int) -> Iterator[Span]:
        """Return the spans of the open labels, in order, cut where the offset changes."""
        for first, last, offset in _offset_periods(self._zone, begin, end):
            for day in range((first + offset) // DAY, (last - 1 + offset) // DAY + 1):
                midnight = day * DAY - offset
                for opens, closes in self._dated.get(day, self._usual[_weekday(day)]):
                    span = max(midnight + opens, first), min(midnight + closes, last)
                    if span[0] < span[1]:
                        yield span


# --- The index ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Index:
    """The open intervals of some years and, before each, the open seconds since the first year began."""

    years: range
    begin: int
    end: int
    starts: array[int]
    ends: array[int]
    before: array[int]
    total: int

    @classmethod
    def of(cls, years: range, spans: Iterable[Span]) -> _Index:
        """Index ordered spans that do not touch."""
        starts, ends = array("q"), array("q")
        for opens, closes in spans:
            starts.append(opens)
            ends.append(closes)
        sums = array("q", accumulate(map(sub, ends, starts), initial=0))
        total = sums.pop()
        return cls(
            years=years,
            begin=_begin(years.start),
            end=_begin(years.stop),
            starts=starts,
            ends=ends,
            before=sums,
            total=total,
        )

    def open_before(self, moment: int) -> int:
        """Return the open seconds before a moment."""
        at = bisect_right(self.starts, moment) - 1
        return 0 if at < 0 else self.before[at] + min(moment, self.ends[at]) - self.starts[at]

    def reaching(self, wanted: int) -> int:
        """Return the first moment with so many open seconds before it; there must be that many."""
        at = bisect_left(self.before, wanted) - 1
        return self.starts[at] + wanted - self.before[at]

    def within(self, first: int, last: int) -> Iterator[Span]:
        """Return the open spans of [first, last)."""
        for at in range(bisect_right(self.ends, first), bisect_left(self.starts, last)):
            yield max(self.starts[at], first), min(self.ends[at], last)


def _widened(years: range, asked: range) -> range:
    """Add the years asked for, and at least as many as there are: step by step stays linear."""
    start, stop = years.start, years.stop
    if asked.start < start:
        start = min(asked.start, start - len(years))
    if asked.stop > stop:
        stop = max(asked.stop, stop + len(years))
    return range(max(start, YEARS.start), min(stop, YEARS.stop))


# --- Labels and spans ---------------------------------------------------------------------------------
def _labels(before: Sequence[Shift], today: Sequence[Shift]) -> list[Shift]:
    """Return the open labels of a day from the shifts that start on the day before and on the day."""
    night = [(0, closes - DAY) for _, closes in before if closes > DAY]
    return list(_joined(sorted([*night, *((opens, min(closes, DAY)) for opens, closes in today)])))


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Join ordered spans that touch or overlap."""
    held: Span | None = None
    for opens, closes in spans:
        if held is None:
            held = opens, closes
        elif opens <= held[1]:
            held = held[0], max(held[1], closes)
        else:
            yield held
            held = opens, closes
    if held is not None:
        yield held


def _without(spans: Iterable[Span], closures: Sequence[Span]) -> Iterator[Span]:
    """Cut closures out of spans; both are ordered, and none of either touch."""
    at = 0
    for opens, closes in spans:
        place = opens
        while at < len(closures) and closures[at][0] < closes:
            begin, end = closures[at]
            if place < begin:
                yield place, begin
            place = max(place, end)
            if end > closes:
                break  # it may reach into the next span
            at += 1
        if place < closes:
            yield place, closes


# --- Seconds, days and offsets ------------------------------------------------------------------------
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def _second(moment: datetime, path: str) -> int:
    """Return an instant in whole seconds since 1970; raises CalendarError outside the years."""
    second = _timestamp(moment)
    if not _FIRST <= second < _LAST:
        raise CalendarError(path, f"must be within the years {YEARS.start} to {YEARS.stop - 1}")
    return second


def _timestamp(moment: datetime) -> int:
    return (moment - _ZERO) // _SECOND


def _instant(second: int) -> datetime:
    return _ZERO + timedelta(seconds=second)


def _year(second: int) -> int:
    return _instant(second).year


def _begin(year: int) -> int:
    """Return the second at which a year begins in UTC."""
    return _number(date(year, 1, 1)) * DAY


def _number(day: date) -> int:
    """Return a date as days since 1 January 1970."""
    return day.toordinal() - _ZERO.toordinal()


#: The seconds that can be asked about; worked out once, as every question is held against them.
_FIRST, _LAST = _begin(YEARS.start), _begin(YEARS.stop)


def _weekday(day: int) -> int:
    """Return the weekday of a day since 1 January 1970, which was a Thursday; Monday is 0."""
    return (day + 3) % 7


def _offset_periods(zone: ZoneInfo, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Cut [begin, end) where the zone's offset changes: first second, end, offset in seconds.

    Sampling each day finds every change, as no zone has changed twice within less than six days.
    """
    first, offset = begin, _offset(zone, begin)
    for place in range(begin, end, DAY):
        ahead = min(place + DAY, end)
        if _offset(zone, ahead) != offset:
            change = _first_change(zone, place, ahead)
            yield first, change, offset
            first, offset = change, _offset(zone, change)
    if first < end:
        yield first, end, offset


def _first_change(zone: ZoneInfo, low: int, high: int) -> int:
    """Return the first second after low with another offset; there is one, up to and including high."""
    offset = _offset(zone, low)
    return low + bisect_left(range(low, high), True, key=lambda second: _offset(zone, second) != offset)


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = _instant(second).astimezone(zone).utcoffset()
    assert offset is not None  # a ZoneInfo knows its offset at every instant
    return offset // timedelta(seconds=1)


# --- Reading ------------------------------------------------------------------------------------------
_KEYS = ("timezone", "weekly", "holidays", "overrides", "closures")


@lru_cache(maxsize=512)
def _read(text: str) -> Calendar:
    document = json.loads(text)
    return Calendar(
        timezone=_read_zone(document["timezone"]),
        weekly=_read_weekly(document["weekly"]),
        holidays=[
            _read_date(day, f"holidays[{at}]")
            for at, day in enumerate(_read_list(document["holidays"], "holidays"))
        ],
        overrides=_read_overrides(document["overrides"]),
        closures=[
            _read_closure(closure, f"closures[{at}]")
            for at, closure in enumerate(_read_list(document["closures"], "closures"))
        ],
    )


def _read_zone(value: Any) -> str:
    if not isinstance(value, str):
        raise CalendarError("timezone", "an IANA time zone is required")
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CalendarError("timezone", f"{value!r} is not a time zone we know") from None
    return value


def _read_weekly(value: Any) -> dict[int, list[Shift]]:
    if not isinstance(value, dict):
        raise CalendarError("weekly", "shifts by day (mon … sun) are required")
    for day in value:
        if day not in DAYS:
            raise CalendarError(f"weekly.{day}", "is not a day (mon … sun)")
    return {DAYS.index(day): _read_shifts(shifts, f"weekly.{day}") for day, shifts in value.items()}


def _read_overrides(value: Any) -> dict[date, list[Shift]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CalendarError("overrides", "shifts by date are required")
    return {
        _read_date(day, f"overrides.{day}"): _read_shifts(shifts, f"overrides.{day}")
        for day, shifts in value.items()
    }


def _read_shifts(value: Any, path: str) -> list[Shift]:
    shifts: list[Shift] = []
    for at, shift in enumerate(_read_list(value, path)):
        place = f"{path}[{at}]"
        if not isinstance(shift, list) or len(shift) != 2:
            raise CalendarError(place, "a start and an end are required")
        opens, closes = (_read_label(label, place) for label in shift)
        if opens == DAY:
            raise CalendarError(place, "a shift cannot start at 24:00")
        shifts.append((opens, closes if closes > opens else closes + DAY))
    return shifts


def _read_label(value: Any, path: str) -> int:
    parts = value.split(":") if isinstance(value, str) else []
    if len(parts) != 2 or not all(len(part) == 2 and part.isascii() and part.isdigit() for part in parts):
        raise CalendarError(path, f"{value!r} is not a time such as 09:00")
    hour, minute = int(parts[0]), int(parts[1])
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise CalendarError(path, f"{value!r} is not a time of day")
    return hour * 3600 + minute * 60


def _read_date(value: Any, path: str) -> date:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    # Other spellings of ISO 8601 would let one date be listed twice.
    if day is None or day.isoformat() != value:
        raise CalendarError(path, f"{value!r} is not a date such as 2026-12-25")
    return day


def _read_closure(value: Any, path: str) -> Span:
    if not isinstance(value, list) or len(value) != 2:
        raise CalendarError(path, "a start and an end are required")
    begin, end = (_timestamp(read_instant(moment, path)) for moment in value)
    if end <= begin:
        raise CalendarError(path, "the end must come after the start")
    return begin, end


def _read_list(value: Any, path: str) -> list[Any]:
    """Read a list that may be left out."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise CalendarError(path, "a list is required")
    return value


def read_instant(value: Any, path: str) -> datetime:
    """Read an ISO 8601 instant with an offset and whole seconds; raises CalendarError."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise CalendarError(path, f"{value!r} is not an instant") from None
    if moment.tzinfo is None:
        raise CalendarError(path, f"{value!r} has no offset")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise CalendarError(path, f"{value!r} is out of range") from None
    if moment.microsecond:
        raise CalendarError(path, f"{value!r} has fractions of a second")
    return moment
