"""What the clocks' floor writes down for lists; nothing here counts as someone's edit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tickets.models import Ticket


@transaction.atomic
def set_next_deadline(
    *,
    ticket: Ticket,
    next_due_at: datetime | None,
    next_objective: str,
    clock_state: str,
    has_cover: bool,
) -> None:
    """Show on the ticket which promise falls due next; the clocks stay the truth."""
    Ticket.objects.filter(pk=ticket.pk, customer_id=ticket.customer_id).update(
        next_due_at=next_due_at,
        next_objective=next_objective,
        clock_state=clock_state,
        has_cover=has_cover,
    )


@transaction.atomic
def set_closing(*, ticket_id: int, customer_id: int, closes_at: datetime | None) -> None:
    """Say when a resolved ticket closes by itself."""
    Ticket.objects.filter(pk=ticket_id, customer_id=customer_id).update(closes_at=closes_at)
