"""Facts about tickets in, messages to the customer's people out."""

from __future__ import annotations

from django.conf import settings

from core.events import Event
from core.tenancy import ActorKind
from customers.access import active_desk_people, active_members_of
from notifications import actions as notifications
from notifications.models import Audience
from notifications.preferences import members_who_want, people_who_want
from notifications.topics import Topic
from tickets.access import readers_of
from tickets.events import (
    ContestAnswered,
    InternalNotePosted,
    PublicReplyPosted,
    ReviewDecided,
    ServiceRestored,
    SeverityEstablished,
    TicketClosed,
    TicketOpened,
)
from tickets.mail.addresses import thread_of
from tickets.models import Mention, Message, Score, Ticket
from tickets.ratings import RatingLink
from tickets.severity import Severity


def mail_receipt(event: TicketOpened) -> None:
    """Send whoever reported a ticket its reference, whoever wrote it down for them."""
    ticket = _ticket(event)
    member = ticket.requester
    if not members_who_want(Topic.RECEIPT, [member]):
        return
    link = f"{settings.PORTAL_BASE_URL}/c/{ticket.customer.slug}/tickets/{ticket.number}/"
    asked = (
        f"\nA mail does not say how badly it stops you, so it begins as {Severity(event.severity).label}. If work has "
        f"stopped, say so on the ticket's page or call {ticket.customer.phone}.\n"
        if event.by_mail
        else ""
    )
    notifications.queue(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        audience=Audience.CUSTOMER,
        kind="receipt",
        dedupe_key=f"receipt:{ticket.pk}:member:{member.pk}",
        recipient_email=member.email,
        member_id=member.pk,
        is_urgent=ticket.severity == Severity.P1,
        recipient_name=member.name,
        subject=f"{ticket.key} We have your report: {ticket.subject}",
        body=f"We have your report. Its reference is {ticket.key}.\n{asked}\nFollow it, or add to it: {link}\n",
        occurred_at=event.at,
        deliver_after=event.at,
        thread=thread_of(ticket.key),
    )


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
        topic=Topic.REPLY,
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
        topic=Topic.RESTORED if isinstance(event, ServiceRestored) else Topic.RESOLVED,
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


def mail_mentions(event: InternalNotePosted) -> None:
    """Tell whom an internal note names, except whoever wrote it."""
    mentions = Mention.objects.filter(
        customer_id=event.customer_id, message_id=event.message_id
    ).select_related("person__user", "message")
    listed = [mention for mention in mentions if mention.person_id != event.actor.id]
    wanting = people_who_want(Topic.MENTION, [mention.person for mention in listed])
    named = [mention for mention in listed if mention.person in wanting]
    if not named:
        return
    ticket = _ticket(event)
    for mention in named:
        notifications.queue(
            customer_id=event.customer_id,
            ticket_id=ticket.pk,
            audience=Audience.DESK,
            kind="mention",
            dedupe_key=f"mention:{mention.message_id}:desk:{mention.person_id}",
            recipient_email=mention.person.user.email,
            person_id=mention.person_id,
            is_urgent=ticket.severity == Severity.P1,
            recipient_name=mention.person.name,
            subject=f"{ticket.key} {event.actor.name} mentions you: {ticket.subject}",
            body=f"{event.actor.name} wrote in an internal note:\n\n{mention.message.body}\n\n"
            f"Read it: {settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/#m{mention.message_id}\n",
            occurred_at=event.at,
            deliver_after=event.at,
        )


def ask_satisfaction(event: TicketClosed) -> None:
    """Ask whoever reported a ticket that has closed how it was handled, with a link for each answer."""
    ticket = _ticket(event)
    member = ticket.requester
    if not member.is_active or not members_who_want(Topic.RESOLVED, [member]):
        return
    token = RatingLink.of(
        customer_id=ticket.customer_id, ticket_id=ticket.pk, member_id=member.pk, at=event.at
    ).token()
    link = f"{settings.PORTAL_BASE_URL}/rate/{token}/"
    answers = "\n".join(f"{score.label}: {link}?score={score.value}" for score in Score)
    notifications.queue(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        audience=Audience.CUSTOMER,
        kind="satisfaction",
        dedupe_key=f"satisfaction:{ticket.pk}:member:{member.pk}",
        recipient_email=member.email,
        member_id=member.pk,
        recipient_name=member.name,
        subject=f"{ticket.key} How did we do? {ticket.subject}",
        body=f"{ticket.key} is closed. How did we handle it?\n\n{answers}\n\nThe links work for 30 days.\n",
        occurred_at=event.at,
        deliver_after=event.at,
        thread=thread_of(ticket.key),
    )


def _mail_sentence(event: Event, *, about: str, asked_by: int | None = None) -> None:
    """Mail a fact's own sentence to the customer's people."""
    ticket = _ticket(event)
    tell_readers(
        event,
        ticket,
        subject=f"{ticket.key} {about}: {ticket.subject}",
        body=f"{event.actor.name} {event.sentence()}.\n",
        key=f"{event.type_name}:{ticket.pk}:{ticket.version}",
        topic=Topic.SEVERITY,
        beside=asked_by,
    )


def _mail_owner(event: Event, *, about: str) -> None:
    """Mail a lead's decision to the desk person who works on the ticket, unless they decided it."""
    ticket = _ticket(event)
    owner_id = ticket.assignee_id
    if owner_id is None or owner_id == event.actor.id:
        return
    owner = active_desk_people().select_related("user").filter(pk=owner_id).first()
    if owner is None or not people_who_want(Topic.DECISION, [owner]):
        return
    notifications.queue(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        audience=Audience.DESK,
        kind="review",
        dedupe_key=f"{event.type_name}:{ticket.pk}:{ticket.version}:desk:{owner.pk}",
        recipient_email=owner.user.email,
        person_id=owner.pk,
        is_urgent=ticket.severity == Severity.P1,
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
    event: Event,
    ticket: Ticket,
    *,
    subject: str,
    body: str,
    key: str,
    topic: Topic,
    beside: int | None = None,
) -> None:
    """Send a message to the requester and the watchers, except to whoever caused it; once for each key.

    Whoever turned the topic off is left out. `beside` is the id of one more member who hears of it, such as whoever asked.
    """
    readers = {member.pk: member for member in readers_of(ticket)}
    if beside is not None and beside not in readers:
        asked = active_members_of(ticket.customer).filter(pk=beside)
        readers.update({member.pk: member for member in asked})
    link = f"{settings.PORTAL_BASE_URL}/c/{ticket.customer.slug}/tickets/{ticket.number}/"
    for member in members_who_want(topic, readers.values()):
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
            member_id=member.pk,
            is_urgent=ticket.severity == Severity.P1,
            recipient_name=member.name,
            subject=subject,
            body=f"{body}\nRead and answer: {link}\n",
            occurred_at=event.at,
            deliver_after=event.at,
            thread=thread_of(ticket.key),
        )
