"""A missed promise was explained: the customer's leads read why, and what is done about it."""

from __future__ import annotations

from django.conf import settings

from core.when import say_instant
from customers.access import active_members_of
from customers.models import MemberRole
from notifications import actions as notifications
from notifications.models import Audience
from notifications.preferences import members_who_want
from notifications.topics import Topic
from slas.events import MissesExplained
from slas.miss_access import misses_of
from tickets.access import find_ticket_of
from tickets.mail.addresses import thread_of


def mail_explanation(event: MissesExplained) -> None:
    """Mail each of the customer's leads once about each miss, as soon as both cause and action are recorded.

    What is corrected later stands on the ticket; nobody is mailed about the same miss twice.
    """
    if event.ticket_id is None:
        raise ValueError(f"{event.type_name} names no ticket")
    ticket = find_ticket_of(event.ticket_id, event.customer_id)
    told = [
        miss
        for miss in misses_of(ticket, event.at)
        if miss.explanation is not None
        and miss.explanation.action
        and miss.explanation.explained_at == event.at
    ]
    if not told or not ticket.customer.is_active:
        return
    leads = members_who_want(Topic.PROMISES, active_members_of(ticket.customer).filter(role=MemberRole.LEAD))
    link = f"{settings.PORTAL_BASE_URL}/c/{ticket.customer.slug}/tickets/{ticket.number}/"
    for miss in told:
        assert miss.explanation is not None
        for lead in leads:
            missed = say_instant(miss.missed_at, lead.timezone or ticket.customer.timezone)
            notifications.queue(
                customer_id=ticket.customer_id,
                ticket_id=ticket.pk,
                audience=Audience.CUSTOMER,
                kind="ticket",
                dedupe_key=f"miss-explained:{ticket.pk}:{miss.key}:member:{lead.pk}",
                recipient_email=lead.email,
                member_id=lead.pk,
                recipient_name=lead.name,
                subject=f"{ticket.key} Why we missed a promise, {miss.label}: {ticket.subject}",
                body=f"{ticket.key}: {ticket.subject}\n\n"
                f"Missed: {miss.label}, {missed}\n"
                f"Cause: {miss.explanation.get_cause_display()}\n"
                f"What happened: {miss.explanation.detail}\n"
                f"What we do so that it does not happen again: {miss.explanation.action}\n\n"
                f"Read it on the ticket: {link}\n",
                occurred_at=event.at,
                deliver_after=event.at,
                thread=thread_of(ticket.key),
            )
