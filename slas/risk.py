"""When a clock is at risk: the instant at which the warning share of its target is used up; pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from slas.cycle import reached
from slas.documents import ClockResult, FactKind, Objective, ReplayDocument


def at_risk_at(
    clock: ClockResult, document: ReplayDocument, *, percent: int | None = None
) -> datetime | None:
    """Return when the warning share was, or at this rate will be, used up; None while halted before it.

    With `percent` it is that share instead of the objective's own. It is never before the change of severity or policy under which it became true.
    """
    objective = _objective(clock, document)
    if objective is None:
        return None
    share = objective.at_risk_percent if percent is None else percent
    needed = -(-objective.target_seconds * share // 100)
    used = 0
    for segment in clock.segments:
        if segment.kind != "counted":
            continue
        if used + segment.seconds >= needed:
            moment = segment.from_ + timedelta(seconds=needed - used)
            return max(moment, _retargeted_at(clock, document))
        used += segment.seconds
    if clock.state != "running":
        return None
    return reached(document.calendars[objective.calendar], document.as_of, needed - used)


def _objective(clock: ClockResult, document: ReplayDocument) -> Objective | None:
    """Return the objective that the clock runs, or ended, under."""
    policy = clock.segments[-1].policy if clock.segments else _last_policy(document)
    if policy is None:
        return None
    return document.policies[policy].objective(clock.metric, clock.severity)


def _last_policy(document: ReplayDocument) -> str | None:
    """Return the policy in force; a clock that began at this very instant has no segment to name it."""
    attached = [fact for fact in document.facts if fact.kind is FactKind.POLICY_ATTACHED]
    known = [fact for fact in attached if fact.at <= document.as_of]
    return max(known, key=lambda fact: (fact.at, fact.id)).policy if known else None


def _retargeted_at(clock: ClockResult, document: ReplayDocument) -> datetime:
    """Return when the clock got its present target."""
    end = clock.stopped_at or document.as_of
    return max(
        (
            fact.at
            for fact in document.facts
            if fact.kind in (FactKind.SEVERITY_SET, FactKind.POLICY_ATTACHED)
            and clock.started_at < fact.at <= end
        ),
        default=clock.started_at,
    )
