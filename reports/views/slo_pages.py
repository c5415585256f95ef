"""Pages of long lists that begin after a row, not after a number of rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.http import QueryDict

_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DIGITS = 18


def next_page(given: QueryDict, at: datetime | None = None, pk: int | None = None) -> str:
    """Return the address's end of the page after a row; without one, of the first page."""
    query = given.copy()
    query.pop("after", None)
    if pk is not None:
        query["after"] = str(pk) if at is None else f"{(at - _ZERO) // _MICROSECOND}-{pk}"
    return query.urlencode()


def read_place(said: str) -> tuple[datetime, int] | None:
    """Read where a page begins; None for anything else, which shows the first page."""
    instant, _, pk = said.partition("-")
    if not all(part.isascii() and part.isdecimal() and len(part) <= _DIGITS for part in (instant, pk)):
        return None
    try:
        return _ZERO + int(instant) * _MICROSECOND, int(pk)
    except OverflowError:
        return None
