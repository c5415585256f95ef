"""Pages of the queue that begin after a row, not after a number of rows: none is read to be thrown away, and
a row that comes or goes meanwhile neither repeats nor skips another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from tickets.models import Ticket, TicketQuerySet
from tickets.models.tickets import NEVER

_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A row's place in the queue's order."""

    due_at: datetime
    opened_at: datetime
    pk: int

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        return cls(due_at=ticket.next_due_at or NEVER, opened_at=ticket.opened_at, pk=ticket.pk)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `__str__` wrote; None for anything else, which shows the first page."""
        parts = text.split("-")
        if len(parts) != len(("due", "opened", "pk")) or not all(
            part.isascii() and part.isdecimal() and len(part) < len("9" * 19) for part in parts
        ):
            return None
        due, opened, pk = (int(part) for part in parts)
        try:
            return cls(due_at=_ZERO + due * _MICROSECOND, opened_at=_ZERO + opened * _MICROSECOND, pk=pk)
        except OverflowError:
            return None

    def __str__(self) -> str:
        instants = ((moment - _ZERO) // _MICROSECOND for moment in (self.due_at, self.opened_at))
        return "-".join(str(part) for part in (*instants, self.pk))


@dataclass(frozen=True, kw_only=True)
class Activity:
    """A row's place in the order of a customer's list."""

    at: datetime
    pk: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `__str__` wrote; None for anything else, which shows the first page."""
        at, _, pk = text.partition("-")
        if (instant := _pk(at)) is None or (number := _pk(pk)) is None:
            return None
        try:
            return cls(at=_ZERO + instant * _MICROSECOND, pk=number)
        except OverflowError:
            return None

    def __str__(self) -> str:
        return f"{(self.at - _ZERO) // _MICROSECOND}-{self.pk}"


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some rows, and the places from which the next and the previous ones are read; '' where there are none."""

    rows: Sequence[Ticket]
    after: str
    before: str

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __iter__(self) -> Iterator[Ticket]:
        return iter(self.rows)


def page_of(tickets: TicketQuerySet, *, size: int, after: str = "", before: str = "") -> Page:
    """Return the rows that stand after a place of the queue's order, or before one; the first ones without."""
    if (place := Place.read(before)) is not None:
        rows = list(tickets.in_queue_before(place.due_at, place.opened_at, place.pk)[: size + 1])
        has_more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows=rows, after=_place(rows[-1:]) or before, before=_place(rows[:1]) if has_more else "")
    place = Place.read(after)
    if place is not None:
        tickets = tickets.in_queue_after(place.due_at, place.opened_at, place.pk)
    rows = list(tickets.for_queue()[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    return Page(
        rows=rows,
        after=_place(rows[-1:]) if has_more else "",
        before=_place(rows[:1]) if place is not None else "",
    )


def found_page_of(tickets: TicketQuerySet, *, size: int, after: str = "", before: str = "") -> Page:
    """Return the rows after one of what a search found, or before one; the newest tickets come first."""
    if (newer := _pk(before)) is not None:
        rows = list(tickets.filter(pk__gt=newer).order_by("pk")[: size + 1])
        has_more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows=rows, after=_last(rows) or before, before=_first(rows) if has_more else "")
    older = _pk(after)
    if older is not None:
        tickets = tickets.filter(pk__lt=older)
    rows = list(tickets.newest_opened_first()[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    return Page(
        rows=rows,
        after=_last(rows) if has_more else "",
        before=_first(rows) if older is not None else "",
    )


def active_page_of(tickets: TicketQuerySet, *, size: int, after: str = "", before: str = "") -> Page:
    """Return the rows after a place of a customer's list, or before one; the newest activity comes first."""
    if (place := Activity.read(before)) is not None:
        rows = list(tickets.in_list_before(place.at, place.pk)[: size + 1])
        has_more, rows = len(rows) > size, rows[:size][::-1]
        return Page(
            rows=rows, after=_active(rows[-1:]) or before, before=_active(rows[:1]) if has_more else ""
        )
    place = Activity.read(after)
    if place is not None:
        tickets = tickets.in_list_after(place.at, place.pk)
    rows = list(tickets.newest_first()[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    return Page(
        rows=rows,
        after=_active(rows[-1:]) if has_more else "",
        before=_active(rows[:1]) if place is not None else "",
    )


def _active(rows: Sequence[Ticket]) -> str:
    return str(Activity(at=rows[0].last_activity_at, pk=rows[0].pk)) if rows else ""


def _pk(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("9" * 19) else None


def _first(rows: Sequence[Ticket]) -> str:
    return str(rows[0].pk) if rows else ""


def _last(rows: Sequence[Ticket]) -> str:
    return str(rows[-1].pk) if rows else ""


def _place(rows: Sequence[Ticket]) -> str:
    return str(Place.of(rows[0])) if rows else ""
