"""What somebody of the desk has read, and what they have not."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, F, Max, OuterRef, Q, Subquery

from customers.models import DeskPerson
from tickets.models import AudienceChoice, Message, ReadMark, Ticket, TicketQuerySet


def recent_tickets(person: DeskPerson) -> TicketQuerySet:
    """Return the tickets that a desk person has opened, the latest first."""
    opened_at = ReadMark.objects.of(person).filter(ticket_id=OuterRef("pk")).values("read_at")
    return (
        Ticket.objects.filter(pk__in=_latest_opened(person))
        .annotate(opened_by_them_at=Subquery(opened_at[:1]))
        .order_by("-opened_by_them_at", "-pk")
    )


#: How many opened tickets are looked at for the list of recent ones.
_RECENT = 8


def _latest_opened(person: DeskPerson) -> list[int]:
    return list(ReadMark.objects.of(person).latest_first().values_list("ticket_id", flat=True)[:_RECENT])


def new_replies(tickets: Iterable[Ticket], person: DeskPerson) -> dict[int, int]:
    """Return how many messages of the customer came since the person last read each ticket; one query.

    It counts for the tickets that they own or have opened before; to everybody else nothing is news.
    """
    listed = list(tickets)
    marks = ReadMark.objects.filter(
        customer_id=OuterRef("customer_id"), ticket_id=OuterRef("ticket_id"), person=person
    )
    rows = (
        Message.objects.filter(
            ticket_id__in=[ticket.pk for ticket in listed],
            audience=AudienceChoice.PUBLIC,
            author_kind="member",
        )
        .annotate(read_up_to=Subquery(marks.values("up_to")[:1]))
        .filter(Q(read_up_to__lt=F("pk")) | Q(read_up_to=None, ticket__assignee=person))
        .order_by()
        .values("ticket_id")
        .annotate(unread=Count("pk"))
    )
    return {row["ticket_id"]: row["unread"] for row in rows}


def count_after(ticket: Ticket, message_id: int) -> int:
    """Return how many messages came to a ticket after one of them."""
    return Message.objects.filter(customer_id=ticket.customer_id, ticket=ticket, pk__gt=message_id).count()


def newest_message_id(ticket: Ticket) -> int:
    """Return the id of the last message on a ticket, 0 without one."""
    newest = Message.objects.filter(customer_id=ticket.customer_id, ticket=ticket).aggregate(pk=Max("pk"))
    return newest["pk"] or 0
