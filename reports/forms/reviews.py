"""What people ask of the list of reviews, and write on one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from core.problems import Refused
from customers.access import customers_of_desk
from customers.models import Customer
from reports.access.reviews import Asked, months_to_choose
from reports.models import ReviewState
from reports.reviews.words import say_month


class _PuttingForm(forms.Form):
    """A form that says a refusal beside the field it is about, or above the form."""

    def put(self, refused: Refused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.reason)


def _read_month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None


class ReviewFilterForm(forms.Form):
    """Which reviews are listed."""

    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        label="Customer",
        queryset=None,
        to_field_name="slug",
        required=False,
        empty_label="All",
        error_messages={"invalid_choice": "Select a customer."},
    )
    month = forms.CharField(label="Month", required=False, widget=forms.TextInput(attrs={"type": "month"}))
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "All"), *ReviewState.choices],
        error_messages={"invalid_choice": "Select a state."},
    )

    def __init__(self, given: QueryDict) -> None:
        super().__init__({name: given[name] for name in self.base_fields if name in given})
        self.fields["customer"].queryset = customers_of_desk()  # type: ignore[attr-defined]

    def clean_month(self) -> date | None:
        text = self.cleaned_data["month"]
        month = _read_month(text)
        if text and month is None:
            raise forms.ValidationError("Enter a month, for example 2026-03.")
        return month

    def asked(self) -> Asked:
        """Return what is asked for."""
        chosen = self.cleaned_data
        return Asked(customer=chosen["customer"], month=chosen["month"], state=chosen["state"])

    def query(self, **changes: str) -> str:
        """Return what is asked for as the end of an address."""
        return urlencode({name: value for name, value in {**self.data, **changes}.items() if value})


class BeginForm(_PuttingForm):
    """Of which customer and month a review is begun by hand."""

    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        label="Customer",
        queryset=None,
        to_field_name="slug",
        empty_label="Select one",
        error_messages={"required": "Select a customer.", "invalid_choice": "Select a customer."},
    )
    month = forms.ChoiceField(
        label="Month", error_messages={"required": "Select a month.", "invalid_choice": "Select a month."}
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "begin-%s"  # the filters beside it have a customer and a month as well
        self.fields["customer"].queryset = customers_of_desk()  # type: ignore[attr-defined]
        months = [f"{month:%Y-%m}" for month in months_to_choose(timezone.localdate(now))]
        self.fields["month"].choices = [(month, say_month(month)) for month in months]  # type: ignore[attr-defined]
        self.fields["month"].initial = months[1]

    def clean_month(self) -> date:
        month = _read_month(self.cleaned_data["month"])
        assert month is not None
        return month


class _VersionForm(_PuttingForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class WordsForm(_VersionForm):
    """The manager's own words."""

    words = forms.CharField(
        label="Summary in your own words",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="The customer reads it below the five sentences that are computed. A blank line begins a new paragraph.",
    )


class AgreeForm(_VersionForm):
    """That somebody has read what a step does; it carries what they have seen."""


class IssueForm(_PuttingForm):
    """Why a sealed review gets another issue."""

    reason = forms.CharField(
        label="What is corrected, and why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The customer reads it above the list of what is different.",
        error_messages={"required": "Say what is corrected: the customer reads it."},
    )


class DayForm(_PuttingForm):
    """On which working day of a month the draft of the month before is made."""

    day = forms.IntegerField(
        label="Working day of the month",
        min_value=1,
        max_value=15,
        error_messages={
            "required": "Enter a number from 1 to 15.",
            "invalid": "Enter a number from 1 to 15.",
            "min_value": "Enter a number from 1 to 15.",
            "max_value": "Enter a number from 1 to 15.",
        },
    )
