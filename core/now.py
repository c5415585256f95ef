"""The one source of time: the database's clock, read once at each door."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connections


def _read_clock(using: str) -> datetime:
    """Ask the database for its clock; tests replace this function."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT date_trunc('second', clock_timestamp())")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment.astimezone(UTC)


def database_now(*, using: str = "default") -> datetime:
    """Return the database's current instant in UTC, truncated to whole seconds."""
    return _read_clock(using)
