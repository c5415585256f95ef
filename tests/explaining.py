"""A missed promise is explained before the desk resolves a ticket."""

from __future__ import annotations

from core.tenancy import acting_as
from slas.actions import explain_misses, refresh_clocks
from slas.models import Clock, MissCause
from tests.cast import Cast, actor_of, context_of
from tickets.models import Ticket


def explain(cast: Cast, ticket: Ticket) -> None:
    """Let the engineer say why every clock of a ticket that has missed did."""
    with acting_as(context_of(cast.engineer)) as now:
        refresh_clocks(ticket_id=ticket.pk, customer_id=ticket.customer_id, at=now)
        missed = Clock.objects.of_tickets([ticket]).missed()
        if not missed:
            return
        explain_misses(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            misses=[f"{clock.metric}:{clock.cycle}" for clock in missed],
            cause=MissCause(MissCause.values[0]),
            detail="Nobody looked",
        )
