"""What the desk types about vendors, their plans and their published times: shape only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from vendors.models import SupportPlan, Vendor


class VendorForm(forms.Form):
    """What a vendor is called, and how people reach it."""

    name = forms.CharField(label="Name", max_length=80, error_messages={"required": "Enter a name."})
    contact = forms.CharField(
        label="How we reach it",
        max_length=300,
        help_text="A mail address, a telephone number, a portal, and what they ask for first.",
        error_messages={"required": "Enter a mail address or a telephone number."},
    )
    note = forms.CharField(
        label="Note", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, vendor: Vendor | None = None, **kwargs: Any) -> None:
        if vendor is not None:
            kwargs["initial"] = {
                "name": vendor.name,
                "contact": vendor.contact,
                "note": vendor.note,
                "version": vendor.version,
            }
        super().__init__(*args, **kwargs)


class ListField(forms.CharField):
    """Several words with commas between them."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        words = [word.strip() for word in str(super().to_python(value) or "").split(",")]
        return list(dict.fromkeys(word for word in words if word))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


def _day(label: str, hint: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day, such as 2027-01-01."},
    )


class SupportPlanForm(forms.Form):
    """A plan of a vendor, from when until when it is sold and accepted, and why that is so."""

    name = forms.CharField(label="Name", max_length=60, error_messages={"required": "Enter a name."})
    takes_cases = forms.BooleanField(label="It takes cases about faults", required=False)
    severities = ListField(
        label="Severities that it offers",
        required=False,
        max_length=300,
        help_text="As the vendor writes them, the least severe first, with commas between them.",
    )
    offered_until = _day("No longer sold from", "Empty while the vendor sells it.")
    accepted_from = _day("Accepted from", "Empty when it never meets what customers agree to hold.")
    accepted_until = _day("No longer accepted from", "Accounts on it fall short from this day on, in UTC.")
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="It stands in the activity of the administration.",
        error_messages={"required": "Say why, such as where the vendor announced it."},
    )

    def __init__(self, *args: Any, plan: SupportPlan | None = None, **kwargs: Any) -> None:
        if plan is not None:
            kwargs["initial"] = {name: getattr(plan, name) for name in self.base_fields if name != "reason"}
        super().__init__(*args, **kwargs)


class TargetForm(forms.Form):
    """A time to a first response that a vendor publishes."""

    plan = forms.ChoiceField(label="Plan", error_messages={"required": "Select a plan."})
    severity = forms.CharField(
        label="Severity",
        max_length=40,
        help_text="As the vendor writes it, such as urgent.",
        error_messages={"required": "Enter a severity of the vendor."},
    )
    minutes = forms.IntegerField(
        label="Minutes to a first response",
        min_value=1,
        max_value=525_600,
        error_messages={
            "required": "Enter a number of minutes.",
            "invalid": "Enter a number of minutes.",
            "min_value": "Enter a time longer than nothing.",
            "max_value": "Enter at most a year.",
        },
    )
    in_business_hours = forms.BooleanField(
        label="It counts the vendor's own business hours",
        required=False,
        help_text="Those are not published as hours of a clock, so that the portal cannot measure it.",
    )
    valid_from = forms.DateField(
        label="Published from",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Enter the day from which it holds.",
            "invalid": "Enter a day, such as 2027-01-01.",
        },
    )
    source = forms.CharField(
        label="Where the vendor publishes it",
        max_length=200,
        error_messages={"required": "Say where the vendor publishes it."},
    )

    def __init__(self, *args: Any, plans: Iterable[SupportPlan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["plan"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(plan.name, plan.name) for plan in plans]
