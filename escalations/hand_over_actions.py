"""Hand a ticket over to the desk, accept that, or give it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from customers.models import AwsAccount, Member
from escalations.events import HandOverAccepted, HandOverOffered
from escalations.handing_over import State, check_acceptable, check_said
from escalations.models import HandingState, HandOver
from tickets import actions as tickets
from tickets.level1_access import checklist_of
from tickets.lifecycle import Verb
from tickets.models import Message, Ticket
from tickets.severity import Impact, Severity, propose


@transaction.atomic
def hand_over(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    checked: str,
    changed: str = "",
    impact: Impact | None = None,
    aws_account: AwsAccount | None = None,
    access_by: Member | None = None,
    call_back: str = "",
    evidence: str = "",
    files: Sequence[UploadedFile[Any]] = (),
    staged: Sequence[str] = (),
    expected_version: int | None = None,
) -> Ticket:
    """Pass a Level 1 ticket to the desk with what Level 1 knows; its clocks start there.

    Answers that differ from the ticket's are a reassessment of their own. A critical ticket may go without a
    word. Evidence and files are a reply on the ticket. Raises Refused when a ticket that is not critical does
    not say what was checked, or when whoever grants access is not an active person of the customer.
    """
    locked = tickets.lock(ticket, verb=Verb.PASS, expected_version=expected_version)
    answers = impact or locked.impact
    severity = Severity(locked.severity) if locked.is_verified else propose(answers)
    check_said(checked=checked, severity=severity)
    if access_by is not None and not (access_by.is_active and access_by.customer_id == locked.customer_id):
        raise Refused(_("Select one of your active colleagues."), field="access_by")
    if aws_account is not None:
        tickets.name_aws_account(ticket=locked, actor=actor, at=at, aws_account=aws_account)
    message = _show(locked, actor=actor, at=at, evidence=evidence, files=files, staged=staged)
    if checked.strip():
        offered = HandOver.objects.create(
            **_snapshot(locked, answers, severity),
            state=HandingState.OFFERED,
            checked=checked.strip(),
            changed=changed.strip(),
            checklist=[{"text": step.text, "done_by": step.done_by} for step in checklist_of(locked)],
            aws_account=aws_account or locked.aws_account,
            access_by=access_by,
            call_back=call_back.strip(),
            message=message,
            offered_at=at,
            offered_by=actor.name,
        )
        publish(
            HandOverOffered(
                at=at,
                customer_id=locked.customer_id,
                ticket_id=locked.pk,
                actor=actor,
                hand_over_id=offered.pk,
            )
        )
    if answers != locked.impact:
        why = changed.strip()[:500] or "Answered again at the hand-over to the desk"
        locked = tickets.reassess_impact(ticket=locked, actor=actor, at=at, impact=answers, reason=why)
    if locked.is_with_desk:  # critical by the new answers, which took it there
        return locked
    return tickets.pass_to_desk(ticket=locked, actor=actor, at=at)


def _snapshot(ticket: Ticket, impact: Impact, severity: Severity) -> dict[str, Any]:
    """Return whose hand-over it is, and the impact answers as they stand."""
    return {
        "customer_id": ticket.customer_id,
        "ticket": ticket,
        "severity": int(severity),
        "environment": impact.environment.value,
        "work": impact.work.value,
        "has_workaround": impact.has_workaround,
        "affected": impact.affected.value,
        "security": impact.security.value,
    }


def _show(
    ticket: Ticket,
    *,
    actor: Actor,
    at: datetime,
    evidence: str,
    files: Sequence[UploadedFile[Any]],
    staged: Sequence[str],
) -> Message | None:
    """Post what shows it for both sides to read, or nothing where there is none."""
    if not (evidence.strip() or files or staged):
        return None
    body = evidence.strip() or "Files for the hand-over to the desk."
    return tickets.post_reply(ticket=ticket, actor=actor, at=at, body=body, files=files, staged=staged)


@transaction.atomic(savepoint=False)
def note_straight(*, ticket: Ticket, actor: Actor, at: datetime) -> None:
    """Record that a ticket reached the desk without a hand-over; nothing happens where there is one."""
    HandOver.objects.bulk_create(
        [
            HandOver(
                **_snapshot(ticket, ticket.impact, ticket.priority),
                state=HandingState.STRAIGHT,
                is_straight=True,
                offered_at=at,
                offered_by=actor.name,
            )
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def accept(*, given: HandOver, actor: Actor, at: datetime, expected_version: int | None = None) -> HandOver:
    """Accept a hand-over: what Level 1 says is enough to work on. Raises NotWaiting when it was answered."""
    tickets.lock(given.ticket, expected_version=expected_version)
    locked = HandOver.objects.select_for_update(no_key=True).get(pk=given.pk, customer_id=given.customer_id)
    check_acceptable(State(locked.state), by=locked.returned_by or locked.accepted_by)
    return _accept(locked, actor=actor, at=at, automatic=False)


@transaction.atomic(savepoint=False)
def accept_by_working(*, ticket_id: int, customer_id: int, actor: Actor, at: datetime) -> None:
    """Count work of the desk on a ticket as its acceptance of the hand-over that waits, if any.

    The ticket's row is locked by the verb that is the work.
    """
    waiting = HandOver.objects.filter(
        customer_id=customer_id, ticket_id=ticket_id, state=HandingState.OFFERED
    )
    for locked in waiting.select_for_update(no_key=True):
        _accept(locked, actor=actor, at=at, automatic=True)


def _accept(locked: HandOver, *, actor: Actor, at: datetime, automatic: bool) -> HandOver:
    locked.state = HandingState.ACCEPTED
    locked.accepted_at = at
    locked.accepted_by = actor.name
    locked.save(update_fields=["state", "accepted_at", "accepted_by"])
    publish(
        HandOverAccepted(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.ticket_id,
            actor=actor,
            hand_over_id=locked.pk,
            automatic=automatic,
        )
    )
    return locked


@transaction.atomic(savepoint=False)
def note_return(*, ticket_id: int, customer_id: int, actor: Actor, at: datetime, reason: str) -> None:
    """Record on the hand-over that the desk gave its ticket back, and why."""
    HandOver.objects.filter(customer_id=customer_id, ticket_id=ticket_id).current().update(
        state=HandingState.RETURNED, returned_at=at, returned_by=actor.name, return_reason=reason
    )
