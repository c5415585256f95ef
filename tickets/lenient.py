"""A day and a time as people write them, such as '1.40pm' or 'yesterday noon'; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from core.catalogue import gettext as _
from core.catalogue import gettext_noop

#: What was typed is never longer than this.
LONGEST = 60

_HOW = gettext_noop("Enter a time, for example 1.40pm, 13:40, noon or yesterday 4pm.")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
#: Words that say nothing, and words that only say that it was today.
_IDLE = {"at", "about", "around", "on", "the", "last", "circa", "ca", "since", "from", "this", "of"}
_TODAY = {"today", "morning", "afternoon", "evening"}
_AGO = re.compile(
    r"(?:(?P<hours>\d{1,3}|an?|half an) ?(?:h|hours?|hrs?))? ?(?:and )?(?:(?P<minutes>\d{1,4}|a) ?(?:m|mins?|minutes?))? ago"
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)? ?(?P<half>[ap]\.?m\.?)?"
)
_COMPACT = re.compile(r"(?P<hour>\d{1,2})(?P<minute>\d{2}) ?(?P<half>[ap]\.?m\.?)?h?")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_SLASHED = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{2}|\d{4}))?")
_DAY_MONTH = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<name>[a-z]{3,9})\.?(?: (?P<year>\d{4}))?(?= |$)"
)


class Unreadable(ValueError):
    """What was typed is no time that has come; the text says how to write one."""


@dataclass(frozen=True, kw_only=True)
class Understood:
    """The instant that was meant, and what the reader should know of how it was found; else empty."""

    at: datetime
    note: str = ""


def read_time(text: str, *, now: datetime, zone: tzinfo) -> Understood:
    """Return the past instant that a text means in a zone; raises Unreadable with what to write instead.

    A time without a day is today's. A day named by its weekday is the last one. A day without its year is the
    last one as well. Of a time that happened twice when clocks went back the first is meant; one that was
    skipped when they went forward is moved by as much as they were.
    """
    said = " ".join(text.lower().replace(",", " ").split())[: LONGEST + 1]
    if len(said) > LONGEST:
        raise Unreadable(_(_HOW))
    if said in ("now", "just now", "right now"):
        return Understood(at=now)
    if (ago := _read_ago(said)) is not None:
        return Understood(at=now - ago)
    today = now.astimezone(zone).date()
    day, rest = _read_day(said, today)
    clock = _read_clock(rest)
    if clock is None and day is not None and not _words(rest):
        raise Unreadable(_("Say the time as well, for example yesterday 4pm."))
    if clock is None:
        raise Unreadable(_(_HOW))
    # The first and the last day of all years may not exist in another zone.
    if day is not None and day.year < today.year - 100:
        raise Unreadable(_("This is more than ten years ago. Check the year."))
    if day is not None and day.year > today.year + 100:
        raise Unreadable(_("This time is in the future."))
    understood = _place(day or today, clock, zone)
    if day is None and understood.at > now:
        raise Unreadable(
            _(
                "%(clock)s today is still to come. If it began before today, say the day, for example yesterday %(clock)s."
            )
            % {"clock": f"{clock:%H:%M}"}
        )
    return understood


def _words(text: str) -> list[str]:
    return [word for word in text.split() if word not in _IDLE]


def _read_ago(said: str) -> timedelta | None:
    match = _AGO.fullmatch(" ".join(_words(said)))
    if match is None or not (match["hours"] or match["minutes"]):
        return None
    hours = {None: 0.0, "a": 1.0, "an": 1.0, "half an": 0.5}.get(match["hours"])
    minutes = {None: 0, "a": 1}.get(match["minutes"])
    return timedelta(
        hours=float(match["hours"]) if hours is None else hours,
        minutes=int(match["minutes"]) if minutes is None else minutes,
    )


def _read_day(said: str, today: date) -> tuple[date | None, str]:
    """Return the day that a text names, and the text without it."""
    said = re.sub(r"(?<=\d)t(?=\d\d:\d\d)", " ", said)  # as machines write it
    if "day before yesterday" in said:
        return today - timedelta(days=2), said.replace("day before yesterday", " ")
    for pattern in (_ISO, _SLASHED, _DAY_MONTH):
        match = re.search(rf"(?<!\S)(?:{pattern.pattern})(?!\S)", said)
        if match is not None and (month := _month(match)) is not None:
            return _date(match, month, today), said[: match.start()] + " " + said[match.end() :]
    day, left = None, []
    for word in said.split():
        bare = word.rstrip(".")
        if bare in ("yesterday", "night"):  # 'last night'; before midnight it is yesterday's
            day = today - timedelta(days=1)
        elif bare in _TODAY:
            day = day or today
        elif bare[:3] in _DAYS and re.fullmatch(r"[a-z]{3,9}", bare) and _is_weekday(bare):
            day = today - timedelta(days=(today.weekday() - _DAYS.index(bare[:3])) % 7)
        else:
            left.append(word)
    return day, " ".join(left)


def _is_weekday(word: str) -> bool:
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return any(name.startswith(word) for name in full)


def _month(match: re.Match[str]) -> int | None:
    found = match.groupdict()
    if found.get("month"):
        return int(found["month"])
    name = found.get("name", "")[:3]
    return _MONTHS.index(name) + 1 if name in _MONTHS else None


def _date(match: re.Match[str], month: int, today: date) -> date:
    typed = match.groupdict().get("year")
    year = today.year if typed is None else int(typed) + (2000 if len(typed) == len("26") else 0)
    try:
        found = date(year, month, int(match["day"]))
        if typed is None and found > today:
            found = date(year - 1, month, int(match["day"]))
    except ValueError:
        raise Unreadable(_("There is no such day. Enter one such as 24/11 or 24 November.")) from None
    return found


def _read_clock(text: str) -> time | None:
    """Return the time of day that a text names and nothing else; None when it names none."""
    said = " ".join(_words(text))
    if said in _NAMED:
        return _NAMED[said]
    match = _COMPACT.fullmatch(said) if re.match(r"\d{3,4}(?!\d)", said) else _CLOCK.fullmatch(said)
    if match is None:
        return None
    found = match.groupdict()
    if found["minute"] is None and found["half"] is None:
        return None  # a number alone may be anything
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "")[:1]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, minute, int(found.get("second") or 0))
    except ValueError:
        return None


def _place(day: date, clock: time, zone: tzinfo) -> Understood:
    """Return the instant of a wall-clock time; one that happened twice or never is said."""
    local = datetime.combine(day, clock, tzinfo=zone)
    at = local.astimezone(UTC)
    later = local.replace(fold=1).astimezone(UTC)
    if at == later:
        return Understood(at=at)
    if at.astimezone(zone).time() != clock:
        moved = at.astimezone(zone)
        return Understood(
            at=at,
            note=_("Clocks went forward that day and skipped %(clock)s, so we read it as %(moved)s.")
            % {"clock": f"{clock:%H:%M}", "moved": f"{moved:%H:%M}"},
        )
    return Understood(
        at=at,
        note=_("Clocks went back that day and %(clock)s came twice. We read the first.")
        % {"clock": f"{clock:%H:%M}"},
    )
