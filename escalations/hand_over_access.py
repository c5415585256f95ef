"""The only way a door gets a hand-over: each look-up is its own permission check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404

from customers.models import Customer, DeskPerson, Member, MemberRole
from escalations.handing_over import Tally
from escalations.models import HandOver, HandOverQuerySet
from tickets.access import check_member_may, get_ticket_for_member, list_for_member
from tickets.lifecycle import Verb
from tickets.models import Ticket


def on_ticket(ticket: Ticket) -> HandOverQuerySet:
    """Return the hand-overs of a ticket that its reader may read, the newest first."""
    return HandOver.objects.on(ticket).with_people().newest_first()


def get_ticket_to_pass(member: Member, number: int) -> Ticket:
    """Return a ticket that the member's role lets them pass to the desk; 404 or 403 otherwise."""
    ticket = get_ticket_for_member(member, number)
    check_member_may(member, ticket, Verb.PASS)
    return ticket


def check_keeps_checklists(member: Member) -> None:
    """Raise PermissionDenied unless the member may change what Level 1 goes through."""
    if member.role != MemberRole.LEAD:
        raise PermissionDenied("A lead of your organisation keeps the checklists. Ask one.")


def waiting_of_desk() -> HandOverQuerySet:
    """Return what no one of the desk has answered yet, of every customer, the oldest first."""
    return HandOver.objects.waiting().with_people()


def of_customer(customer: Customer) -> HandOverQuerySet:
    """Return a customer's hand-overs for the desk, the newest first."""
    return HandOver.objects.of(customer).with_people().newest_first()


def of_member(member: Member) -> HandOverQuerySet:
    """Return the hand-overs of the tickets that the member may read, the newest first."""
    return HandOver.objects.of(member.customer).on_any(list_for_member(member)).with_people().newest_first()


def get_for_desk(person: DeskPerson, pk: int) -> HandOver:
    """Return a hand-over for the desk, or 404."""
    found = HandOver.objects.filter(pk=pk).with_people().first()
    if found is None:
        raise Http404("There is no such hand-over.")
    return found


def get_current(ticket: Ticket) -> HandOver:
    """Return what brought a ticket to the desk, or 404."""
    found = HandOver.objects.on(ticket).current().with_people().first()
    if found is None:
        raise Http404("Nobody handed this ticket over.")
    return found


def latest_of(tickets: Iterable[Ticket], member: Member) -> dict[int, HandOver]:
    """Return the newest hand-over of each listed ticket, by the ticket's id, in one query."""
    found = HandOver.objects.of(member.customer).filter(ticket__in=[ticket.pk for ticket in tickets])
    return {one.ticket_id: one for one in found.order_by("offered_at", "pk")}


@dataclass(frozen=True, kw_only=True)
class Bounces:
    """How the hand-overs of a period ended, by customer, and the latest that came back."""

    customers: list[tuple[Customer, Tally]]
    whole: Tally
    returned: list[HandOver]


MOST_RETURNED = 50


def bounces(*, since: datetime, until: datetime) -> Bounces:
    """Return how the hand-overs that were offered in a period ended, the highest bounce rate first."""
    offered = HandOver.objects.offered_between(since, until)
    tallies = offered.tallies()
    customers = Customer.objects.in_bulk(list(tallies))
    lines = [(customers[pk], tally) for pk, tally in tallies.items()]
    lines.sort(key=lambda line: (-(line[1].bounce_percent or 0), line[0].name))
    whole = Tally(offered=0, accepted=0, returned=0, straight=0)
    for _, tally in lines:
        whole += tally
    returned = list(offered.returned().with_people()[:MOST_RETURNED])
    return Bounces(customers=lines, whole=whole, returned=returned)
