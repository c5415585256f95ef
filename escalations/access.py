"""What a page shows of a ticket's alerts."""

from __future__ import annotations

from escalations.models import Escalation
from tickets.models import Ticket


def running_alerts(ticket: Ticket) -> list[Escalation]:
    """Return the alerts of a ticket that nobody has taken yet, oldest first."""
    return list(
        Escalation.objects.running()
        .filter(customer_id=ticket.customer_id, ticket=ticket, steps_taken__gt=0)
        .order_by("began_at", "pk")
    )
