"""What the page of the shift handover shows, each look-up its own permission check."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.http import Http404

from core.tenancy import Actor
from customers.models import DeskPerson
from tickets.models import Draft, HandoverLine, ModeChoice, SideChoice, Ticket, TicketQuerySet
from tickets.models.handover import HandoverLineQuerySet

#: What is due within this time is a promise of the coming shifts.
COMING = timedelta(hours=24)
#: For how long somebody sees what they handed over, and who has accepted it.
SHOWN_FOR = timedelta(days=1)


def promises_of(person: DeskPerson, now: datetime, *, everything: bool = False) -> TicketQuerySet:
    """Return a desk person's open tickets that are due in the coming day, or all of them, soonest first."""
    mine = Ticket.objects.assigned_to(person).open().with_people().select_related("team__lead").for_queue()
    return mine if everything else mine.filter(next_due_at__lte=now + COMING)


def get_own_ticket(person: DeskPerson, key: str) -> Ticket:
    """Return an open ticket of the person's own, or 404."""
    ticket = Ticket.objects.assigned_to(person).open().by_key(key).with_people().first()
    if ticket is None:
        raise Http404("This is not an open ticket of yours.")
    return ticket


def updates_of(person: DeskPerson) -> TicketQuerySet:
    """Return a desk person's open tickets on which they can write, the next deadline first."""
    return Ticket.objects.assigned_to(person).open().with_people().for_queue()


def drafts_on(tickets: list[Ticket], actor: Actor) -> dict[int, str]:
    """Return what somebody has begun to reply on tickets, by ticket, in one query."""
    found = Draft.objects.filter(
        ticket_id__in=[ticket.pk for ticket in tickets],
        audience=SideChoice.DESK,
        author_id=actor.id or 0,
        mode=ModeChoice.REPLY,
    )
    return dict(found.values_list("ticket_id", "body"))


def waiting_for(person: DeskPerson) -> list[list[HandoverLine]]:
    """Return what a person was handed and has not accepted yet, by handover, the newest first."""
    return _by_handover(HandoverLine.objects.to_accept(person))


def given_by(person: DeskPerson, now: datetime) -> list[list[HandoverLine]]:
    """Return what a person handed over lately, by handover, the newest first."""
    return _by_handover(HandoverLine.objects.given_since(person, now - SHOWN_FOR))


def to_accept(person: DeskPerson) -> HandoverLineQuerySet:
    """Return the lines of the tickets that a person was handed and has not accepted yet."""
    return HandoverLine.objects.to_accept(person)


def _by_handover(lines: HandoverLineQuerySet) -> list[list[HandoverLine]]:
    found: dict[int, list[HandoverLine]] = defaultdict(list)
    for line in lines.select_related("handover__given_by", "taken_by", "ticket__customer").order_by(
        "-handover__at", "-handover_id", "pk"
    ):
        found[line.handover_id].append(line)
    return list(found.values())
