"""Why so many open hours from an instant end where they do: the calendar tester's account; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from slas.calendar import DAYS, Calendar


class Look(StrEnum):
    """What a line of the account is about."""

    COUNTED = "counted"
    CLOSED = "closed"
    SKIPPED = "skipped"
    SHIFTED = "shifted"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the account; `seconds` counts for open stretches alone."""

    look: Look
    from_: datetime
    to: datetime
    said: str
    seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class Account:
    """The answer and, in order, what led to it."""

    start: datetime
    end: datetime
    seconds: int
    lines: tuple[Line, ...]


def account(
    document: Mapping[str, Any], *, start: datetime, seconds: int, names: Mapping[str, str]
) -> Account:
    """Count open seconds from an instant; raises CalendarError where the calendar does not get there.

    `names` says what each closed date of the calendar is called.
    """
    calendar = Calendar.from_dict(document)
    start = start.astimezone(UTC)  # where a day later is 24 hours later
    end = calendar.add(start, seconds)
    zone = ZoneInfo(document["timezone"])
    lines: list[Line] = []
    for piece in calendar.pieces(start, end):
        if piece.is_open:
            length = int((piece.end - piece.start).total_seconds())
            lines.append(
                Line(look=Look.COUNTED, from_=piece.start, to=piece.end, said="Open", seconds=length)
            )
        else:
            lines.append(Line(look=Look.CLOSED, from_=piece.start, to=piece.end, said="Closed"))
            lines.extend(_skipped(document, piece.start, piece.end, zone, names))
    lines.extend(_shifts(start, end, zone))
    order = {
        look: place for place, look in enumerate((Look.SHIFTED, Look.COUNTED, Look.CLOSED, Look.SKIPPED))
    }
    lines.sort(key=lambda line: (line.from_, order[line.look]))
    return Account(start=start, end=end, seconds=seconds, lines=tuple(lines))


def _skipped(
    document: Mapping[str, Any], start: datetime, end: datetime, zone: ZoneInfo, names: Mapping[str, str]
) -> Iterator[Line]:
    """Say of each local date within a closing why it did not open."""
    holidays = set(document.get("holidays") or ())
    overrides: Mapping[str, Any] = document.get("overrides") or {}
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        key, weekday = day.isoformat(), DAYS[day.weekday()]
        said = ""
        if key in holidays:
            said = names.get(key) or "Public holiday"
        elif key in overrides:
            said = "" if overrides[key] else "Closed on this date"
        elif not document["weekly"].get(weekday):
            said = "Weekend" if weekday in ("sat", "sun") else "No hours on this weekday"
        if said:
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            begin = max(midnight, start)
            yield Line(look=Look.SKIPPED, from_=begin, to=min(end, midnight + timedelta(days=1)), said=said)
        day += timedelta(days=1)


def _shifts(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Line]:
    """Say where daylight saving began or ended."""
    place = start
    while place < end:
        ahead = min(place + timedelta(days=1), end)
        before, after = (moment.astimezone(zone).utcoffset() for moment in (place, ahead))
        if before != after and before is not None and after is not None:
            change = _first_change(place, ahead, zone)
            later = after > before
            yield Line(
                look=Look.SHIFTED,
                from_=change,
                to=change,
                said=f"Clocks go {'forward' if later else 'back'}: {change.astimezone(zone).tzname()} from here on",
            )
        place = ahead


def _first_change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant after low with the offset of high."""
    offset = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high
