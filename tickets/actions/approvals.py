"""The desk asks the customer for access or an approval, and the ticket waits until somebody answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused
from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from customers.models import DeskPerson, Member
from notifications import actions as notifications
from notifications.models import Audience
from notifications.preferences import people_who_want
from notifications.topics import Topic
from tickets.actions.conversation import post_reply
from tickets.actions.flow import end_hold, hold
from tickets.actions.locking import lock, required, save
from tickets.actions.ownership import watch
from tickets.approvals import ApprovalVerb, NotConfirmed, State, check, check_until, say_stops
from tickets.events import (
    ApprovalAsked,
    ApprovalDeclined,
    ApprovalExpired,
    ApprovalGiven,
    ApprovalReminded,
    ApprovalWithdrawn,
)
from tickets.lifecycle import HoldReason, Verb
from tickets.models import ApprovalKind, ApprovalRequest, Ticket
from tickets.severity import Severity
from tickets.stops import stopped_by

logger = logging.getLogger(__name__)


@transaction.atomic
def ask_approval(
    *,
    ticket: Ticket,
    person: DeskPerson,
    actor: Actor,
    at: datetime,
    kind: ApprovalKind,
    what: str,
    decider: Member | None,
    expires_at: datetime,
    risk: str,
    effect_of_no: str,
    touches_production: bool,
    expected_version: int | None = None,
) -> ApprovalRequest:
    """Ask the customer for access or an approval; the ticket is on hold for them from now on.

    Without a `decider` any coordinator or lead decides. Whoever is named follows the ticket, so that they
    can read what they decide about. One request waits at a time; the hold replaces any other.
    """
    locked = lock(ticket, verb=Verb.ASK, expected_version=expected_version)
    _check_none_waits(locked)
    _check_decider(locked, decider)
    check_until(expires_at, at=at, field="expires_at")
    approval = ApprovalRequest.objects.create(
        customer=locked.customer,
        ticket=locked,
        kind=kind,
        what=required(what, "Say what you ask for.", field="what", most=300),
        decider=decider,
        expires_at=expires_at,
        risk=required(risk, "Say what could go wrong, or that nothing can.", field="risk"),
        effect_of_no=required(effect_of_no, "Say what happens if they say no.", field="effect_of_no"),
        touches_production=touches_production,
        clock_effect=say_stops(stopped_by(locked, HoldReason.CUSTOMER_ACCESS)),
        asked_by=person,
        asked_at=at,
    )
    if decider is not None and not Ticket.objects.visible_to(decider).filter(pk=locked.pk).exists():
        watch(ticket=locked, member=decider)
    hold(
        ticket=locked,
        actor=actor,
        at=at,
        reason=HoldReason.CUSTOMER_ACCESS,
        owner=approval.owner,
        note=approval.what,
        review_at=expires_at,
    )
    publish(
        ApprovalAsked(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            approval_id=approval.pk,
            kind=approval.kind,
            about=approval.what,
            owner=approval.owner,
            review_at=expires_at.isoformat(),
            production=touches_production,
        )
    )
    return approval


def _check_none_waits(ticket: Ticket) -> None:
    waiting = ApprovalRequest.objects.on(ticket).asked().with_people().first()
    if waiting is not None:
        raise Refused(f"{waiting.owner} was asked already: {waiting.what}. Withdraw that first.")


def _check_decider(ticket: Ticket, decider: Member | None) -> None:
    if decider is not None and (decider.customer_id != ticket.customer_id or not decider.is_active):
        raise Refused("Select one of the customer's people.", field="decider")


@transaction.atomic
def approve(
    *,
    approval: ApprovalRequest,
    member: Member,
    actor: Actor,
    at: datetime,
    confirmed: bool,
    comment: str = "",
) -> ApprovalRequest:
    """Say yes, which ends the hold and is told in the conversation.

    `confirmed` tells that the member proved just now who they are, such as by typing their password again:
    raises NotConfirmed without it where production is touched.
    """
    locked = _lock(approval, ApprovalVerb.APPROVE, at=at)
    if locked.touches_production and not confirmed:
        raise NotConfirmed(_("This touches production: type your password again first, then approve."))
    _end(locked, State.APPROVED, at=at, by=actor.name, reason=comment.strip()[:500], member=member)
    publish(
        ApprovalGiven(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.ticket_id,
            actor=actor,
            approval_id=locked.pk,
            about=locked.what,
            production=locked.touches_production,
            confirmed=confirmed,
        )
    )
    _tell_in_conversation(locked, "Approved", actor=actor, at=at)
    return locked


@transaction.atomic
def decline(
    *, approval: ApprovalRequest, member: Member, actor: Actor, at: datetime, reason: str
) -> ApprovalRequest:
    """Say no, and why, which ends the hold and is told in the conversation."""
    locked = _lock(approval, ApprovalVerb.DECLINE, at=at)
    reason = required(reason, _("Say why: the desk has to find another way."))
    _end(locked, State.DECLINED, at=at, by=actor.name, reason=reason, member=member)
    publish(
        ApprovalDeclined(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.ticket_id,
            actor=actor,
            approval_id=locked.pk,
            about=locked.what,
            reason=reason,
        )
    )
    _tell_in_conversation(locked, "Declined", actor=actor, at=at)
    return locked


def _tell_in_conversation(approval: ApprovalRequest, answer: str, *, actor: Actor, at: datetime) -> None:
    """Post the answer as a reply of the member's, which ends a hold that waits for the customer."""
    said = f"**{answer}:** {approval.what}"
    post_reply(
        ticket=approval.ticket,
        actor=actor,
        at=at,
        body=f"{said}\n\n{approval.reason}" if approval.reason else said,
    )


@transaction.atomic
def withdraw_approval(
    *, approval: ApprovalRequest, actor: Actor, at: datetime, reason: str = ""
) -> ApprovalRequest:
    """Ask no longer; a hold for access ends with it."""
    locked = _lock(approval, ApprovalVerb.WITHDRAW, at=at)
    drop_approval(approval=locked, actor=actor, at=at, reason=reason.strip()[:500])
    _end_access_hold(locked.ticket, actor=actor, at=at)
    return locked


def drop_approval(*, approval: ApprovalRequest, actor: Actor, at: datetime, reason: str) -> None:
    """Withdraw a request that waits without touching its ticket, such as when that was resolved."""
    _end(approval, State.WITHDRAWN, at=at, by=actor.name, reason=reason)
    publish(
        ApprovalWithdrawn(
            at=at,
            customer_id=approval.customer_id,
            ticket_id=approval.ticket_id,
            actor=actor,
            approval_id=approval.pk,
            about=approval.what,
            reason=reason,
        )
    )


@transaction.atomic
def remind_of_approval(*, approval: ApprovalRequest, actor: Actor, at: datetime) -> ApprovalRequest:
    """Mail whoever decides once more; once a day."""
    locked = _lock(approval, ApprovalVerb.REMIND, at=at)
    locked.reminded_at = at
    locked.save(update_fields=["reminded_at"])
    publish(
        ApprovalReminded(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.ticket_id,
            actor=actor,
            approval_id=locked.pk,
            about=locked.what,
            owner=locked.owner,
        )
    )
    return locked


def _lock(approval: ApprovalRequest, verb: ApprovalVerb, *, at: datetime) -> ApprovalRequest:
    """Return a request's row, locked and fresh, while the verb is allowed; its ticket is locked first."""
    ticket = lock(approval.ticket)
    locked = _locked_row(approval.pk, ticket)
    check(verb, at=at, standing=locked.standing)
    return locked


def _locked_row(pk: int, ticket: Ticket) -> ApprovalRequest:
    locked = (
        ApprovalRequest.objects.with_people()
        .select_for_update(of=("self",), no_key=True)
        .get(pk=pk, customer_id=ticket.customer_id)
    )
    locked.ticket = ticket
    return locked


def _end(
    approval: ApprovalRequest,
    state: State,
    *,
    at: datetime,
    by: str,
    reason: str,
    member: Member | None = None,
) -> None:
    """End a locked request; whoever asked is told unless the desk itself ended it."""
    approval.state = state.value
    approval.ended_at = at
    approval.ended_by = by
    approval.reason = reason
    approval.answered_by = member
    approval.tell_desk_at = None if state is State.WITHDRAWN else at
    approval.save(
        update_fields=["state", "ended_at", "ended_by", "reason", "answered_by", "tell_desk_at"],
    )


def _end_access_hold(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """End the hold of a locked ticket if it waits for access; another one has its own end."""
    if ticket.hold_reason == HoldReason.CUSTOMER_ACCESS:
        save(ticket, at, *end_hold(ticket, actor=actor, at=at))


# --- Sweeps -------------------------------------------------------------------------------------------
def settle_approvals(*, limit: int = 200) -> int:
    """End every request whose time is over, tell the desk how requests ended, and return how many there were."""
    with acting_as(worker_context()) as now:
        expired = list(ApprovalRequest.objects.to_expire(now).values_list("pk", flat=True)[:limit])
    ended = sum(_safely(_expire, pk) for pk in expired)
    with acting_as(worker_context()) as now:
        untold = list(ApprovalRequest.objects.to_tell(now).values_list("pk", flat=True)[:limit])
    return ended + sum(_safely(_tell_desk, pk) for pk in untold)


def _safely(step: Callable[[int], bool], approval_id: int) -> bool:
    """Take a step about one request; one that fails is logged and does not hold up the others."""
    try:
        return step(approval_id)
    except Exception:
        logger.exception("approval request %s could not be settled", approval_id)
        return False


def _expire(approval_id: int) -> bool:
    """End a request at the instant at which its time was over, or at the last thing that happened since."""
    with acting_as(worker_context()) as now:
        found = ApprovalRequest.objects.to_expire(now).select_related("ticket").filter(pk=approval_id).first()
        if found is None:
            return False
        ticket = lock(found.ticket)
        approval = _locked_row(approval_id, ticket)
        if approval.state != State.ASKED:
            return False
        at = min(now, max(approval.expires_at, ticket.last_activity_at))
        _end(approval, State.EXPIRED, at=at, by="", reason="")
        publish(
            ApprovalExpired(
                at=at,
                customer_id=approval.customer_id,
                ticket_id=ticket.pk,
                actor=SYSTEM,
                approval_id=approval.pk,
                about=approval.what,
            )
        )
        _end_access_hold(ticket, actor=SYSTEM, at=at)
        return True


def _tell_desk(approval_id: int) -> bool:
    """Mail whoever asked, and the ticket's owner, how a request ended; a member's transaction may not."""
    with acting_as(worker_context()) as now:
        approval = (
            ApprovalRequest.objects.to_tell(now)
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("ticket__customer", "ticket__assignee__user", "asked_by__user")
            .filter(pk=approval_id)
            .first()
        )
        if approval is None or approval.ended_at is None:
            return False
        ticket = approval.ticket
        people = {person.pk: person for person in (approval.asked_by, ticket.assignee) if person is not None}
        for person in people_who_want(Topic.APPROVAL, people.values()):
            if not person.is_active:
                continue
            notifications.queue(
                customer_id=approval.customer_id,
                ticket_id=ticket.pk,
                audience=Audience.DESK,
                kind="approval",
                dedupe_key=f"approval-{approval.state}:{approval.pk}:desk:{person.pk}",
                recipient_email=person.user.email,
                person_id=person.pk,
                is_urgent=ticket.severity == Severity.P1,
                recipient_name=person.name,
                subject=f"{ticket.key} {approval.get_state_display()}: {approval.what}",
                body=f"{_say_end(approval)}\n\nRead it: {settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/\n",
                occurred_at=approval.ended_at,
                deliver_after=now,
            )
        approval.tell_desk_at = None
        approval.save(update_fields=["tell_desk_at"])
        return True


def _say_end(approval: ApprovalRequest) -> str:
    if approval.state == State.EXPIRED:
        return f"Nobody answered in time: {approval.what}"
    said = f"{approval.ended_by} {approval.state} this: {approval.what}"
    return f"{said}\n\n{approval.reason}" if approval.reason else said
