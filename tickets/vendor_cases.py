"""What vendors work on: their cases' floor stands above this one and tells when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tickets.models import Ticket, TicketQuerySet


@dataclass(frozen=True)
class Move:
    """Whose move it is in a ticket's running cases, in words; `is_ours` when a vendor waits for the desk."""

    words: str
    is_ours: bool


#: Returns, as a query of their ids, the tickets with a case on which a vendor is not done.
Running = Callable[[], QuerySet[Any]]
#: Some tickets → whose move it is in their running cases, by the ticket's id.
Moves = Callable[[Iterable[Ticket]], Mapping[int, Move]]

_running: Running | None = None
_moves: Moves | None = None


def vendor_cases_come_from(running: Running, moves: Moves) -> None:
    """Let a higher floor answer which tickets vendors work on, and whose move it is."""
    global _running, _moves
    _running, _moves = running, moves


def with_vendors(tickets: TicketQuerySet) -> TicketQuerySet:
    """Keep what is on hold for a vendor, and what a vendor has a running case for."""
    held = Ticket.objects.waiting_for_vendor().values("pk")
    if _running is None:
        return tickets.filter(pk__in=held)
    # A union, and no "or": each half is found by its own index.
    return tickets.filter(pk__in=held.union(_running()))


def moves_on(tickets: Iterable[Ticket]) -> Mapping[int, Move]:
    """Return whose move it is in the running cases of some tickets, by the ticket's id; one query."""
    return {} if _moves is None else _moves(tickets)
