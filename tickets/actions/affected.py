from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from customers.models import Member
from tickets.actions.locking import lock
from tickets.events import MemberAffected, MemberNotAffected
from tickets.lifecycle import Verb
from tickets.models import AffectedPerson, Ticket, Watcher


@transaction.atomic
def say_affected(*, ticket: Ticket, member: Member, actor: Actor, at: datetime, note: str = "") -> None:
    """Note that a ticket affects a member too, and let them follow it; said twice, the later note stays.

    Who is affected is evidence for whoever establishes the severity, and never proposes one.
    """
    locked = lock(ticket, verb=Verb.AFFECT)
    if member.customer_id != locked.customer_id or member.pk == locked.requester_id:
        raise Refused(gettext("Whoever reported it counts as affected already."))
    note = " ".join(note.split())[:200]
    said, is_new = AffectedPerson.objects.get_or_create(
        customer_id=locked.customer_id, ticket=locked, member=member, defaults={"note": note, "at": at}
    )
    Watcher.objects.get_or_create(customer_id=locked.customer_id, ticket=locked, member=member)
    if not is_new:
        if said.note == note:
            return
        said.note = note
        said.save(update_fields=["note"])
    publish(
        MemberAffected(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            member_id=member.pk,
            note=note,
        )
    )


@transaction.atomic
def say_unaffected(
    *, ticket: Ticket, member: Member, actor: Actor, at: datetime, expected_version: int | None = None
) -> None:
    """Note that a ticket no longer affects a member; they go on following it until they stop."""
    locked = lock(ticket, verb=Verb.UNAFFECT, expected_version=expected_version)
    gone, _ = AffectedPerson.objects.on(locked).filter(member=member).delete()
    if not gone:
        raise Refused(gettext("You have not said that this affects you."))
    publish(
        MemberNotAffected(
            at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor, member_id=member.pk
        )
    )


def bring_affected(*, source: Ticket, target: Ticket) -> None:
    """Let whom one locked ticket affects be affected by another of the same customer."""
    AffectedPerson.objects.bulk_create(
        (
            AffectedPerson(
                customer_id=target.customer_id,
                ticket=target,
                member_id=said.member_id,
                note=said.note,
                at=said.at,
            )
            for said in AffectedPerson.objects.on(source).exclude(member_id=target.requester_id)
        ),
        ignore_conflicts=True,
    )
