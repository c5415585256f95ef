"""What a proposal would make of the verdicts of one ticket, clock by clock; pure.

A verdict belongs to the period in which it fell, as in every report: a miss at its breach, others at their stop.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from slas.calendar import Calendar
from slas.documents import ClockResult, Policy, Replay, ReplayDocument

MET, MISSED, EXCLUDED = "met", "missed", "excluded"
#: What stands for a clock that one of the two does not have.
NONE = "none"
_JUDGED = (MET, MISSED, EXCLUDED)

#: An objective: its metric and its severity, such as ("respond", "P1").
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many clocks of one objective ended how."""

    met: int = 0
    missed: int = 0
    excluded: int = 0

    def plus(self, outcome: str) -> Count:
        return replace(self, **{outcome: getattr(self, outcome) + 1})


@dataclass(frozen=True, kw_only=True)
class Change:
    """A clock that is missed in one of the two and not in the other; `at` is when it is or was missed."""

    metric: str
    cycle: int
    severity: str
    was: str
    becomes: str
    at: datetime

    @property
    def appears(self) -> bool:
        return self.becomes == MISSED


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one ticket adds to the figures: now, under the proposal, and the misses that come or go."""

    now: Mapping[Key, Count] = field(default_factory=dict)
    proposed: Mapping[Key, Count] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


def under(
    document: ReplayDocument, *, policies: Mapping[str, Policy], calendars: Mapping[str, Calendar]
) -> ReplayDocument:
    """Return the same facts with other terms; the names of the policies are those that the facts name."""
    return replace(document, policies=policies, calendars=calendars)


def compare(before: Replay, after: Replay, *, since: datetime, until: datetime) -> Outcome:
    """Return how the verdicts that fell in [since, until) differ between two replays of one ticket."""
    return Outcome(
        now=_counted(before.clocks, since, until),
        proposed=_counted(after.clocks, since, until),
        changes=tuple(_changes(before, after, since, until)),
    )


def verdict_at(clock: ClockResult) -> datetime | None:
    """Return when a clock's verdict fell; None while it has none, and for one that was cancelled."""
    if clock.outcome not in _JUDGED:
        return None
    return clock.breached_at if clock.outcome == MISSED else clock.stopped_at


def _falls_in(clock: ClockResult | None, since: datetime, until: datetime) -> bool:
    at = None if clock is None else verdict_at(clock)
    return at is not None and since <= at < until


def _counted(clocks: Iterable[ClockResult], since: datetime, until: datetime) -> dict[Key, Count]:
    found: dict[Key, Count] = {}
    for clock in clocks:
        if _falls_in(clock, since, until):
            key = (str(clock.metric), clock.severity)
            found[key] = found.get(key, Count()).plus(clock.outcome)
    return found


def _changes(before: Replay, after: Replay, since: datetime, until: datetime) -> Iterator[Change]:
    was, becomes = _by_name(before), _by_name(after)
    for name in [*becomes, *(gone for gone in was if gone not in becomes)]:
        old, new = was.get(name), becomes.get(name)
        outcomes = (NONE if old is None else old.outcome, NONE if new is None else new.outcome)
        if outcomes.count(MISSED) != 1:
            continue
        missed = old if outcomes[0] == MISSED else new
        if missed is None or missed.breached_at is None or not _falls_in(missed, since, until):
            continue
        yield Change(
            metric=name[0],
            cycle=name[1],
            severity=missed.severity,
            was=outcomes[0],
            becomes=outcomes[1],
            at=missed.breached_at,
        )


def _by_name(replay: Replay) -> dict[tuple[str, int], ClockResult]:
    return {(str(clock.metric), clock.cycle): clock for clock in replay.clocks}


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
