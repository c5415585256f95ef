from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from customers.models import LEVEL_1_ROLES, DeskPerson, Member
from tickets.actions.locking import lock
from tickets.events import FollowerAdded, FollowerRemoved
from tickets.lifecycle import Verb
from tickets.models import DeskFollower, Ticket, Watcher


@transaction.atomic
def follow(*, ticket: Ticket, person: DeskPerson) -> None:
    """Let a desk person follow a ticket."""
    lock(ticket, verb=Verb.FOLLOW)
    DeskFollower.objects.get_or_create(customer_id=ticket.customer_id, ticket=ticket, person=person)


@transaction.atomic
def unfollow(*, ticket: Ticket, person: DeskPerson) -> None:
    """Let a desk person no longer follow a ticket."""
    DeskFollower.objects.filter(customer_id=ticket.customer_id, ticket=ticket, person=person).delete()


@transaction.atomic
def add_follower(*, ticket: Ticket, actor: Actor, at: datetime, member: Member) -> None:
    """Let a member of the ticket's customer follow it, and so read it; nothing happens when they do already."""
    locked = lock(ticket, verb=Verb.RELATE)
    if member.customer_id != locked.customer_id or not member.is_active:
        raise Refused("Select one of the customer's people.", field="member")
    if member.pk == locked.requester_id:
        raise Refused(f"It is {member.name}'s own ticket: they hear of everything.", field="member")
    _, is_new = Watcher.objects.get_or_create(customer_id=locked.customer_id, ticket=locked, member=member)
    if is_new:
        publish(
            FollowerAdded(
                at=at,
                customer_id=locked.customer_id,
                ticket_id=locked.pk,
                actor=actor,
                member_id=member.pk,
                follower_name=member.name,
            )
        )


@transaction.atomic
def remove_follower(*, ticket: Ticket, actor: Actor, at: datetime, member: Member) -> None:
    """Let a member no longer follow a ticket; nothing happens when they do not."""
    locked = lock(ticket, verb=Verb.RELATE)
    gone, _ = Watcher.objects.filter(customer_id=locked.customer_id, ticket=locked, member=member).delete()
    if gone:
        publish(
            FollowerRemoved(
                at=at,
                customer_id=locked.customer_id,
                ticket_id=locked.pk,
                actor=actor,
                member_id=member.pk,
                follower_name=member.name,
            )
        )


def bring_followers(*, source: Ticket, target: Ticket) -> None:
    """Let whoever hears of one locked ticket hear of another of the same customer."""
    members = set(
        Watcher.objects.filter(customer_id=source.customer_id, ticket=source).values_list(
            "member_id", flat=True
        )
    )
    members |= {source.requester_id}
    if target.is_private:  # who may not read it is let in by name, not by a merge
        members &= set(
            Member.objects.filter(customer_id=target.customer_id, role__in=LEVEL_1_ROLES).values_list(
                "pk", flat=True
            )
        )
    Watcher.objects.bulk_create(
        (
            Watcher(customer_id=target.customer_id, ticket=target, member_id=member_id)
            for member_id in sorted(members - {target.requester_id})
        ),
        ignore_conflicts=True,
    )
    people = DeskFollower.objects.filter(customer_id=source.customer_id, ticket=source)
    DeskFollower.objects.bulk_create(
        (
            DeskFollower(customer_id=target.customer_id, ticket=target, person_id=person_id)
            for person_id in people.order_by("person_id").values_list("person_id", flat=True)
        ),
        ignore_conflicts=True,
    )
