from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.problems import Refused
from core.tenancy import Actor
from tickets.actions.locking import lock
from tickets.composer_access import side_of
from tickets.models import AudienceChoice, Draft, Message, ModeChoice, Ticket

MAX_DRAFT = 40_000


@transaction.atomic
def save_draft(*, ticket: Ticket, actor: Actor, at: datetime, mode: ModeChoice, body: str) -> Draft | None:
    """Keep what somebody is writing, and return it; an empty text is forgotten.

    The ticket is locked so that a save which was under way while the text was sent finds the message, and
    does not bring back as a draft what everybody has read.
    """
    body = body.replace("\r\n", "\n").replace("\x00", "")
    if len(body) > MAX_DRAFT:
        raise Refused(f"This is longer than {MAX_DRAFT:,} characters and is not kept here.", field="body")
    locked = lock(ticket)
    mine = Draft.objects.by(locked, side_of(actor), actor.id).filter(mode=mode)
    if not body.strip() or _was_just_sent(locked, actor, mode, body):
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
