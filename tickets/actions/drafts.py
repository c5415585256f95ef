from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from customers.models import DeskPerson
from tickets.actions.locking import lock
from tickets.composer_access import side_of
from tickets.events import DraftTakenOver
from tickets.lifecycle import Verb
from tickets.models import (
    AudienceChoice,
    Draft,
    Message,
    ModeChoice,
    ReplyHabit,
    SideChoice,
    ThenChoice,
    Ticket,
)

MAX_DRAFT = 40_000


@transaction.atomic
def save_draft(
    *, ticket: Ticket, actor: Actor, at: datetime, mode: ModeChoice, body: str, again: bool = False
) -> Draft | None:
    """Keep what somebody is writing, and return it; an empty text is forgotten.

    With `again` it is a text that was sent and did not arrive.

    The ticket is locked so that a save which was under way while the text was sent finds the message, and
    does not bring back as a draft what everybody has read.
    """
    body = body.replace("\r\n", "\n").replace("\x00", "")
    if len(body) > MAX_DRAFT:
        raise Refused(
            _("This is longer than %(number)s characters and is not kept here.")
            % {"number": f"{MAX_DRAFT:,}"},
            field="body",
        )
    locked = lock(ticket)
    mine = Draft.objects.by(locked, side_of(actor), actor.id).filter(mode=mode)
    if not body.strip() or (not again and _was_just_sent(locked, actor, mode, body)):
        mine.delete()
        return None
    Draft.objects.bulk_create(
        [
            Draft(
                customer_id=locked.customer_id,
                ticket=locked,
                audience=side_of(actor),
                author_id=actor.id or 0,
                author_name=actor.name,
                mode=mode,
                body=body,
                saved_at=at,
            )
        ],
        update_conflicts=True,
        unique_fields=["customer", "ticket", "audience", "author_id", "mode"],
        update_fields=["body", "saved_at", "author_name"],
    )
    return mine.get()


@transaction.atomic
def discard_draft(*, ticket: Ticket, actor: Actor, mode: ModeChoice) -> None:
    """Forget what somebody was writing."""
    Draft.objects.by(ticket, side_of(actor), actor.id).filter(mode=mode).delete()


@transaction.atomic
def take_over_draft(*, ticket: Ticket, author: DeskPerson, actor: Actor, at: datetime) -> Draft:
    """Give somebody of the desk a copy of the reply that a colleague has begun, below what they wrote themselves.

    The author keeps the text, and reads on the ticket's page who took it over.
    """
    locked = lock(ticket, verb=Verb.REPLY)
    if author.pk == actor.id:
        raise Refused("This draft is yours already.")
    theirs = Draft.objects.by(locked, SideChoice.DESK, author.pk).filter(mode=ModeChoice.REPLY).first()
    if theirs is None:
        raise Refused(f"{author.name} has sent or discarded this text. There is nothing to take over.")
    mine = Draft.objects.by(locked, SideChoice.DESK, actor.id).filter(mode=ModeChoice.REPLY).first()
    parts = [theirs.body] if mine is None or mine.body in theirs.body else [mine.body, theirs.body]
    if mine is not None and theirs.body in mine.body:
        parts = [mine.body]
    taken = save_draft(ticket=locked, actor=actor, at=at, mode=ModeChoice.REPLY, body="\n\n".join(parts))
    if taken is None:
        raise Refused("You have just sent this text.")
    theirs.taken_by_name, theirs.taken_at = actor.name, at
    theirs.save(update_fields=["taken_by_name", "taken_at"])
    publish(
        DraftTakenOver(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            person_id=author.pk,
            owner=author.name,
        )
    )
    return taken


@transaction.atomic
def set_then(*, person: DeskPerson, then: ThenChoice) -> None:
    """Keep where a desk person goes after a reply; it concerns nobody else, so no fact is published."""
    ReplyHabit.objects.update_or_create(person=person, defaults={"then": then.value})


def _was_just_sent(ticket: Ticket, actor: Actor, mode: ModeChoice, body: str) -> bool:
    audience = AudienceChoice.PUBLIC if mode == ModeChoice.REPLY else side_of(actor).value
    newest = (
        Message.objects.filter(
            customer_id=ticket.customer_id,
            ticket=ticket,
            audience=audience,
            author_kind=actor.kind.value,
            author_id=actor.id,
        )
        .order_by("-pk")
        .values_list("body", flat=True)
        .first()
    )
    return newest == body.strip()
