"""Instants as people read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def say_instant(at: datetime, zone: str) -> str:
    """Return an instant in a zone with the zone's name, such as 'Tue 24 Nov 2026, 12:38 AEDT'."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {local.tzname()}"
