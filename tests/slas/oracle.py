"""A slow second opinion on calendars: it asks the wall clock, minute by minute.

It shares no code and no idea with slas.calendar. It reads what the local clock shows through zoneinfo, looks
the label up in that date's shifts, and counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES = 24 * 60
#: Nobody waits longer for an answer in a test.
LIMIT = timedelta(days=400)


class Oracle:
    """One calendar document, read afresh for each minute."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.zone = ZoneInfo(document["timezone"])
        self._labels: dict[date, list[bool]] = {}

    def is_open(self, moment: datetime) -> bool:
        """Tell whether the label on the wall is open and no closure covers the instant."""
        if any(begin <= moment < end for begin, end in self._closures):
            return False
        wall = moment.astimezone(self.zone)
        return self.open_labels(wall.date())[wall.hour * 60 + wall.minute]

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Count the open seconds in [start, end)."""
        return sum(seconds for _, seconds in self._open_steps(start, end))

    def add(self, start: datetime, seconds: int) -> datetime:
        """Walk until so many open seconds have passed."""
        left = seconds
        if left == 0:
            return start
        for begin, step in self._open_steps(start, start + LIMIT):
            if left <= step:
                return begin + timedelta(seconds=left)
            left -= step
        raise AssertionError("the oracle was asked for a time too far away")

    def open_labels(self, day: date) -> list[bool]:
        """Tell for each minute of a local date whether its label is open."""
        if day not in self._labels:
            self._labels[day] = [self._is_label_open(day, minute) for minute in range(MINUTES)]
        return self._labels[day]

    def _is_label_open(self, day: date, minute: int) -> bool:
        if day.isoformat() in (self.document.get("holidays") or []):
            return False
        for opens, closes in self._shifts(day):
            if opens <= minute and (minute < closes or closes <= opens):
                return True
        # The night before: what its shifts run over into this date.
        for opens, closes in self._shifts(day - timedelta(days=1)):
            if closes <= opens and minute < closes:
                return True
        return False

    def _shifts(self, day: date) -> list[tuple[int, int]]:
        """Return the shifts that start on a date, in minutes, as they are written."""
        overrides = self.document.get("overrides") or {}
        listed = overrides.get(day.isoformat(), self.document["weekly"].get(DAYS[day.weekday()], []))
        return [(_minute(opens), _minute(closes)) for opens, closes in listed]

    def _open_steps(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
        """Walk to the next full minute, of the wall clock or of UTC; give the open steps and their seconds."""
        place = start.astimezone(UTC)
        while place < end:
            wall = place.astimezone(self.zone)
            length = timedelta(seconds=60 - max(wall.second, place.second))
            if any(edge < place + length and place < edge for edges in self._closures for edge in edges):
                length = timedelta(seconds=1)
            length = min(length, end - place)
            if self.is_open(place):
                yield place, int(length.total_seconds())
            place += length

    @cached_property
    def _closures(self) -> list[tuple[datetime, datetime]]:
        return [
            (datetime.fromisoformat(begin), datetime.fromisoformat(end))
            for begin, end in self.document.get("closures") or []
        ]


def _minute(label: str) -> int:
    hour, minute = label.split(":")
    return int(hour) * 60 + int(minute)


def offset_changes(timezone: str, year: int) -> list[datetime]:
    """Find the instants of a year at which a zone's offset changes, to the minute; it looks at each hour."""
    zone = ZoneInfo(timezone)

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    changes = []
    hour, place = timedelta(hours=1), datetime(year, 1, 1, tzinfo=UTC)
    while place.year == year:
        if offset(place) != offset(place + hour):
            minutes = (place + timedelta(minutes=count) for count in range(1, 61))
            changes.append(next(minute for minute in minutes if offset(minute) != offset(place)))
        place += hour
    return changes
