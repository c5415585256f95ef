"""The one source of time: the database's clock, read once at each door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import connections

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def _read_clock(using: str) -> datetime:
    """Ask the database for its clock; tests replace this function."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT date_trunc('second', clock_timestamp())")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment.astimezone(UTC)


def database_now(*, using: str = "default") -> datetime:
    """Return the database's current instant in UTC, truncated to whole seconds."""
    return _standing.get() or _read_clock(using)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let everything in the block happen at a given instant, to replay the history of a demonstration."""
    token = _standing.set(moment.astimezone(UTC).replace(microsecond=0))
    try:
        yield
    finally:
        _standing.reset(token)
