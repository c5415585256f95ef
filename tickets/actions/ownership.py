from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.tenancy import Actor
from customers.models import DeskPerson, Member, Team
from tickets.actions.locking import lock, save
from tickets.events import TicketAssigned, TicketGivenToTeam
from tickets.lifecycle import Verb
from tickets.models import Ticket, Watcher


@transaction.atomic
def assign(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    person: DeskPerson | None,
    expected_version: int | None = None,
) -> Ticket:
    """Give a ticket to a desk person, or to nobody; nothing happens when it is theirs already."""
    locked = lock(ticket, verb=Verb.ASSIGN, expected_version=expected_version)
    if locked.assignee_id == (None if person is None else person.pk):
        return locked
    locked.assignee = person
    save(locked, at, "assignee")
    publish(
        TicketAssigned(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            assignee_id=None if person is None else person.pk,
            assignee_name="" if person is None else person.name,
        )
    )
    return locked


def take(
    *, ticket: Ticket, person: DeskPerson, actor: Actor, at: datetime, expected_version: int | None = None
) -> Ticket:
    """Give a ticket to the desk person who asks for it."""
    return assign(ticket=ticket, actor=actor, at=at, person=person, expected_version=expected_version)


@transaction.atomic
def give_to_team(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    team: Team | None,
    expected_version: int | None = None,
) -> Ticket:
    """Let a ticket belong to a team, or to none; its owner stays, for level, team and owner are separate."""
    locked = lock(ticket, verb=Verb.ASSIGN, expected_version=expected_version)
    if locked.team_id == (None if team is None else team.pk):
        return locked
    locked.team = team
    save(locked, at, "team")
    publish(
        TicketGivenToTeam(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            to_team_id=None if team is None else team.pk,
            team="" if team is None else team.name,
        )
    )
    return locked


@transaction.atomic
def watch(*, ticket: Ticket, member: Member) -> None:
    """Let a member follow a ticket that is not theirs."""
    Watcher.objects.get_or_create(customer_id=ticket.customer_id, ticket=ticket, member=member)


@transaction.atomic
def unwatch(*, ticket: Ticket, member: Member) -> None:
    """Stop following a ticket."""
    Watcher.objects.filter(customer_id=ticket.customer_id, ticket=ticket, member=member).delete()
