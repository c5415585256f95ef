"""Clocks as a pure replay of a ticket's facts (DOMAIN, section 5).

`replay` walks the facts in order, and between them the breaches, which happen at the instant at which a
target is used up. What a ticket is after a fact decides which cycles are owed and what halts them; a cycle
(slas/cycle.py) does the counting, and the ledger (slas/ledger.py) says whose the time was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from slas.cycle import CANCELLED, MISSED, Cycle, Exclusion, Halt, Halts, Terms, reached
from slas.documents import (
    ClockResult,
    Fact,
    FactKind,
    Metric,
    Policy,
    Replay,
    ReplayDocument,
    Segment,
)
from slas.ledger import Entry, Party, balance, party_of

__all__ = ["ClockResult", "Metric", "Replay", "Segment", "replay"]

SECOND = timedelta(seconds=1)


def replay(document: ReplayDocument) -> Replay:
    """Return the clocks and the time ledger of a document as of its instant."""
    ticket = _Ticket(document)
    known = sorted((fact for fact in document.facts if fact.at <= document.as_of), key=_order)
    for at, facts in groupby(known, key=lambda fact: fact.at):
        ticket.live(at, list(facts))
    return ticket.result()


class _Ticket:
    """A ticket while its facts are walked through.

    Each kind of fact has a method. It returns False where the fact has nothing to act on, and nothing has
    changed then.
    """

    def __init__(self, document: ReplayDocument) -> None:
        self._document = document
        self._severity: str | None = None
        self._policy: str | None = None
        self._is_at_desk = False
        self._is_responded = False
        self._is_restored = False
        self._resolved_at: datetime | None = None
        self._closed_at: datetime | None = None
        self._is_merged = False
        self._hold: Halt | None = None
        self._exclusions: list[Exclusion] = []
        self._known_halts = Halts()
        self._cycles: dict[Metric, list[Cycle]] = {metric: [] for metric in Metric}
        self._is_opened = False
        self._entries: list[Entry] = []
        self._known_terms: dict[tuple[str, str], Mapping[Metric, Terms]] = {}

    # --- the walk ---------------------------------------------------------------------------------

    def live(self, at: datetime, facts: list[Fact]) -> None:
        """Live up to an instant and through its facts, which are in order.

        A target that is used up at this very instant is missed after the satisfying facts and before all
        others. A fact with nothing to act on waits for the others of its instant.
        """
        self._breach(at - SECOND)
        waiting = [fact for fact in facts if _rank(fact) <= _SATISFY and not self._act(fact)]
        self._breach(at)
        waiting += [fact for fact in facts if _rank(fact) > _SATISFY and not self._act(fact)]
        while len(left := [fact for fact in waiting if not self._act(fact)]) < len(waiting):
            waiting = left

    def result(self) -> Replay:
        as_of = self._document.as_of
        self._breach(as_of)
        return Replay(
            clocks=tuple(cycle.result(as_of) for cycles in self._cycles.values() for cycle in cycles),
            ledger=balance(self._entries, as_of),
        )

    def _act(self, fact: Fact) -> bool:
        """Let a fact act on the ticket, and then the ticket on its cycles."""
        _, act = _KINDS[fact.kind]
        has_acted = act(self, fact)
        if has_acted:
            self._settle(fact)
            if self._is_opened:
                self._entries.append(Entry(at=fact.at, party=self._party()))
        return has_acted

    def _breach(self, last: datetime) -> None:
        """Let every target that is used up by an instant be missed, in the order of their instants."""
        while due := [
            (cycle.due_at or last, order, cycle)
            for order, cycles in enumerate(self._cycles.values())
            if cycles and (cycle := cycles[-1]).is_due_by(last)
        ]:
            at, _, cycle = min(due, key=lambda item: item[:2])
            cycle.miss(at)
            self._end_missed_update(at)

    def _settle(self, fact: Fact) -> None:
        """Bring the cycles in line with the ticket after a fact: start, retarget, halt or count."""
        halts, in_force = self._halts, self._in_force
        if in_force is None:
            return
        for metric, cycles in self._cycles.items():
            if not cycles or not cycles[-1].is_open:
                self._start_if_owed(metric, fact.at, fact.id)
            elif cycles[-1].terms is not in_force[metric]:
                cycles[-1].retarget(in_force[metric], halts, fact.at, fact.id)
            else:
                cycles[-1].follow(halts, fact.at, fact.id)
        self._end_missed_update(fact.at)

    # --- the facts --------------------------------------------------------------------------------

    def open(self, fact: Fact) -> bool:
        self._is_opened = True
        return True

    def note(self, fact: Fact) -> bool:
        return True

    def set_severity(self, fact: Fact) -> bool:
        self._severity = fact.severity
        return True

    def attach_policy(self, fact: Fact) -> bool:
        self._policy = fact.policy
        return True

    def reach_desk(self, fact: Fact) -> bool:
        if self._is_at_desk or self._is_over:
            return False
        self._is_at_desk, self._is_responded = True, False
        return True

    def go_back(self, fact: Fact) -> bool:
        if not self._is_at_desk or self._is_over:
            return False
        self._cancel_all(fact)
        self._is_at_desk, self._hold = False, None
        return True

    def reply(self, fact: Fact) -> bool:
        if fact.by != "desk" or fact.automatic:
            return True
        if not self._is_at_desk or self._is_over:
            return False
        if self._is_responded and self._open(Metric.UPDATE) is None:
            return False
        self._is_responded = True
        self._satisfy(Metric.RESPOND, fact)
        self._satisfy(Metric.UPDATE, fact)
        return True

    def put_on_hold(self, fact: Fact) -> bool:
        if not self._is_at_desk or self._is_over or self._resolved_at is not None:
            return False
        if self._hold is not None and self._hold.reason == fact.reason:
            return False
        self._hold = Halt(reason=fact.reason or "", fact=fact.id, lacks_plan=fact.lacks_plan)
        return True

    def resume(self, fact: Fact) -> bool:
        if self._hold is None:
            return False
        self._hold = None
        return True

    def exclude(self, fact: Fact) -> bool:
        if self._exclusion is not None:
            return False
        halt = Halt(reason=fact.reason or "", fact=fact.id)
        self._exclusions.append(Exclusion(start=fact.at, end=None, halt=halt))
        return True

    def include(self, fact: Fact) -> bool:
        if self._exclusion is None:
            return False
        self._exclusions[-1] = replace(self._exclusions[-1], end=fact.at)
        return True

    def restore(self, fact: Fact) -> bool:
        if self._is_restored or self._resolved_at is not None or self._is_over:
            return False
        self._is_restored = True
        self._satisfy(Metric.RESTORE, fact)
        return True

    def resolve(self, fact: Fact) -> bool:
        if self._resolved_at is not None or self._is_over:
            return False
        self._resolved_at, self._hold = fact.at, None
        self._satisfy(Metric.RESTORE, fact)
        self._satisfy(Metric.RESOLVE, fact)
        self._cancel(Metric.UPDATE, fact)
        return True

    def close(self, fact: Fact) -> bool:
        if self._is_over:
            return False
        self._cancel_all(fact)
        self._closed_at, self._hold = fact.at, None
        return True

    def merge(self, fact: Fact) -> bool:
        if self._is_merged:
            return False
        if fact.inherit_start_at is not None:
            return self._inherit(fact, fact.inherit_start_at)
        self._cancel_all(fact)
        self._is_merged, self._hold = True, None
        return True

    def _inherit(self, fact: Fact, start: datetime) -> bool:
        """Let the open clocks of a merge's target start where the source's did."""
        later = [
            cycle
            for metric in (Metric.RESPOND, Metric.RESTORE, Metric.RESOLVE)
            if (cycle := self._open(metric)) is not None and start < cycle.started_at
        ]
        for cycle in later:
            cycle.inherit(start, self._halts, fact.at, fact.id)
        return bool(later)

    def reopen(self, fact: Fact) -> bool:
        ended_at = self._resolved_at or self._closed_at
        if self._is_merged or not (ended_at or self._is_restored):
            return False
        goes_on = ended_at is None or self._is_within_window(ended_at, fact.at)
        self._is_restored = False
        self._resolved_at = self._closed_at = None
        for metric in (Metric.RESTORE, Metric.RESOLVE):
            terms = self._terms(metric)
            for cycle in self._cycles[metric][-1:]:
                if cycle.may_go_on and goes_on and self._is_at_desk and terms is not None:
                    cycle.go_on(terms, self._halts, fact.at, fact.id, self._exclusions)
                else:
                    cycle.seal()
        return True

    def waive(self, fact: Fact) -> bool:
        for metric, cycles in self._cycles.items():
            for cycle in cycles:
                if (metric, cycle.number) == (fact.metric, fact.cycle):
                    cycle.is_waived = True
                    return True
        return False

    # --- the ticket -------------------------------------------------------------------------------

    @property
    def _is_over(self) -> bool:
        return self._closed_at is not None or self._is_merged

    @property
    def _exclusion(self) -> Halt | None:
        last = self._exclusions[-1] if self._exclusions else None
        return last.halt if last is not None and last.end is None else None

    @property
    def _halts(self) -> Halts:
        """Return what keeps the ticket from moving, the same object for as long."""
        exclusion, known = self._exclusion, self._known_halts
        if known.hold is not self._hold or known.exclusion is not exclusion:
            self._known_halts = Halts(exclusion=exclusion, hold=self._hold)
        return self._known_halts

    def _party(self) -> Party | None:
        if self._is_over or self._resolved_at is not None:
            return None
        return party_of(is_restored=self._is_restored, is_at_desk=self._is_at_desk, halts=self._halts)

    def _policy_in_force(self) -> Policy | None:
        return None if self._policy is None else self._document.policies[self._policy]

    @property
    def _in_force(self) -> Mapping[Metric, Terms] | None:
        """Return what is in force, the same objects for as long; None until severity and policy are known."""
        if self._policy is None or self._severity is None:
            return None
        terms = self._known_terms.get((self._policy, self._severity))
        if terms is None:
            policy = self._document.policies[self._policy]
            terms = {
                metric: Terms(
                    severity=self._severity,
                    policy=self._policy,
                    objective=policy.objective(metric, self._severity),
                )
                for metric in Metric
            }
            self._known_terms[self._policy, self._severity] = terms
        return terms

    def _terms(self, metric: Metric) -> Terms | None:
        return None if self._in_force is None else self._in_force[metric]

    def _is_within_window(self, ended_at: datetime, at: datetime) -> bool:
        policy = self._policy_in_force()
        if policy is None or policy.reopen_calendar is None:
            return True
        calendar = self._document.calendars[policy.reopen_calendar]
        last = reached(calendar, ended_at, policy.reopen_seconds)
        return last is None or at <= last

    # --- its cycles -------------------------------------------------------------------------------

    def _open(self, metric: Metric) -> Cycle | None:
        cycles = self._cycles[metric]
        return cycles[-1] if cycles and cycles[-1].is_open else None

    def _is_owed(self, metric: Metric) -> bool:
        """Tell whether a metric is to be measured now: begun, and not satisfied yet."""
        if not self._is_at_desk or self._is_over:
            return False
        match metric:
            case Metric.RESPOND:
                return not self._is_responded
            case Metric.UPDATE:
                return self._is_responded and self._resolved_at is None
            case Metric.RESTORE:
                return not self._is_restored and self._resolved_at is None
            case Metric.RESOLVE:
                return self._resolved_at is None

    def _start_if_owed(self, metric: Metric, at: datetime, fact: str) -> None:
        """Start the next cycle of a metric that is owed and has a target."""
        if not self._is_owed(metric):
            return
        terms = self._terms(metric)
        if terms is None or terms.objective is None:
            return
        cycles = self._cycles[metric]
        cycles.append(
            Cycle(
                metric=metric,
                number=len(cycles) + 1,
                terms=terms,
                calendars=self._document.calendars,
                at=at,
                fact=fact,
                halts=self._halts,
            )
        )

    def _end_missed_update(self, at: datetime) -> None:
        """End an update that is missed at this instant; the next one starts there."""
        cycle = self._open(Metric.UPDATE)
        if cycle is not None and cycle.breached_at is not None:
            cycle.stop(at, MISSED)
            self._start_if_owed(Metric.UPDATE, at, cycle.counts_since)

    def _satisfy(self, metric: Metric, fact: Fact) -> None:
        cycle = self._open(metric)
        if cycle is not None:
            cycle.satisfy(fact)
            self._forget_empty_update()

    def _cancel(self, metric: Metric, fact: Fact) -> None:
        cycle = self._open(metric)
        if cycle is not None:
            cycle.stop(fact.at, CANCELLED)
            self._forget_empty_update()

    def _cancel_all(self, fact: Fact) -> None:
        for metric in Metric:
            self._cancel(metric, fact)

    def _forget_empty_update(self) -> None:
        """An update that ends where it starts never was."""
        updates = self._cycles[Metric.UPDATE]
        if updates and updates[-1].is_empty:
            updates.pop()


# --- The kinds of fact --------------------------------------------------------------------------------
#: The order of facts of one instant.
_OPEN, _SATISFY, _STOP, _RETARGET, _START, _PAUSE, _REMARK = range(7)

_KINDS: dict[FactKind, tuple[int, Callable[[_Ticket, Fact], bool]]] = {
    FactKind.OPENED: (_OPEN, _Ticket.open),
    FactKind.PUBLIC_REPLY: (_SATISFY, _Ticket.reply),
    FactKind.RESTORED: (_SATISFY, _Ticket.restore),
    FactKind.RESOLVED: (_SATISFY, _Ticket.resolve),
    FactKind.RETURNED: (_STOP, _Ticket.go_back),
    FactKind.MERGED: (_STOP, _Ticket.merge),
    FactKind.CLOSED: (_STOP, _Ticket.close),
    FactKind.SEVERITY_SET: (_RETARGET, _Ticket.set_severity),
    FactKind.POLICY_ATTACHED: (_RETARGET, _Ticket.attach_policy),
    FactKind.REACHED_DESK: (_START, _Ticket.reach_desk),
    FactKind.REOPENED: (_START, _Ticket.reopen),
    FactKind.INCLUDED: (_START, _Ticket.include),
    FactKind.RESUMED: (_START, _Ticket.resume),
    FactKind.EXCLUDED: (_PAUSE, _Ticket.exclude),
    FactKind.HELD: (_PAUSE, _Ticket.put_on_hold),
    FactKind.INTERNAL_NOTE: (_REMARK, _Ticket.note),
    FactKind.WAIVED: (_REMARK, _Ticket.waive),
}


def _rank(fact: Fact) -> int:
    if fact.inherit_start_at is not None:
        return _RETARGET  # a merge, of which this is the target
    return _KINDS[fact.kind][0]


def _order(fact: Fact) -> tuple[datetime, int, str]:
    return fact.at, _rank(fact), fact.id
