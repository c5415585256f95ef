from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.events import Event, publish
from core.problems import Refused, Stale
from core.tenancy import Actor
from customers.models import DeskPerson
from slas.actions.correcting import correct
from slas.events import (
    ExclusionApproved,
    ExclusionBegan,
    ExclusionContested,
    ExclusionEnded,
    ExclusionKept,
    ExclusionProposed,
    ExclusionRejected,
    ExclusionRevoked,
    ExclusionWithdrawn,
)
from slas.exclusion_rules import Span, Stay, Verb, check, check_span
from slas.models import Exclusion, ExclusionReason, ExclusionState
from tickets.actions import lock
from tickets.models import Ticket


@transaction.atomic
def propose_exclusion(
    *,
    ticket: Ticket,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: ExclusionReason,
    evidence: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Exclusion:
    """Ask for a span of a ticket's time to be left outside the agreement; nothing counts it yet.

    It starts now or earlier, at the desk, and lasts until an instant that has passed, or goes on.
    """
    locked = lock(ticket)
    if not evidence.strip():
        raise Refused("Enter the evidence, or a link to it.", field="evidence")
    if not locked.is_with_desk:
        raise Refused("The ticket is with the customer's Level 1, not with the desk.")
    span = Span(start=starts_at or at, end=ends_at)
    stay = Stay(since=locked.reached_desk_at, finished_at=locked.resolved_at or locked.closed_at)
    check_span(span, stay, at=at)
    _check_room(locked, span)
    exclusion = Exclusion.objects.create(
        customer_id=locked.customer_id,
        ticket=locked,
        reason=reason.value,
        evidence=evidence.strip()[:1000],
        starts_at=span.start,
        ends_at=span.end,
        proposed_by=person,
        proposed_at=at,
    )
    _publish(ExclusionProposed, exclusion, actor=actor, at=at, code=exclusion.reason)
    return exclusion


@transaction.atomic
def approve_exclusion(
    *,
    exclusion: Exclusion,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: str,
    seen: str,
    expected_version: int | None = None,
) -> Exclusion:
    """Let a proposed exclusion count from its start.

    `seen` is the signature of the changed verdicts that the approver was shown; where others would change
    by now, they are asked again. What was recorded before stays, and each changed verdict is appended.
    """
    locked = _lock(exclusion, Verb.APPROVE, person=person, expected_version=expected_version)
    _decide(locked, ExclusionState.APPROVED, person=person, at=at, reason=reason)
    with correct(locked.ticket, cause="exclusion", seen=seen, actor=actor, at=at):
        _publish(ExclusionBegan, locked, actor=actor, at=locked.starts_at, code=locked.reason)
        if locked.ends_at is not None:
            _publish(ExclusionEnded, locked, actor=actor, at=locked.ends_at)
        _publish(ExclusionApproved, locked, actor=actor, at=at, reason=locked.decision)
    return locked


@transaction.atomic
def reject_exclusion(
    *,
    exclusion: Exclusion,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: str,
    expected_version: int | None = None,
) -> Exclusion:
    """Turn a proposed exclusion down, saying why; no clock is touched."""
    locked = _lock(exclusion, Verb.REJECT, person=person, expected_version=expected_version)
    _decide(locked, ExclusionState.REJECTED, person=person, at=at, reason=reason)
    _publish(ExclusionRejected, locked, actor=actor, at=at, reason=locked.decision)
    return locked


@transaction.atomic
def withdraw_exclusion(
    *,
    exclusion: Exclusion,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: str,
    expected_version: int | None = None,
) -> Exclusion:
    """Take one's own proposal back, saying why: it counts as rejected, and no clock is touched."""
    locked = _lock(exclusion, Verb.WITHDRAW, person=person, expected_version=expected_version)
    _decide(locked, ExclusionState.REJECTED, person=person, at=at, reason=reason)
    _publish(ExclusionWithdrawn, locked, actor=actor, at=at, reason=locked.decision)
    return locked


@transaction.atomic
def end_exclusion(
    *, exclusion: Exclusion, actor: Actor, at: datetime, expected_version: int | None = None
) -> Exclusion:
    """Include the ticket again from now on."""
    locked = _lock(exclusion, Verb.END, expected_version=expected_version)
    _end(locked, at=at)
    _save(locked, "ends_at")
    _publish(ExclusionEnded, locked, actor=actor, at=at)
    return locked


@transaction.atomic
def contest_exclusion(
    *, exclusion: Exclusion, actor: Actor, at: datetime, reason: str, expected_version: int | None = None
) -> Exclusion:
    """Say, for the customer, that an approved exclusion is wrong; the desk has to answer."""
    locked = _lock(exclusion, Verb.CONTEST, expected_version=expected_version)
    locked.contest = _required(reason, _("Say why you do not agree."))
    locked.contested_at = at
    locked.contested_by = actor.name
    _save(locked, "contest", "contested_at", "contested_by")
    _publish(ExclusionContested, locked, actor=actor, at=at, reason=locked.contest)
    return locked


@transaction.atomic
def keep_exclusion(
    *,
    exclusion: Exclusion,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: str,
    expected_version: int | None = None,
) -> Exclusion:
    """Answer the customer that a contested exclusion stays, and why."""
    locked = _lock(exclusion, Verb.KEEP, person=person, expected_version=expected_version)
    _answer(locked, person=person, at=at, reason=reason)
    _save(locked, *_ANSWER)
    _publish(ExclusionKept, locked, actor=actor, at=at, reason=locked.answer)
    return locked


@transaction.atomic
def revoke_exclusion(
    *,
    exclusion: Exclusion,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    reason: str,
    is_void: bool,
    seen: str,
    expected_version: int | None = None,
) -> Exclusion:
    """Take an approved exclusion back: from now on, or as if it had never been.

    The second changes the past, so `seen` is the signature of the changed verdicts that were shown.
    """
    locked = _lock(exclusion, Verb.REVOKE, person=person, expected_version=expected_version)
    if not is_void:
        if not locked.is_running:
            raise Refused("It has ended already: revoke it as if it never was.", field="since")
        _end(locked, at=at)
    _answer(locked, person=person, at=at, reason=reason)
    locked.state = ExclusionState.REVOKED
    locked.is_void = is_void
    _save(locked, "state", "is_void", "ends_at", *_ANSWER)
    with correct(locked.ticket, cause="exclusion", seen=seen if is_void else None, actor=actor, at=at):
        _publish(ExclusionRevoked, locked, actor=actor, at=at, reason=locked.answer, is_void=is_void)
    return locked


_ANSWER = ("answered_by", "answered_at", "answer")


def _lock(
    exclusion: Exclusion, verb: Verb, *, person: DeskPerson | None = None, expected_version: int | None
) -> Exclusion:
    """Lock the ticket and then the exclusion, and ask the rule; raises Refused or Stale."""
    ticket = lock(exclusion.ticket)
    locked = (
        Exclusion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("proposed_by")
        .get(pk=exclusion.pk, customer_id=exclusion.customer_id)
    )
    locked.ticket = ticket
    if expected_version is not None and locked.version != expected_version:
        raise Stale(_("This exclusion changed while you were reading. Nothing was saved: look at it again."))
    check(verb, locked.standing, desk_person_id=None if person is None else person.pk)
    return locked


def _check_room(ticket: Ticket, span: Span) -> None:
    """Refuse a second open exclusion, and one over time that is excluded already."""
    mine = Exclusion.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
    if mine.proposed().exists():
        raise Refused("Another exclusion of this ticket waits for approval.")
    for other in mine.in_force():
        if other.is_running:
            raise Refused("This ticket is excluded already. End that exclusion first.")
        if span.touches(Span(start=other.starts_at, end=other.ends_at)):
            raise Refused("Part of this time is excluded already.", field="starts_at")


def _decide(
    locked: Exclusion, state: ExclusionState, *, person: DeskPerson, at: datetime, reason: str
) -> None:
    locked.state = state
    locked.decision = _required(reason, "Say why: the customer reads it.")
    locked.decided_by = person
    locked.decided_at = at
    _save(locked, "state", "decision", "decided_by", "decided_at")


def _answer(locked: Exclusion, *, person: DeskPerson, at: datetime, reason: str) -> None:
    locked.answer = _required(reason, "Say why: the customer reads it.")
    locked.answered_by = person
    locked.answered_at = at


def _end(locked: Exclusion, *, at: datetime) -> None:
    if at <= locked.starts_at:
        raise Refused("It began this very second. Try again.")
    locked.ends_at = at


def _save(locked: Exclusion, *changed: str) -> None:
    locked.version += 1
    locked.save(update_fields=[*changed, "version"])


def _publish(kind: type[Event], exclusion: Exclusion, *, actor: Actor, at: datetime, **more: object) -> None:
    publish(
        kind(
            at=at,
            customer_id=exclusion.customer_id,
            ticket_id=exclusion.ticket_id,
            actor=actor,
            exclusion_id=exclusion.pk,  # type: ignore[call-arg]
            **more,  # type: ignore[arg-type]
        )
    )


def _required(text: str, message: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(message, field="reason")
    return text[:500]
