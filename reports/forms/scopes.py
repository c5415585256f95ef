"""What people ask of the SLO report, read from the address; what cannot be read is said beside its field."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from customers.access import customers_of_desk
from customers.models import Customer, Service
from reports.access.scopes import COUNTED, OUTCOMES, Asked, Behind, months_later
from reports.access.slo import services_to_choose
from reports.folding import BUCKETS
from slas.events import METRIC_NAMES
from slas.ledger import Party
from tickets.models import SeverityChoice

#: A longer period is a mistake, such as the year 202.
LONGEST = timedelta(days=400)
_DAY = {"required": "Enter a day.", "invalid": "Enter a day, for example 2026-12-24."}
_CHOICE = {"invalid_choice": "Select one of the list."}


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=_DAY)


class ScopeForm(forms.Form):
    """Whole days, each customer's own; the present month unless some are named."""

    since = _day("From")
    until = _day("To")
    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        label="Customer",
        queryset=None,
        to_field_name="slug",
        required=False,
        empty_label="All",
        error_messages=_CHOICE,
    )
    severity = forms.TypedChoiceField(
        label="Severity",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "All"), *((str(value), f"P{value}") for value in SeverityChoice.values)],
        error_messages=_CHOICE,
    )
    metric = forms.ChoiceField(
        label="Objective",
        required=False,
        choices=[("", "All"), *METRIC_NAMES.items()],
        error_messages=_CHOICE,
    )
    service: forms.ModelChoiceField[Service] = forms.ModelChoiceField(
        label="Service", queryset=None, required=False, empty_label="All", error_messages=_CHOICE
    )
    compare = forms.ChoiceField(
        label="Compare with",
        required=False,
        choices=[("", "Nothing"), ("previous", "The period before"), ("year", "The same days last year")],
        error_messages=_CHOICE,
    )

    def __init__(self, given: QueryDict, *, now: datetime) -> None:
        today = timezone.localdate(now)
        days = {"since": today.replace(day=1).isoformat(), "until": today.isoformat()}
        super().__init__(days | {name: given[name] for name in given if name in self.base_fields})
        self.today = today
        for name, rows in (
            ("customer", customers_of_desk()),
            ("service", services_to_choose(str(self.data.get("customer", "")))),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        if not self.data.get("customer") and not self.data.get("service"):
            del self.fields["service"]  # hundreds of all customers are no choice

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("since"), cleaned.get("until")
        if first is not None and last is not None:
            if last < first:
                self.add_error("until", "Choose a day that is not before the first one.")
            elif last - first > LONGEST:
                self.add_error("until", "Choose at most 400 days.")
            elif first.year < 2000 or last.year > 9000:
                self.add_error("since", "Choose days from 2000 on.")
        return cleaned

    def asked(self) -> Asked:
        given = self.cleaned_data
        return Asked(
            since=given["since"],
            until=given["until"] + timedelta(days=1),
            zone=timezone.get_current_timezone_name(),
            customer=given["customer"],
            severity=given["severity"],
            metric=given["metric"],
            service=given.get("service"),
            compare=given["compare"],
        )

    def shortcuts(self, asked: Asked) -> list[tuple[str, str, bool]]:
        """Return periods that are often asked for, as name, address and whether it is the present one."""
        first = self.today.replace(day=1)
        periods = (
            ("This month", first, self.today),
            ("Last month", months_later(first, -1), first - timedelta(days=1)),
            ("Last 3 months", months_later(first, -2), self.today),
            ("Last 12 months", months_later(first, -11), self.today),
        )
        return [
            (
                name,
                asked.query(since=since.isoformat(), until=until.isoformat()),
                asked.since == since and asked.until == until + timedelta(days=1),
            )
            for name, since, until in periods
        ]


class ClocksForm(ScopeForm):
    """Which clocks are behind a number."""

    outcome = forms.ChoiceField(
        label="How it ended",
        required=False,
        choices=[
            ("", "Met or missed"),
            *((name, name.capitalize()) for name in OUTCOMES[1:]),
        ],
        error_messages=_CHOICE,
    )
    weekday = forms.IntegerField(required=False, min_value=0, max_value=6, widget=forms.HiddenInput)
    slot = forms.IntegerField(required=False, min_value=0, max_value=11, widget=forms.HiddenInput)
    bucket = forms.IntegerField(required=False, min_value=0, max_value=BUCKETS - 1, widget=forms.HiddenInput)
    cause = forms.SlugField(required=False, max_length=12, widget=forms.HiddenInput)
    reason = forms.SlugField(required=False, max_length=24, widget=forms.HiddenInput)

    def behind(self) -> Behind:
        given = self.cleaned_data
        is_miss = given["weekday"] is not None or given["slot"] is not None or given["cause"]
        return Behind(
            outcome=given["outcome"]
            or ("missed" if is_miss else "excluded" if given["reason"] else "judged"),
            weekday=given["weekday"],
            slot=given["slot"],
            bucket=given["bucket"],
            cause=given["cause"],
            reason=given["reason"],
        )


class TicketsForm(ScopeForm):
    """Which tickets are behind a number."""

    what = forms.ChoiceField(
        label="Tickets",
        required=False,
        choices=[
            ("ended", "Ended"),
            ("opened", "Opened"),
            ("reached", "Reached the desk"),
            ("returned", "Given back to Level 1"),
            ("resolved", "Resolved"),
            ("reopened", "Resolved, and reopened later"),
            ("open", "Open now"),
        ],
        error_messages=_CHOICE,
    )
    party = forms.ChoiceField(
        required=False,
        choices=[("", "")] + [(one.value, one.value) for one in Party],
        widget=forms.HiddenInput,
    )
    age = forms.IntegerField(required=False, min_value=0, max_value=5, widget=forms.HiddenInput)
    mover = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((name, name) for name in ("desk", "customer", "vendor", "agreed_wait"))],
        widget=forms.HiddenInput,
    )
    assignee = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    @property
    def counts(self) -> str:
        """What is counted; '' for open tickets."""
        what = self.cleaned_data["what"] or "ended"
        return what if what in COUNTED else ""
