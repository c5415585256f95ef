"""Lengths of time in words, by the clock on the wall and by the hours of a calendar; pure.

The units are signs, such as `min`, and the same in every language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.catalogue import gettext as _
from core.catalogue import ngettext

_WHOLE_DAY = int(timedelta(days=1).total_seconds())


@dataclass(frozen=True)
class Hours:
    """What a calendar's day is worth: `day_seconds` is None where its days differ or it never closes."""

    is_always: bool
    day_seconds: int | None

    @classmethod
    def of(cls, weekly: Mapping[str, Sequence[Sequence[str]]]) -> Hours:
        """Read the week of a calendar document."""
        days = [sum(_seconds(opens, closes) for opens, closes in weekly.get(day, ())) for day in _DAYS]
        lengths = {length for length in days if length}
        if lengths == {_WHOLE_DAY} and all(days):
            return cls(is_always=True, day_seconds=None)
        return cls(is_always=False, day_seconds=lengths.pop() if len(lengths) == 1 else None)


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = Hours(is_always=True, day_seconds=None)


def _seconds(opens: str, closes: str) -> int:
    start, end = (int(label[:2]) * 3600 + int(label[3:]) * 60 for label in (opens, closes))
    return end - start if end > start else end - start + _WHOLE_DAY


def say_seconds(seconds: int) -> str:
    """Return a length of time in its two largest units, such as '3 h 20 min'."""
    return _say(seconds, ((_WHOLE_DAY, "d"), (3600, "h"), (60, "min"), (1, "s")))


def say_counted(seconds: int, hours: Hours) -> str:
    """Return a length that a calendar counted, in business days where its days are alike."""
    if hours.is_always or seconds == 0:
        return say_seconds(seconds)
    if hours.day_seconds is None or not _fills_a_day(seconds, hours):
        return _say(seconds, ((3600, "h"), (60, "min"), (1, "s")))
    days, rest = divmod(abs(seconds), hours.day_seconds)
    said = ngettext("%(days)s business day", "%(days)s business days", days) % {"days": days}
    return f"{said} {_say(rest, ((3600, 'h'), (60, 'min')))}" if rest >= 60 else said


def _fills_a_day(seconds: int, hours: Hours) -> bool:
    return hours.day_seconds is not None and abs(seconds) >= hours.day_seconds


def _say(seconds: int, units: Sequence[tuple[int, str]]) -> str:
    rest, parts = abs(seconds), []
    for length, unit in units:
        value, rest = divmod(rest, length)
        if value:
            parts.append(f"{value} {unit}")
    return " ".join(parts[:2]) or f"0 {units[-1][1]}"


def say_target(seconds: int, hours: Hours) -> str:
    """Return a target in words, saying so where only business hours count."""
    said = say_counted(seconds, hours)
    if hours.is_always or _fills_a_day(seconds, hours):
        return said
    return _("%(length)s of business hours") % {"length": said}


def hours_of(document: Mapping[str, Any], calendar: str | None) -> Hours:
    """Return the hours of one of a replay document's calendars; of the clock on the wall without one."""
    return ALWAYS if calendar is None else Hours.of(document["calendars"][calendar]["weekly"])


def say_checked(ago: timedelta | None, *, lag: timedelta, is_late: bool) -> str:
    """Say when the sweep looked at the clocks last and, where it is late, how far behind it is."""
    if ago is None:
        return "Clocks have never been checked"
    said = f"{say_seconds(int(ago.total_seconds()))} ago"
    if not is_late:
        return f"Clocks checked {said}"
    behind = f", {say_seconds(int(lag.total_seconds()))} behind" if lag else ""
    return f"Clocks are late: last checked {said}{behind}"
