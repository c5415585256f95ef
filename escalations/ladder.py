"""Ladders: who is called, and how long after the matter became true; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Trigger(StrEnum):
    """What starts a ladder."""

    CRITICAL_ARRIVED = "critical_arrived"
    AT_RISK = "at_risk"
    BREACHED = "breached"


class Target(StrEnum):
    """Whom a step calls."""

    OWNER = "owner"
    ENGINEERS = "engineers"
    LEADS = "leads"
    MANAGERS = "managers"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A rung: these people are called this many seconds after the matter became true."""

    after_seconds: int
    targets: tuple[Target, ...]

    def dump(self) -> dict[str, Any]:
        return {"after_seconds": self.after_seconds, "targets": [target.value for target in self.targets]}

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Step:
        return cls(
            after_seconds=int(stored["after_seconds"]),
            targets=tuple(Target(value) for value in stored["targets"]),
        )


#: OWNER calls the assignee, and all engineers while there is none.
LADDERS: dict[Trigger, tuple[Step, ...]] = {
    Trigger.CRITICAL_ARRIVED: (
        Step(after_seconds=0, targets=(Target.ENGINEERS,)),
        Step(after_seconds=600, targets=(Target.LEADS,)),
        Step(after_seconds=1200, targets=(Target.MANAGERS,)),
    ),
    Trigger.AT_RISK: (Step(after_seconds=0, targets=(Target.OWNER,)),),
    Trigger.BREACHED: (
        Step(after_seconds=0, targets=(Target.OWNER, Target.LEADS)),
        Step(after_seconds=900, targets=(Target.MANAGERS,)),
    ),
}


def due_steps(steps: Sequence[Step], *, began_at: datetime, taken: int, now: datetime) -> int:
    """Return how many steps should have been taken by now, never fewer than were."""
    due = sum(1 for step in steps if began_at + timedelta(seconds=step.after_seconds) <= now)
    return max(due, taken)


def next_step_at(steps: Sequence[Step], *, began_at: datetime, taken: int) -> datetime | None:
    """Return when the next step is due; None at the top of the ladder."""
    if taken >= len(steps):
        return None
    return began_at + timedelta(seconds=steps[taken].after_seconds)
