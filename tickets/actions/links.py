from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from tickets.actions.locking import check_verb, lock
from tickets.events import TicketLinked, TicketUnlinked
from tickets.lifecycle import Verb
from tickets.models import OPPOSITE, AudienceChoice, LinkKind, Ticket, TicketLink


@transaction.atomic
def link_tickets(*, ticket: Ticket, actor: Actor, at: datetime, other: Ticket, kind: LinkKind) -> None:
    """Link a ticket to another of any customer; `kind` is what it is to the other.

    Members see the link where both tickets are their customer's and they may read both. Two tickets have one
    link at most.
    """
    if ticket.pk == other.pk:
        raise Refused("Choose another ticket than this one.", field="other")
    mine, theirs = _lock_both(ticket, other)
    pair = _pair(mine, theirs)
    if TicketLink.objects.filter(customer_id=mine.customer_id, ticket=mine, pair=pair).exists():
        raise Refused(f"{theirs.key} is linked already. Remove that link first.", field="other")
    if kind is LinkKind.CHILD:
        _check_parent(theirs, mine)
    if kind is LinkKind.PARENT:
        _check_parent(mine, theirs)
    one_customer = mine.customer_id == theirs.customer_id
    audience = AudienceChoice.PUBLIC if one_customer else AudienceChoice.DESK
    for one, another, what in ((mine, theirs, kind), (theirs, mine, OPPOSITE[kind])):
        TicketLink.objects.create(
            customer_id=one.customer_id,
            ticket=one,
            pair=pair,
            kind=what,
            audience=audience,
            at=at,
            made_by_name=actor.name,
        )
        publish(
            TicketLinked(
                at=at,
                customer_id=one.customer_id,
                ticket_id=one.pk,
                actor=actor,
                other_id=another.pk,
                key=another.key,
                kind=what.value,
            )
        )


@transaction.atomic
def unlink_tickets(*, ticket: Ticket, actor: Actor, at: datetime, other: Ticket) -> None:
    """Take the link between two tickets away; nothing happens when there is none."""
    mine, theirs = _lock_both(ticket, other)
    ends = TicketLink.objects.filter(
        customer_id__in={mine.customer_id, theirs.customer_id}, pair=_pair(mine, theirs)
    )
    gone, _ = ends.delete()
    if not gone:
        return
    for one, another in ((mine, theirs), (theirs, mine)):
        publish(
            TicketUnlinked(
                at=at,
                customer_id=one.customer_id,
                ticket_id=one.pk,
                actor=actor,
                other_id=another.pk,
                key=another.key,
            )
        )


def _lock_both(ticket: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Return two tickets, locked in the order of their ids so that nobody waits in a circle."""
    locked = {one.pk: lock(one) for one in sorted((ticket, other), key=lambda one: one.pk)}
    for one in locked.values():
        check_verb(one, Verb.RELATE)
    return locked[ticket.pk], locked[other.pk]


def _pair(one: Ticket, another: Ticket) -> str:
    """Return what both ends of a link are known by."""
    first, second = sorted((one.pk, another.pk))
    return f"{first}:{second}"


def _check_parent(parent: Ticket, child: Ticket) -> None:
    """Raise Refused unless one ticket may stand over another: a major incident has one level of parts."""
    if TicketLink.objects.filter(customer_id=parent.customer_id, ticket=parent, kind=LinkKind.CHILD).exists():
        raise Refused(f"{parent.key} is itself part of a major incident.", field="other")
    over = TicketLink.objects.filter(customer_id=child.customer_id, ticket=child)
    if over.filter(kind=LinkKind.CHILD).exists():
        raise Refused(f"{child.key} is part of a major incident already.", field="other")
    if over.filter(kind=LinkKind.PARENT).exists():
        raise Refused(f"{child.key} is itself a major incident over other tickets.", field="other")
