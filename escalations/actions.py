"""Start a ladder, climb it while nobody answers, and stop when someone does."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction

from core.events import publish
from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from core.when import say_instant
from customers.access import active_desk_people
from customers.models import DeskPerson, DeskRole
from escalations.events import AlertAcknowledged, EscalationStepTaken
from escalations.ladder import LADDERS, Target, Trigger, due_steps, next_step_at
from escalations.models import Escalation, State
from notifications import actions as notifications
from notifications.models import Audience
from tickets.models import Ticket

logger = logging.getLogger(__name__)


@transaction.atomic(savepoint=False)  # a breach costs one statement here, not three
def start(
    *, customer_id: int, ticket_id: int, trigger: Trigger, about: str, began_at: datetime, dedupe_key: str
) -> None:
    """Start the trigger's ladder on a snapshot of its steps; once for each key.

    It may run in a member's transaction, so it writes only this row: whom to call is found by the sweep.
    """
    steps = LADDERS[trigger]
    Escalation.objects.bulk_create(
        [
            Escalation(
                customer_id=customer_id,
                ticket_id=ticket_id,
                trigger=trigger.value,
                about=about,
                dedupe_key=dedupe_key,
                began_at=began_at,
                snapshot=[step.dump() for step in steps],
                next_step_at=next_step_at(steps, began_at=began_at, taken=0),
            )
        ],
        ignore_conflicts=True,
    )


def advance_due(*, limit: int = 200) -> int:
    """Climb every ladder whose next step is due; return how many were dealt with."""
    with acting_as(worker_context()) as now:
        due = list(Escalation.objects.due_by(now).values_list("pk", flat=True)[:limit])
    return sum(_advance_safely(pk) for pk in due)


def _advance_safely(escalation_id: int) -> bool:
    """Climb one ladder; a ladder that fails is logged and does not hold up the others."""
    try:
        return advance(escalation_id=escalation_id)
    except Exception:
        logger.exception("escalation %s could not be advanced", escalation_id)
        return False


def advance(*, escalation_id: int) -> bool:
    """Take the steps of one ladder that are due, unless somebody is at it or at its ticket.

    The ticket is locked before the ladder, as every verb does: the other way round, a reply that
    acknowledges and a sweep that writes to the ticket's log would wait for each other.
    """
    with acting_as(worker_context()) as now:
        due_ladder = Escalation.objects.due_by(now).filter(pk=escalation_id)
        ticket = (
            Ticket.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("customer", "assignee")
            .filter(pk__in=due_ladder.order_by().values("ticket_id"))
            .first()
        )
        if ticket is None:
            return False
        escalation = due_ladder.select_for_update(skip_locked=True, no_key=True).first()
        if escalation is None:
            return False
        escalation.ticket = ticket
        if not escalation.ticket.is_open or not escalation.ticket.is_with_desk:
            _end(escalation, State.FINISHED, at=now, by=SYSTEM)
            return True
        steps = escalation.steps
        due = due_steps(steps, began_at=escalation.began_at, taken=escalation.steps_taken, now=now)
        while escalation.steps_taken < due:
            _call(escalation, steps[escalation.steps_taken].targets, now)
            escalation.steps_taken += 1
        escalation.next_step_at = next_step_at(
            steps, began_at=escalation.began_at, taken=escalation.steps_taken
        )
        escalation.save(update_fields=["steps_taken", "next_step_at"])
        return True


@transaction.atomic
def acknowledge(*, ticket: Ticket, actor: Actor, at: datetime) -> int:
    """Take every running alert of a ticket, so that nobody further is called; return how many."""
    running = _lock_running(ticket_id=ticket.pk, customer_id=ticket.customer_id)
    for escalation in running:
        _end(escalation, State.ACKNOWLEDGED, at=at, by=actor)
        publish(
            AlertAcknowledged(
                at=at,
                customer_id=ticket.customer_id,
                ticket_id=ticket.pk,
                actor=actor,
                escalation_id=escalation.pk,
                about=escalation.about,
            )
        )
    return len(running)


@transaction.atomic
def finish(*, ticket_id: int, customer_id: int, actor: Actor, at: datetime) -> None:
    """End every running ladder of a ticket that needs nobody any more."""
    for escalation in _lock_running(ticket_id=ticket_id, customer_id=customer_id):
        _end(escalation, State.FINISHED, at=at, by=actor)


def _lock_running(*, ticket_id: int, customer_id: int) -> list[Escalation]:
    """Lock a ticket and then its running ladders, in the order that every verb keeps."""
    Ticket.objects.select_for_update(no_key=True).get(pk=ticket_id, customer_id=customer_id)
    return list(
        Escalation.objects.running()
        .filter(customer_id=customer_id, ticket_id=ticket_id)
        .select_for_update(no_key=True)
        .order_by("pk")
    )


def _end(escalation: Escalation, state: State, *, at: datetime, by: Actor) -> None:
    escalation.state = state
    escalation.ended_at = at
    escalation.ended_by = by.name
    escalation.next_step_at = None
    escalation.save(update_fields=["state", "ended_at", "ended_by", "next_step_at"])


def _call(escalation: Escalation, targets: tuple[Target, ...], now: datetime) -> None:
    people = _people(escalation.ticket, targets)
    for person in people:
        _notify(escalation, person, now)
    publish(
        EscalationStepTaken(
            at=now,
            customer_id=escalation.customer_id,
            ticket_id=escalation.ticket_id,
            actor=SYSTEM,
            escalation_id=escalation.pk,
            step=escalation.steps_taken,
            about=escalation.about,
            called=len(people),
        )
    )


def _people(ticket: Ticket, targets: tuple[Target, ...]) -> list[DeskPerson]:
    """Return whom the targets mean now, each person once, the owner first."""
    found: dict[int, DeskPerson] = {}
    staff = list(active_desk_people().select_related("user"))
    for target in targets:
        for person in staff:
            if _is_meant(person, target, ticket):
                found[person.pk] = person
    return list(found.values())


def _is_meant(person: DeskPerson, target: Target, ticket: Ticket) -> bool:
    match target:
        case Target.OWNER if ticket.assignee is not None and ticket.assignee.is_active:
            return person.pk == ticket.assignee.pk
        case Target.OWNER | Target.ENGINEERS:
            return person.role == DeskRole.ENGINEER
        case Target.LEADS:
            return person.role == DeskRole.LEAD
        case Target.MANAGERS:
            return person.role == DeskRole.MANAGER


def _notify(escalation: Escalation, person: DeskPerson, now: datetime) -> None:
    ticket = escalation.ticket
    when = say_instant(escalation.began_at, person.timezone)
    link = f"{settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/"
    notifications.queue(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        audience=Audience.DESK,
        kind=escalation.trigger,
        dedupe_key=f"escalation:{escalation.pk}:{escalation.steps_taken}:desk:{person.pk}",
        recipient_email=person.user.email,
        recipient_name=person.name,
        subject=f"{ticket.key} {escalation.about}",
        body=(
            f"{ticket.key}: {ticket.subject}\n"
            f"Customer: {ticket.customer.name}\n"
            f"Severity: {ticket.priority.label}\n\n"
            f"{escalation.about}\n"
            f"Since: {when} ({escalation.began_at:%Y-%m-%dT%H:%M:%SZ})\n\n"
            f"Open the ticket and acknowledge: {link}\n"
        ),
        occurred_at=escalation.began_at,
        deliver_after=now,
    )
