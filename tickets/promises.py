"""When a ticket's promises are due: the clocks' floor stands above this one and tells when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from tickets.models import Ticket

#: Objective (respond, update, restore) → when it is due; what is met, stopped or not promised is left out.
Due = Mapping[str, datetime]
Resolver = Callable[[Ticket], Due]


def _nothing(ticket: Ticket) -> Due:
    return {}


_resolver: Resolver = _nothing


def due_times_come_from(resolver: Resolver) -> None:
    """Let a higher floor answer when promises are due."""
    global _resolver
    _resolver = resolver


def due_times(ticket: Ticket) -> Due:
    """Return when each open promise of a ticket is due; nothing where nobody promises."""
    return _resolver(ticket)
