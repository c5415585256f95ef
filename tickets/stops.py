"""Which of a ticket's clocks a hold stops: the clocks' floor stands above this one and tells when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tickets.lifecycle import HoldReason
from tickets.models import Ticket

#: A ticket and a reason to hold it → the objectives whose clocks stand still meanwhile.
Resolver = Callable[[Ticket, HoldReason], Sequence[str]]


def _nothing(ticket: Ticket, reason: HoldReason) -> Sequence[str]:
    return ()


_resolver: Resolver = _nothing


def stops_come_from(resolver: Resolver) -> None:
    """Let a higher floor answer which clocks a hold stops."""
    global _resolver
    _resolver = resolver


def stopped_by(ticket: Ticket, reason: HoldReason) -> list[str]:
    """Return the objectives of a ticket whose clocks a hold would stop, in the order in which they are due."""
    return list(_resolver(ticket, reason))
