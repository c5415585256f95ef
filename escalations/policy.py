"""Escalation policies: what a version says, when it is refused, and which one answers a matter; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from escalations.ladder import ASKED_FOR, Ladder, Step, Trigger

METRICS = ("respond", "update", "restore", "resolve")
#: What is about one objective, so that a policy may name metrics.
OF_A_METRIC = frozenset({Trigger.AT_RISK, Trigger.BREACHED})
MOST_STEPS, MOST_TARGETS, MOST_REPEATS = 12, 4, 10
LONGEST_WAIT = 7 * 24 * 3600
LONGEST_MINUTES = 7 * 24 * 60


class PolicyError(ValueError):
    """A version that is refused; `path` names the part at fault, such as 'steps[0].targets'."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a version of a policy says; no severity or metric means all of them, no customer every one.

    `minutes` is how long something waits before it is a matter, or how near an update is; `percent` the share
    of a target at which it is at risk, None for the agreement's own. A smaller `priority` goes first.
    """

    ladder: Ladder
    customer: int | None = None
    severities: tuple[int, ...] = ()
    metrics: tuple[str, ...] = ()
    minutes: int = 0
    percent: int | None = None
    priority: int = 100

    def dump(self) -> dict[str, Any]:
        """Return the terms as a version stores them."""
        return {
            "customer": self.customer,
            "severities": list(self.severities),
            "metrics": list(self.metrics),
            "minutes": self.minutes,
            "percent": self.percent,
            "priority": self.priority,
            "steps": [step.dump() for step in self.ladder.steps],
            "repeats": self.ladder.repeats,
            "every_seconds": self.ladder.every_seconds,
            "ack_seconds": self.ladder.ack_seconds,
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Terms:
        """Return the terms of a stored version."""
        return cls(
            customer=stored["customer"],
            severities=tuple(stored["severities"]),
            metrics=tuple(stored["metrics"]),
            minutes=stored["minutes"],
            percent=stored["percent"],
            priority=stored["priority"],
            ladder=Ladder(
                steps=tuple(Step.load(step) for step in stored["steps"]),
                repeats=stored["repeats"],
                every_seconds=stored["every_seconds"],
                ack_seconds=stored["ack_seconds"],
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A version of a policy that is in force."""

    policy_id: int
    version_id: int
    name: str
    trigger: Trigger
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class Matter:
    """Something that may need a person, as far as choosing a policy goes."""

    trigger: Trigger
    customer: int
    severity: int
    metric: str = ""


def answers(standing: Standing, matter: Matter) -> bool:
    """Tell whether a policy is meant for a matter."""
    terms = standing.terms
    return (
        standing.trigger == matter.trigger
        and terms.customer in (None, matter.customer)
        and (not terms.severities or matter.severity in terms.severities)
        and (not terms.metrics or matter.metric in terms.metrics)
    )


def ranked(found: Iterable[Standing], matter: Matter) -> list[Standing]:
    """Return the policies that are meant for a matter, the one that answers first.

    A customer's own goes before one for all, then one that names severities, then one that names metrics,
    then the smaller priority; the older one decides what is left.
    """
    return sorted((one for one in found if answers(one, matter)), key=_rank)


def choose(found: Iterable[Standing], matter: Matter) -> Standing | None:
    """Return the policy that answers a matter; None where the built-in ladder does, or nothing."""
    return next(iter(ranked(found, matter)), None)


def _rank(standing: Standing) -> tuple[bool, bool, bool, int, int]:
    terms = standing.terms
    return (
        terms.customer is None,
        not terms.severities,
        not terms.metrics,
        terms.priority,
        standing.policy_id,
    )


def check(trigger: Trigger, terms: Terms) -> None:
    """Raise PolicyError unless a version makes sense."""
    _check_steps(terms.ladder)
    _check_repeats(terms.ladder)
    if terms.ladder.ack_seconds is not None and not 60 <= terms.ladder.ack_seconds <= LONGEST_WAIT:
        raise PolicyError("ack", "Enter 1 minute to 7 days, or leave it empty.")
    if not set(terms.severities) <= {1, 2, 3, 4}:
        raise PolicyError("severities", "Select severities from P1 to P4.")
    if not set(terms.metrics) <= set(METRICS) or (terms.metrics and trigger not in OF_A_METRIC):
        raise PolicyError("metrics", "Only a missed objective, or one at risk, is about a metric.")
    if terms.percent is not None and (trigger != Trigger.AT_RISK or not 1 <= terms.percent <= 99):
        raise PolicyError("percent", "Enter 1 to 99 for an objective at risk; leave it empty otherwise.")
    if not 0 <= terms.minutes <= LONGEST_MINUTES or (terms.minutes and trigger not in ASKED_FOR):
        raise PolicyError("minutes", "Enter 0 minutes to 7 days, for what waits or comes near.")
    if trigger == Trigger.UPDATE_NEAR and not terms.minutes:
        raise PolicyError("minutes", "Enter how many minutes before the promised update.")
    if not 1 <= terms.priority <= 999:
        raise PolicyError("priority", "Enter 1 to 999.")


def _check_steps(ladder: Ladder) -> None:
    if not ladder.steps:
        raise PolicyError("steps", "Add a step: without one nobody is called.")
    if len(ladder.steps) > MOST_STEPS:
        raise PolicyError("steps", f"Keep it to {MOST_STEPS} steps.")
    before = 0
    for place, step in enumerate(ladder.steps):
        if not step.targets:
            raise PolicyError(f"steps[{place}].targets", "Select who is called.")
        if len(step.targets) > MOST_TARGETS:
            raise PolicyError(f"steps[{place}].targets", f"Select at most {MOST_TARGETS}.")
        if step.after_seconds < before:
            raise PolicyError(f"steps[{place}].after", "Enter at least the minutes of the step before.")
        if step.after_seconds > LONGEST_WAIT:
            raise PolicyError(f"steps[{place}].after", "Enter at most 7 days.")
        before = step.after_seconds


def _check_repeats(ladder: Ladder) -> None:
    if not 0 <= ladder.repeats <= MOST_REPEATS:
        raise PolicyError("repeats", f"Enter 0 to {MOST_REPEATS}.")
    last = ladder.steps[-1].after_seconds
    if ladder.repeats and not (max(last, 60) <= ladder.every_seconds <= LONGEST_WAIT):
        raise PolicyError("every", "Enter at least the minutes of the last step, and at most 7 days.")
