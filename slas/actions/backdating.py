from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.problems import Refused, Stale
from core.tenancy import Actor
from customers.models import DeskPerson
from slas.actions.correcting import correct
from slas.events import (
    RestorationApproved,
    RestorationProposed,
    RestorationRejected,
    say_change,
)
from slas.models import EarlierRestoration, RestorationState
from slas.previews import if_restored
from slas.verdicts import signature
from tickets import actions as ticket_actions
from tickets.models import Ticket


@transaction.atomic
def settle_earlier_restoration(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    restored_at: datetime,
    may_decide: bool,
    confirmed: bool,
) -> None:
    """Take an earlier restoration as it is said where no verdict depends on it; else have it decided.

    Whoever may decide does so by confirming; everybody else's word becomes a proposal, and the ticket
    counts as restored from `at` until a desk lead approves it. Raises Refused, with what would change,
    where somebody may decide and has not confirmed.
    """
    locked = ticket_actions.lock(ticket)
    changes = if_restored(locked, restored_at=restored_at, as_of=at)
    if changes and may_decide and not confirmed:
        said = "; ".join(say_change(change) for change in changes)
        raise Refused(f"This changes a verdict: {said}. Tick the box if that is right.", field="confirmed")
    if not changes or may_decide:
        with correct(locked, cause="restoration", seen=signature(changes), actor=actor, at=at):
            ticket_actions.backdate_restoration(
                ticket=locked, actor=actor, at=at, stated_at=at, restored_at=restored_at
            )
        return
    _propose(locked, actor=actor, at=at, restored_at=restored_at)


def _propose(ticket: Ticket, *, actor: Actor, at: datetime, restored_at: datetime) -> None:
    known = EarlierRestoration.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
    if known.proposed().exists():
        raise Refused("An earlier restoration of this ticket waits for approval.", field="restored_at")
    assert actor.id is not None  # a person of the desk said it
    restoration = EarlierRestoration.objects.create(
        customer_id=ticket.customer_id,
        ticket=ticket,
        restored_at=restored_at,
        stated_at=at,
        proposed_by_id=actor.id,
    )
    publish(
        RestorationProposed(
            at=at,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            actor=actor,
            restoration_id=restoration.pk,
            restored_at=restored_at.isoformat(),
        )
    )


@transaction.atomic
def approve_restoration(
    *,
    restoration: EarlierRestoration,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: str,
    seen: str,
    expected_version: int | None = None,
) -> EarlierRestoration:
    """Agree that service was back earlier; `seen` is the signature of the changed verdicts that were shown."""
    locked = _lock(restoration, person=person, expected_version=expected_version)
    _decide(locked, RestorationState.APPROVED, person=person, at=at, reason=reason)
    with correct(locked.ticket, cause="restoration", seen=seen, actor=actor, at=at):
        ticket_actions.backdate_restoration(
            ticket=locked.ticket,
            actor=actor,
            at=at,
            stated_at=locked.stated_at,
            restored_at=locked.restored_at,
        )
    _publish(RestorationApproved, locked, actor=actor, at=at)
    return locked


@transaction.atomic
def reject_restoration(
    *,
    restoration: EarlierRestoration,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: str,
    expected_version: int | None = None,
) -> EarlierRestoration:
    """Leave the restoration where it was first recorded, and say why."""
    locked = _lock(restoration, person=person, expected_version=expected_version)
    _decide(locked, RestorationState.REJECTED, person=person, at=at, reason=reason)
    _publish(RestorationRejected, locked, actor=actor, at=at)
    return locked


def _lock(
    restoration: EarlierRestoration, *, person: DeskPerson, expected_version: int | None
) -> EarlierRestoration:
    ticket = ticket_actions.lock(restoration.ticket)
    locked = (
        EarlierRestoration.objects.select_for_update(no_key=True, of=("self",))
        .select_related("proposed_by")
        .get(pk=restoration.pk, customer_id=restoration.customer_id)
    )
    locked.ticket = ticket
    if expected_version is not None and locked.version != expected_version:
        raise Stale("This changed while you were reading. Nothing was saved: look at it again.")
    if not locked.waits:
        raise Refused("This has been decided already.")
    if locked.proposed_by_id == person.pk:
        raise Refused("You said this. Another desk lead or manager decides it.")
    return locked


def _decide(
    locked: EarlierRestoration, state: RestorationState, *, person: DeskPerson, at: datetime, reason: str
) -> None:
    reason = reason.strip()
    if not reason:
        raise Refused("Say why: the customer reads it.", field="reason")
    locked.state = state
    locked.decision = reason[:500]
    locked.decided_by = person
    locked.decided_at = at
    locked.version += 1
    locked.save(update_fields=["state", "decision", "decided_by", "decided_at", "version"])


def _publish(
    kind: type[RestorationApproved] | type[RestorationRejected],
    restoration: EarlierRestoration,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    publish(
        kind(
            at=at,
            customer_id=restoration.customer_id,
            ticket_id=restoration.ticket_id,
            actor=actor,
            restoration_id=restoration.pk,
            reason=restoration.decision,
        )
    )
