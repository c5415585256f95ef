from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from core.events import publish, publish_all
from core.models import EventRecord
from core.problems import Refused
from core.tenancy import Actor
from tickets.actions.findings import state_findings
from tickets.actions.locking import lock, required, save
from tickets.ends import check_may_end
from tickets.events import (
    EarlierRestorationStated,
    RestorationBackdated,
    ServiceRestored,
    TicketClosed,
    TicketHeld,
    TicketReachedDesk,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketReturned,
)
from tickets.lifecycle import DESK_LEVEL, NEEDS_EVIDENCE, REVIEW_AFTER, HoldReason, Status, Verb
from tickets.models import ResolutionCode, Ticket
from tickets.vendor_time import lacks_plan

#: A hold is looked at again within this time; a later one is a typing mistake, such as the year 20266.
LONGEST_HOLD = timedelta(days=366)


@transaction.atomic
def pass_to_desk(
    *, ticket: Ticket, actor: Actor, at: datetime, expected_version: int | None = None
) -> Ticket:
    """Hand a Level 1 ticket over to the desk, where its clocks start."""
    locked = lock(ticket, verb=Verb.PASS, expected_version=expected_version)
    reach_desk(locked, actor=actor, at=at)
    return locked


def reach_desk(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """Put a locked or new ticket with the desk."""
    ticket.level = DESK_LEVEL
    ticket.status = Status.NEW.value
    ticket.reached_desk_at = at
    ticket.checklist_due_at = at  # by the sweep: a member's transaction may not write what is the desk's
    save(ticket, at, "level", "status", "reached_desk_at", "checklist_due_at")
    publish(
        TicketReachedDesk(
            at=at,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            actor=actor,
            level=ticket.level,
            severity=ticket.severity,
        )
    )


@transaction.atomic
def return_to_customer(
    *, ticket: Ticket, actor: Actor, at: datetime, reason: str, expected_version: int | None = None
) -> Ticket:
    """Give a ticket back to the customer's Level 1, saying why; its clocks are cancelled."""
    locked = lock(ticket, verb=Verb.RETURN, expected_version=expected_version)
    locked.level = DESK_LEVEL - 1
    locked.status = Status.IN_PROGRESS.value
    locked.assignee = None
    forget_hold(locked)
    save(locked, at, "level", "status", "assignee", *HOLD_COLUMNS)
    publish(
        TicketReturned(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            reason=required(reason, "Say why Level 1 gets it back."),
        )
    )
    return locked


@transaction.atomic
def hold(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    reason: HoldReason,
    owner: str,
    note: str,
    evidence: str = "",
    review_at: datetime | None = None,
    expected_version: int | None = None,
) -> Ticket:
    """Put a ticket on hold for a named reason; another hold replaces the present one.

    `owner` is who must act, in words, `note` what is awaited, `evidence` a link or a note that shows it.
    Without `review_at` the hold is looked at again after the reason's usual time; an agreed wait has none.
    """
    locked = lock(ticket, verb=Verb.HOLD, expected_version=expected_version)
    locked.hold_owner = required(owner, "Say who must act: a person or a party.", field="owner", most=150)
    locked.hold_note = required(note, "Say what you are waiting for.", field="note")
    locked.hold_evidence = evidence.strip()[:500]
    if reason in NEEDS_EVIDENCE and not locked.hold_evidence:
        raise Refused("Add a link or a note that shows this, such as a case number.", field="evidence")
    locked.hold_reason = reason.value
    locked.held_at = at
    locked.hold_review_at = _review_time(reason, review_at, at)
    if locked.status != Status.RESTORED:
        locked.status = Status.ON_HOLD.value
    save(locked, at, "status", *HOLD_COLUMNS)
    publish(
        TicketHeld(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            reason=reason.value,
            note=locked.hold_note,
            review_at=locked.hold_review_at.isoformat(),
            lacks_plan=lacks_plan(locked),
            owner=locked.hold_owner,
            evidence=locked.hold_evidence,
        )
    )
    return locked


@transaction.atomic
def note_lacking_plan(*, ticket: Ticket, actor: Actor, at: datetime) -> bool:
    """Let the wait for a vendor go on as the customer's time from now on; tell whether that is new.

    Nothing changes on the ticket. On the log one hold ends and the same one begins, so that the clocks and the
    time ledger, which are read from it, know since when. A hold of this very second is left to the next look: two
    of one instant would be one.
    """
    locked = lock(ticket)
    if locked.hold_reason != HoldReason.VENDOR or not locked.is_open or locked.held_at is None:
        return False
    if locked.held_at >= at or _lacks_plan_already(locked):
        return False
    common: dict[str, Any] = {
        "at": at,
        "customer_id": locked.customer_id,
        "ticket_id": locked.pk,
        "actor": actor,
    }
    publish_all(
        [
            TicketResumed(**common, reason=locked.hold_reason, goes_on=True),
            TicketHeld(
                **common,
                reason=locked.hold_reason,
                note=locked.hold_note,
                review_at=locked.hold_review_at.isoformat() if locked.hold_review_at else None,
                lacks_plan=True,
                owner=locked.hold_owner,
                evidence=locked.hold_evidence,
                goes_on=True,
            ),
        ]
    )
    return True


def _lacks_plan_already(ticket: Ticket) -> bool:
    """Tell whether the hold that a ticket is on was begun, or goes on, as the customer's time."""
    held = EventRecord.objects.filter(
        customer_id=ticket.customer_id, ticket_id=ticket.pk, type=TicketHeld.type_name
    )
    last = held.order_by("-occurred_at", "-seq").first()
    return last is not None and bool(last.payload["lacks_plan"])


def _review_time(reason: HoldReason, chosen: datetime | None, at: datetime) -> datetime:
    """Return when a hold is looked at again: the chosen time, or the usual one of its reason."""
    if chosen is None and reason not in REVIEW_AFTER:
        raise Refused("Choose when to look again: an agreed wait ends when you agreed.", field="review_at")
    review_at = chosen or at + REVIEW_AFTER[reason]
    if review_at <= at:
        raise Refused("Choose a time that is still to come.", field="review_at")
    if review_at > at + LONGEST_HOLD:
        raise Refused("Choose a time within a year.", field="review_at")
    return review_at


@transaction.atomic
def resume(*, ticket: Ticket, actor: Actor, at: datetime, expected_version: int | None = None) -> Ticket:
    """End a hold."""
    locked = lock(ticket, verb=Verb.RESUME, expected_version=expected_version)
    save(locked, at, *end_hold(locked, actor=actor, at=at))
    return locked


def end_hold(ticket: Ticket, *, actor: Actor, at: datetime) -> list[str]:
    """End the hold of a locked ticket and return the columns to save."""
    reason = ticket.hold_reason
    forget_hold(ticket)
    if ticket.status == Status.ON_HOLD:
        ticket.status = Status.IN_PROGRESS.value
    publish(
        TicketResumed(at=at, customer_id=ticket.customer_id, ticket_id=ticket.pk, actor=actor, reason=reason)
    )
    return ["status", *HOLD_COLUMNS]


@transaction.atomic
def mark_restored(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    restored_at: datetime | None = None,
    may_decide: bool = False,
    confirmed: bool = False,
    cause: str = "",
    workaround: str = "",
    fix: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """Say that service is back, or that an acceptable workaround is in place, and what was found and done.

    The ticket counts as restored from now. An instant before now is published as a statement of its own:
    it can change a verdict, which is for the clocks' floor to find out, and then for a desk lead to decide.
    """
    locked = lock(ticket, verb=Verb.RESTORE, expected_version=expected_version)
    moment = restored_at or at
    if moment > at:
        raise Refused("This time is in the future.", field="restored_at")
    if moment < (locked.reached_desk_at or locked.opened_at):
        raise Refused("This is before the ticket reached the desk.", field="restored_at")
    if moment < at and moment < (_last_reopened_at(locked) or moment):
        raise Refused("This is before the ticket was reopened.", field="restored_at")
    locked.status = Status.RESTORED.value
    locked.restored_at = at
    locked.confirmed_at = None  # what was said of an earlier restoration says nothing of this one
    save(locked, at, "status", "restored_at", "confirmed_at")
    state_findings(locked, actor=actor, at=at, cause=cause, workaround=workaround, fix=fix)
    publish(
        ServiceRestored(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            reported_at=at.isoformat(),
        )
    )
    if moment < at:
        publish(
            EarlierRestorationStated(
                at=at,
                customer_id=locked.customer_id,
                ticket_id=locked.pk,
                actor=actor,
                restored_at=moment.isoformat(),
                may_decide=may_decide,
                confirmed=confirmed,
            )
        )
    return locked


@transaction.atomic
def backdate_restoration(
    *, ticket: Ticket, actor: Actor, at: datetime, stated_at: datetime, restored_at: datetime
) -> None:
    """Record that the service which was said to be back at `stated_at` was back at `restored_at` already.

    Both facts stay in the log. The ticket shows the earlier one, unless it was reopened since.
    """
    locked = lock(ticket)
    if locked.restored_at == stated_at:
        locked.restored_at = restored_at
        save(locked, at, "restored_at")
    publish(
        RestorationBackdated(
            at=restored_at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            reported_at=at.isoformat(),
        )
    )


def _last_reopened_at(ticket: Ticket) -> datetime | None:
    """Return when a ticket was reopened last; a restoration before that was another one."""
    reopened = EventRecord.objects.filter(
        customer_id=ticket.customer_id, ticket_id=ticket.pk, type=TicketReopened.type_name
    )
    last: datetime | None = reopened.aggregate(at=Max("occurred_at"))["at"]
    return last


@transaction.atomic
def resolve(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    code: str,
    cause: str = "",
    fix: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """Resolve a ticket, and say what was found and done; a hold ends with it.

    The desk answers first what the floors above ask, such as why a promise was missed.
    """
    locked = lock(ticket, verb=Verb.RESOLVE, expected_version=expected_version)
    if code == ResolutionCode.CONFIRMED and not locked.is_confirmed:
        raise Refused("The customer has not confirmed it yet. Choose another one.", field="code")
    if actor.is_desk:
        check_may_end(locked, at)
    state_findings(locked, actor=actor, at=at, cause=cause, fix=fix)
    locked.status = Status.RESOLVED.value
    locked.resolved_at = at
    locked.resolution_code = code
    forget_hold(locked)
    save(locked, at, "status", "resolved_at", "resolution_code", *HOLD_COLUMNS)
    publish(
        TicketResolved(at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor, code=code)
    )
    return locked


@transaction.atomic
def reopen(*, ticket: Ticket, actor: Actor, at: datetime, expected_version: int | None = None) -> Ticket:
    """Take a restored or resolved ticket back to work."""
    locked = lock(ticket, verb=Verb.REOPEN, expected_version=expected_version)
    save(locked, at, *put_back_to_work(locked, actor=actor, at=at))
    return locked


def put_back_to_work(ticket: Ticket, *, actor: Actor, at: datetime) -> list[str]:
    """Reopen a locked ticket and return the columns to save; once resolved, Level 3 does not have it any more."""
    if ticket.status == Status.RESOLVED:
        ticket.level = min(ticket.level, DESK_LEVEL)
    ticket.status = Status.ON_HOLD.value if ticket.is_on_hold else Status.IN_PROGRESS.value
    ticket.restored_at = None
    ticket.confirmed_at = None
    ticket.resolved_at = None
    ticket.closes_at = None
    ticket.resolution_code = ""
    publish(TicketReopened(at=at, customer_id=ticket.customer_id, ticket_id=ticket.pk, actor=actor))
    return ["status", "level", "restored_at", "confirmed_at", "resolved_at", "closes_at", "resolution_code"]


@transaction.atomic
def close(*, ticket: Ticket, actor: Actor, at: datetime, expected_version: int | None = None) -> Ticket:
    """Close a resolved ticket for good; the desk answers first what the floors above ask."""
    locked = lock(ticket, verb=Verb.CLOSE, expected_version=expected_version)
    if actor.is_desk:
        check_may_end(locked, at)
    locked.status = Status.CLOSED.value
    locked.closed_at = at
    locked.closes_at = None
    save(locked, at, "status", "closed_at", "closes_at")
    publish(TicketClosed(at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor))
    return locked


CONTEST_COLUMNS = ("contest_by", "contested_at", "contest_reason")
HOLD_COLUMNS = (
    "hold_reason",
    "hold_owner",
    "hold_note",
    "hold_evidence",
    "held_at",
    "hold_review_at",
    *CONTEST_COLUMNS,
)


def forget_hold(ticket: Ticket) -> None:
    """Forget a hold, and with it what the customer had against it."""
    ticket.hold_reason = ""
    ticket.hold_owner = ""
    ticket.hold_note = ""
    ticket.hold_evidence = ""
    ticket.held_at = None
    ticket.hold_review_at = None
    forget_contest(ticket)


def forget_contest(ticket: Ticket) -> None:
    """Forget what the customer had against a hold of a locked ticket; the log keeps it."""
    ticket.contest_by = None
    ticket.contested_at = None
    ticket.contest_reason = ""
