"""News of vendors' cases to those of the desk whom they concern."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from customers.access import active_desk_leads, active_desk_people
from customers.models import DeskPerson
from notifications import actions as notifications
from notifications.models import Audience
from tickets.models import Ticket
from tickets.severity import Severity
from vendors.models import AccountLink, VendorCase


def tell_owner(
    case: VendorCase, *, at: datetime, key: str, what: str, body: str, also_leads: bool = True
) -> None:
    """Tell the ticket's owner about a case, once for each key; without one the desk's leads, if they are to know."""
    ticket = case.ticket
    for person in _owner_or_leads(ticket, also_leads):
        notifications.queue(
            customer_id=case.customer_id,
            ticket_id=ticket.pk,
            audience=Audience.DESK,
            kind="vendor",
            dedupe_key=f"{key}:desk:{person.pk}",
            recipient_email=person.user.email,
            recipient_name=person.name,
            person_id=person.pk,
            is_urgent=ticket.severity == Severity.P1,
            subject=f"{ticket.key} {what}",
            body=f"{ticket.key}: {ticket.subject}\n\n{body}\n\n"
            f"Open the ticket: {settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/\n",
            occurred_at=at,
            deliver_after=at,
        )


def tell_leads(link: AccountLink, *, at: datetime, key: str, subject: str, body: str) -> None:
    """Tell the desk's leads and administrators something about an account, once for each key."""
    for person in active_desk_leads():
        notifications.queue(
            customer_id=link.customer_id,
            audience=Audience.DESK,
            kind="vendor",
            dedupe_key=f"{key}:desk:{person.pk}",
            recipient_email=person.user.email,
            recipient_name=person.name,
            person_id=person.pk,
            subject=subject,
            body=f"{body}\n",
            occurred_at=at,
            deliver_after=at,
        )


def _owner_or_leads(ticket: Ticket, also_leads: bool) -> list[DeskPerson]:
    owner = active_desk_people().select_related("user").filter(pk=ticket.assignee_id or 0).first()
    if owner is not None:
        return [owner]
    return list(active_desk_leads()) if also_leads else []
