"""Which policy answers a matter, and which versions are refused; no database."""

from __future__ import annotations

from typing import Any

import pytest

from escalations.ladder import Ladder, Step, Target, Trigger
from escalations.policy import Matter, PolicyError, Standing, Terms, check, choose, ranked
from tests.escalations.policies import step, terms

ACME, GLOBEX = 1, 2


def policy(number: int, trigger: Trigger = Trigger.BREACHED, **said: Any) -> Standing:
    return Standing(
        policy_id=number, version_id=number, name=f"Policy {number}", trigger=trigger, terms=terms(**said)
    )


@pytest.mark.parametrize(
    ("policies", "answers"),
    [
        ([], []),
        ([{}], [1]),
        ([{"customer": GLOBEX}], []),
        ([{"trigger": Trigger.AT_RISK}], []),
        ([{}, {"customer": ACME}], [2, 1]),
        ([{"severities": (1,)}, {"customer": ACME}], [2, 1]),
        ([{}, {"severities": (1,)}, {"metrics": ("restore",)}], [2, 3, 1]),
        ([{"severities": (2, 3)}, {"metrics": ("respond",)}], []),
        ([{"priority": 100}, {"priority": 50}], [2, 1]),
        ([{"priority": 1}, {"metrics": ("restore",), "priority": 999}], [2, 1]),
        ([{}, {}], [1, 2]),
        (
            [
                {"customer": ACME},
                {"customer": ACME, "severities": (1, 2)},
                {"customer": ACME, "severities": (1,), "metrics": ("restore",)},
                {"customer": ACME, "metrics": ("restore",), "priority": 1},
            ],
            [3, 2, 4, 1],
        ),
    ],
)
def test_the_most_specific_policy_answers(policies: list[dict[str, Any]], answers: list[int]) -> None:
    found = [policy(number, **said) for number, said in enumerate(policies, start=1)]
    matter = Matter(trigger=Trigger.BREACHED, customer=ACME, severity=1, metric="restore")
    assert [one.policy_id for one in ranked(found, matter)] == answers
    assert ranked(found[::-1], matter) == ranked(found, matter)
    chosen = choose(found, matter)
    assert (None if chosen is None else [chosen.policy_id]) == (answers[:1] or None)


@pytest.mark.parametrize(
    ("trigger", "said", "path"),
    [
        (Trigger.BREACHED, Terms(ladder=Ladder(steps=())), "steps"),
        (Trigger.BREACHED, terms(*[step(0)] * 13), "steps"),
        (Trigger.BREACHED, terms(Step(after_seconds=0, targets=())), "steps[0].targets"),
        (Trigger.BREACHED, terms(step(0, *[Target.LEADS] * 5)), "steps[0].targets"),
        (Trigger.BREACHED, terms(step(10), step(5)), "steps[1].after"),
        (Trigger.BREACHED, terms(step(0), step(7 * 24 * 60 + 1)), "steps[1].after"),
        (Trigger.BREACHED, terms(step(0), step(20), repeats=1, every=19), "every"),
        (Trigger.BREACHED, terms(repeats=1), "every"),
        (Trigger.BREACHED, terms(repeats=11, every=5), "repeats"),
        (Trigger.BREACHED, terms(ack=0), "ack"),
        (Trigger.BREACHED, terms(severities=(5,)), "severities"),
        (Trigger.HOLD_REVIEW, terms(metrics=("restore",)), "metrics"),
        (Trigger.BREACHED, terms(percent=80), "percent"),
        (Trigger.AT_RISK, terms(percent=100), "percent"),
        (Trigger.BREACHED, terms(minutes=5), "minutes"),
        (Trigger.UPDATE_NEAR, terms(), "minutes"),
        (Trigger.BREACHED, terms(priority=0), "priority"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_is_said(trigger: Trigger, said: Terms, path: str) -> None:
    with pytest.raises(PolicyError) as refused:
        check(trigger, said)
    assert refused.value.path == path


def test_terms_read_as_they_were_stored() -> None:
    said = terms(
        step(0, Target.OWNER, unassigned=True),
        step(5, at_least=2),
        repeats=2,
        every=30,
        ack=15,
        customer=ACME,
        severities=(1, 2),
        metrics=("respond",),
        percent=80,
        priority=7,
    )
    check(Trigger.AT_RISK, said)
    assert Terms.load(said.dump()) == said
