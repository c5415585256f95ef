"""What people fill in about exclusions, earlier restorations and waivers: shape only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from slas.events import say_clock
from slas.models import Clock, ExclusionReason
from tickets.forms import LocalDateTimeField


def _reason(label: Any, *, missing: Any, hint: Any = "The customer reads this.") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": missing},
    )


class ProposeExclusionForm(forms.Form):
    """What is outside the agreement, how we know, and for how long."""

    reason = forms.ChoiceField(
        label="What is outside the agreement",
        choices=ExclusionReason.choices,
        error_messages={"required": "Select what is outside the agreement."},
    )
    evidence = forms.CharField(
        label="Evidence, or a link to it",
        help_text="The customer reads this.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter the evidence, or a link to it."},
    )
    starts_at = LocalDateTimeField(label="From", required=False, help_text="Leave it empty for now.")
    ends_at = LocalDateTimeField(label="Until", required=False, help_text="Leave it empty while it lasts.")


class DecisionForm(forms.Form):
    """Why something is decided as it is; refused when it changed since its page was loaded."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = _reason("Why", missing="Say why: the customer reads it.")

    def __init__(self, *args: Any, version: int, signature: str, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": version, "seen": signature}
        super().__init__(*args, **kwargs)


class ApprovalForm(DecisionForm):
    """A decision made on the verdicts that it changes, as they were shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class RevocationForm(ApprovalForm):
    """From when an exclusion is taken back."""

    since = forms.ChoiceField(
        label="From when",
        choices=[("now", "From now on"), ("start", "As if it never was")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select from when."},
    )
    field_order = ("since",)


class EndForm(DecisionForm):
    """Nothing but a press."""

    reason = None  # type: ignore[assignment]


class ContestForm(DecisionForm):
    """Why the customer does not agree."""

    reason = _reason(
        lazy("Why it is wrong"),
        missing=lazy("Say why you do not agree."),
        hint=lazy("The Trusst desk answers you here."),
    )


class WaiverForm(forms.Form):
    """Which missed objective is waived, and why."""

    clock = forms.ChoiceField(
        label="Missed objective", error_messages={"required": "Select a missed objective."}
    )
    reason = _reason("Why", missing="Say why: the customer reads it.")

    def __init__(self, *args: Any, clocks: Sequence[Clock], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["clock"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (f"{clock.metric}-{clock.cycle}", say_clock(clock.metric, clock.cycle)) for clock in clocks
        ]
