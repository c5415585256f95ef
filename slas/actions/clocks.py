from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from core.events import publish
from core.models import EventRecord
from core.tenancy import SYSTEM
from slas.actions.agreements import attached_agreement
from slas.clock import ClockResult, Replay, replay
from slas.documents import parse
from slas.events import ObjectiveAtRisk, ObjectiveBreached, at_risk_key, breached_key
from slas.facts import iso, ticket_document
from slas.models import Clock, Watch
from slas.risk import at_risk_at
from tickets import actions as ticket_actions
from tickets.models import Ticket
from tickets.severity import Severity


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One clock of a replay, with the instant at which its warning share is used up."""

    clock: ClockResult
    at_risk_at: datetime | None


def measure(ticket: Ticket, *, as_of: datetime) -> tuple[Replay, list[Measured]]:
    """Replay a ticket's clocks; nothing is stored."""
    document = parse(ticket_document(ticket, as_of=as_of))
    result = replay(document)
    return result, [Measured(clock=clock, at_risk_at=at_risk_at(clock, document)) for clock in result.clocks]


@transaction.atomic
def refresh_clocks(*, ticket_id: int, customer_id: int, at: datetime) -> None:
    """Replay a ticket's clocks as of `at`, keep the result, and publish what became true since.

    Breaches and warnings are stamped with the instant at which they became true. The ticket's row is
    locked first, so that two callers take turns. One that read its `at` before it had to wait looks as
    far as the facts that were recorded meanwhile, which must not be forgotten again.
    """
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket_id, customer_id=customer_id)
    latest = EventRecord.objects.filter(customer_id=customer_id, ticket_id=ticket_id).aggregate(
        at=Max("occurred_at")
    )["at"]
    as_of = max(at, latest or at)
    has_cover = attached_agreement(ticket_id=ticket_id, customer_id=customer_id) is not None
    measured = measure(ticket, as_of=as_of)[1] if has_cover else []
    _keep(ticket, measured, as_of)
    _publish_news(ticket, measured, as_of)
    _write_down(ticket, measured, as_of, has_cover=has_cover)
    _watch(ticket, _next_check_at(measured, as_of))


def _keep(ticket: Ticket, measured: Sequence[Measured], as_of: datetime) -> None:
    """Make the cache read what the replay said.

    A row's generation moves when more has changed than the time that went by. A cycle that the replay no
    longer knows never was, and goes.
    """
    mine = Clock.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
    kept = {(clock.metric, clock.cycle): clock for clock in mine}
    new: list[Clock] = []
    changed: list[Clock] = []
    for one in measured:
        values = _columns(one)
        row = kept.pop((str(one.clock.metric), one.clock.cycle), None)
        if row is None:
            row = Clock(
                customer_id=ticket.customer_id,
                ticket=ticket,
                metric=str(one.clock.metric),
                cycle=one.clock.cycle,
                as_of=as_of,
                **values,
            )
            new.append(row)
            continue
        different = {name for name, value in values.items() if getattr(row, name) != value}
        if not different:
            continue
        for name in different:
            setattr(row, name, values[name])
        row.as_of = as_of
        row.generation += bool(different - {"consumed_seconds"})
        changed.append(row)
    Clock.objects.bulk_create(new)
    Clock.objects.bulk_update(changed, [*_COLUMNS, "as_of", "generation"])
    if kept:
        mine.filter(pk__in=[clock.pk for clock in kept.values()]).delete()


_COLUMNS = (
    "severity",
    "target_seconds",
    "state",
    "outcome",
    "started_at",
    "due_at",
    "stopped_at",
    "breached_at",
    "at_risk_at",
    "consumed_seconds",
)


def _columns(one: Measured) -> dict[str, object]:
    """Return what the cache keeps of one clock."""
    clock = one.clock
    values = (
        _severity(clock),
        clock.target_seconds,
        clock.state,
        clock.outcome,
        clock.started_at,
        clock.due_at,
        clock.stopped_at,
        clock.breached_at,
        one.at_risk_at,
        clock.consumed_seconds,
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _publish_news(ticket: Ticket, measured: Sequence[Measured], as_of: datetime) -> None:
    news = [event for one in measured if (event := _news(ticket, one, as_of)) is not None]
    if not news:
        return
    told = EventRecord.objects.filter(
        customer_id=ticket.customer_id, source_key__in=[event.source_key for event in news]
    )
    known = set(told.values_list("source_key", flat=True))
    for event in sorted(news, key=lambda item: item.at):
        if event.source_key not in known:
            publish(event)


def _news(ticket: Ticket, one: Measured, as_of: datetime) -> ObjectiveAtRisk | ObjectiveBreached | None:
    """Return what became true of a clock by itself; a breach says more than the warning before it.

    A breach is told once its second is over: a reply within that second still counts as in time.
    """
    clock = one.clock
    metric, severity = str(clock.metric), _severity(clock)
    if clock.breached_at is not None and clock.breached_at < as_of:
        return ObjectiveBreached(
            at=clock.breached_at,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            actor=SYSTEM,
            source_key=breached_key(ticket.pk, metric, clock.cycle),
            metric=metric,
            cycle=clock.cycle,
            severity=severity,
            target_seconds=clock.target_seconds or 0,
        )
    is_live = clock.outcome == "pending" and clock.state == "running"
    if is_live and one.at_risk_at is not None and one.at_risk_at <= as_of:
        return ObjectiveAtRisk(
            at=one.at_risk_at,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            actor=SYSTEM,
            source_key=at_risk_key(ticket.pk, metric, clock.cycle, severity),
            metric=metric,
            cycle=clock.cycle,
            severity=severity,
            due_at="" if clock.due_at is None else iso(clock.due_at),
        )
    return None


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


def _watch(ticket: Ticket, next_check_at: datetime | None) -> None:
    """Say when the sweep must look at the ticket next."""
    Watch.objects.bulk_create(
        [Watch(customer_id=ticket.customer_id, ticket=ticket, next_check_at=next_check_at)],
        update_conflicts=True,
        unique_fields=["customer", "ticket"],
        update_fields=["next_check_at", "failures"],
    )


def _next_check_at(measured: Sequence[Measured], at: datetime) -> datetime | None:
    """Return the next instant at which there is something to tell: a warning, or a breach that is certain."""
    coming = [
        moment
        for one in measured
        if one.clock.state == "running" and one.clock.outcome == "pending"
        for moment in (one.at_risk_at, one.clock.due_at and one.clock.due_at + _CERTAIN)
        if moment is not None and moment > at
    ]
    coming += [at + _CERTAIN for one in measured if one.clock.breached_at == at]
    return min(coming, default=None)


#: Instants have whole seconds, and a reply in the due second is in time: a breach is certain one second later.
_CERTAIN = timedelta(seconds=1)


def _severity(clock: ClockResult) -> int:
    return int(Severity[str(clock.severity)])
