"""Calendars as other programs read them (RFC 5545): events with a start and an end in UTC; pure.

Ours is the small part of the format that a feed of shifts needs, and only writes it. A library would bring a
parser, time zones and recurrence that nothing here uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CONTENT_TYPE = "text/calendar; charset=utf-8"
_LONGEST = 75  # octets of a line, its end not counted


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event; `uid` stays the same for as long as it is the same event."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    stamp: datetime


def write_calendar(*, name: str, product: str, entries: Iterable[Entry], refresh: timedelta) -> bytes:
    """Return a calendar; `refresh` is how often a program may ask again, in whole minutes."""
    often = f"PT{refresh // timedelta(minutes=1)}M"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_text(product)}",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{often}",
        f"X-PUBLISHED-TTL:{often}",
    ]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return b"".join(_fold(line) + b"\r\n" for line in lines)


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(entry.uid)}"
    yield f"DTSTAMP:{_instant(entry.stamp)}"
    yield f"DTSTART:{_instant(entry.starts_at)}"
    yield f"DTEND:{_instant(entry.ends_at)}"
    yield f"SUMMARY:{_text(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{_text(entry.description)}"
    # Being on call does not keep anybody from a meeting.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """Escape a text: what separates values, and the ends of lines; other control characters are dropped."""
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(character for character in value if character >= " " and character != "\x7f")


def _fold(line: str) -> bytes:
    """Cut a line into pieces of at most 75 octets, never within a character; each next one begins with a space."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > _LONGEST:
            pieces.append(piece)
            piece = b" "
        piece += octets
    pieces.append(piece)
    return b"\r\n".join(pieces)
