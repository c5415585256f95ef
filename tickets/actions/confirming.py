from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.tenancy import Actor
from tickets.actions.flow import end_hold
from tickets.actions.locking import lock, save
from tickets.events import RestorationConfirmed
from tickets.lifecycle import HoldReason, Verb
from tickets.models import Ticket


@transaction.atomic
def confirm_restored(
    *, ticket: Ticket, actor: Actor, at: datetime, expected_version: int | None = None
) -> Ticket:
    """Record that the customer says it works again; the desk then resolves the ticket.

    It moves no clock. It is an answer, though: a hold that waited for the customer's reply ends, as with any other.
    """
    locked = lock(ticket, verb=Verb.CONFIRM, expected_version=expected_version)
    locked.confirmed_at = at
    publish(RestorationConfirmed(at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor))
    changed = ["confirmed_at"]
    if locked.hold_reason == HoldReason.CUSTOMER_REPLY:
        changed += end_hold(locked, actor=actor, at=at)
    save(locked, at, *changed)
    return locked
