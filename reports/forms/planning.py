"""What people ask of the list of misses, say about a miss, and propose for a dry run."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from core.problems import Refused
from customers.access import active_desk_people, customers_of_desk
from customers.models import Customer, DeskPerson
from reports.access.misses import STANDINGS, Asked, owners_to_choose
from reports.models import Every, FollowUp, MissAction, Reach
from slas.access import calendar_families, policies
from slas.forms import CalendarForm, PolicyForm
from slas.models import CalendarVersion, MissCause, MissExplanation, PolicyVersion

#: A longer period is a mistake, such as the year 202.
LONGEST = timedelta(days=400)
#: What is shown unless a period is named.
USUAL = timedelta(days=90)


class _PuttingForm(forms.Form):
    """A form that says a refusal beside the field it is about, or above the form."""

    def put(self, refused: Refused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.reason)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Enter a day.", "invalid": "Enter a day, for example 2026-12-24."},
    )


class MissFilterForm(forms.Form):
    """Which misses are listed: whole days in the viewer's zone, the last 90 unless some are named."""

    since = _day("Missed from")
    until = _day("To")
    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        label="Customer", queryset=None, to_field_name="slug", required=False, empty_label="All"
    )
    cause = forms.ChoiceField(
        label="Cause",
        required=False,
        choices=[("", "All"), ("none", "No cause said yet"), *MissCause.choices],
    )
    owner: forms.ModelChoiceField[DeskPerson] = forms.ModelChoiceField(
        label="Owner", queryset=None, required=False, empty_label="Anybody"
    )
    status = forms.ChoiceField(label="Status", required=False, choices=list(STANDINGS.items()))

    def __init__(self, given: QueryDict, *, now: datetime) -> None:
        today = timezone.localdate(now)
        days = {"since": (today - USUAL).isoformat(), "until": today.isoformat()}
        super().__init__(days | {name: given[name] for name in given if name in self.base_fields})
        for name, rows in (("customer", customers_of_desk()), ("owner", active_desk_people())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("since"), cleaned.get("until")
        if first is not None and last is not None:
            if last < first:
                self.add_error("until", "Choose a day that is not before the first one.")
            elif last - first > LONGEST:
                self.add_error("until", "Choose at most 400 days.")
        return cleaned

    def asked(self, now: datetime) -> Asked:
        given = self.cleaned_data
        begins, ends = (
            timezone.make_aware(datetime.combine(day, time.min))
            for day in (given["since"], given["until"] + timedelta(days=1))
        )
        return Asked(
            since=begins,
            until=ends,
            now=now,
            today=timezone.localdate(now),
            customer=given["customer"],
            owner=given["owner"],
            cause=given["cause"],
            standing=given["status"],
        )

    def query(self, **changes: str) -> str:
        """Return what is asked as the end of an address, with some of it changed."""
        data = {name: str(value) for name, value in self.data.items()} | changes
        return urlencode({name: value for name, value in data.items() if value})


class FollowUpForm(_PuttingForm):
    """What is said about a miss and done about it."""

    cause = forms.ChoiceField(
        label="Cause", required=False, choices=[("", "Select a cause"), *MissCause.choices]
    )
    detail = forms.CharField(
        label="What happened", max_length=500, required=False, help_text="The customer reads this."
    )
    action = forms.CharField(
        label="What we do so that it does not happen again",
        max_length=500,
        required=False,
        help_text="The customer reads this.",
    )
    owner: forms.ModelChoiceField[DeskPerson] = forms.ModelChoiceField(
        label="Owner of the action", queryset=None, required=False, empty_label="Nobody yet"
    )
    due_on = forms.DateField(
        label="Done by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day, for example 2026-12-24."},
    )
    status = forms.ChoiceField(label="Status", choices=FollowUp.choices)
    note = forms.CharField(
        label="Note", max_length=500, required=False, help_text="Only the desk reads this."
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, entry: MissAction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = owners_to_choose(entry)


def follow_up_initial(entry: MissAction, said: MissExplanation | None) -> dict[str, Any]:
    """Return how what follows from a miss stands, as the form shows it."""
    return {
        "cause": "" if said is None else said.cause,
        "detail": "" if said is None else said.detail,
        "action": "" if said is None else said.action,
        "owner": entry.owner_id,
        "due_on": entry.due_on,
        "status": entry.status,
        "version": entry.version,
    }


class SubscriptionForm(forms.Form):
    """How often somebody gets the figures."""

    every = forms.ChoiceField(
        label="The main figures by mail",
        required=False,
        choices=[("", "Not at all"), *Every.choices],
        widget=forms.RadioSelect,
    )


# --- Dry runs -----------------------------------------------------------------------------------------
class BasisForm(forms.Form):
    """Which version a proposal is written from."""

    basis = forms.ChoiceField(
        label="Change a copy of",
        error_messages={
            "required": "Select a policy or a calendar.",
            "invalid_choice": "Select a policy or a calendar of the list.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["basis"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Select one"),
            ("Policies", [(f"policy-{one.pk}", str(one)) for one in policies()]),
            (
                "Calendars",
                [
                    (f"calendar-{family[0].pk}", str(family[0]))
                    for family in calendar_families()
                    if family[0].name != "always"
                ],
            ),
        ]


class _Trying(forms.Form):
    """Whose tickets a proposal is tried on, and of how many months."""

    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        label="Whose tickets",
        queryset=None,
        to_field_name="slug",
        required=False,
        empty_label="All customers",
    )
    months = forms.IntegerField(
        label="Of the last months",
        min_value=1,
        max_value=24,
        initial=3,
        error_messages={
            "required": "Enter a number of months from 1 to 24.",
            "invalid": "Enter a number of months from 1 to 24.",
            "min_value": "Enter a number of months from 1 to 24.",
            "max_value": "Enter a number of months from 1 to 24.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["customer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = customers_of_desk()
        for name in ("note", "effective_at", "base", "previewed"):
            self.fields.pop(name, None)


class TryPolicyForm(_Trying, PolicyForm):
    """A policy that is proposed for a trial."""

    reach = forms.ChoiceField(
        label="It would measure", choices=Reach.choices, initial=Reach.FAMILY, widget=forms.RadioSelect
    )


class TryCalendarForm(_Trying, CalendarForm):
    """A calendar that is proposed for a trial; public holidays are typed, as nothing is imported here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_year", "to_year"):
            self.fields.pop(name, None)
        for name in ("country", "subdivision"):
            self.fields[name].widget = forms.HiddenInput()


def basis_of(value: str) -> tuple[str, int]:
    """Return the kind and the id that a choice of BasisForm names."""
    kind, _, pk = value.partition("-")
    return kind, int(pk)


def initial_of(version: PolicyVersion | CalendarVersion) -> str:
    """Return the choice of BasisForm that names a version."""
    return f"{'policy' if isinstance(version, PolicyVersion) else 'calendar'}-{version.pk}"
