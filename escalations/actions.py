"""Start a ladder, climb it while nobody answers, and stop when someone does."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from core.events import publish
from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from core.when import say_instant
from customers.models import DeskPerson
from escalations.acknowledging_links import AckLink
from escalations.calling import Called, whom
from escalations.events import AlertAcknowledged, EscalationStepTaken
from escalations.ladder import ASKED_FOR, LADDERS, NEEDS_A_PERSON, Trigger, next_step_at, plan, told_once
from escalations.models import Escalation, EscalationCall, State
from escalations.policy import Matter, choose
from escalations.policy_access import standing, still_waits
from notifications import actions as notifications
from notifications.models import Audience
from slas.previews import share_used
from tickets.models import Ticket

logger = logging.getLogger(__name__)

#: So many people are named on the log; the page of running ladders has all of them.
_NAMED = 5
#: What the log says of a rung whose people are told by a higher one, which was due as well by then.
_LATE = "it was late, so whom it concerned was told at a later step"
#: How soon a clock that stands still is looked at again, for a share of its target.
_LOOK_AGAIN = timedelta(minutes=1)


@transaction.atomic(savepoint=False)  # a breach costs one statement here, not three
def start(
    *,
    customer_id: int,
    ticket_id: int,
    trigger: Trigger,
    about: str,
    began_at: datetime,
    dedupe_key: str,
    metric: str = "",
    cycle: int | None = None,
) -> None:
    """Start the trigger's ladder on a snapshot of its steps; once for each key.

    It may run in a member's transaction, so it writes only this row: whom to call, and by which policy, is
    found by the sweep.
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
                metric=metric,
                cycle=cycle,
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
        if _is_over(escalation, now) or not _has_begun(escalation, now):
            return True
        _climb(escalation, now)
        return True


def _is_over(escalation: Escalation, now: datetime) -> bool:
    """Choose the policy of a ladder that is new; end one that nobody asked for, or whose matter is settled."""
    if escalation.chosen_at is None:
        escalation.chosen_at = now
        if escalation.steps_taken == 0:
            _choose(escalation)
    asked_for = escalation.trigger in ASKED_FOR
    if asked_for and (escalation.policy_version_id is None or not still_waits(escalation, now)):
        _end(escalation, State.FINISHED, at=now, by=SYSTEM)
        return True
    return False


def _choose(escalation: Escalation) -> None:
    """Put a ladder on a snapshot of the policy that answers its matter, if one does."""
    trigger = Trigger(escalation.trigger)
    matter = Matter(
        trigger=trigger,
        customer=escalation.customer_id,
        severity=escalation.ticket.severity,
        metric=escalation.metric,
    )
    chosen = choose(standing(trigger), matter)
    if chosen is None:
        return
    ladder = chosen.terms.ladder
    escalation.policy_version_id = chosen.version_id
    escalation.snapshot = [step.dump() for step in ladder.steps]
    escalation.repeats, escalation.every_seconds = ladder.repeats, ladder.every_seconds
    escalation.ack_seconds = ladder.ack_seconds


_CHOSEN = ["chosen_at", "policy_version", "snapshot", "repeats", "every_seconds", "ack_seconds", "began_at"]


def _has_begun(escalation: Escalation, now: datetime) -> bool:
    """Tell whether a ladder has begun: one with a share of its own waits until the clock has used that up."""
    version = escalation.policy_version
    percent = None if version is None or escalation.steps_taken else version.terms.percent
    if percent is None or escalation.cycle is None:
        return True
    share = share_used(
        escalation.ticket, metric=escalation.metric, cycle=escalation.cycle, percent=percent, as_of=now
    )
    if not share.is_open:
        _end(escalation, State.FINISHED, at=now, by=SYSTEM)
        return False
    if share.at is not None and share.at <= now:
        escalation.began_at = share.at
        return True
    escalation.next_step_at = share.at or now + _LOOK_AGAIN
    escalation.save(update_fields=[*_CHOSEN, "next_step_at"])
    return False


def _climb(escalation: Escalation, now: datetime) -> None:
    """Take the rungs that are due; who is concerned by several of them is told once, of the highest."""
    rungs, ticket = escalation.rungs, escalation.ticket
    climb = plan(rungs, began_at=escalation.anchor, taken=escalation.steps_taken, now=now)
    called = [
        whom(rungs[place].targets, owner=ticket.assignee, at=now)
        if rungs[place].applies(has_owner=ticket.assignee is not None, severity=ticket.severity)
        else None
        for place in climb.due
    ]
    told = told_once([[] if one is None else list(one.people) for one in called])
    posted = told_once([[] if one is None else list(one.channels) for one in called])
    for one, people, channels in zip(called, told, posted, strict=True):
        if one is not None:
            _call(escalation, one, people, channels, now)
        escalation.steps_taken += 1
    escalation.next_step_at = climb.next_at
    escalation.save(update_fields=[*_CHOSEN, "steps_taken", "next_step_at"])


@transaction.atomic
def acknowledge(*, ticket: Ticket, actor: Actor, at: datetime, by_working: bool = False) -> int:
    """Take every running alert of a ticket, so that nobody further is called; return how many.

    Work on the ticket does not answer a call for a person: only whoever says so does.
    """
    running = [
        one
        for one in _lock_running(ticket_id=ticket.pk, customer_id=ticket.customer_id)
        if not (by_working and one.trigger in NEEDS_A_PERSON)
    ]
    for escalation in running:
        _take(escalation, actor=actor, at=at, holds=by_working)
    return len(running)


@transaction.atomic
def acknowledge_one(*, escalation: Escalation, actor: Actor, at: datetime, by_mail: bool = False) -> bool:
    """Take one alert; return False when it did not wait for anybody any more."""
    for running in _lock_running(ticket_id=escalation.ticket_id, customer_id=escalation.customer_id):
        if running.pk == escalation.pk:
            _take(running, actor=actor, at=at, by_mail=by_mail)
            return True
    return False


def _take(
    escalation: Escalation, *, actor: Actor, at: datetime, holds: bool = False, by_mail: bool = False
) -> None:
    """Stop a ladder: for good where whoever took it works already, else until its time to begin has gone by."""
    _end(escalation, State.ACKNOWLEDGED, at=at, by=actor)
    if escalation.ack_seconds is not None and not holds:
        escalation.ack_until = at + timedelta(seconds=escalation.ack_seconds)
        escalation.save(update_fields=["ack_until"])
    publish(
        AlertAcknowledged(
            at=at,
            customer_id=escalation.customer_id,
            ticket_id=escalation.ticket_id,
            actor=actor,
            escalation_id=escalation.pk,
            about=escalation.about,
            by_mail=by_mail,
        )
    )


@transaction.atomic
def finish(*, ticket_id: int, customer_id: int, actor: Actor, at: datetime, about: str = "") -> None:
    """End every running ladder of a ticket that needs nobody any more; of those whose key begins so, if it is named."""
    for escalation in _lock_running(ticket_id=ticket_id, customer_id=customer_id):
        if escalation.dedupe_key.startswith(about):
            _end(escalation, State.FINISHED, at=at, by=actor)


def end_settled(*, escalation_id: int) -> bool:
    """End a ladder whose matter is settled: the hold was looked at, the hand-over answered."""
    with acting_as(worker_context()) as now:
        found = Escalation.objects.running().filter(pk=escalation_id).first()
        if found is None or still_waits(found, now):
            return False
        for running in _lock_running(ticket_id=found.ticket_id, customer_id=found.customer_id):
            if running.pk == escalation_id:
                _end(running, State.FINISHED, at=now, by=SYSTEM)
                return True
        return False


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
    escalation.save(update_fields=["state", "ended_at", "ended_by", "next_step_at", "chosen_at"])


def _call(
    escalation: Escalation,
    called: Called,
    people: list[DeskPerson],
    channels: list[int],
    now: datetime,
) -> None:
    """Tell people, and channels, of the rung that a ladder is at, and write to the log who was."""
    EscalationCall.objects.bulk_create(
        EscalationCall(
            customer_id=escalation.customer_id,
            escalation=escalation,
            person=person,
            rung=escalation.steps_taken,
            reason=called.people[person][:120],
            called_at=now,
        )
        for person in people
    )
    for person in people:
        _notify(escalation, person, now)
    for channel_id in channels:
        _post(escalation, channel_id, now)
    is_late = bool(called.people or called.channels) and not (people or channels)
    posted = [f"posted to {called.channels[one]}" for one in channels]
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
            who=", ".join(person.name for person in people[:_NAMED])
            + (", …" if len(people) > _NAMED else ""),
            note="; ".join([*posted, *called.notes, *([_LATE] if is_late else [])]),
        )
    )


def _post(escalation: Escalation, channel_id: int, now: datetime) -> None:
    """Put the alert into the outbox of a chat or a webhook."""
    ticket = escalation.ticket
    again = f":{escalation.restarts}" if escalation.restarts else ""
    notifications.queue_to_channel(
        channel_id=channel_id,
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        kind=escalation.trigger,
        dedupe_key=f"escalation:{escalation.pk}:{escalation.steps_taken}:channel:{channel_id}{again}",
        subject=f"{ticket.key} {escalation.about}",
        body=f"{ticket.key}: {ticket.subject}\n{escalation.about}\n",
        occurred_at=escalation.began_at,
        deliver_after=now,
        payload={
            "escalation": escalation.pk,
            "step": escalation.steps_taken,
            "ticket": ticket.key,
            "title": ticket.subject,
            "severity": ticket.priority.label,
            "customer": ticket.customer.name,
            "url": f"{settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/",
        },
    )


def _notify(escalation: Escalation, person: DeskPerson, now: datetime) -> None:
    ticket = escalation.ticket
    when = say_instant(escalation.began_at, person.timezone)
    link = f"{settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/"
    ack = AckLink(
        escalation_id=escalation.pk, person_id=person.pk, rung=escalation.steps_taken, called_at=now
    )
    again = f":{escalation.restarts}" if escalation.restarts else ""
    notifications.queue(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        audience=Audience.DESK,
        kind=escalation.trigger,
        dedupe_key=f"escalation:{escalation.pk}:{escalation.steps_taken}:desk:{person.pk}{again}",
        recipient_email=person.user.email,
        person_id=person.pk,
        is_urgent=True,
        matter=f"escalation:{escalation.pk}",
        recipient_name=person.name,
        subject=f"{ticket.key} {escalation.about}",
        body=(
            f"{ticket.key}: {ticket.subject}\n"
            f"Customer: {ticket.customer.name}\n"
            f"Severity: {ticket.priority.label}\n\n"
            f"{escalation.about}\n"
            f"Since: {when} ({escalation.began_at:%Y-%m-%dT%H:%M:%SZ})\n\n"
            f"Open the ticket and acknowledge: {link}\n"
            f"Acknowledge without signing in, within 24 hours: {settings.PORTAL_BASE_URL}/ack/{ack.token()}/\n"
        ),
        occurred_at=escalation.began_at,
        deliver_after=now,
    )
