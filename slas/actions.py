"""The verbs about promises: attach an agreement, replay a ticket's clocks, say what became true."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import DatabaseError, transaction

from core.events import publish
from core.models import EventRecord
from core.problems import Refused
from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from customers.models import Customer
from slas.access import agreement_in_force
from slas.calendar import Calendar
from slas.clock import ClockResult, Replay, replay
from slas.documents import ReplayDocument, parse
from slas.events import AgreementAttached, AgreementSigned, ObjectiveAtRisk, ObjectiveBreached
from slas.facts import iso, ticket_document
from slas.models import Agreement, CalendarVersion, Clock, PolicyVersion, Watch
from tickets import actions as ticket_actions
from tickets.models import Ticket
from tickets.severity import Severity

logger = logging.getLogger(__name__)

DEFAULT_POLICY = "Managed service"
RETRY_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One clock of a replay, with the instant at which its warning share is used up."""

    clock: ClockResult
    at_risk_at: datetime | None


@transaction.atomic
def sign_agreement(
    *, customer: Customer, number: str, starts_on: date, ends_on: date, actor: Actor, at: datetime
) -> Agreement:
    """Record a signed term on the newest policy and the calendars of the customer's region.

    Raises Refused for a term that ends before it begins or overlaps another of the customer.
    """
    if ends_on <= starts_on:
        raise Refused("The term ends before it begins.", field="ends_on")
    if Agreement.objects.filter(customer=customer, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused("Another agreement covers part of this term.", field="starts_on")
    agreement = Agreement.objects.create(
        customer=customer,
        number=number,
        policy=PolicyVersion.objects.filter(name=DEFAULT_POLICY).order_by("-version")[0],
        business_hours=_newest_calendar("business", customer.region),
        always=_newest_calendar("always", ""),
        timezone=customer.timezone,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    publish(
        AgreementSigned(
            at=at,
            customer_id=customer.pk,
            actor=actor,
            agreement_id=agreement.pk,
            number=number,
            starts_on=starts_on.isoformat(),
            ends_on=ends_on.isoformat(),
        )
    )
    return agreement


def _newest_calendar(name: str, region: str) -> CalendarVersion:
    """Return the newest version for a region, or the one without public holidays where there is none."""
    versions = CalendarVersion.objects.filter(name=name, region__in=("", region)).order_by(
        "-region", "-version"
    )
    return versions[0]


@transaction.atomic
def attach_agreement(*, ticket_id: int, customer_id: int, actor: Actor, at: datetime) -> None:
    """Pin the versions of the agreement in force to the ticket; without one nothing is measured."""
    ticket = Ticket.objects.select_related("customer").get(pk=ticket_id, customer_id=customer_id)
    agreement = agreement_in_force(ticket.customer, at)
    if agreement is None:
        return
    publish(
        AgreementAttached(
            at=at,
            customer_id=customer_id,
            ticket_id=ticket_id,
            actor=SYSTEM,
            agreement_id=agreement.pk,
            agreement_number=agreement.number,
            policy_id=agreement.policy_id,
            business_hours_id=agreement.business_hours_id,
            always_id=agreement.always_id,
            timezone=agreement.timezone,
        )
    )


def measure(ticket: Ticket, *, as_of: datetime) -> tuple[Replay, list[Measured]]:
    """Replay a ticket's clocks; nothing is stored."""
    document = parse(ticket_document(ticket, as_of=as_of))
    result = replay(document)
    return result, [
        Measured(clock=clock, at_risk_at=_at_risk_at(clock, document, as_of)) for clock in result.clocks
    ]


@transaction.atomic
def refresh_clocks(*, ticket_id: int, customer_id: int, at: datetime) -> None:
    """Replay a ticket's clocks as of `at`, keep the result, and publish what became true since.

    Breaches and warnings are stamped with the instant at which they became true. The ticket's row is
    locked first, so that two callers take turns.
    """
    ticket = (
        Ticket.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer")
        .get(pk=ticket_id, customer_id=customer_id)
    )
    has_cover = EventRecord.objects.filter(
        customer_id=customer_id, ticket_id=ticket_id, type=AgreementAttached.type_name
    ).exists()
    measured = measure(ticket, as_of=at)[1] if has_cover else []
    _keep(ticket, measured, at)
    _publish_news(ticket, measured, at)
    _write_down(ticket, measured, at, has_cover=has_cover)
    Watch.objects.update_or_create(
        customer_id=customer_id,
        ticket_id=ticket_id,
        defaults={"next_check_at": _next_check_at(measured, at), "failures": 0},
    )


@transaction.atomic
def plan_closing(*, ticket_id: int, customer_id: int, at: datetime) -> None:
    """Set when a resolved ticket closes: the reopening window of its policy, or of the seeded one."""
    ticket = Ticket.objects.select_related("customer").get(pk=ticket_id, customer_id=customer_id)
    agreement = agreement_in_force(ticket.customer, at)
    if agreement is not None:
        policy, hours, zone = agreement.policy, agreement.business_hours, agreement.timezone
    else:
        policy = PolicyVersion.objects.filter(name=DEFAULT_POLICY).order_by("-version")[0]
        hours = _newest_calendar("business", "")
        zone = ticket.customer.timezone
    calendar = Calendar.from_dict(hours.document(zone))
    window = policy.document["reopen_window"]["seconds"]
    # Still open to a reopening at the last instant of the window, so it closes one second later.
    closes_at = calendar.add(at, window) + timedelta(seconds=1)
    ticket_actions.set_closing(ticket_id=ticket_id, customer_id=customer_id, closes_at=closes_at)


def sweep(*, limit: int = 500) -> int:
    """Look at every ticket whose clocks have something due; return how many were dealt with."""
    with acting_as(worker_context()) as now:
        due = list(Watch.objects.due_by(now).values_list("pk", flat=True)[:limit])
    return sum(_check_safely(pk) for pk in due)


def _check_safely(watch_id: int) -> bool:
    """Check one ticket; one that fails is put off and logged, and does not hold up the others."""
    try:
        return check(watch_id=watch_id)
    except (DatabaseError, ValueError, KeyError, LookupError):
        logger.exception("watch %s could not be checked", watch_id)
        with acting_as(worker_context()) as now:
            watch = Watch.objects.get(pk=watch_id)
            watch.failures = min(watch.failures + 1, 1000)
            watch.next_check_at = now + RETRY_AFTER * min(watch.failures, 60)
            watch.save(update_fields=["failures", "next_check_at"])
        return False


def check(*, watch_id: int) -> bool:
    """Look at one ticket's clocks if they are still due, unless someone else holds the ticket."""
    with acting_as(worker_context()) as now:
        watch = Watch.objects.due_by(now).filter(pk=watch_id).first()
        if watch is None:
            return False
        free = (
            Ticket.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=watch.ticket_id, customer_id=watch.customer_id)
            .exists()
        )
        if not free:
            return False
        refresh_clocks(ticket_id=watch.ticket_id, customer_id=watch.customer_id, at=now)
        return True


def _keep(ticket: Ticket, measured: Sequence[Measured], at: datetime) -> None:
    for one in measured:
        clock = one.clock
        Clock.objects.update_or_create(
            customer_id=ticket.customer_id,
            ticket=ticket,
            metric=clock.metric,
            cycle=clock.cycle,
            defaults={
                "severity": _severity(clock),
                "target_seconds": clock.target_seconds,
                "state": clock.state,
                "outcome": clock.outcome,
                "started_at": clock.started_at,
                "due_at": clock.due_at,
                "stopped_at": clock.stopped_at,
                "breached_at": clock.breached_at,
                "at_risk_at": one.at_risk_at,
                "consumed_seconds": clock.consumed_seconds,
                "as_of": at,
            },
        )


def _publish_news(ticket: Ticket, measured: Sequence[Measured], at: datetime) -> None:
    news: list[ObjectiveAtRisk | ObjectiveBreached] = []
    for one in measured:
        clock = one.clock
        name = f"{ticket.pk}:{clock.metric}:{clock.cycle}"
        if clock.breached_at is not None:
            news.append(
                ObjectiveBreached(
                    at=clock.breached_at,
                    customer_id=ticket.customer_id,
                    ticket_id=ticket.pk,
                    actor=SYSTEM,
                    source_key=f"breached:{name}",
                    metric=str(clock.metric),
                    cycle=clock.cycle,
                    severity=_severity(clock),
                    target_seconds=clock.target_seconds or 0,
                )
            )
        elif one.at_risk_at is not None and one.at_risk_at <= at and _is_pending(clock):
            news.append(
                ObjectiveAtRisk(
                    at=one.at_risk_at,
                    customer_id=ticket.customer_id,
                    ticket_id=ticket.pk,
                    actor=SYSTEM,
                    source_key=f"at-risk:{name}",
                    metric=str(clock.metric),
                    cycle=clock.cycle,
                    severity=_severity(clock),
                    due_at="" if clock.due_at is None else iso(clock.due_at),
                )
            )
    for event in sorted(news, key=lambda item: item.at):
        publish(event)


def _write_down(ticket: Ticket, measured: Sequence[Measured], at: datetime, *, has_cover: bool) -> None:
    """Put the most pressing promise on the ticket, for lists."""
    live = [one for one in measured if one.clock.state != "stopped"]
    running = sorted(
        (one for one in live if one.clock.state == "running" and one.clock.due_at is not None),
        key=lambda one: (one.clock.due_at, one.clock.metric),
    )
    state, due, objective = "none" if has_cover else "", None, ""
    if running:
        first = running[0]
        due, objective = first.clock.due_at, str(first.clock.metric)
        at_risk = first.at_risk_at is not None and first.at_risk_at <= at
        state = "missed" if first.clock.outcome == "missed" else "at_risk" if at_risk else "running"
    elif live:
        state, objective = "paused", str(live[0].clock.metric)
    ticket_actions.set_next_deadline(
        ticket=ticket, next_due_at=due, next_objective=objective, clock_state=state, has_cover=has_cover
    )


def _next_check_at(measured: Sequence[Measured], at: datetime) -> datetime | None:
    """Return the next instant at which something becomes true by itself."""
    coming = [
        moment
        for one in measured
        if one.clock.state == "running" and one.clock.outcome == "pending"
        for moment in (one.at_risk_at, one.clock.due_at)
        if moment is not None and moment > at
    ]
    return min(coming, default=None)


def _at_risk_at(clock: ClockResult, document: ReplayDocument, as_of: datetime) -> datetime | None:
    """Return when the warning share was, or at this rate will be, used up; None while halted before it."""
    if clock.target_seconds is None or not clock.segments:
        return None
    last = clock.segments[-1]
    share = _risk_percent(clock, document)
    needed = -(-clock.target_seconds * share // 100)
    used = 0
    for segment in clock.segments:
        if segment.kind != "counted":
            continue
        if used + segment.seconds >= needed:
            return segment.from_ + timedelta(seconds=needed - used)
        used += segment.seconds
    if clock.state != "running" or last.calendar is None:
        return None
    return document.calendars[last.calendar].add(as_of, needed - used)


def _risk_percent(clock: ClockResult, document: ReplayDocument) -> int:
    policy = clock.segments[-1].policy
    if policy is None:
        return 75
    for objective in document.policies[policy].objectives:
        if objective.metric == clock.metric and objective.severity == clock.severity:
            return objective.at_risk_percent or 75
    return 75


def _is_pending(clock: ClockResult) -> bool:
    return bool(clock.outcome == "pending" and clock.state == "running")


def _severity(clock: ClockResult) -> int:
    return int(Severity[str(clock.severity)])
