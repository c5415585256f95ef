"""Facts about tickets in, messages to the customer's people out."""

from __future__ import annotations

from django.conf import settings

from core.events import Event
from core.tenancy import ActorKind
from customers.access import active_desk_people, active_members_of
from notifications import actions as notifications
from notifications.models import Audience
from tickets.access import readers_of
from tickets.events import ContestAnswered, PublicReplyPosted, ReviewDecided, SeverityEstablished
from tickets.models import Message, Ticket
from tickets.severity import Severity


def mail_reply(event: PublicReplyPosted) -> None:
    """Send a public reply to the requester and the watchers, except to whoever wrote it."""
    ticket = _ticket(event)
    message = Message.objects.get(pk=event.message_id, customer_id=event.customer_id)
    tell_readers(
        event,
        ticket,
        subject=f"{ticket.key} {event.actor.name} replied: {ticket.subject}",
        body=f"{event.actor.name} wrote:\n\n{message.body}\n",
        key=f"reply:{message.pk}",
    )


def mail_progress(event: Event) -> None:
    """Tell the requester and the watchers that the ticket was restored, resolved or returned."""
    ticket = _ticket(event)
    tell_readers(
        event,
        ticket,
        subject=f"{ticket.key} {ticket.get_status_display()}: {ticket.subject}",
        body=f"{event.actor.name} {event.sentence()}.\n",
        key=f"{event.type_name}:{ticket.pk}:{ticket.version}",
    )


def mail_severity(event: SeverityEstablished) -> None:
    """Tell the requester and the watchers that the severity changed; a review's decision is told by itself."""
    if event.severity == event.previous or event.in_review:
        return
    _mail_sentence(event, about=Severity(event.severity).label)


def mail_review(event: ReviewDecided) -> None:
    """Tell what a desk lead decided to whoever asked, to the requester and watchers, and to the owner."""
    _mail_sentence(event, about="Review of the severity", asked_by=event.member_id)
    _mail_owner(event, about="Review of the severity")


def mail_contest(event: ContestAnswered) -> None:
    """Tell what a desk lead answered about a hold to whoever contested it, and to all others concerned."""
    _mail_sentence(event, about="Contested hold", asked_by=event.member_id)
    _mail_owner(event, about="Contested hold")


def _mail_sentence(event: Event, *, about: str, asked_by: int | None = None) -> None:
    """Mail a fact's own sentence to the customer's people."""
    ticket = _ticket(event)
    tell_readers(
        event,
        ticket,
        subject=f"{ticket.key} {about}: {ticket.subject}",
        body=f"{event.actor.name} {event.sentence()}.\n",
        key=f"{event.type_name}:{ticket.pk}:{ticket.version}",
        beside=asked_by,
    )


def _mail_owner(event: Event, *, about: str) -> None:
    """Mail a lead's decision to the desk person who works on the ticket, unless they decided it."""
    ticket = _ticket(event)
    owner_id = ticket.assignee_id
    if owner_id is None or owner_id == event.actor.id:
        return
    owner = active_desk_people().select_related("user").filter(pk=owner_id).first()
    if owner is None:
        return
    notifications.queue(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        audience=Audience.DESK,
        kind="review",
        dedupe_key=f"{event.type_name}:{ticket.pk}:{ticket.version}:desk:{owner.pk}",
        recipient_email=owner.user.email,
        recipient_name=owner.name,
        subject=f"{ticket.key} {about}: {ticket.subject}",
        body=f"{event.actor.name} {event.sentence()}.\n\n"
        f"Read it: {settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/\n",
        occurred_at=event.at,
        deliver_after=event.at,
    )


def _ticket(event: Event) -> Ticket:
    if event.ticket_id is None:
        raise ValueError(f"{event.type_name} names no ticket")
    return Ticket.objects.select_related("customer", "requester").get(
        pk=event.ticket_id, customer_id=event.customer_id
    )


def tell_readers(
    event: Event, ticket: Ticket, *, subject: str, body: str, key: str, beside: int | None = None
) -> None:
    """Send a message to the requester and the watchers, except to whoever caused it; once for each key.

    `beside` is the id of one more member who hears of it, such as whoever asked.
    """
    readers = {member.pk: member for member in readers_of(ticket)}
    if beside is not None and beside not in readers:
        asked = active_members_of(ticket.customer).filter(pk=beside)
        readers.update({member.pk: member for member in asked})
    link = f"{settings.PORTAL_BASE_URL}/c/{ticket.customer.slug}/tickets/{ticket.number}/"
    for member in readers.values():
        wrote_it = event.actor.kind == ActorKind.MEMBER and event.actor.id == member.pk
        if wrote_it:
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
