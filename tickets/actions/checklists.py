from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from core.events import publish, publish_desk
from core.problems import Refused, Stale
from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from customers.models import Service
from tickets.actions.locking import lock, required
from tickets.events import ChecklistChanged, ChecklistPut, StepAdded, StepMarked
from tickets.lifecycle import Verb
from tickets.models import STEP_LENGTH, Checklist, ChecklistItem, Kind, ServiceChecklist, Ticket

logger = logging.getLogger(__name__)

#: More steps than this nobody goes through.
MOST_STEPS = 30


# --- On a ticket --------------------------------------------------------------------------------------
@transaction.atomic
def put_checklist(*, ticket: Ticket, actor: Actor, at: datetime, checklist: Checklist) -> int:
    """Put the steps of a checklist on a ticket, those that it has already left out; return how many were new."""
    locked = lock(ticket, verb=Verb.RELATE)
    if not checklist.is_active:
        raise Refused("This checklist is no longer offered. Choose another one.", field="checklist")
    known = set(
        ChecklistItem.objects.filter(
            customer_id=locked.customer_id, ticket=locked, checklist_name=checklist.name
        ).values_list("text", flat=True)
    )
    steps = [step for step in checklist.steps if step not in known]
    if not steps:
        return 0
    ChecklistItem.objects.bulk_create(
        ChecklistItem(customer_id=locked.customer_id, ticket=locked, checklist_name=checklist.name, text=step)
        for step in steps
    )
    publish(
        ChecklistPut(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            checklist=checklist.name,
            called=len(steps),
        )
    )
    return len(steps)


@transaction.atomic
def add_step(*, ticket: Ticket, actor: Actor, at: datetime, text: str) -> ChecklistItem:
    """Add a step of one's own to a ticket."""
    locked = lock(ticket, verb=Verb.RELATE)
    item = ChecklistItem.objects.create(
        customer_id=locked.customer_id,
        ticket=locked,
        text=required(" ".join(text.split()), "Enter what is to be done.", field="text", most=STEP_LENGTH),
    )
    publish(
        StepAdded(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            item_id=item.pk,
            item=item.text,
        )
    )
    return item


@transaction.atomic
def mark_step(*, ticket: Ticket, actor: Actor, at: datetime, item_id: int, is_done: bool) -> None:
    """Say that a step is done, by whom and when, or that it is not; nothing happens when it is said already."""
    locked = lock(ticket, verb=Verb.RELATE)
    item = ChecklistItem.objects.filter(customer_id=locked.customer_id, ticket=locked, pk=item_id).first()
    if item is None:
        raise Refused("There is no such step on this ticket any more.")
    if item.is_done == is_done:
        return
    item.done_at, item.done_by_name = (at, actor.name) if is_done else (None, "")
    item.save(update_fields=["done_at", "done_by_name"])
    publish(
        StepMarked(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            item_id=item.pk,
            item=item.text,
            is_done=is_done,
        )
    )


# --- The sweep ----------------------------------------------------------------------------------------
def put_due_checklists(*, limit: int = 200) -> int:
    """Put the desk's checklists on every ticket that has reached the desk since; return on how many.

    A ticket often gets there in a member's transaction, which may not write what is the desk's alone.
    """
    with acting_as(worker_context()) as now:
        due = Ticket.objects.due_a_checklist(now).order_by("checklist_due_at")
        ids = list(due.values_list("pk", flat=True)[:limit])
    return sum(_put_safely(pk) for pk in ids)


def _put_safely(ticket_id: int) -> bool:
    """Serve one ticket; one that fails is logged and does not hold up the others."""
    try:
        return _put_due(ticket_id)
    except Exception:
        logger.exception("no checklist could be put on ticket %s", ticket_id)
        return False


def _put_due(ticket_id: int) -> bool:
    with acting_as(worker_context()) as now:
        ticket = (
            Ticket.objects.due_a_checklist(now)
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=ticket_id)
            .first()
        )
        if ticket is None:
            return False
        for checklist in _wanted(ticket):
            put_checklist(ticket=ticket, actor=SYSTEM, at=now, checklist=checklist)
        ticket.checklist_due_at = None
        ticket.save(update_fields=["checklist_due_at"])
        return True


def _wanted(ticket: Ticket) -> Sequence[Checklist]:
    """Return the checklists for a ticket's kind and for its service."""
    wanted = Q(kind=ticket.kind)
    if ticket.service_id is not None:
        tied = ServiceChecklist.objects.filter(customer_id=ticket.customer_id, service_id=ticket.service_id)
        wanted |= Q(pk__in=tied.values("checklist_id"))
    return list(Checklist.objects.active().filter(wanted))


# --- The desk's list ----------------------------------------------------------------------------------
@transaction.atomic
def add_checklist(
    *,
    actor: Actor,
    at: datetime,
    name: str,
    steps: Sequence[str],
    kind: str = "",
    services: Collection[Service] = (),
) -> Checklist:
    """Add a checklist; tickets that reach the desk from now on get it."""
    checklist = Checklist()
    _write(checklist, name=name, steps=steps, kind=kind, services=services)
    _tell(checklist, actor=actor, at=at, kind="added")
    return checklist


@transaction.atomic
def change_checklist(
    *,
    checklist: Checklist,
    actor: Actor,
    at: datetime,
    name: str,
    steps: Sequence[str],
    kind: str = "",
    services: Collection[Service] = (),
    expected_version: int | None = None,
) -> Checklist:
    """Change a checklist; tickets that have it keep their steps."""
    locked = _lock(checklist, expected_version)
    _write(locked, name=name, steps=steps, kind=kind, services=services)
    _tell(locked, actor=actor, at=at, kind="changed")
    return locked


@transaction.atomic
def switch_checklist(*, checklist: Checklist, actor: Actor, at: datetime, is_active: bool) -> Checklist:
    """Offer a checklist, or no longer; nothing happens when it is so already."""
    locked = _lock(checklist, None)
    if locked.is_active == is_active:
        return locked
    locked.is_active = is_active
    locked.version += 1
    locked.save(update_fields=["is_active", "version"])
    _tell(locked, actor=actor, at=at, kind="offered" if is_active else "withdrew")
    return locked


def _lock(checklist: Checklist, expected_version: int | None) -> Checklist:
    locked = Checklist.objects.select_for_update(no_key=True).get(pk=checklist.pk)
    if expected_version is not None and locked.version != expected_version:
        raise Stale(
            "Somebody changed this checklist while you were editing. Nothing was saved: look at it, then save again."
        )
    return locked


def _write(
    checklist: Checklist, *, name: str, steps: Sequence[str], kind: str, services: Collection[Service]
) -> None:
    name = required(
        " ".join(name.split()), "Enter a name, such as “Database restore”.", field="name", most=80
    )
    steps = list(dict.fromkeys(line for step in steps if (line := " ".join(step.split()))))
    if not steps:
        raise Refused("Enter at least one step, each on a line of its own.", field="steps")
    if len(steps) > MOST_STEPS:
        raise Refused(f"Enter {MOST_STEPS} steps or fewer.", field="steps")
    if any(len(step) > STEP_LENGTH for step in steps):
        raise Refused(f"A step has {STEP_LENGTH} characters or fewer.", field="steps")
    if Checklist.objects.filter(name__iexact=name).exclude(pk=checklist.pk).exists():
        raise Refused(_TAKEN, field="name")
    checklist.name, checklist.steps, checklist.kind = name, steps, Kind(kind).value if kind else ""
    checklist.version = checklist.version + 1 if checklist.pk else 1
    try:
        with transaction.atomic():
            checklist.save()
    except IntegrityError:
        raise Refused(_TAKEN, field="name") from None
    ServiceChecklist.objects.filter(checklist=checklist).exclude(service__in=services).delete()
    ServiceChecklist.objects.bulk_create(
        (
            ServiceChecklist(customer_id=service.customer_id, service=service, checklist=checklist)
            for service in services
        ),
        ignore_conflicts=True,
    )


def _tell(checklist: Checklist, *, actor: Actor, at: datetime, kind: str) -> None:
    publish_desk(
        ChecklistChanged(at=at, actor=actor, checklist_id=checklist.pk, checklist=checklist.name, kind=kind)
    )


_TAKEN = "There is a checklist of this name. Enter another one."
