"""What follows from a missed promise: it is kept for each miss, changed by whoever owns it, and asked for when late."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery

from core.problems import Refused, Stale
from core.tenancy import acting_as, worker_context
from core.when import say_instant
from customers.access import active_desk_people, desk_actor
from customers.models import DeskPerson, DeskRole
from notifications import actions as notifications
from notifications.models import Audience
from reports.access.misses import explanation_of
from reports.models import FollowUp, MissAction, MissStep
from slas import actions as slas
from slas.events import say_clock
from slas.miss_access import causes_due
from slas.models import Clock, MissCause, MissExplanation

logger = logging.getLogger(__name__)

#: Misses of so long ago are followed: as long as any report looks back.
LOOKED_BACK = timedelta(days=400)
#: So many are written in one transaction.
BATCH = 500


# --- A row for each miss ------------------------------------------------------------------------------
def note_misses() -> int:
    """Keep a row for every missed promise that has none, and follow those that moved; return how many came."""
    came = 0
    while number := _note_some():
        came += number
    with acting_as(worker_context()) as now:
        _follow_moves(now)
    return came


def _note_some() -> int:
    with acting_as(worker_context()) as now:
        kept = MissAction.objects.filter(**_SAME)
        clocks = list(
            Clock.objects.missed()
            .breached_since(now - LOOKED_BACK)
            .filter(~Exists(kept), waived=False)
            .order_by("breached_at", "pk")[:BATCH]
        )
        due = causes_due(clocks) if clocks else {}
        rows = [
            MissAction(
                customer_id=clock.customer_id,
                ticket_id=clock.ticket_id,
                metric=clock.metric,
                cycle=clock.cycle,
                severity=clock.severity,
                missed_at=clock.breached_at,
                cause_due_at=due.get(clock.pk),
            )
            for clock in clocks
            if clock.breached_at is not None
        ]
        MissAction.objects.bulk_create(rows, ignore_conflicts=True)
        return len(rows)


_SAME = {name: OuterRef(name) for name in ("customer_id", "ticket_id", "metric", "cycle")}


def _follow_moves(now: datetime) -> None:
    """Take over the instants of misses that a correction moved to another one."""
    clocks = Clock.objects.missed().filter(**_SAME)
    moved = (
        MissAction.objects.filter(missed_at__gte=now - LOOKED_BACK)
        .annotate(
            clock_at=Subquery(clocks.values("breached_at")[:1]), clock_id=Subquery(clocks.values("pk")[:1])
        )
        .filter(~Q(clock_at=F("missed_at")), clock_at__isnull=False)
    )
    entries = list(moved[:BATCH])
    by_id = Clock.objects.in_bulk([entry.clock_id for entry in entries])  # type: ignore[attr-defined]
    due = causes_due(list(by_id.values())) if entries else {}
    for entry in entries:
        clock = by_id[entry.clock_id]  # type: ignore[attr-defined]
        entry.missed_at, entry.cause_due_at = clock.breached_at or entry.missed_at, due.get(clock.pk)
        entry.save(update_fields=["missed_at", "cause_due_at"])


# --- What is said and done ----------------------------------------------------------------------------
@transaction.atomic
def follow_up(
    *,
    entry: MissAction,
    person: DeskPerson,
    at: datetime,
    version: int,
    status: FollowUp,
    owner: DeskPerson | None,
    due_on: date | None,
    cause: MissCause | None,
    detail: str,
    action: str,
    note: str,
) -> MissAction:
    """Say why a promise was missed, what is done about it, by whom, by when, and how far it is.

    Cause and action go to the ticket, where its customer reads them; each change is a step that stays.
    """
    _explain(entry, person=person, at=at, cause=cause, detail=detail.strip(), action=action.strip())
    locked = MissAction.objects.select_for_update(no_key=True).get(pk=entry.pk, customer_id=entry.customer_id)
    if locked.version != version:
        raise Stale("Somebody else changed this meanwhile. Look at it, then enter it again.")
    if not locked.may_be_changed_by(person):
        raise Refused("A desk lead, a manager or whoever owns the action changes this.")
    said = explanation_of(locked)
    _check(status, said, owner=owner, due_on=due_on, note=note)
    locked.status, locked.owner, locked.due_on = status, owner, due_on
    locked.version += 1
    locked.save(update_fields=["status", "owner", "due_on", "version"])
    MissStep.objects.create(
        customer_id=locked.customer_id,
        entry=locked,
        at=at,
        by_name=person.name,
        owner_name="" if owner is None else owner.name,
        due_on=due_on,
        status=status,
        cause="" if said is None else said.cause,
        action="" if said is None else said.action,
        note=note.strip()[:500],
    )
    return locked


def _explain(
    entry: MissAction,
    *,
    person: DeskPerson,
    at: datetime,
    cause: MissCause | None,
    detail: str,
    action: str,
) -> None:
    """Tell the ticket what is said of its miss, where that is something else than before."""
    said = explanation_of(entry)
    if cause is None:
        if said is not None or detail or action:
            raise Refused("Select a cause.", field="cause")
        return
    if said is not None and (said.cause, said.detail, said.action) == (cause.value, detail, action):
        return
    slas.explain_misses(
        ticket=entry.ticket,
        actor=desk_actor(person),
        at=at,
        misses=[entry.key],
        cause=cause,
        detail=detail,
        action=action,
    )


def _check(
    status: FollowUp,
    said: MissExplanation | None,
    *,
    owner: DeskPerson | None,
    due_on: date | None,
    note: str,
) -> None:
    """Raise Refused where a status says more than is known."""
    if status != FollowUp.OPEN and (said is None or not said.action):
        raise Refused("Say the cause and the action first, or leave it open.", field="status")
    if status in (FollowUp.IN_PROGRESS, FollowUp.CARRIED_OVER):
        if owner is None:
            raise Refused("Select who owns the action.", field="owner")
        if due_on is None:
            raise Refused("Enter by when it is done.", field="due_on")
    if status == FollowUp.CARRIED_OVER and not note.strip():
        raise Refused("Say why it is carried over.", field="note")


# --- What is late -------------------------------------------------------------------------------------
def remind(*, limit: int = 200) -> int:
    """Tell owner and managers of what is late: of each cause once, and of each date of an action once.

    Days are compared in UTC, so a date is late on the morning after it in the desk's part of the world.
    """
    with acting_as(worker_context()) as now:
        found = MissAction.objects.standing().with_explanation()
        unsaid = list(found.unsaid_by(now).filter(cause_told_at=None).values_list("pk", flat=True)[:limit])
        late = found.late_by(now.date()).exclude(action_told_for=F("due_on"))
        dated = list(late.values_list("pk", flat=True)[:limit])
        # A null is neither equal nor unequal.
        dated += list(
            found.late_by(now.date()).filter(action_told_for=None).values_list("pk", flat=True)[:limit]
        )
    return sum(_remind_safely(pk) for pk in dict.fromkeys([*unsaid, *dated]))


def _remind_safely(pk: int) -> bool:
    """Tell of one; one that fails is logged and does not hold up the others."""
    try:
        return _remind(pk)
    except Exception:
        logger.exception("nobody could be told that what follows from miss %s is late", pk)
        return False


def _remind(pk: int) -> bool:
    with acting_as(worker_context()) as now:
        entry = (
            MissAction.objects.standing()
            .with_explanation()
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("ticket__customer", "ticket__assignee__user", "owner__user")
            .filter(pk=pk)
            .first()
        )
        if entry is None:
            return False
        told = False
        is_unsaid = not (entry.said_cause and entry.said_action)
        if is_unsaid and entry.cause_told_at is None and (entry.cause_due_at or now) < now:
            missing = (
                "Nobody has said why." if not entry.said_cause else "Nobody has said what is done about it."
            )
            _tell(entry, now, about="Cause and action of a miss are overdue", said=missing, key="cause")
            entry.cause_told_at, told = now, True
        is_late = entry.due_on is not None and entry.due_on < now.date() and entry.status != FollowUp.DONE
        if is_late and entry.action_told_for != entry.due_on:
            said = f"It was to be done by {entry.due_on:%d %B %Y}: {entry.said_action}"
            _tell(entry, now, about="An action is overdue", said=said, key=f"action:{entry.due_on}")
            entry.action_told_for, told = entry.due_on, True
        entry.save(update_fields=["cause_told_at", "action_told_for"])
        return told


def _tell(entry: MissAction, now: datetime, *, about: str, said: str, key: str) -> None:
    """Put one message to the owner, or else the ticket's, and to each manager into the outbox, once for each key."""
    ticket = entry.ticket
    link = f"{settings.PORTAL_BASE_URL}/desk/reports/misses/{entry.pk}/"
    for person in _told(entry):
        missed = say_instant(entry.missed_at, person.timezone)
        notifications.queue(
            customer_id=entry.customer_id,
            ticket_id=ticket.pk,
            audience=Audience.DESK,
            kind="miss",
            dedupe_key=f"miss:{entry.pk}:{key}:desk:{person.pk}",
            recipient_email=person.user.email,
            recipient_name=person.name,
            person_id=person.pk,
            subject=f"{ticket.key} {about}",
            body=f"{ticket.key}: {ticket.subject}\nCustomer: {ticket.customer.name}\n\n"
            f"Missed: {say_clock(entry.metric, entry.cycle)}, {missed}\n{said}\n\nOpen it: {link}\n",
            occurred_at=now,
            deliver_after=now,
        )


def _told(entry: MissAction) -> Iterable[DeskPerson]:
    managers = active_desk_people().filter(role=DeskRole.MANAGER).select_related("user")
    owner = entry.owner or entry.ticket.assignee
    owners = [owner] if owner is not None and owner.is_active else []
    return {person.pk: person for person in [*owners, *managers]}.values()
