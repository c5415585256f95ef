"""Clocks as a pure replay of a ticket's facts (DOMAIN, section 5).

`replay` walks the facts in order, and between them the breaches, which happen at the instant at which a
target is used up. After every fact each open clock is asked what halts it now; when the answer changes,
its running stretch ends and another begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from slas.documents import (
    DEFAULT_STOPS,
    ClockResult,
    Fact,
    FactKind,
    Ledger,
    Metric,
    Objective,
    Policy,
    Replay,
    ReplayDocument,
    Segment,
)

__all__ = ["ClockResult", "Metric", "Replay", "Segment", "replay"]

COUNTED, PAUSED, CLOSED, EXCLUDED = "counted", "paused", "closed", "excluded"
NO_OBJECTIVE = "no_objective"

#: The order of facts of one instant: satisfy, stop, retarget, start, pause.
_RANK: dict[FactKind, int] = {
    FactKind.OPENED: 0,
    FactKind.PUBLIC_REPLY: 1,
    FactKind.RESTORED: 1,
    FactKind.RESOLVED: 1,
    FactKind.RETURNED: 2,
    FactKind.MERGED: 2,
    FactKind.CLOSED: 2,
    FactKind.SEVERITY_SET: 3,
    FactKind.POLICY_ATTACHED: 3,
    FactKind.REACHED_DESK: 4,
    FactKind.REOPENED: 4,
    FactKind.INCLUDED: 4,
    FactKind.RESUMED: 4,
    FactKind.EXCLUDED: 5,
    FactKind.HELD: 5,
    FactKind.INTERNAL_NOTE: 6,
    FactKind.WAIVED: 6,
}
_SATISFYING = 1
_Reached = Callable[[datetime], bool]


def _rank(fact: Fact) -> int:
    if fact.kind is FactKind.MERGED and fact.inherit_start_at is not None:
        return 3
    return _RANK[fact.kind]


@dataclass(frozen=True, kw_only=True)
class _Stretch:
    """A running stretch of a clock: from when, of which kind, why, under which configuration."""

    from_: datetime
    kind: str
    reason: str | None
    fact: str
    policy: str | None
    calendar: str | None

    def until(self, to: datetime) -> Segment:
        return Segment(
            from_=self.from_,
            to=to,
            kind=self.kind,
            reason=self.reason,
            fact=self.fact,
            policy=self.policy,
            calendar=self.calendar,
        )


@dataclass(kw_only=True)
class _Clock:
    """One cycle of a metric while it is being replayed."""

    metric: Metric
    cycle: int
    severity: str
    policy: str
    objective: Objective | None
    started_at: datetime
    counted_fact: str
    stretch: _Stretch | None = None
    past: list[Segment] = field(default_factory=list)
    used: int = 0
    breached_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: str = ""
    stop_reason: str = ""
    was_halted: bool = False
    outcome: str = "pending"
    waived: bool = False
    #: The fact that counted time had before a halt, and when it was halted: a halt that ends in its own
    #: instant never was.
    before_halt: tuple[datetime, str] | None = None

    @property
    def is_open(self) -> bool:
        return self.stopped_at is None

    @property
    def target(self) -> int | None:
        return None if self.objective is None else self.objective.target_seconds

    @property
    def stops(self) -> frozenset[str]:
        return DEFAULT_STOPS[self.metric] if self.objective is None else self.objective.stops_while


@dataclass(frozen=True, kw_only=True)
class _Halt:
    """What keeps a ticket from moving: a hold or an exclusion."""

    reason: str
    fact: str
    lacks_plan: bool = False


def replay(document: ReplayDocument) -> Replay:
    """Return the clocks and the time ledger of a document as of its instant."""
    return _Ticket(document).run()


class _Ticket:
    """The state of a ticket while its facts are walked through."""

    def __init__(self, document: ReplayDocument) -> None:
        self.document = document
        self.severity: str | None = None
        self.policy: str | None = None
        self.at_desk = False
        self.responded = False
        self.hold: _Halt | None = None
        self.exclusion: _Halt | None = None
        self.past_exclusions: list[tuple[datetime, datetime, _Halt]] = []
        self.excluded_at: datetime | None = None
        self.restored_at: datetime | None = None
        self.resolved_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.merged_at: datetime | None = None
        self.clocks: dict[Metric, list[_Clock]] = {metric: [] for metric in Metric}
        self.opened_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.booked_until: datetime | None = None
        self.books: dict[str, int] = {}

    # --- the walk ---------------------------------------------------------------------------------

    def run(self) -> Replay:
        as_of = self.document.as_of
        known = sorted(
            (fact for fact in self.document.facts if fact.at <= as_of),
            key=lambda fact: (fact.at, _rank(fact), fact.id),
        )
        for at, facts in groupby(known, key=lambda fact: fact.at):
            self._breach_before(at)
            self._instant(at, list(facts))
        self._breach_through(as_of)
        self._book(as_of)
        return Replay(
            clocks=tuple(self._result(clock) for metric in Metric for clock in self.clocks[metric]),
            ledger=Ledger(**self.books),
        )

    def _instant(self, at: datetime, facts: list[Fact]) -> None:
        """Apply the facts of one instant; one with nothing to act on waits for the others."""
        waiting: list[Fact] = []
        satisfying = [fact for fact in facts if _rank(fact) <= _SATISFYING]
        others = [fact for fact in facts if _rank(fact) > _SATISFYING]
        for fact in satisfying:
            if not self._apply(fact):
                waiting.append(fact)
        self._breach_through(at)
        for fact in others:
            if not self._apply(fact):
                waiting.append(fact)
        progress = True
        while waiting and progress:
            left = [fact for fact in waiting if not self._apply(fact)]
            progress = len(left) < len(waiting)
            waiting = left

    def _breach_before(self, at: datetime) -> None:
        self._breach(lambda due: due < at)

    def _breach_through(self, at: datetime) -> None:
        self._breach(lambda due: due <= at)

    def _breach(self, is_reached: _Reached) -> None:
        """Let every target that is used up within reach be missed, in order of its instant."""
        while True:
            due = [
                (moment, order, clock)
                for order, metric in enumerate(Metric)
                if (clock := self._open(metric)) is not None
                and clock.breached_at is None
                and (moment := self._due(clock)) is not None
                and is_reached(moment)
            ]
            if not due:
                return
            moment, _, clock = min(due, key=lambda item: item[:2])
            self._miss(clock, moment)

    def _apply(self, fact: Fact) -> bool:
        """Let a fact act on the ticket; returns False when it has nothing to act on."""
        self._book(fact.at)
        acted: bool = getattr(self, f"_on_{fact.kind.value}")(fact)
        if acted:
            self._settle(fact)
        return acted

    # --- facts ------------------------------------------------------------------------------------

    @property
    def _is_over(self) -> bool:
        return self.closed_at is not None or self.merged_at is not None

    def _on_opened(self, fact: Fact) -> bool:
        self.opened_at = self.booked_until = fact.at
        return True

    def _on_internal_note(self, fact: Fact) -> bool:
        return True

    def _on_waived(self, fact: Fact) -> bool:
        for clock in self.clocks[fact.metric] if fact.metric is not None else ():
            if clock.cycle == fact.cycle:
                clock.waived = True
                return True
        return False

    def _on_severity_set(self, fact: Fact) -> bool:
        if self.merged_at is not None or fact.severity == self.severity:
            return False
        self.severity = fact.severity
        return True

    def _on_policy_attached(self, fact: Fact) -> bool:
        if self.merged_at is not None or fact.policy == self.policy:
            return False
        self.policy = fact.policy
        return True

    def _on_reached_desk(self, fact: Fact) -> bool:
        if self.at_desk or self._is_over or self.resolved_at is not None:
            return False
        self.at_desk, self.responded = True, False
        return True

    def _on_returned_to_customer(self, fact: Fact) -> bool:
        if not self.at_desk or self._is_over:
            return False
        self._cancel_all(fact)
        self.at_desk, self.hold = False, None
        return True

    def _on_public_reply(self, fact: Fact) -> bool:
        if fact.by != "desk" or fact.automatic:
            return True
        if not self.at_desk or self._is_over:
            return False
        respond, update = self._open(Metric.RESPOND), self._open(Metric.UPDATE)
        if self.responded and update is None:
            return False
        self.responded = True
        if respond is not None:
            self._satisfy(respond, fact)
        if update is not None:
            self._satisfy(update, fact)
        return True

    def _on_held(self, fact: Fact) -> bool:
        if not self.at_desk or self._is_over or self.resolved_at is not None:
            return False
        if self.hold is not None and self.hold.reason == fact.reason:
            return False
        self.hold = _Halt(reason=fact.reason or "", fact=fact.id, lacks_plan=fact.lacks_plan)
        return True

    def _on_resumed(self, fact: Fact) -> bool:
        if self.hold is None:
            return False
        self.hold = None
        return True

    def _on_excluded(self, fact: Fact) -> bool:
        if self.exclusion is not None or self.merged_at is not None:
            return False
        self.exclusion, self.excluded_at = _Halt(reason=fact.reason or "", fact=fact.id), fact.at
        return True

    def _on_included(self, fact: Fact) -> bool:
        if self.exclusion is None or self.excluded_at is None:
            return False
        self.past_exclusions.append((self.excluded_at, fact.at, self.exclusion))
        self.exclusion = self.excluded_at = None
        return True

    def _on_restored(self, fact: Fact) -> bool:
        if self.restored_at is not None or self.resolved_at is not None or self._is_over:
            return False
        self.restored_at = fact.at
        self._satisfy_metric(Metric.RESTORE, fact)
        return True

    def _on_resolved(self, fact: Fact) -> bool:
        if self.resolved_at is not None or self._is_over:
            return False
        self.resolved_at = fact.at
        self.ended_at = fact.at
        self._satisfy_metric(Metric.RESTORE, fact)
        self._satisfy_metric(Metric.RESOLVE, fact)
        update = self._open(Metric.UPDATE)
        if update is not None:
            self._cancel(update, fact)
        self.hold = None
        return True

    def _on_closed(self, fact: Fact) -> bool:
        if self._is_over:
            return False
        self._cancel_all(fact)
        self.closed_at = fact.at
        self.ended_at = self.ended_at or fact.at
        self.hold = None
        return True

    def _on_merged(self, fact: Fact) -> bool:
        if self.merged_at is not None:
            return False
        if fact.inherit_start_at is not None:
            return self._inherit(fact, fact.inherit_start_at)
        self._cancel_all(fact)
        self.merged_at = fact.at
        self.ended_at = self.ended_at or fact.at
        self.hold = None
        return True

    def _on_reopened(self, fact: Fact) -> bool:
        ended = self.resolved_at or self.closed_at
        if self.merged_at is not None or (ended is None and self.restored_at is None):
            return False
        goes_on = ended is None or self._is_within_window(ended, fact.at)
        if self.ended_at is not None and self.booked_until is not None:
            self._give("after_restore", fact.at - self.booked_until)
            self.booked_until = fact.at
        self.restored_at = self.resolved_at = self.closed_at = self.ended_at = None
        if goes_on and self.at_desk:
            for metric in (Metric.RESTORE, Metric.RESOLVE):
                last = self.clocks[metric][-1] if self.clocks[metric] else None
                if last is not None and not last.is_open and last.stop_reason:
                    self._continue(last, fact)
        return True

    def _is_within_window(self, ended: datetime, at: datetime) -> bool:
        policy = self._policy()
        if policy is None or policy.reopen_calendar is None:
            return True
        calendar = self.document.calendars[policy.reopen_calendar]
        return at <= calendar.add(ended, policy.reopen_seconds)

    # --- clocks -----------------------------------------------------------------------------------

    def _policy(self) -> Policy | None:
        return None if self.policy is None else self.document.policies[self.policy]

    def _open(self, metric: Metric) -> _Clock | None:
        cycles = self.clocks[metric]
        return cycles[-1] if cycles and cycles[-1].is_open else None

    def _objective(self, metric: Metric) -> Objective | None:
        policy = self._policy()
        if policy is None or self.severity is None:
            return None
        return policy.objective(metric, self.severity)

    def _is_owed(self, metric: Metric) -> bool:
        """Tell whether the metric is to be measured now: begun, and not satisfied yet."""
        if not self.at_desk or self._is_over or self.resolved_at is not None:
            return False
        match metric:
            case Metric.RESPOND:
                return not self.responded
            case Metric.UPDATE:
                return self.responded
            case Metric.RESTORE:
                return self.restored_at is None
            case Metric.RESOLVE:
                return True

    def _settle(self, fact: Fact) -> None:
        """Bring every clock in line with the ticket after a fact."""
        for metric in Metric:
            clock = self._open(metric)
            if clock is None:
                objective = self._objective(metric)
                if objective is not None and self._is_owed(metric):
                    self._start(metric, objective, fact.at, fact.id)
                continue
            if (clock.severity, clock.policy) != (self.severity, self.policy):
                self._retarget(clock, fact)
            else:
                self._shift(clock, fact.at, fact.id)

    def _start(self, metric: Metric, objective: Objective, at: datetime, fact: str) -> _Clock:
        assert self.severity is not None
        assert self.policy is not None
        clock = _Clock(
            metric=metric,
            cycle=len(self.clocks[metric]) + 1,
            severity=self.severity,
            policy=self.policy,
            objective=objective,
            started_at=at,
            counted_fact=fact,
        )
        self.clocks[metric].append(clock)
        self._shift(clock, at, fact)
        return clock

    def _shift(self, clock: _Clock, at: datetime, fact: str) -> None:
        """End the running stretch and begin another if what halts the clock has changed."""
        kind, reason, halted_by = self._condition(clock)
        now = clock.stretch
        calendar = None if clock.objective is None else clock.objective.calendar
        if now is not None and (now.kind, now.reason, now.policy, now.calendar) == (
            kind,
            reason,
            clock.policy,
            calendar,
        ):
            same_fact = halted_by == now.fact if kind != COUNTED else clock.counted_fact == now.fact
            if same_fact or reason == NO_OBJECTIVE:
                return
        if kind == COUNTED:
            if now is not None and now.kind != COUNTED:
                halted_at, earlier = clock.before_halt or (None, "")
                clock.counted_fact = earlier if halted_at == at else fact
            begun_by = clock.counted_fact
        else:
            if now is not None and now.kind == COUNTED:
                clock.before_halt = (at, clock.counted_fact)
            begun_by = halted_by or fact
        self._end_stretch(clock, at)
        clock.stretch = _Stretch(
            from_=at, kind=kind, reason=reason, fact=begun_by, policy=clock.policy, calendar=calendar
        )

    def _condition(self, clock: _Clock) -> tuple[str, str | None, str]:
        """Return what a clock is doing now: kind, reason, and the fact that halts it."""
        if self.exclusion is not None and "excluded" in clock.stops:
            return EXCLUDED, self.exclusion.reason, self.exclusion.fact
        if clock.objective is None:
            return PAUSED, NO_OBJECTIVE, ""
        if self.hold is not None and self.hold.reason in clock.stops:
            return PAUSED, self.hold.reason, self.hold.fact
        return COUNTED, None, ""

    def _end_stretch(self, clock: _Clock, at: datetime) -> None:
        stretch = clock.stretch
        if stretch is None:
            return
        if stretch.from_ < at:
            clock.past.append(stretch.until(at))
            clock.used += self._counted(stretch, at)
        clock.stretch = None

    def _counted(self, stretch: _Stretch | Segment, at: datetime) -> int:
        if stretch.kind != COUNTED or stretch.calendar is None:
            return 0
        return self.document.calendars[stretch.calendar].elapsed(stretch.from_, at)

    def _consumed(self, clock: _Clock, at: datetime) -> int:
        return clock.used + (0 if clock.stretch is None else self._counted(clock.stretch, at))

    def _due(self, clock: _Clock) -> datetime | None:
        """Return when an open clock's target is used up if nothing happens."""
        stretch, target = clock.stretch, clock.target
        if stretch is None or stretch.kind != COUNTED or stretch.calendar is None or target is None:
            return None
        return self.document.calendars[stretch.calendar].add(stretch.from_, max(0, target - clock.used))

    def _retarget(self, clock: _Clock, fact: Fact) -> None:
        """Carry what was consumed over to the objective now in force."""
        assert self.severity is not None
        assert self.policy is not None
        self._end_stretch(clock, fact.at)
        clock.severity, clock.policy = self.severity, self.policy
        clock.objective = self._objective(clock.metric)
        clock.counted_fact = fact.id
        clock.before_halt = None
        kind, reason, halted_by = self._condition(clock)
        begun_by = clock.counted_fact if kind == COUNTED else halted_by or fact.id
        clock.stretch = _Stretch(
            from_=fact.at,
            kind=kind,
            reason=reason,
            fact=begun_by,
            policy=clock.policy,
            calendar=None if clock.objective is None else clock.objective.calendar,
        )
        self._miss_if_used_up(clock, fact.at)

    def _miss_if_used_up(self, clock: _Clock, at: datetime) -> None:
        if clock.breached_at is None and clock.target is not None and clock.used >= clock.target:
            self._miss(clock, at)

    def _miss(self, clock: _Clock, at: datetime) -> None:
        """Record a breach; an update's cycle ends with it and the next one begins there."""
        clock.breached_at = at
        clock.outcome = "missed"
        if clock.metric is not Metric.UPDATE:
            return
        stretch, counted_fact = clock.stretch, clock.counted_fact
        self._stop(clock, at, "missed")
        objective = self._objective(Metric.UPDATE)
        if objective is None or not self._is_owed(Metric.UPDATE):
            return
        following = self._start(Metric.UPDATE, objective, at, counted_fact)
        if stretch is not None and following.stretch is not None and stretch.kind == following.stretch.kind:
            following.stretch = replace(following.stretch, fact=stretch.fact)

    def _satisfy_metric(self, metric: Metric, fact: Fact) -> None:
        clock = self._open(metric)
        if clock is not None:
            self._satisfy(clock, fact)

    def _satisfy(self, clock: _Clock, fact: Fact) -> None:
        stretch = clock.stretch
        if clock.breached_at is not None:
            outcome = "missed"
        elif clock.objective is None:
            outcome = "cancelled"
        elif stretch is not None and stretch.kind == EXCLUDED:
            outcome = "excluded"
        else:
            outcome = "met"
        self._stop(clock, fact.at, outcome)
        clock.stopped_by = fact.id
        if clock.metric in (Metric.RESTORE, Metric.RESOLVE) and outcome != "cancelled":
            clock.stop_reason = fact.kind.value

    def _cancel(self, clock: _Clock, fact: Fact) -> None:
        self._stop(clock, fact.at, "cancelled" if clock.breached_at is None else "missed")
        clock.stopped_by = fact.id

    def _cancel_all(self, fact: Fact) -> None:
        for metric in Metric:
            clock = self._open(metric)
            if clock is not None:
                self._cancel(clock, fact)

    def _stop(self, clock: _Clock, at: datetime, outcome: str) -> None:
        clock.was_halted = clock.stretch is not None and clock.stretch.kind != COUNTED
        self._end_stretch(clock, at)
        clock.stopped_at = at
        clock.outcome = outcome
        if clock.metric is Metric.UPDATE and clock.started_at == at:
            self.clocks[Metric.UPDATE].remove(clock)  # an update that ends where it starts never was

    def _continue(self, clock: _Clock, fact: Fact) -> None:
        """Let a stopped cycle go on: the time in between is a pause, or excluded where it was."""
        assert clock.stopped_at is not None
        place = clock.stopped_at
        calendar = None if clock.objective is None else clock.objective.calendar
        template = Segment(
            from_=place,
            to=fact.at,
            kind=PAUSED,
            reason=clock.stop_reason,
            fact=clock.stopped_by,
            policy=clock.policy,
            calendar=calendar,
        )
        for starts, ends, exclusion in self._exclusions(fact.at) if "excluded" in clock.stops else ():
            begin, end = max(starts, place), min(ends, fact.at)
            if begin >= end:
                continue
            if place < begin:
                clock.past.append(replace(template, from_=place, to=begin))
            clock.past.append(
                replace(
                    template,
                    from_=begin,
                    to=end,
                    kind=EXCLUDED,
                    reason=exclusion.reason,
                    fact=exclusion.fact,
                )
            )
            place = end
        if place < fact.at:
            clock.past.append(replace(template, from_=place))
        clock.stopped_at = None
        clock.stopped_by = clock.stop_reason = ""
        clock.outcome = "pending" if clock.breached_at is None else "missed"
        clock.counted_fact = fact.id
        clock.before_halt = None
        if (clock.severity, clock.policy) != (self.severity, self.policy):
            self._retarget(clock, fact)
        else:
            self._shift(clock, fact.at, fact.id)

    def _exclusions(self, until: datetime) -> Iterator[tuple[datetime, datetime, _Halt]]:
        yield from self.past_exclusions
        if self.exclusion is not None and self.excluded_at is not None:
            yield self.excluded_at, until, self.exclusion

    def _inherit(self, fact: Fact, start: datetime) -> bool:
        """Let the open clocks of a merge's target start where the source's did."""
        acted = False
        for metric in (Metric.RESPOND, Metric.RESTORE, Metric.RESOLVE):
            clock = self._open(metric)
            if clock is None or start >= clock.started_at:
                continue
            acted = True
            objective = clock.objective
            earlier = Segment(
                from_=start,
                to=clock.started_at,
                kind=PAUSED if objective is None else COUNTED,
                reason=NO_OBJECTIVE if objective is None else None,
                fact=fact.id,
                policy=clock.policy,
                calendar=None if objective is None else objective.calendar,
            )
            self._end_stretch(clock, fact.at)
            clock.past.insert(0, earlier)
            clock.used += self._counted(earlier, earlier.to)
            clock.started_at = start
            clock.counted_fact = fact.id
            clock.before_halt = None
            self._shift(clock, fact.at, fact.id)
            self._miss_if_used_up(clock, fact.at)
        return acted

    # --- results ----------------------------------------------------------------------------------

    def _result(self, clock: _Clock) -> ClockResult:
        as_of = self.document.as_of
        segments = list(clock.past)
        if clock.stretch is not None and clock.stretch.from_ < as_of:
            segments.append(clock.stretch.until(as_of))
        consumed = self._consumed(clock, as_of)
        halted = clock.was_halted if not clock.is_open else self._is_halted(clock)
        return ClockResult(
            metric=clock.metric,
            cycle=clock.cycle,
            severity=clock.severity,
            target_seconds=clock.target,
            state="stopped" if not clock.is_open else "paused" if halted else "running",
            outcome=clock.outcome,
            started_at=clock.started_at,
            due_at=self._due_at(clock, consumed, halted=halted),
            stopped_at=clock.stopped_at,
            breached_at=clock.breached_at,
            consumed_seconds=consumed,
            waived=clock.waived,
            segments=tuple(_merged(self._split(segments))),
        )

    @staticmethod
    def _is_halted(clock: _Clock) -> bool:
        return clock.stretch is not None and clock.stretch.kind != COUNTED

    def _due_at(self, clock: _Clock, consumed: int, *, halted: bool) -> datetime | None:
        if clock.breached_at is not None:
            return clock.breached_at
        if halted or clock.objective is None:
            return None
        calendar = self.document.calendars[clock.objective.calendar]
        start = clock.stopped_at or self.document.as_of
        return calendar.add(start, clock.objective.target_seconds - consumed)

    def _split(self, segments: list[Segment]) -> Iterator[Segment]:
        """Cut counted segments at the calendar's closings."""
        for segment in segments:
            if segment.kind != COUNTED or segment.calendar is None:
                yield segment
                continue
            calendar = self.document.calendars[segment.calendar]
            for begin, end, is_open in calendar.pieces(segment.from_, segment.to):
                yield replace(segment, from_=begin, to=end, kind=COUNTED if is_open else CLOSED)

    # --- the time ledger --------------------------------------------------------------------------

    def _book(self, at: datetime) -> None:
        """Give the time since the last booking to the party whose it was."""
        if self.booked_until is None or at <= self.booked_until:
            return
        if self.ended_at is None:
            self._give(self._party(), at - self.booked_until)
            self.booked_until = at
        # After an end nothing is booked until a reopening tells that the time belongs to the ticket.

    def _give(self, party: str, time: timedelta) -> None:
        self.books[party] = self.books.get(party, 0) + int(time.total_seconds())

    def _party(self) -> str:
        if self.restored_at is not None:
            return "after_restore"
        if not self.at_desk:
            return "customer_l1"
        if self.exclusion is not None:
            return "excluded"
        if self.hold is not None:
            match self.hold.reason:
                case "vendor":
                    return "customer" if self.hold.lacks_plan else "vendor"
                case "agreed_wait":
                    return "agreed_wait"
                case _:
                    return "customer"
        return "desk"


def _merged(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Join neighbours that differ in nothing but their place."""
    held: Segment | None = None
    for segment in segments:
        if held is not None and replace(held, to=segment.to) == replace(segment, from_=held.from_):
            held = replace(held, to=segment.to)
            continue
        if held is not None:
            yield held
        held = segment
    if held is not None:
        yield held
