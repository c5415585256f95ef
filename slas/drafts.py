"""Rules while they are being written: a calendar's or a policy's content, read from text and checked; pure.

A draft is never stored. What passes `check` becomes a version, and a version is never edited.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from slas.calendar import DAYS, Calendar, CalendarError
from slas.documents import FORMAT, DocumentError, parse

Shifts = list[list[str]]
KINDS = ("incident", "request", "both")
CALENDARS = ("business", "always")
#: A zone to try a calendar in that leaves the choice of zone to the customer.
_ANY_ZONE = "UTC"


class DraftError(ValueError):
    """A draft that is refused; `part` names what is at fault, such as a day of the week."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part
        self.message = message


def digest(content: Any) -> str:
    """Return the fingerprint of a content, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- Calendars ----------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class CalendarDraft:
    """The content of a calendar: `holidays` names each closed date, `overrides` has dates of other hours."""

    weekly: Mapping[str, Shifts]
    holidays: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Shifts] = field(default_factory=dict)
    country: str = ""
    subdivision: str = ""
    source: str = ""
    timezone: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """Return what decides when it is open; where the days came from does not."""
        return {
            "weekly": {day: self.weekly.get(day, []) for day in DAYS},
            "holidays": dict(sorted(self.holidays.items())),
            "overrides": dict(sorted(self.overrides.items())),
            "timezone": self.timezone,
        }

    @property
    def digest(self) -> str:
        return digest(self.content)

    @property
    def columns(self) -> dict[str, Any]:
        """Return the content as a version stores it."""
        return {
            "weekly": self.content["weekly"],
            "holidays": sorted(self.holidays),
            "holiday_names": dict(self.holidays),
            "overrides": self.content["overrides"],
            "country": self.country,
            "subdivision": self.subdivision,
            "source": self.source,
            "timezone": self.timezone,
            "content_hash": self.digest,
        }

    @property
    def dump(self) -> dict[str, Any]:
        """Return the content as JSON, for a proposal to keep."""
        origin = {"country": self.country, "subdivision": self.subdivision, "source": self.source}
        return self.content | origin

    def check(self) -> None:
        """Raise DraftError for overlapping shifts, a malformed date or time, and hours that never open."""
        for day, following in zip(DAYS, (*DAYS[1:], DAYS[0]), strict=True):
            _check_shifts(self.weekly.get(day, []), day)
            _check_night(self.weekly.get(day, []), self.weekly.get(following, []), following)
        for date, shifts in self.overrides.items():
            _check_shifts(shifts, "overrides")
            if date in self.holidays:
                raise DraftError("overrides", f"{date} is a public holiday too. Keep it in one of the lists.")
        try:
            Calendar.from_dict(
                {
                    "timezone": self.timezone or _ANY_ZONE,
                    "weekly": dict(self.weekly),
                    "holidays": sorted(self.holidays),
                    "overrides": dict(self.overrides),
                }
            )
        except CalendarError as error:
            part = error.path.replace("weekly.", "").partition("[")[0].partition(".")[0]
            raise DraftError(part, _capital(error.message)) from None
        if not any(self.weekly.values()):
            raise DraftError("mon", "These hours never open. Enter at least one shift in the week.")


def _check_shifts(shifts: Sequence[Sequence[str]], part: str) -> None:
    """Refuse shifts of one day that overlap; only the last may run into the next day."""
    ordered = sorted(tuple(shift) for shift in shifts)
    for (_, closes), (opens, _) in pairwise(ordered):
        if opens < closes:
            raise DraftError(part, f"The shift from {opens} begins before the one before it ends.")
    for opens, closes in ordered[:-1]:
        if closes <= opens:
            raise DraftError(part, f"The shift from {opens} runs into the next day, over a later shift.")


def _check_night(shifts: Sequence[Sequence[str]], after: Sequence[Sequence[str]], part: str) -> None:
    """Refuse a day whose first shift begins before the night shift of the day before has ended."""
    nights = [closes for opens, closes in shifts if closes <= opens]
    if nights and after and min(opens for opens, _ in after) < nights[0]:
        raise DraftError(part, f"The night shift of the day before runs until {nights[0]}, into this one.")


_SHIFT = re.compile(r"(\d{2}:\d{2})\s*[-\N{EN DASH}]\s*(\d{2}:\d{2})")
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[\s:,]*(.*)")
_CLOSED = ("", "closed")


def read_shifts(text: str) -> Shifts:
    """Read the shifts of a day, such as '09:00-12:00, 13:00-17:00'; empty or 'closed' for none."""
    if text.strip().lower() in _CLOSED:
        return []
    shifts = []
    for part in text.split(","):
        found = _SHIFT.fullmatch(part.strip())
        if found is None:
            raise DraftError("", f"Enter shifts such as 09:00-12:00, 13:00-17:00, not “{part.strip()}”.")
        shifts.append([found[1], found[2]])
    return sorted(shifts)


def write_shifts(shifts: Sequence[Sequence[str]]) -> str:
    """Write the shifts of a day as `read_shifts` reads them."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in shifts)


def read_holidays(text: str) -> dict[str, str]:
    """Read closed dates, one a line: the date, then its name."""
    days: dict[str, str] = {}
    for number, day, rest in _dated_lines(text):
        if not rest:
            raise DraftError("", f"Line {number}: enter the name of the day after {day}.")
        if day in days:
            raise DraftError("", f"Line {number}: {day} is listed twice.")
        days[day] = rest[:100]
    return days


def write_holidays(days: Mapping[str, str]) -> str:
    """Write closed dates as `read_holidays` reads them."""
    return "\n".join(f"{day} {name}" for day, name in sorted(days.items()))


def read_overrides(text: str) -> dict[str, Shifts]:
    """Read dates of other hours, one a line: the date, then its shifts."""
    days: dict[str, Shifts] = {}
    for number, day, rest in _dated_lines(text):
        if day in days:
            raise DraftError("", f"Line {number}: {day} is listed twice.")
        try:
            days[day] = read_shifts(rest)
        except DraftError as error:
            raise DraftError("", f"Line {number}: {error.message}") from None
    return days


def write_overrides(days: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """Write dates of other hours as `read_overrides` reads them."""
    return "\n".join(f"{day} {write_shifts(shifts) or 'closed'}" for day, shifts in sorted(days.items()))


def _dated_lines(text: str) -> list[tuple[int, str, str]]:
    """Return the number, the date and the rest of each line that says something."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        day = None if match is None else _real_date(match[1])
        if match is None or day is None:
            raise DraftError("", f"Line {number}: begin with a date such as 2026-12-25.")
        found.append((number, day, match[2].strip()))
    return found


def _real_date(text: str) -> str | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return None


def _capital(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


# --- Policies -----------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class PolicyDraft:
    """The content of a policy: its objectives as replay documents have them, each with kind and clause."""

    objectives: Sequence[Mapping[str, Any]]
    reopen_window: Mapping[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        return {
            "reopen_window": dict(self.reopen_window),
            "objectives": [dict(one) for one in self.objectives],
        }

    @property
    def digest(self) -> str:
        return digest(self.document)

    def check(self) -> None:
        """Raise DraftError for a target of nothing, and for two objectives that meet on one ticket.

        `part` is the number of the objective at fault, from 0, or `reopen_window`.
        """
        if not self.objectives:
            raise DraftError("0", "Enter at least one objective.")
        always = {"timezone": _ANY_ZONE, "weekly": {day: [["00:00", "24:00"]] for day in DAYS}}
        seen: dict[tuple[str, str, str], int] = {}
        for number, one in enumerate(self.objectives):
            for kind in kinds_of(one):
                key = (str(one["metric"]), str(one["severity"]), kind)
                if key in seen:
                    raise DraftError(str(number), f"An objective above has this measure for {key[1]} too.")
                seen[key] = number
            self._parse([one], number, always)
        self._parse([], None, always)

    def _parse(self, objectives: list[Mapping[str, Any]], number: int | None, calendar: object) -> None:
        """Let the replay read it, so that what it would refuse is never published."""
        opened = {"id": "f", "at": "2026-01-01T00:00:00Z", "kind": "opened"}
        policy = {"reopen_window": dict(self.reopen_window), "objectives": objectives}
        try:
            parse(
                {
                    "format": FORMAT,
                    "as_of": opened["at"],
                    "calendars": dict.fromkeys(CALENDARS, calendar),
                    "policies": {"draft": policy},
                    "facts": [opened],
                }
            )
        except DocumentError as error:
            part = "reopen_window" if number is None else str(number)
            raise DraftError(part, f"{_capital(error.message)}") from None


def kinds_of(objective: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of ticket that an objective is for; both where it does not say."""
    kind = str(objective.get("kind") or "both")
    return ("incident", "request") if kind == "both" else (kind,)


_TARGET = re.compile(r"(\d+)\s*(business days?|days?|d|hours?|h|minutes?|mins?|m)\b")
_UNITS = {"b": 8 * 3600, "h": 3600, "m": 60}
_DAY = {"business": 8 * 3600, "always": 86_400}


def read_target(text: str, calendar: str) -> int:
    """Read a target such as '30 min', '4 h' or '1 business day' as seconds; a business day has eight hours."""
    rest = text.strip().lower()
    parts = _TARGET.findall(rest)
    if not parts or _TARGET.sub("", rest).strip():
        raise DraftError("target", "Enter a length of time such as 30 min, 4 h or 1 business day.")
    seconds = sum(int(number) * _UNITS.get(unit[0], _DAY[calendar]) for number, unit in parts)
    if seconds <= 0:
        raise DraftError("target", "Enter a target of at least one minute.")
    if seconds > _LONGEST:
        raise DraftError("target", "Enter a target of at most a year.")
    return seconds


_LONGEST = 366 * 86_400


def whole_days(seconds: int, calendar: str) -> int | None:
    """Return how many business days a target is; None for one that is not said in them."""
    if calendar != "business" or seconds % _UNITS["b"]:
        return None
    return seconds // _UNITS["b"]


def write_target(seconds: int, calendar: str) -> str:
    """Write a target as `read_target` reads it."""
    if (days := whole_days(seconds, calendar)) is not None:
        return f"{days} business day{'s' if days > 1 else ''}"
    hours, rest = divmod(seconds, 3600)
    minutes = rest // 60
    return " ".join(f"{value} {unit}" for value, unit in ((hours, "h"), (minutes, "min")) if value)
