"""Opening hours read by wall-clock label; pure.

A local day's open labels are turned into intervals of UTC seconds, one year at a time, with prefix sums:
both questions, how much open time lies in between and when so much of it will have passed, are then a
bisection. A label that daylight saving skips never appears, and one that it repeats counts twice.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_SAMPLE = 3 * 3600  # offsets are sampled this often to find where they change
_FIRST_YEAR, _LAST_YEAR = 1850, 9998

Shift = tuple[int, int]  # seconds of the local day; an end beyond 86,400 runs into the next day
Span = tuple[int, int]  # seconds since 1970 in UTC, start included, end excluded


class CalendarError(ValueError):
    """A calendar that cannot be read; `path` names the part at fault."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


@dataclass(frozen=True)
class _Year:
    """The open intervals of one UTC year and, before each, the open seconds of the year so far."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def open_until(self, moment: int) -> int:
        """Return the open seconds of the year before a moment."""
        at = bisect_right(self.starts, moment) - 1
        if at < 0:
            return 0
        return self.before[at] + min(moment, self.ends[at]) - self.starts[at]


class Calendar:
    """Weekly shifts in a time zone, with holidays, dated overrides and absolute closures."""

    def __init__(
        self,
        *,
        timezone: str,
        weekly: Mapping[int, Sequence[Shift]],
        holidays: frozenset[date] = frozenset(),
        overrides: Mapping[date, Sequence[Shift]] | None = None,
        closures: Sequence[Span] = (),
    ) -> None:
        self.timezone = timezone
        self._zone = ZoneInfo(timezone)
        self._weekly = {day: tuple(weekly.get(day, ())) for day in range(7)}
        self._holidays = holidays
        self._overrides = {day: tuple(shifts) for day, shifts in (overrides or {}).items()}
        self._closures = sorted(closures)
        self._years: dict[int, _Year] = {}
        if not any(self._weekly.values()) and not any(self._overrides.values()):
            raise CalendarError("weekly", "the calendar never opens")

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Calendar:
        """Read a calendar as replay documents and calendar questions have it; raises CalendarError."""
        return _read(json.dumps({key: document.get(key) for key in _KEYS}, sort_keys=True))

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Return the open seconds in [start, end), 0 where the end is not after the start."""
        first, last = _seconds(start), _seconds(end)
        if last <= first:
            return 0
        first_year, last_year = start.astimezone(UTC).year, end.astimezone(UTC).year
        whole = sum(self._year(year).total for year in range(first_year, last_year))
        return whole + self._year(last_year).open_until(last) - self._year(first_year).open_until(first)

    def add(self, start: datetime, seconds: int) -> datetime:
        """Return the earliest instant at which so many open seconds have passed since the start."""
        if seconds < 0:
            raise ValueError("seconds must not be negative")
        if seconds == 0:
            return start.astimezone(UTC)
        year = start.astimezone(UTC).year
        wanted = self._year(year).open_until(_seconds(start)) + seconds
        while wanted > self._year(year).total:
            wanted -= self._year(year).total
            year += 1
            if year > _LAST_YEAR:
                raise CalendarError("", "the calendar does not open often enough to reach this")
        index = self._year(year)
        # Due falls on closing time, not on the next opening: the last interval that begins before it.
        at = _last_below(index.before, wanted)
        return _instant(index.starts[at] + wanted - index.before[at])

    def is_open(self, moment: datetime) -> bool:
        """Tell whether the calendar is open at an instant."""
        index = self._year(moment.astimezone(UTC).year)
        second = _seconds(moment)
        at = bisect_right(index.starts, second) - 1
        return at >= 0 and second < index.ends[at]

    def pieces(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
        """Cut [start, end) at openings and closings: start, end, and whether it is open."""
        first, last = _seconds(start), _seconds(end)
        place = first
        for opens, closes in self._merged(first, last):
            if place < opens:
                yield _instant(place), _instant(opens), False
            yield _instant(opens), _instant(closes), True
            place = closes
        if place < last:
            yield _instant(place), _instant(last), False

    def _merged(self, first: int, last: int) -> Iterator[Span]:
        """Return the open intervals within two seconds, joined where a year cut them."""
        held: Span | None = None
        for year in range(_instant(first).year, _instant(last).year + 1):
            index = self._year(year)
            at = max(0, bisect_right(index.starts, first) - 1)
            while at < len(index.starts) and index.starts[at] < last:
                opens, closes = max(index.starts[at], first), min(index.ends[at], last)
                at += 1
                if opens >= closes:
                    continue
                if held is not None and held[1] == opens:
                    held = (held[0], closes)
                    continue
                if held is not None:
                    yield held
                held = (opens, closes)
        if held is not None:
            yield held

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._index(year)
        return found

    def _index(self, year: int) -> _Year:
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise CalendarError("", f"the year {year} is out of range")
        first, last = (
            _seconds(datetime(year, 1, 1, tzinfo=UTC)),
            _seconds(datetime(year + 1, 1, 1, tzinfo=UTC)),
        )
        spans: list[Span] = []
        for begin, end, offset in _offsets(self.timezone, year):
            day = (begin + offset) // DAY
            while day * DAY < end + offset:
                for opens, closes in self._labels(day):
                    span = (max(day * DAY + opens - offset, begin), min(day * DAY + closes - offset, end))
                    if span[0] < span[1]:
                        spans.append(span)
                day += 1
        open_spans = _without(_union(spans), self._closures)
        clipped = [(max(a, first), min(b, last)) for a, b in open_spans if a < last and b > first]
        lengths = [b - a for a, b in clipped]
        sums = list(accumulate(lengths, initial=0))
        return _Year(
            starts=tuple(a for a, _ in clipped),
            ends=tuple(b for _, b in clipped),
            before=tuple(sums[:-1]),
            total=sums[-1],
        )

    def _labels(self, day: int) -> Iterator[Shift]:
        """Return the open labels of a local date, counted in days since 1970."""
        today = date.fromordinal(_EPOCH + day)
        if today in self._holidays:
            return
        for opens, closes in self._shifts(today - timedelta(days=1)):
            if closes > DAY:
                yield max(opens - DAY, 0), closes - DAY
        for opens, closes in self._shifts(today):
            yield opens, min(closes, DAY)

    def _shifts(self, day: date) -> tuple[Shift, ...]:
        return self._overrides.get(day, self._weekly[day.weekday()])


@lru_cache(maxsize=4096)
def _offsets(timezone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """Return the periods of constant UTC offset over a year: begin, end, offset, in seconds."""
    zone = ZoneInfo(timezone)
    begin, last = _seconds(datetime(year, 1, 1, tzinfo=UTC)), _seconds(datetime(year + 1, 1, 1, tzinfo=UTC))
    found: list[tuple[int, int, int]] = []
    period, offset, place = begin, _offset(zone, begin), begin
    while place < last:
        ahead = min(place + _SAMPLE, last)
        if _offset(zone, ahead) != offset:
            low, high = place, ahead
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
            found.append((period, high, offset))
            period, offset = high, _offset(zone, high)
            place = high
        else:
            place = ahead
    if period < last:
        found.append((period, last, offset))
    return tuple(found)


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = _instant(second).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _seconds(moment: datetime) -> int:
    return int((moment - _ZERO).total_seconds())


def _instant(second: int) -> datetime:
    return _ZERO + timedelta(seconds=second)


_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


def _last_below(sums: Sequence[int], wanted: int) -> int:
    """Return the last place whose sum is less than wanted."""
    low, high = 0, len(sums) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sums[middle] < wanted else (low, middle - 1)
    return low


def _union(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged


def _without(spans: list[Span], closures: Sequence[Span]) -> list[Span]:
    if not closures:
        return spans
    left: list[Span] = []
    for opens, closes in spans:
        place = opens
        for begin, end in closures:
            if end <= place or begin >= closes:
                continue
            if begin > place:
                left.append((place, begin))
            place = max(place, end)
        if place < closes:
            left.append((place, closes))
    return left


# --- Reading ------------------------------------------------------------------------------------------

_KEYS = ("timezone", "weekly", "holidays", "overrides", "closures")


@lru_cache(maxsize=512)
def _read(text: str) -> Calendar:
    document = json.loads(text)
    timezone = document["timezone"]
    if not isinstance(timezone, str):
        raise CalendarError("timezone", "an IANA time zone is required")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CalendarError("timezone", f"{timezone!r} is not a time zone we know") from None
    weekly = document["weekly"]
    if not isinstance(weekly, dict):
        raise CalendarError("weekly", "shifts by day (mon … sun) are required")
    for day in weekly:
        if day not in DAYS:
            raise CalendarError(f"weekly.{day}", "is not a day (mon … sun)")
    return Calendar(
        timezone=timezone,
        weekly={DAYS.index(day): _read_shifts(shifts, f"weekly.{day}") for day, shifts in weekly.items()},
        holidays=frozenset(
            _read_date(day, f"holidays[{at}]")
            for at, day in enumerate(_a_list(document["holidays"], "holidays"))
        ),
        overrides=_read_overrides(document["overrides"]),
        closures=[
            _read_closure(closure, f"closures[{at}]")
            for at, closure in enumerate(_a_list(document["closures"], "closures"))
        ],
    )


def _a_list(value: Any, path: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise CalendarError(path, "a list is required")
    return value


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
    for at, shift in enumerate(_a_list(value, path)):
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
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CalendarError(path, f"{value!r} is not a date such as 2026-12-25") from None


def _read_closure(value: Any, path: str) -> Span:
    if isinstance(value, dict):
        value = [value.get("start", value.get("from")), value.get("end", value.get("to"))]
    if not isinstance(value, list) or len(value) != 2:
        raise CalendarError(path, "a start and an end are required")
    begin, end = (_seconds(read_instant(moment, path)) for moment in value)
    if end <= begin:
        raise CalendarError(path, "the end must come after the start")
    return begin, end


def read_instant(value: Any, path: str) -> datetime:
    """Read an ISO 8601 instant with an offset and whole seconds; raises CalendarError."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise CalendarError(path, f"{value!r} is not an instant") from None
    if moment.tzinfo is None:
        raise CalendarError(path, f"{value!r} has no offset")
    if moment.microsecond:
        raise CalendarError(path, f"{value!r} has fractions of a second")
    return moment.astimezone(UTC)
