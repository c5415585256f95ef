"""What the desk says about missed promises: shape only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from core.when import say_instant
from slas.miss_access import Miss, unexplained
from slas.models import MissCause


class ExplainForm(forms.Form):
    """Which objectives, why they were missed, and what is done about it."""

    misses = forms.MultipleChoiceField(
        label="Which",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Select what you explain.",
            "invalid_choice": "Select objectives that were missed.",
        },
    )
    cause = forms.ChoiceField(
        label="Cause",
        choices=[("", "Select a cause"), *MissCause.choices],
        error_messages={"required": "Select a cause."},
    )
    detail = forms.CharField(
        label="What happened",
        help_text="The customer reads this.",
        max_length=500,
        error_messages={"required": "Say what happened: the customer reads it."},
    )
    action = forms.CharField(
        label="What we do so that it does not happen again",
        help_text="The customer reads this. It may follow later.",
        max_length=500,
        required=False,
    )

    def __init__(self, *args: Any, misses: Sequence[Miss], timezone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["misses"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (miss.key, f"{miss.label}, missed {say_instant(miss.missed_at, timezone)}") for miss in misses
        ]
        field.initial = [miss.key for miss in unexplained(misses)]
