"""Ladders: who is called, and how long after the matter became true; pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

P = TypeVar("P", bound=Hashable)


class Trigger(StrEnum):
    """What starts a ladder."""

    CRITICAL_ARRIVED = "critical_arrived"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MANUAL = "manual"
    HOLD_REVIEW = "hold_review"
    HAND_OVER_WAITING = "hand_over_waiting"
    LEVEL_3_WAITING = "level_3_waiting"
    UPDATE_NEAR = "update_near"
    VENDOR_WAITING = "vendor_waiting"


class Target(StrEnum):
    """Whom a step calls, by what they are."""

    OWNER = "owner"
    ENGINEERS = "engineers"
    LEADS = "leads"
    MANAGERS = "managers"


class Kind(StrEnum):
    """Kinds of target that are named by the number of their row."""

    ROTA = "rota"
    PERSON = "person"
    TEAM = "team"
    CHANNEL = "channel"


@dataclass(frozen=True, kw_only=True)
class Named:
    """A rota, a person, a team, or a channel (a chat or a webhook)."""

    kind: Kind
    id: int

    @property
    def value(self) -> str:
        return f"{self.kind.value}:{self.id}"


Callee = Target | Named


def read_target(stored: str) -> Callee:
    """Return a target as it is stored, such as 'leads' or 'rota:3'; raises ValueError for anything else."""
    kind, colon, number = stored.partition(":")
    return Named(kind=Kind(kind), id=int(number)) if colon else Target(kind)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A rung: these people are called this many seconds after the matter became true.

    With `unassigned` only while nobody owns the ticket; with `at_least` only while it is that severe or more
    (1 is critical). Both are asked at the time of the step.
    """

    after_seconds: int
    targets: tuple[Callee, ...]
    unassigned: bool = False
    at_least: int | None = None

    def applies(self, *, has_owner: bool, severity: int) -> bool:
        """Tell whether the step calls anybody about a ticket as it is now."""
        if self.unassigned and has_owner:
            return False
        return self.at_least is None or severity <= self.at_least

    def dump(self) -> dict[str, Any]:
        stored: dict[str, Any] = {
            "after_seconds": self.after_seconds,
            "targets": [target.value for target in self.targets],
        }
        if self.unassigned:
            stored["unassigned"] = True
        if self.at_least is not None:
            stored["at_least"] = self.at_least
        return stored

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Step:
        at_least = stored.get("at_least")
        return cls(
            after_seconds=int(stored["after_seconds"]),
            targets=tuple(read_target(value) for value in stored["targets"]),
            unassigned=bool(stored.get("unassigned", False)),
            at_least=None if at_least is None else int(at_least),
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
    Trigger.MANUAL: (
        Step(after_seconds=0, targets=(Target.MANAGERS,)),
        Step(after_seconds=900, targets=(Target.LEADS,)),
    ),
    Trigger.HOLD_REVIEW: (
        Step(after_seconds=0, targets=(Target.OWNER,)),
        Step(after_seconds=3600, targets=(Target.LEADS,)),
    ),
    Trigger.HAND_OVER_WAITING: (
        Step(after_seconds=0, targets=(Target.ENGINEERS,)),
        Step(after_seconds=900, targets=(Target.LEADS,)),
    ),
    Trigger.LEVEL_3_WAITING: (
        Step(after_seconds=0, targets=(Target.OWNER, Target.LEADS)),
        Step(after_seconds=900, targets=(Target.MANAGERS,)),
    ),
    Trigger.UPDATE_NEAR: (Step(after_seconds=0, targets=(Target.OWNER,)),),
    Trigger.VENDOR_WAITING: (
        Step(after_seconds=0, targets=(Target.OWNER,)),
        Step(after_seconds=0, targets=(Target.LEADS,), unassigned=True),
        Step(after_seconds=3600, targets=(Target.LEADS,)),
    ),
}
#: What a reply or a new owner does not answer: somebody asked for a person.
NEEDS_A_PERSON = frozenset({Trigger.MANUAL})
#: What calls people only where a policy asks for it; their ladders above are what an editor begins with.
#: A sweep finds them, and they are over as soon as what they are about is.
ASKED_FOR = frozenset(
    {Trigger.HOLD_REVIEW, Trigger.HAND_OVER_WAITING, Trigger.LEVEL_3_WAITING, Trigger.UPDATE_NEAR}
)


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """Steps, how often the whole of them is repeated, and how long an acknowledgement holds without work."""

    steps: tuple[Step, ...]
    repeats: int = 0
    every_seconds: int = 0
    ack_seconds: int | None = None

    @property
    def rungs(self) -> tuple[Step, ...]:
        """Every step with its repetitions, in the order in which they are due."""
        return tuple(
            replace(step, after_seconds=step.after_seconds + round_ * self.every_seconds)
            for round_ in range(self.repeats + 1)
            for step in self.steps
        )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The rungs to take now, by their place, and when there is more to do; None at the top."""

    due: range
    next_at: datetime | None


def plan(rungs: Sequence[Step], *, began_at: datetime, taken: int, now: datetime) -> Plan:
    """Return which rungs are due by now and not taken, none of them early and none left out."""
    due = due_steps(rungs, began_at=began_at, taken=taken, now=now)
    return Plan(due=range(taken, due), next_at=next_step_at(rungs, began_at=began_at, taken=due))


def due_steps(steps: Sequence[Step], *, began_at: datetime, taken: int, now: datetime) -> int:
    """Return how many steps should have been taken by now, never fewer than were."""
    due = sum(1 for step in steps if began_at + timedelta(seconds=step.after_seconds) <= now)
    return max(due, taken)


def next_step_at(steps: Sequence[Step], *, began_at: datetime, taken: int) -> datetime | None:
    """Return when the next step is due; None at the top of the ladder."""
    if taken >= len(steps):
        return None
    return began_at + timedelta(seconds=steps[taken].after_seconds)


def told_once(called: Sequence[Sequence[P]]) -> list[list[P]]:
    """Return whom each of several late rungs tells: everybody once, at the highest that concerns them."""
    seen: set[P] = set()
    told: list[list[P]] = []
    for people in reversed(called):
        told.append([one for one in dict.fromkeys(people) if one not in seen])
        seen.update(people)
    return told[::-1]


def start_again(rungs: Sequence[Step], *, taken: int, at: datetime) -> tuple[datetime, int]:
    """Return from when waits count and how many rungs count as taken, so that the next one is due at an instant.

    At the top of the ladder the last rung is taken once more.
    """
    taken = min(taken, len(rungs) - 1)
    return at - timedelta(seconds=rungs[taken].after_seconds), taken
