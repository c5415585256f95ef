"""Facts about tickets in, what they mean for the hand-over out."""

from __future__ import annotations

from escalations import hand_over_actions as actions
from tickets.events import (
    PublicReplyPosted,
    ServiceRestored,
    TicketAssigned,
    TicketClosed,
    TicketHeld,
    TicketMerged,
    TicketReachedDesk,
    TicketResolved,
    TicketReturned,
)
from tickets.models import Ticket


def note_straight(event: TicketReachedDesk) -> None:
    """Record an arrival at the desk that nobody handed over, such as a critical ticket's."""
    if event.ticket_id is None:
        return
    ticket = Ticket.objects.get(pk=event.ticket_id, customer_id=event.customer_id)
    actions.note_straight(ticket=ticket, actor=event.actor, at=event.at)


def accept_by_working(
    event: PublicReplyPosted
    | TicketAssigned
    | TicketHeld
    | ServiceRestored
    | TicketResolved
    | TicketClosed
    | TicketMerged,
) -> None:
    """Count what a desk person does with a ticket as their acceptance of its hand-over."""
    if event.ticket_id is None or not event.actor.is_desk or not _is_work(event):
        return
    actions.accept_by_working(
        ticket_id=event.ticket_id, customer_id=event.customer_id, actor=event.actor, at=event.at
    )


def _is_work(
    event: PublicReplyPosted
    | TicketAssigned
    | TicketHeld
    | ServiceRestored
    | TicketResolved
    | TicketClosed
    | TicketMerged,
) -> bool:
    """Tell whether a person now has the ticket: an automatic reply or a taken-away owner says nothing."""
    match event:
        case PublicReplyPosted():
            return not event.automatic
        case TicketAssigned():
            return event.assignee_id is not None
    return True


def note_return(event: TicketReturned) -> None:
    """Record that the desk gave a ticket back."""
    if event.ticket_id is None:
        return
    actions.note_return(
        ticket_id=event.ticket_id,
        customer_id=event.customer_id,
        actor=event.actor,
        at=event.at,
        reason=event.reason,
    )
