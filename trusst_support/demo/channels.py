"""Where the demonstration's alerts go outside: one webhook, to a page of this machine that lists what arrives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from core.tenancy import acting_as
from customers import access
from customers.models import DeskPerson, DeskRole
from notifications import actions, channel_actions
from tickets.models import Ticket
from trusst_support.local.webhooks import address


def keep_channel(desk: Iterable[DeskPerson], ticket: Ticket, *, now: datetime) -> None:
    """Add the channel, and send a critical ticket to it; it is delivered once the portal runs."""
    if not settings.PORTAL_LOCAL_MAIL:
        return  # only a portal of one machine has that page
    admin = next(person for person in desk if person.role == DeskRole.ADMIN)
    with acting_as(access.desk_context(admin)):
        channel = channel_actions.add_channel(
            kind="webhook",
            name="Major incidents",
            address=address(),
            actor=access.desk_actor(admin),
            at=now,
        )
        actions.queue_to_channel(
            channel_id=channel.pk,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            kind="critical_arrived",
            dedupe_key=f"demonstration:{channel.pk}",
            subject=f"{ticket.key} A critical ticket reached the desk",
            body=ticket.subject,
            occurred_at=ticket.opened_at,
            deliver_after=now,
            payload={
                "ticket": ticket.key,
                "title": ticket.subject,
                "severity": ticket.priority.label,
                "customer": ticket.customer.name,
                "url": f"{settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/",
            },
        )
