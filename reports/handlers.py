"""News of tickets and clocks in, rows that say which tickets are to be counted again out."""

from __future__ import annotations

from collections.abc import Sequence

from reports.actions.noting import note_changes
from tickets.events import TicketOpened
from tickets.models import Ticket


def count_opened(event: TicketOpened) -> None:
    """Let the sweep count a new ticket; one that its Level 1 keeps has no clock to be looked at."""
    if event.ticket_id is not None:
        note_changes([(event.customer_id, event.ticket_id)])


def count_looked_at(tickets: Sequence[Ticket]) -> None:
    """Let the sweep count tickets again whose clocks may have another verdict."""
    note_changes([(ticket.customer_id, ticket.pk) for ticket in tickets])
