"""Internal news in, messages to the desk people who follow the ticket out."""

from __future__ import annotations

from django.conf import settings

from notifications import actions as notifications
from notifications.models import Audience
from tickets.events import InternalNotePosted
from tickets.models import Mention, Message, Ticket
from tickets.relation_access import desk_followers_of
from tickets.severity import Severity


def mail_desk_followers(event: InternalNotePosted) -> None:
    """Send an internal note to the desk people who follow the ticket; not to its writer or whom it names."""
    assert event.ticket_id is not None
    ticket = Ticket.objects.select_related("customer").get(pk=event.ticket_id, customer_id=event.customer_id)
    named = set(
        Mention.objects.filter(customer_id=event.customer_id, message_id=event.message_id).values_list(
            "person_id", flat=True
        )
    )
    followers = [
        person
        for person in desk_followers_of(ticket)
        if person.is_active and person.pk != event.actor.id and person.pk not in named
    ]
    if not followers:
        return
    message = Message.objects.get(pk=event.message_id, customer_id=event.customer_id)
    for person in followers:
        notifications.queue(
            customer_id=event.customer_id,
            ticket_id=ticket.pk,
            audience=Audience.DESK,
            kind="followed",
            dedupe_key=f"note:{message.pk}:follower:{person.pk}",
            recipient_email=person.user.email,
            person_id=person.pk,
            is_urgent=ticket.severity == Severity.P1,
            recipient_name=person.name,
            subject=f"{ticket.key} {event.actor.name} wrote a note: {ticket.subject}",
            body=f"{event.actor.name} wrote in an internal note:\n\n{message.body}\n\n"
            f"Read it: {settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/#m{message.pk}\n\n"
            "You get this because you follow the ticket.\n",
            occurred_at=event.at,
            deliver_after=event.at,
        )
