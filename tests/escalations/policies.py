"""Escalation policies for tests: terms that are easily read, published through the action."""

from __future__ import annotations

from typing import Any

from core.tenancy import acting_as
from escalations import policy_actions
from escalations.ladder import Callee, Ladder, Step, Target, Trigger
from escalations.policy import Terms
from escalations.policy_models import EscalationPolicy
from tests.cast import Cast, actor_of, context_of


def step(minutes: int, *targets: Callee, **more: Any) -> Step:
    return Step(after_seconds=minutes * 60, targets=targets or (Target.LEADS,), **more)


def terms(*steps: Step, repeats: int = 0, every: int = 0, ack: int | None = None, **more: Any) -> Terms:
    """Return terms with lengths in minutes; one step that calls the leads at once where none is given."""
    return Terms(
        ladder=Ladder(
            steps=steps or (step(0),),
            repeats=repeats,
            every_seconds=every * 60,
            ack_seconds=None if ack is None else ack * 60,
        ),
        **more,
    )


def publish(
    cast: Cast,
    trigger: Trigger,
    said: Terms,
    *,
    name: str = "Ours",
    policy: EscalationPolicy | None = None,
) -> EscalationPolicy:
    """Publish a version as the desk's lead, and return its policy."""
    with acting_as(context_of(cast.lead)) as now:
        return policy_actions.publish_policy(
            policy=policy,
            name=name,
            trigger=trigger,
            terms=said,
            note="Because",
            base=0 if policy is None else policy.versions.count(),
            actor=actor_of(cast.lead),
            at=now,
        ).policy
