"""What the desk looks at of a ticket is written down where the customer's leads read it."""

from __future__ import annotations

from datetime import datetime

from customers.models import DeskPerson, LookKind
from customers.portal_actions import record_look
from tickets.models import Ticket


def look_at(ticket: Ticket, *, person: DeskPerson, at: datetime, kind: LookKind = LookKind.TICKET) -> Ticket:
    """Write down that a desk person is shown something of a ticket, and hand the ticket on."""
    record_look(person=person, customer_id=ticket.customer_id, ticket_number=ticket.number, kind=kind, at=at)
    return ticket
