"""Facts about tickets in, actions on clocks out."""

from __future__ import annotations

from datetime import datetime

from core.events import Event
from slas import actions
from tickets.events import ServiceRestored, TicketReachedDesk, TicketResolved


def start_clocks(event: TicketReachedDesk) -> None:
    """Attach the agreement in force, if there is one, and start the clocks."""
    ticket_id = _ticket_id(event)
    actions.attach_agreement(
        ticket_id=ticket_id, customer_id=event.customer_id, actor=event.actor, at=event.at
    )
    actions.refresh_clocks(ticket_id=ticket_id, customer_id=event.customer_id, at=event.at)


def recompute(event: Event) -> None:
    """Replay the ticket's clocks after a fact that may move them."""
    actions.refresh_clocks(ticket_id=_ticket_id(event), customer_id=event.customer_id, at=event.at)


def recompute_restored(event: ServiceRestored) -> None:
    """Replay as of the instant of the report, which may be later than the restoration."""
    actions.refresh_clocks(
        ticket_id=_ticket_id(event),
        customer_id=event.customer_id,
        at=datetime.fromisoformat(event.reported_at),
    )


def plan_closing(event: TicketResolved) -> None:
    """Say when a resolved ticket closes by itself."""
    actions.plan_closing(ticket_id=_ticket_id(event), customer_id=event.customer_id, at=event.at)


def _ticket_id(event: Event) -> int:
    if event.ticket_id is None:
        raise ValueError(f"{event.type_name} names no ticket")
    return event.ticket_id
