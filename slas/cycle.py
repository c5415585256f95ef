"""One clock while it is replayed: a cycle of one metric, told what happens to it; pure.

A cycle is a row of stretches, each counted or halted. Consumed time is the calendar's open time in its
counted stretches. Nothing is ever added back: what is not counted is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from slas.calendar import Calendar, CalendarError
from slas.documents import DEFAULT_STOPS, ClockResult, Fact, Metric, Objective, Segment

COUNTED, PAUSED, CLOSED, EXCLUDED = "counted", "paused", "closed", "excluded"
PENDING, MET, MISSED, CANCELLED = "pending", "met", "missed", "cancelled"
NO_OBJECTIVE = "no_objective"


class Terms(NamedTuple):
    """What is in force for a metric: a severity, a policy, and what the policy promises, if anything."""

    severity: str
    policy: str
    objective: Objective | None

    @property
    def target(self) -> int | None:
        return None if self.objective is None else self.objective.target_seconds

    @property
    def calendar(self) -> str | None:
        return None if self.objective is None else self.objective.calendar


class Halt(NamedTuple):
    """A hold or an exclusion: why, and the fact that began it."""

    reason: str
    fact: str
    lacks_plan: bool = False


class Halts(NamedTuple):
    """What keeps a ticket from moving now."""

    exclusion: Halt | None = None
    hold: Halt | None = None


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A span in which a ticket was excluded; open at its end while it still is."""

    start: datetime
    end: datetime | None
    halt: Halt


class _Condition(NamedTuple):
    """What a cycle does: its kind, and for a halt the reason and the fact."""

    kind: str
    reason: str | None = None
    fact: str | None = None


class _Stretch(NamedTuple):
    """The stretch that a cycle is in: since when, what it does, and under which terms."""

    start: datetime
    condition: _Condition
    fact: str
    terms: Terms

    def until(self, end: datetime) -> Segment:
        return Segment(
            from_=self.start,
            to=end,
            kind=self.condition.kind,
            reason=self.condition.reason,
            fact=self.fact,
            policy=self.terms.policy,
            calendar=self.terms.calendar,
        )


def reached(calendar: Calendar, start: datetime, seconds: int) -> datetime | None:
    """Return when so many open seconds have passed; None where the calendar does not open that often."""
    try:
        return calendar.add(start, seconds)
    except CalendarError:
        return None


class Cycle:
    """One cycle of a metric, from its start to its stop."""

    def __init__(
        self,
        *,
        metric: Metric,
        number: int,
        terms: Terms,
        calendars: Mapping[str, Calendar],
        at: datetime,
        fact: str,
        halts: Halts,
    ) -> None:
        self.metric = metric
        self.number = number
        self.terms = terms
        self.started_at = at
        self.stopped_at: datetime | None = None
        self.breached_at: datetime | None = None
        self.outcome = PENDING
        self.is_waived = False
        #: The fact that last started, resumed or retargeted it.
        self.counts_since = fact
        self._calendars = calendars
        self._halts = halts
        #: What is left of its target since the stretch began; None while nothing is counted, and once breached.
        self._left: int | None = None
        self._due_at: datetime | None = None
        self._stretch: _Stretch | None = None
        self._past: list[Segment] = []
        self._used = 0
        self._stopped_while = COUNTED
        self._satisfied_by: Fact | None = None
        #: When counting was halted last, and what it had counted since.
        self._halted: tuple[datetime, str] | None = None
        self._begin(self._condition(halts), at)

    @property
    def is_open(self) -> bool:
        return self.stopped_at is None

    @property
    def due_at(self) -> datetime | None:
        """Return when its target is used up if nothing happens; None while nothing is counted, and once breached."""
        objective = self.terms.objective
        if self._left is None or self._stretch is None or objective is None:
            return None
        if self._due_at is None:
            self._due_at = reached(self._calendars[objective.calendar], self._stretch.start, self._left)
        return self._due_at

    def is_due_by(self, moment: datetime) -> bool:
        """Tell whether its target is used up by a moment.

        Open time is never ahead of the wall clock, so most answers need no calendar.
        """
        if self._left is None or self._stretch is None:
            return False
        if (moment - self._stretch.start).total_seconds() < self._left:
            return False
        due_at = self.due_at
        return due_at is not None and due_at <= moment

    @property
    def is_empty(self) -> bool:
        """Tell whether it ended where it started."""
        return self.stopped_at == self.started_at

    @property
    def may_go_on(self) -> bool:
        """Tell whether a reopening continues it: it was satisfied, and under a promise."""
        return self._satisfied_by is not None and self.outcome != CANCELLED

    # --- what happens to it -----------------------------------------------------------------------

    def follow(self, halts: Halts, at: datetime, fact: str) -> None:
        """Halt or count as the ticket now asks; a halt that does not stop this cycle leaves no trace."""
        if halts is self._halts:
            return
        assert self._stretch is not None
        self._halts = halts
        before, now = self._stretch.condition, self._condition(halts)
        if now == before:
            return
        if before.kind == COUNTED:
            self._halted = at, self.counts_since
        elif now.kind == COUNTED:
            # A halt that ends in its own instant never was.
            never_was = self._halted is not None and self._halted[0] == at
            self.counts_since = self._halted[1] if self._halted is not None and never_was else fact
        self._end(at)
        self._begin(now, at)

    def retarget(self, terms: Terms, halts: Halts, at: datetime, fact: str) -> None:
        """Carry what is consumed over to other terms; the target may be used up at once, halted or not."""
        self._end(at)
        self.terms = terms
        self._restart(halts, at, fact)

    def inherit(self, start: datetime, halts: Halts, at: datetime, fact: str) -> None:
        """Start earlier, at the start of a ticket that was merged in: counted since, as at a retarget."""
        condition = _Condition(kind=COUNTED) if self.terms.objective is not None else self._condition(Halts())
        earlier = _Stretch(start=start, condition=condition, fact=fact, terms=self.terms)
        self._end(at)
        self._past.insert(0, earlier.until(self.started_at))
        self._used += self._counted(earlier, self.started_at)
        self.started_at = start
        self._restart(halts, at, fact)

    def go_on(
        self, terms: Terms, halts: Halts, at: datetime, fact: str, exclusions: Iterable[Exclusion]
    ) -> None:
        """Continue after a reopening: the time since the stop was a pause, or excluded where it was."""
        assert self.stopped_at is not None
        assert self._satisfied_by is not None
        self._past.extend(self._stopped_time(self.stopped_at, at, self._satisfied_by, exclusions))
        self.stopped_at = self._satisfied_by = None
        self.outcome = PENDING if self.breached_at is None else MISSED
        self.terms = terms
        self._restart(halts, at, fact)

    def miss(self, at: datetime) -> None:
        """Record the breach, which stays whatever follows."""
        self.breached_at = at
        self.outcome = MISSED
        self._left = None

    def satisfy(self, fact: Fact) -> None:
        """Stop it because what it waits for has happened."""
        assert self._stretch is not None
        if self.terms.objective is None:
            outcome = CANCELLED
        elif self._stretch.condition.kind == EXCLUDED:
            outcome = EXCLUDED
        else:
            outcome = MET
        self.stop(fact.at, outcome)
        self._satisfied_by = fact

    def stop(self, at: datetime, outcome: str) -> None:
        """Stop it with an outcome; a missed one stays missed."""
        assert self._stretch is not None
        self._stopped_while = self._stretch.condition.kind
        self._end(at)
        self._stretch = self._left = None
        self.stopped_at = at
        self.outcome = outcome if self.breached_at is None else MISSED

    def seal(self) -> None:
        """Let no later reopening continue it."""
        self._satisfied_by = None

    # --- stretches --------------------------------------------------------------------------------

    @property
    def _stops(self) -> frozenset[str]:
        objective = self.terms.objective
        return DEFAULT_STOPS[self.metric] if objective is None else objective.stops_while

    def _condition(self, halts: Halts) -> _Condition:
        """Return what the cycle does under these halts: excluded precedes paused."""
        exclusion, hold = halts.exclusion, halts.hold
        if exclusion is not None and "excluded" in self._stops:
            return _Condition(kind=EXCLUDED, reason=exclusion.reason, fact=exclusion.fact)
        if self.terms.objective is None:
            return _Condition(kind=PAUSED, reason=NO_OBJECTIVE)
        if hold is not None and hold.reason in self._stops:
            return _Condition(kind=PAUSED, reason=hold.reason, fact=hold.fact)
        return _Condition(kind=COUNTED)

    def _restart(self, halts: Halts, at: datetime, fact: str) -> None:
        """Begin a stretch that counts since this fact; miss the target if it is used up already."""
        self.counts_since = fact
        self._halted = None
        self._halts = halts
        self._begin(self._condition(halts), at)
        if self.breached_at is None and self.terms.target is not None and self._used >= self.terms.target:
            self.miss(at)

    def _begin(self, condition: _Condition, at: datetime) -> None:
        self._stretch = _Stretch(
            start=at, condition=condition, fact=condition.fact or self.counts_since, terms=self.terms
        )
        objective = self.terms.objective
        self._left = self._due_at = None
        if condition.kind == COUNTED and objective is not None and self.breached_at is None:
            left = max(0, objective.target_seconds - self._used)
            self._left = left

    def _end(self, at: datetime) -> None:
        if self._stretch is not None and self._stretch.start < at:
            self._past.append(self._stretch.until(at))
            self._used += self._counted(self._stretch, at)

    def _counted(self, stretch: _Stretch, at: datetime) -> int:
        if stretch.condition.kind != COUNTED or stretch.terms.calendar is None:
            return 0
        return self._calendars[stretch.terms.calendar].elapsed(stretch.start, at)

    def _stopped_time(
        self, stopped_at: datetime, until: datetime, by: Fact, exclusions: Iterable[Exclusion]
    ) -> Iterator[Segment]:
        """Return the segments between a stop and a reopening."""
        pause = _Condition(kind=PAUSED, reason=by.kind.value)
        place = stopped_at
        for exclusion in exclusions if "excluded" in self._stops else ():
            begin, end = max(exclusion.start, place), min(exclusion.end or until, until)
            if begin >= end:
                continue
            if place < begin:
                yield _Stretch(start=place, condition=pause, fact=by.id, terms=self.terms).until(begin)
            excluded = _Condition(kind=EXCLUDED, reason=exclusion.halt.reason)
            fact = exclusion.halt.fact
            yield _Stretch(start=begin, condition=excluded, fact=fact, terms=self.terms).until(end)
            place = end
        if place < until:
            yield _Stretch(start=place, condition=pause, fact=by.id, terms=self.terms).until(until)

    # --- the result -------------------------------------------------------------------------------

    def result(self, as_of: datetime) -> ClockResult:
        """Return the clock as of an instant that is not before anything that happened to it."""
        segments, consumed = list(self._past), self._used
        if self._stretch is not None and self._stretch.start < as_of:
            segments.append(self._stretch.until(as_of))
            consumed += self._counted(self._stretch, as_of)
        kind = self._stopped_while if self._stretch is None else self._stretch.condition.kind
        return ClockResult(
            metric=self.metric,
            cycle=self.number,
            severity=self.terms.severity,
            target_seconds=self.terms.target,
            state="stopped" if not self.is_open else "running" if kind == COUNTED else "paused",
            outcome=self.outcome,
            started_at=self.started_at,
            due_at=self._due_as_of(as_of, kind, consumed),
            stopped_at=self.stopped_at,
            breached_at=self.breached_at,
            consumed_seconds=consumed,
            waived=self.is_waived,
            segments=tuple(_merged(self._split(segments))),
        )

    def _due_as_of(self, as_of: datetime, kind: str, consumed: int) -> datetime | None:
        """Return the breach, or when it would come from now or would have come from the stop."""
        objective = self.terms.objective
        if self.breached_at is not None or kind != COUNTED or objective is None:
            return self.breached_at
        left = objective.target_seconds - consumed
        return reached(self._calendars[objective.calendar], self.stopped_at or as_of, left)

    def _split(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        """Cut counted segments at the calendar's openings and closings."""
        for segment in segments:
            if segment.kind != COUNTED or segment.calendar is None:
                yield segment
                continue
            pieces = list(self._calendars[segment.calendar].pieces(segment.from_, segment.to))
            if len(pieces) == 1 and pieces[0][2]:
                yield segment
                continue
            for begin, end, is_open in pieces:
                yield segment._replace(from_=begin, to=end, kind=COUNTED if is_open else CLOSED)


def _essence(segment: Segment) -> tuple[object, ...]:
    """Return everything but its place."""
    return segment[2:]


def _merged(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Join neighbours that differ in nothing but their place."""
    held: Segment | None = None
    for segment in segments:
        if held is not None and held.to == segment.from_ and _essence(held) == _essence(segment):
            held = held._replace(to=segment.to)
            continue
        if held is not None:
            yield held
        held = segment
    if held is not None:
        yield held
