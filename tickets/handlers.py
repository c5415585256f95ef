"""Facts about tickets in, messages to the customer's people out."""

from __future__ import annotations

from django.conf import settings

from core.events import Event
from core.tenancy import ActorKind
from customers.models import Member
from notifications import actions as notifications
from notifications.models import Audience
from tickets.events import PublicReplyPosted
from tickets.models import Message, Ticket, Watcher


def mail_reply(event: PublicReplyPosted) -> None:
    """Send a public reply to the requester and the watchers, except to whoever wrote it."""
    ticket = _ticket(event)
    message = Message.objects.get(pk=event.message_id, customer_id=event.customer_id)
    _send(
        event,
        ticket,
        subject=f"{ticket.key} {event.actor.name} replied: {ticket.subject}",
        body=f"{event.actor.name} wrote:\n\n{message.body}\n",
        key=f"reply:{message.pk}",
    )


def mail_progress(event: Event) -> None:
    """Tell the requester and the watchers that the ticket was restored, resolved or returned."""
    ticket = _ticket(event)
    _send(
        event,
        ticket,
        subject=f"{ticket.key} {ticket.get_status_display()}: {ticket.subject}",
        body=f"{event.actor.name} {event.sentence()}.\n",
        key=f"{event.type_name}:{ticket.pk}:{ticket.version}",
    )


def _ticket(event: Event) -> Ticket:
    if event.ticket_id is None:
        raise ValueError(f"{event.type_name} names no ticket")
    return Ticket.objects.select_related("customer", "requester").get(
        pk=event.ticket_id, customer_id=event.customer_id
    )


def _send(event: Event, ticket: Ticket, *, subject: str, body: str, key: str) -> None:
    watching = Watcher.objects.filter(customer_id=ticket.customer_id, ticket=ticket).select_related("member")
    readers: dict[int, Member] = {ticket.requester.pk: ticket.requester}
    readers.update({watcher.member_id: watcher.member for watcher in watching})
    link = f"{settings.PORTAL_BASE_URL}/c/{ticket.customer.slug}/tickets/{ticket.number}/"
    for member in readers.values():
        wrote_it = event.actor.kind == ActorKind.MEMBER and event.actor.id == member.pk
        if wrote_it or not member.is_active:
            continue
        notifications.queue(
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            audience=Audience.CUSTOMER,
            kind="ticket",
            dedupe_key=f"{key}:member:{member.pk}",
            recipient_email=member.email,
            recipient_name=member.name,
            subject=subject,
            body=f"{body}\nRead and answer: {link}\n",
            occurred_at=event.at,
            deliver_after=event.at,
        )
