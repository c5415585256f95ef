"""Facts about tickets in, what they mean for Level 3 out."""

from __future__ import annotations

from escalations import functional_actions as actions
from tickets.events import TicketAssigned, TicketMerged, TicketResolved, TicketReturned


def follow_owner(event: TicketAssigned) -> None:
    """Let a ticket's new owner keep the customer updated; without one, whoever did goes on."""
    if event.ticket_id is None or event.assignee_id is None or event.actor.is_member:
        return
    actions.follow_owner(
        ticket_id=event.ticket_id, customer_id=event.customer_id, person_id=event.assignee_id
    )


def end(event: TicketResolved | TicketReturned | TicketMerged) -> None:
    """End what Level 3 has of a ticket that the desk is done with.

    A member resolves only what their own Level 1 has; members may not read what Level 3 does.
    """
    if event.actor.is_member or event.ticket_id is None:
        return
    actions.end(ticket_id=event.ticket_id, customer_id=event.customer_id, actor=event.actor, at=event.at)
