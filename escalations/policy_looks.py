"""Policies and ladders as pages show them: in words, and as what would happen at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalations.calling import whom
from escalations.ladder import ASKED_FOR, LADDERS, Callee, Ladder, Step, Target, Trigger, next_step_at
from escalations.models import Escalation, EscalationCall
from escalations.policy import Matter, Standing, Terms, ranked
from escalations.policy_access import calls_of, customers_to_choose, names_of_targets, standing
from escalations.policy_models import TriggerChoice
from slas.events import METRIC_NAMES
from slas.words import say_seconds

ROLE_NAMES = {
    Target.OWNER.value: "the owner, else every engineer",
    Target.ENGINEERS.value: "every engineer",
    Target.LEADS.value: "every desk lead",
    Target.MANAGERS.value: "every manager",
}


@dataclass(frozen=True, kw_only=True)
class StepLook:
    """A step in words."""

    after: str
    whom: str
    only: str


@dataclass(frozen=True, kw_only=True)
class TermsLook:
    """A version in words."""

    about: str
    steps: Sequence[StepLook]
    then: str
    ack: str


@dataclass(frozen=True, kw_only=True)
class RungLook:
    """What one rung would do at its instant; nobody where its condition does not hold."""

    at: datetime
    people: Sequence[tuple[str, str]]
    notes: Sequence[str]
    skipped: str
    channels: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class LadderLook:
    """A running ladder with what comes next and who was called."""

    ladder: Escalation
    policy: str
    next_whom: str
    calls: Sequence[EscalationCall]


# --- In words -----------------------------------------------------------------------------------------
def say_targets(targets: Iterable[Callee], names: Mapping[str, str]) -> str:
    """Return whom a step calls, such as 'every desk lead and On call: Service desk'."""
    said = [ROLE_NAMES.get(one.value) or names.get(one.value, "a channel") for one in targets]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}" if said else "nobody"


def say_only(step: Step) -> str:
    """Return the condition of a step; empty where it has none."""
    said = ["nobody owns the ticket"] if step.unassigned else []
    if step.at_least is not None:
        said.append(f"it is P{step.at_least}" + ("" if step.at_least == 1 else " or more severe"))
    return f"only while {' and '.join(said)}" if said else ""


def look_at_terms(
    trigger: Trigger, terms: Terms, names: Mapping[str, str], customers: Mapping[int, str]
) -> TermsLook:
    """Return a version in words."""
    ladder = terms.ladder
    repeats = f"{ladder.repeats} time{'s' if ladder.repeats > 1 else ''}"
    return TermsLook(
        about=_say_about(trigger, terms, customers),
        steps=[
            StepLook(
                after=say_seconds(step.after_seconds) if step.after_seconds else "At once",
                whom=say_targets(step.targets, names),
                only=say_only(step),
            )
            for step in ladder.steps
        ],
        then=f"Everything again {repeats}, every {say_seconds(ladder.every_seconds)}."
        if ladder.repeats
        else "",
        ack=(
            f"Whoever acknowledges has {say_seconds(ladder.ack_seconds)} to begin; else the next step is taken."
            if ladder.ack_seconds
            else "An acknowledgement ends it."
        ),
    )


def _say_about(trigger: Trigger, terms: Terms, customers: Mapping[int, str]) -> str:
    said = [
        "every customer" if terms.customer is None else customers.get(terms.customer, "a customer"),
        ", ".join(f"P{one}" for one in terms.severities) or "every severity",
    ]
    if terms.metrics:
        said.append(", ".join(METRIC_NAMES[one].lower() for one in terms.metrics))
    if terms.percent is not None:
        said.append(f"at {terms.percent} % of the target")
    if trigger in ASKED_FOR and terms.minutes:
        ahead = "before it is due" if trigger is Trigger.UPDATE_NEAR else "of waiting"
        said.append(f"{say_seconds(terms.minutes * 60)} {ahead}")
    said[0] = said[0][0].upper() + said[0][1:]
    return "; ".join(said)


def customer_names() -> dict[int, str]:
    """Return what customers are called, by id."""
    return {customer.pk: customer.name for customer in customers_to_choose()}


def built_in() -> list[tuple[str, str, TermsLook]]:
    """Return the ladders that answer where no policy does: the trigger, what it is called, and its steps."""
    return [
        (
            trigger.value,
            TriggerChoice(trigger.value).label,
            look_at_terms(trigger, Terms(ladder=Ladder(steps=steps)), {}, {}),
        )
        for trigger, steps in LADDERS.items()
        if trigger not in ASKED_FOR
    ]


# --- What would happen --------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Answer:
    """Which policy would answer a matter, those it goes before, and what would happen."""

    chosen: Standing | None
    passed_over: Sequence[Standing]
    nobody: bool
    rungs: Sequence[RungLook]


def ask(matter: Matter, *, at: datetime) -> Answer:
    """Return what a matter that became true at an instant would do, while nobody acknowledges or owns it."""
    found = ranked(standing(matter.trigger), matter)
    nobody = not found and matter.trigger in ASKED_FOR
    ladder = found[0].terms.ladder if found else Ladder(steps=LADDERS[matter.trigger])
    return Answer(
        chosen=found[0] if found else None,
        passed_over=found[1:],
        nobody=nobody,
        rungs=[] if nobody else look_ahead(ladder, at=at, severity=matter.severity),
    )


def look_ahead(ladder: Ladder, *, at: datetime, severity: int) -> list[RungLook]:
    """Return what each rung would do if nobody acknowledged and nobody owned the ticket."""
    rungs = []
    for step in ladder.rungs:
        moment = at + timedelta(seconds=step.after_seconds)
        called = whom(step.targets, owner=None, at=moment)
        applies = step.applies(has_owner=False, severity=severity)
        rungs.append(
            RungLook(
                at=moment,
                people=[(person.name, reason) for person, reason in called.people.items()] if applies else [],
                notes=called.notes if applies else (),
                skipped="" if applies else f"Left out: {say_only(step)}",
                channels=list(called.channels.values()) if applies else [],
            )
        )
    return rungs


# --- What runs ----------------------------------------------------------------------------------------
def look_at_ladders(ladders: Sequence[Escalation]) -> list[LadderLook]:
    """Return running ladders with who was called and what comes next."""
    found = list(ladders)
    calls, names = calls_of(found), names_of_targets()
    return [
        LadderLook(
            ladder=one,
            policy=say_policy(one),
            next_whom=_say_next(one, names),
            calls=calls[one.pk],
        )
        for one in found
    ]


def say_policy(ladder: Escalation) -> str:
    """Return by which policy a ladder runs."""
    version = ladder.policy_version
    return "Built in" if version is None else f"{version.policy.name}, version {version.version}"


def _say_next(ladder: Escalation, names: Mapping[str, str]) -> str:
    rungs = ladder.rungs
    if next_step_at(rungs, began_at=ladder.anchor, taken=ladder.steps_taken) is None:
        return ""
    return say_targets(rungs[ladder.steps_taken].targets, names)
