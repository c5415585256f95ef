"""The only way a door gets a ticket or a file: each look-up is its own permission check."""

from __future__ import annotations

from django.http import Http404

from customers.models import Customer, DeskPerson, Member
from tickets.models import Attachment, Ticket, TicketQuerySet


def list_for_member(member: Member) -> TicketQuerySet:
    """Return the tickets the member may read, newest activity first."""
    return Ticket.objects.visible_to(member).with_people().newest_first()


def get_ticket_for_member(member: Member, number: int) -> Ticket:
    """Return a ticket of the member's customer that they may read, or 404."""
    ticket = Ticket.objects.visible_to(member).with_people().filter(number=number).first()
    if ticket is None:
        raise Http404("There is no such ticket for you.")
    return ticket


def queue() -> TicketQuerySet:
    """Return the desk's open tickets of every customer, the next deadline first."""
    return Ticket.objects.with_desk().open().with_people().for_queue()


def all_for_desk() -> TicketQuerySet:
    """Return every ticket for the desk's search."""
    return Ticket.objects.with_people()


def list_for_desk(customer: Customer) -> TicketQuerySet:
    """Return one customer's tickets for the desk, newest activity first."""
    return Ticket.objects.of(customer).with_people().newest_first()


def get_ticket_for_desk(person: DeskPerson, key: str) -> Ticket:
    """Return the ticket of a reference such as ACME-128, or 404."""
    ticket = Ticket.objects.by_key(key).with_people().select_related("aws_account").first()
    if ticket is None:
        raise Http404("There is no such ticket.")
    return ticket


def get_attachment_for_member(member: Member, token: str) -> Attachment:
    """Return a file on a ticket that the member may read, or 404."""
    attachment = Attachment.objects.filter(
        customer_id=member.customer_id, token=token, ticket__in=Ticket.objects.visible_to(member)
    ).first()
    if attachment is None:
        raise Http404("There is no such file.")
    return attachment


def get_attachment_for_desk(person: DeskPerson, token: str) -> Attachment:
    """Return a file that the desk may read, or 404."""
    attachment = Attachment.objects.filter(token=token).first()
    if attachment is None:
        raise Http404("There is no such file.")
    return attachment
