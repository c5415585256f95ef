"""What another severity would do to every deadline of a ticket: a replay of its log with one fact more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slas.clock import ClockResult, replay
from slas.documents import FactKind, Metric, ReplayDocument, parse
from slas.facts import iso, ticket_document
from tickets.access import readers_of
from tickets.models import Ticket
from tickets.severity import Severity

#: Sorts after the facts of the log at the same instant, whose ids begin with "e".
HYPOTHESIS = "preview"


class Effect(StrEnum):
    """What becomes of a clock."""

    SETTLED = "settled"  # it has ended, and a verdict stays
    MISSED_NOW = "missed_now"
    STILL_MISSED = "still_missed"
    MOVES = "moves"
    STAYS = "stays"
    BEGINS = "begins"  # there was no target before
    DROPS = "drops"  # there is none afterwards


@dataclass(frozen=True, kw_only=True)
class Change:
    """One objective before and after.

    While a clock stands still, due instants are those if it resumed now. `next_due_at` is that of the
    update that is owed after one that is missed now.
    """

    metric: str
    label: str
    cycle: int
    effect: Effect
    outcome: str
    is_halted: bool
    due_before: datetime | None
    due_after: datetime | None
    next_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SeverityPreview:
    """Every objective, and who is told; `changes` is empty where nothing is measured."""

    severity: Severity
    present: Severity
    is_measured: bool
    changes: Sequence[Change]
    told: Sequence[str]

    @property
    def is_change(self) -> bool:
        return self.severity != self.present

    @property
    def missed_now(self) -> Sequence[Change]:
        return [change for change in self.changes if change.effect is Effect.MISSED_NOW]


LABELS = {
    Metric.RESPOND: "Respond",
    Metric.UPDATE: "Update",
    Metric.RESTORE: "Restore",
    Metric.RESOLVE: "Resolve",
}


def preview_severity(ticket: Ticket, *, severity: Severity, at: datetime) -> SeverityPreview:
    """Return what establishing a severity now would do to each clock; nothing is stored."""
    changes: list[Change] = []
    if ticket.has_cover:
        document = ticket_document(ticket, as_of=at)
        hypothesis = {
            "id": HYPOTHESIS,
            "at": iso(at),
            "kind": FactKind.SEVERITY_SET.value,
            "severity": severity.name,
        }
        before = parse(document)
        after = before
        if severity != ticket.severity:
            after = parse(document | {"facts": [*document["facts"], hypothesis]})
        changes = compare(before, after)
    return SeverityPreview(
        severity=severity,
        present=ticket.priority,
        is_measured=ticket.has_cover,
        changes=changes,
        told=[member.name for member in readers_of(ticket)] if severity != ticket.severity else [],
    )


def compare(before: ReplayDocument, after: ReplayDocument) -> list[Change]:
    """Compare the newest cycle of each metric, and its successor where the change itself begins one."""
    old = {(clock.metric, clock.cycle): clock for clock in replay(before).clocks}
    new = {(clock.metric, clock.cycle): clock for clock in replay(after).clocks}
    found = []
    for metric in Metric:
        cycles = [cycle for name, cycle in old if name is metric] or [
            cycle for name, cycle in new if name is metric
        ]
        if not cycles:
            continue
        cycle = max(cycles)
        was, becomes = old.get((metric, cycle)), new.get((metric, cycle))
        following = new.get((metric, cycle + 1))
        due_before = None if was is None else _due(was, before)
        due_after = None if becomes is None else _due(becomes, after)
        found.append(
            Change(
                metric=metric.value,
                label=LABELS[metric],
                cycle=cycle,
                effect=_effect(was, becomes, due_before, due_after),
                outcome="" if was is None else was.outcome,
                is_halted=becomes is not None and becomes.state == "paused",
                due_before=due_before,
                due_after=due_after,
                next_due_at=None if following is None else _due(following, after),
            )
        )
    return found


def _effect(
    was: ClockResult | None,
    becomes: ClockResult | None,
    due_before: datetime | None,
    due_after: datetime | None,
) -> Effect:
    if was is not None and was.stopped_at is not None:
        return Effect.SETTLED
    if was is not None and was.breached_at is not None:
        return Effect.STILL_MISSED
    if becomes is not None and becomes.breached_at is not None:
        return Effect.MISSED_NOW
    if due_after is None:
        return Effect.DROPS
    if due_before is None:
        return Effect.BEGINS
    return Effect.STAYS if due_before == due_after else Effect.MOVES


def _due(clock: ClockResult, document: ReplayDocument) -> datetime | None:
    """Return when a clock is due, or would be if it resumed now; None without a target."""
    if clock.due_at is not None or clock.state != "paused":
        return clock.due_at
    pinned = [fact for fact in document.facts if fact.kind is FactKind.POLICY_ATTACHED]
    name = max(pinned, key=lambda fact: (fact.at, fact.id)).policy if pinned else None
    objective = None if name is None else document.policies[name].objective(clock.metric, clock.severity)
    if objective is None:
        return None
    left = objective.target_seconds - clock.consumed_seconds
    return document.calendars[objective.calendar].add(document.as_of, left)
