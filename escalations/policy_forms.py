"""What people type about escalation policies: shape only, the rules are in `policy` and in the actions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from core.problems import Refused
from customers.models import Customer
from escalations.ladder import LADDERS, Ladder, Step, Target, Trigger, read_target
from escalations.policy import METRICS, MOST_STEPS, MOST_TARGETS, Matter, Terms
from escalations.policy_access import customers_to_choose, targets_to_choose
from escalations.policy_models import EscalationPolicy, TriggerChoice
from slas.events import METRIC_NAMES
from tickets.forms import LocalDateTimeField

_SEVERITIES = [("1", "P1 Critical"), ("2", "P2 High"), ("3", "P3 Normal"), ("4", "P4 Low")]
_AT_LEAST = [
    ("", "Whatever its severity"),
    ("1", "P1"),
    ("2", "P2 or more severe"),
    ("3", "P3 or more severe"),
]
_METRICS = [(metric, METRIC_NAMES[metric]) for metric in METRICS]
_ROLES = [
    (Target.OWNER.value, "The owner, else every engineer"),
    (Target.ENGINEERS.value, "Every engineer"),
    (Target.LEADS.value, "Every desk lead"),
    (Target.MANAGERS.value, "Every manager"),
]
_DEFAULT = LADDERS[Trigger.BREACHED]


class TesterForm(forms.Form):
    """A matter that somebody asks about."""

    trigger = forms.ChoiceField(label="What happens", choices=TriggerChoice.choices)
    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        queryset=None, label="Customer", empty_label=None
    )
    severity = forms.TypedChoiceField(label="Severity", choices=_SEVERITIES, coerce=int)
    metric = forms.ChoiceField(
        label="Objective", choices=[("", "None"), *_METRICS], required=False, help_text="If it is about one."
    )
    at = LocalDateTimeField(
        label="When", required=False, help_text="In your time zone. Leave it empty for now."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["customer"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = customers_to_choose()

    @property
    def matter(self) -> Matter:
        """The matter that a valid form asks about."""
        given = self.cleaned_data
        return Matter(
            trigger=Trigger(given["trigger"]),
            customer=given["customer"].pk,
            severity=given["severity"],
            metric=given["metric"],
        )


class PolicyForm(forms.Form):
    """What a version says beside its steps, and why."""

    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        queryset=None,
        label="For",
        empty_label="Every customer",
        required=False,
        help_text="A customer's own policy goes before one for all.",
    )
    severities = forms.TypedMultipleChoiceField(
        label="Severities",
        choices=_SEVERITIES,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None selected: every severity.",
    )
    metrics = forms.MultipleChoiceField(
        label="Objectives",
        choices=_METRICS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For an objective that is missed or at risk. None selected: every objective.",
    )
    minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        min_value=0,
        help_text="How long it waits before people are called; for a promised update, how long before it is due.",
    )
    percent = forms.IntegerField(
        label="At risk at, in per cent of the target",
        required=False,
        help_text="Empty: at the agreement's own share, which is also the earliest.",
    )
    priority = forms.IntegerField(
        label="Order",
        initial=100,
        help_text="Between policies that are equally specific, the smaller number answers.",
        error_messages={"required": "Enter 1 to 999.", "invalid": "Enter 1 to 999."},
    )
    repeats = forms.IntegerField(label="Then everything again, times", initial=0, min_value=0, required=False)
    every = forms.IntegerField(
        label="every, in minutes",
        required=False,
        min_value=1,
        help_text="Counted from when the round before began.",
    )
    ack = forms.IntegerField(
        label="Minutes to begin after acknowledging",
        required=False,
        min_value=1,
        help_text="If nobody works on the ticket by then, the next step is taken. Empty: it ends.",
    )
    note = forms.CharField(label="Why", max_length=200, error_messages={"required": "Say why, in a line."})
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    seen_severity = forms.TypedChoiceField(label="Severity", choices=_SEVERITIES, coerce=int, initial="1")
    seen_at = LocalDateTimeField(
        label="When", required=False, help_text="In your time zone. Leave it empty for now."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["customer"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = customers_to_choose()

    def signature(self, document: dict[str, Any]) -> str:
        """Return the fingerprint of what a preview shows, to notice what is typed after it."""
        content = [document, self.cleaned_data["base"]]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def remember(self, signature: str) -> None:
        """Let the page carry the fingerprint of what its preview shows."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed["previewed"] = signature
        self.data = typed

    def terms(self, steps: Sequence[Step]) -> Terms:
        """Return what a valid form and its steps say."""
        given = self.cleaned_data
        repeats = given["repeats"] or 0
        return Terms(
            customer=None if given["customer"] is None else given["customer"].pk,
            severities=tuple(sorted(given["severities"])),
            metrics=tuple(given["metrics"]),
            minutes=given["minutes"] or 0,
            percent=given["percent"],
            priority=given["priority"],
            ladder=Ladder(
                steps=tuple(steps),
                repeats=repeats,
                every_seconds=(given["every"] or 0) * 60 if repeats else 0,
                ack_seconds=None if given["ack"] is None else given["ack"] * 60,
            ),
        )


class NewPolicyForm(PolicyForm):
    """A policy that does not exist yet."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="What it is for, such as Acme at night.",
        error_messages={"required": "Enter a name, such as Acme at night."},
    )
    trigger = forms.ChoiceField(
        label="Starts with", choices=TriggerChoice.choices, help_text="It stays so for every version."
    )


class StepForm(forms.Form):
    """One step: when, whom, and while what."""

    after = forms.IntegerField(
        label="After, in minutes",
        min_value=0,
        initial=0,
        help_text="Since it became true.",
        error_messages={"required": "Enter minutes; 0 is at once."},
    )
    unassigned = forms.BooleanField(label="Only while nobody owns the ticket", required=False)
    at_least = forms.TypedChoiceField(
        label="Only if it is", choices=_AT_LEAST, coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.initial.get("targets", [])
        groups = [("By role", _ROLES), *((name, rows) for name, rows in targets_to_choose() if rows)]
        known = {value for _, rows in groups for value, _ in rows}
        gone = [(value, "Not there any more") for value in chosen if value not in known]
        self.places = [f"target_{place}" for place in range(MOST_TARGETS)]
        for place, name in enumerate(self.places):
            self.fields[name] = forms.ChoiceField(
                label="Calls" if place == 0 else "and",
                required=place == 0,
                initial=chosen[place] if place < len(chosen) else "",
                choices=[("", "Nobody else" if place else "Select whom"), *groups, *gone],
                error_messages={"required": "Select who is called."},
            )

    @property
    def target_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.places]

    @property
    def step(self) -> Step:
        """The step that a valid form says."""
        given = self.cleaned_data
        targets = dict.fromkeys(given[name] for name in self.places if given[name])
        return Step(
            after_seconds=given["after"] * 60,
            targets=tuple(read_target(one) for one in targets),
            unassigned=given["unassigned"],
            at_least=given["at_least"],
        )


class _Steps(forms.BaseFormSet):  # type: ignore[type-arg]
    """The steps of a policy, in order."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": False, "use_required_attribute": False}


StepForms = forms.formset_factory(
    StepForm, formset=_Steps, extra=0, max_num=MOST_STEPS, absolute_max=MOST_STEPS, validate_max=True
)


def initial_of(terms: Terms, *, base: int) -> dict[str, Any]:
    """Return a version as what the form of its next one begins with."""
    ladder = terms.ladder
    return {
        "base": base,
        "customer": terms.customer,
        "severities": list(terms.severities),
        "metrics": list(terms.metrics),
        "minutes": terms.minutes or None,
        "percent": terms.percent,
        "priority": terms.priority,
        "repeats": ladder.repeats,
        "every": ladder.every_seconds // 60 or None,
        "ack": None if ladder.ack_seconds is None else ladder.ack_seconds // 60,
    }


def step_initials(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return steps as what their forms begin with."""
    return [
        {
            "after": step.after_seconds // 60,
            "targets": [target.value for target in step.targets],
            "unassigned": step.unassigned,
            "at_least": step.at_least,
        }
        for step in steps
    ]


def suggested(trigger: str) -> tuple[Step, ...]:
    """Return the steps that a new policy for a trigger begins with."""
    return LADDERS[Trigger(trigger)] if trigger in TriggerChoice.values else _DEFAULT


def with_another_step(posted: QueryDict) -> QueryDict:
    """Return what was posted with room for one step more."""
    typed, total = posted.copy(), _total(posted)
    if total < MOST_STEPS:
        typed["step-TOTAL_FORMS"] = str(total + 1)
        typed[f"step-{total}-after"] = typed.get(f"step-{total - 1}-after", "0")
    return typed


def without_step(posted: QueryDict, place: int) -> QueryDict:
    """Return what was posted without one of its steps; the later ones move up."""
    typed, total = posted.copy(), _total(posted)
    if not 0 <= place < total or total == 1:
        return typed
    for name in [name for name in posted if re.match(r"step-\d+-", name)]:
        del typed[name]
    for name in posted:
        found = re.fullmatch(r"step-(\d+)-(.+)", name)
        if found and int(found[1]) != place:
            number = int(found[1]) - (int(found[1]) > place)
            typed.setlist(f"step-{number}-{found[2]}", posted.getlist(name))
    typed["step-TOTAL_FORMS"] = str(total - 1)
    return typed


def _total(posted: QueryDict) -> int:
    total = posted.get("step-TOTAL_FORMS", "")
    return min(int(total), MOST_STEPS) if re.fullmatch(r"\d{1,3}", total, re.ASCII) else 0


def put(refused: Refused, form: PolicyForm, rows: Any) -> None:
    """Say a refusal beside the field that it is about, in the policy or in one of its steps."""
    found = re.fullmatch(r"steps\[(\d+)\]\.(\w+)", refused.field or "")
    if found is None:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return
    name = "target_0" if found[2] == "targets" else found[2]
    rows.forms[int(found[1])].add_error(name, refused.reason)


def title_of(policy: EscalationPolicy | None) -> str:
    """Return what the editor's page is called."""
    return "New escalation policy" if policy is None else f"Change {policy.name}"
