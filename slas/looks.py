"""A look at tickets' clocks: what a replay says they are, beside what the cache and the log have of them.

Nothing is written here. `slas.actions.clocks` makes the cache read what a look found, and
`slas.actions.checking` compares the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.models import EventRecord
from core.tenancy import SYSTEM
from slas.clock import ClockResult, Metric, Replay
from slas.clock import replay as replay_document
from slas.documents import parse
from slas.events import (
    AgreementAttached,
    ObjectiveAtRisk,
    ObjectiveBreached,
    VerdictCorrected,
    at_risk_key,
    breached_key,
)
from slas.facts import document_of, iso, records_of, records_of_tickets
from slas.models import Clock
from slas.risk import at_risk_at
from slas.rulebook import Rulebook
from tickets.actions import Deadline, RestoreLeft
from tickets.models import Ticket
from tickets.severity import Severity

News = ObjectiveAtRisk | ObjectiveBreached
#: What was told of clocks, which is read together with the facts that they are computed from.
_TOLD = frozenset(kind.type_name for kind in (ObjectiveAtRisk, ObjectiveBreached, VerdictCorrected))
#: Versions of policies and calendars never change, so a process reads each of them once.
_BOOK = Rulebook()
#: Instants have whole seconds, and a reply in the due second is in time: a breach is certain one second later.
CERTAIN = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One clock of a replay, with the instant at which its warning share is used up."""

    clock: ClockResult
    at_risk_at: datetime | None


def measure(ticket: Ticket, *, as_of: datetime) -> tuple[Replay, list[Measured]]:
    """Replay a ticket's clocks."""
    return measure_records(records_of(ticket), as_of=as_of)


def measure_records(records: Iterable[EventRecord], *, as_of: datetime) -> tuple[Replay, list[Measured]]:
    """Replay the clocks of one ticket from its records."""
    document = parse(document_of(records, as_of=as_of, book=_BOOK))
    result = replay_document(document)
    return result, [Measured(clock=clock, at_risk_at=at_risk_at(clock, document)) for clock in result.clocks]


@dataclass(frozen=True, kw_only=True)
class Look:
    """One ticket's clocks as of an instant; without cover there are none."""

    ticket: Ticket
    as_of: datetime
    has_cover: bool
    measured: Sequence[Measured]
    cached: Mapping[tuple[str, int], Clock]
    told: Sequence[EventRecord]

    def columns(self) -> dict[tuple[str, int], dict[str, object]]:
        """Return what the cache must have of each clock, by metric and cycle."""
        return {(one.clock.metric.value, one.clock.cycle): _columns(one) for one in self.measured}

    def deadline(self) -> Deadline:
        """Return the most pressing promise, as lists show it."""
        restore = self.restore_left()
        live = [one for one in self.measured if one.clock.state != "stopped"]
        due = [(one.clock.due_at, one.clock.metric, one) for one in live if one.clock.state == "running"]
        pressing = [(at, metric, one) for at, metric, one in due if at is not None]
        if pressing:
            at, metric, first = min(pressing, key=lambda item: item[:2])
            is_at_risk = first.at_risk_at is not None and first.at_risk_at <= self.as_of
            state = "missed" if first.clock.outcome == "missed" else "at_risk" if is_at_risk else "running"
            return Deadline(
                due_at=at, objective=metric.value, state=state, has_cover=self.has_cover, restore=restore
            )
        if live:
            halted = live[0].clock.metric.value
            return Deadline(
                due_at=None, objective=halted, state="paused", has_cover=self.has_cover, restore=restore
            )
        state = "none" if self.has_cover else ""
        return Deadline(due_at=None, objective="", state=state, has_cover=self.has_cover, restore=restore)

    def restore_left(self) -> RestoreLeft:
        """Return how the newest promise to restore stands, as lists show it."""
        cycles = [one.clock for one in self.measured if one.clock.metric is Metric.RESTORE]
        if not cycles:
            return RestoreLeft(state="none" if self.has_cover else "")
        clock = max(cycles, key=lambda one: one.cycle)
        if clock.outcome not in ("pending", "met", "missed"):
            return RestoreLeft()
        if clock.target_seconds is None:
            return RestoreLeft(state="none")
        if clock.outcome != "pending":
            return RestoreLeft(state=clock.outcome, due_at=clock.breached_at)
        if clock.state == "paused":
            return RestoreLeft(
                state="paused",
                used_seconds=clock.consumed_seconds,
                target_seconds=clock.target_seconds,
            )
        from_at, used = _running_since(clock)
        return RestoreLeft(
            state="running",
            due_at=clock.due_at,
            from_at=from_at,
            used_seconds=used,
            target_seconds=clock.target_seconds,
        )

    def next_check_at(self) -> datetime | None:
        """Return the next instant at which there is something to tell: a warning, or a breach that is certain."""
        coming = [
            moment
            for one in self.measured
            if one.clock.state == "running" and one.clock.outcome == "pending"
            for moment in (one.at_risk_at, one.clock.due_at and one.clock.due_at + CERTAIN)
            if moment is not None and moment > self.as_of
        ]
        coming += [self.as_of + CERTAIN for one in self.measured if one.clock.breached_at == self.as_of]
        return min(coming, default=None)

    def news(self) -> Iterator[News]:
        """Yield what became true of the clocks by itself and is not in the log.

        A clock misses once, unless a correction took the miss away: what it misses afterwards has to be told
        under another key, but a correction that is itself revoked brings back the breach that was told already.
        """
        keys = {record.source_key for record in self.told}
        told: dict[tuple[str, int], list[datetime]] = {}
        taken_away: Counter[tuple[str, int]] = Counter()
        for record in self.told:
            clock = (record.payload["metric"], record.payload["cycle"])
            if record.type == ObjectiveBreached.type_name:
                told.setdefault(clock, []).append(record.occurred_at)
            elif record.type == VerdictCorrected.type_name and record.payload["was"] == "missed":
                taken_away[clock] += 1
        for one in self.measured:
            event = self._news(one)
            before = [] if event is None else told.get((event.metric, event.cycle), [])
            if isinstance(event, ObjectiveBreached) and before:
                if event.at in before or len(before) > taken_away[event.metric, event.cycle]:
                    continue
                key = breached_key(self.ticket.pk, event.metric, event.cycle, corrections=len(before))
                event = replace(event, source_key=key)
            if event is not None and event.source_key not in keys:
                yield event

    def _news(self, one: Measured) -> News | None:
        """Return what became true of a clock by itself; a breach says more than the warning before it.

        A breach is told once its second is over: a reply within that second still counts as in time.
        """
        clock = one.clock
        metric, severity = clock.metric.value, severity_of(clock)
        if clock.breached_at is not None and clock.breached_at < self.as_of:
            return ObjectiveBreached(
                at=clock.breached_at,
                customer_id=self.ticket.customer_id,
                ticket_id=self.ticket.pk,
                actor=SYSTEM,
                source_key=breached_key(self.ticket.pk, metric, clock.cycle),
                metric=metric,
                cycle=clock.cycle,
                severity=severity,
                target_seconds=clock.target_seconds or 0,
            )
        is_live = clock.outcome == "pending" and clock.state == "running"
        if is_live and one.at_risk_at is not None and one.at_risk_at <= self.as_of:
            return ObjectiveAtRisk(
                at=one.at_risk_at,
                customer_id=self.ticket.customer_id,
                ticket_id=self.ticket.pk,
                actor=SYSTEM,
                source_key=at_risk_key(self.ticket.pk, metric, clock.cycle, severity),
                metric=metric,
                cycle=clock.cycle,
                severity=severity,
                due_at="" if clock.due_at is None else iso(clock.due_at),
            )
        return None


def _running_since(clock: ClockResult) -> tuple[datetime, int]:
    """Return since when a clock was not stopped, and how many seconds it had counted by then."""
    halts = [one.to for one in clock.segments if one.kind in ("paused", "excluded")]
    since = max(halts, default=clock.started_at)
    return since, sum(one.seconds for one in clock.segments if one.kind == "counted" and one.to <= since)


def look_at(tickets: Sequence[Ticket], *, at: datetime) -> list[Look]:
    """Look at several tickets as of an instant, in two statements.

    A caller that read its `at` before it had to wait looks as far as what was recorded meanwhile, which
    must not be forgotten again.
    """
    return [
        _look(found, as_of=max([at, *found.cached_as_of(), *(one.occurred_at for one in found.records)]))
        for found in _find(tickets)
    ]


def look_back_at(tickets: Sequence[Ticket], *, when: Mapping[int, datetime | None]) -> list[Look]:
    """Look at several tickets as of the instants for which their cache was last computed, by ticket id.

    Where the instant is not known, it is that of the newest clock.
    """
    return [
        _look(found, as_of=when[found.ticket.pk] or max(found.cached_as_of(), default=found.ticket.opened_at))
        for found in _find(tickets)
    ]


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What is stored of one ticket."""

    ticket: Ticket
    records: Sequence[EventRecord]
    cached: Mapping[tuple[str, int], Clock]

    def cached_as_of(self) -> list[datetime]:
        return [clock.as_of for clock in self.cached.values()]


def _find(tickets: Sequence[Ticket]) -> Iterator[_Found]:
    records = records_of_tickets(tickets, also=_TOLD)
    cached: dict[int, dict[tuple[str, int], Clock]] = {ticket.pk: {} for ticket in tickets}
    for clock in Clock.objects.of_tickets(tickets):
        cached[clock.ticket_id][clock.metric, clock.cycle] = clock
    for ticket in tickets:
        yield _Found(ticket=ticket, records=records[ticket.pk], cached=cached[ticket.pk])


def _look(found: _Found, *, as_of: datetime) -> Look:
    facts = [record for record in found.records if record.type not in _TOLD]
    has_cover = any(record.type == AgreementAttached.type_name for record in facts)
    return Look(
        ticket=found.ticket,
        as_of=as_of,
        has_cover=has_cover,
        measured=measure_records(facts, as_of=as_of)[1] if has_cover else [],
        cached=found.cached,
        told=[record for record in found.records if record.type in _TOLD],
    )


#: The columns of the cache that a replay decides.
COLUMNS = (
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
    "waived",
)


def _columns(one: Measured) -> dict[str, object]:
    clock = one.clock
    values = (
        severity_of(clock),
        clock.target_seconds,
        clock.state,
        clock.outcome,
        clock.started_at,
        clock.due_at,
        clock.stopped_at,
        clock.breached_at,
        one.at_risk_at,
        clock.consumed_seconds,
        clock.waived,
    )
    return dict(zip(COLUMNS, values, strict=True))


def severity_of(clock: ClockResult) -> int:
    return int(Severity[str(clock.severity)])
