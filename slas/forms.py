"""What people fill in about rules and agreements: shape, and reading text into drafts; never rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.problems import Refused
from customers.models import Customer, validate_timezone
from slas.calendar import DAYS
from slas.documents import SEVERITIES, Metric
from slas.drafts import (
    KINDS,
    CalendarDraft,
    DraftError,
    PolicyDraft,
    digest,
    read_holidays,
    read_overrides,
    read_shifts,
    read_target,
    write_holidays,
    write_overrides,
    write_shifts,
    write_target,
)
from slas.models import CalendarVersion, PolicyVersion
from slas.public_holidays import YEARS, days_of, source
from slas.rule_words import KIND_NAMES, METRICS, STOPS, WEEKDAYS, stops_of
from tickets.forms import LocalDateTimeField

_LONG = forms.Textarea(attrs={"rows": 8, "class": "mono"})


class DayField(forms.DateField):
    """A day, chosen or typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault(
            "error_messages",
            {"required": "Select a day.", "invalid": "Enter a day, for example 2026-12-24."},
        )
        super().__init__(**kwargs)


class _VersionForm(forms.Form):
    """What every new version says: since when, why, and from which one it was written."""

    effective_at = LocalDateTimeField(
        label="Holds from",
        required=False,
        help_text="Leave it empty for now. It cannot begin before the present version does.",
    )
    note = forms.CharField(
        label="Why",
        max_length=500,
        help_text="Everybody who reads a clock counted by it reads this.",
        error_messages={"required": "Say why, in a line."},
    )
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def signature_of(self, content: str) -> str:
        """Return the fingerprint of what a preview shows, to notice what is typed after it."""
        since: datetime | None = self.cleaned_data.get("effective_at")
        return digest([content, since.isoformat() if since else "", self.cleaned_data["base"]])

    def remember(self, signature: str) -> None:
        """Let the page carry the fingerprint of what its preview shows."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed["previewed"] = signature
        self.data = typed

    def put(self, refused: Refused) -> None:
        """Say a refusal beside the field it is about, or above the form."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.reason)


class CalendarForm(_VersionForm):
    """A calendar's content as text: shifts of each weekday, closed dates, dates of other hours."""

    mon = forms.CharField(label="Monday", required=False, max_length=200)
    tue = forms.CharField(label="Tuesday", required=False, max_length=200)
    wed = forms.CharField(label="Wednesday", required=False, max_length=200)
    thu = forms.CharField(label="Thursday", required=False, max_length=200)
    fri = forms.CharField(label="Friday", required=False, max_length=200)
    sat = forms.CharField(label="Saturday", required=False, max_length=200)
    sun = forms.CharField(label="Sunday", required=False, max_length=200)
    holidays = forms.CharField(
        label="Closed dates",
        required=False,
        max_length=60_000,
        widget=_LONG,
        help_text="One a line: the date, then its name. 2026-12-25 Christmas Day",
    )
    overrides = forms.CharField(
        label="Dates of other hours",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text="One a line: the date, then its shifts. 2026-12-24 09:00-12:00",
    )
    timezone = forms.CharField(
        label="Time zone",
        required=False,
        max_length=60,
        validators=[validate_timezone],
        help_text="Leave it empty to use each customer's.",
    )
    country = forms.CharField(label="Country", required=False, max_length=2, help_text="Two letters: AU")
    subdivision = forms.CharField(label="Part of it", required=False, max_length=8, help_text="NSW")
    from_year = forms.IntegerField(
        label="From", required=False, min_value=YEARS.start, max_value=YEARS.stop - 1
    )
    to_year = forms.IntegerField(label="To", required=False, min_value=YEARS.start, max_value=YEARS.stop - 1)
    source = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        weekly = {day: self._read(day, read_shifts) for day in DAYS}
        holidays = self._read("holidays", read_holidays)
        overrides = self._read("overrides", read_overrides)
        if self.errors:
            return given
        self.draft = CalendarDraft(
            weekly=weekly,
            holidays=holidays,
            overrides=overrides,
            country=given["country"].upper(),
            subdivision=given["subdivision"],
            source=given["source"],
            timezone=given["timezone"],
        )
        try:
            self.draft.check()
        except DraftError as error:
            self.add_error(error.part if error.part in self.fields else None, error.message)
        return given

    def _read(self, name: str, read: Any) -> Any:
        try:
            return read(self.cleaned_data.get(name, ""))
        except DraftError as error:
            self.add_error(name, error.message)
            return {}

    @property
    def week(self) -> list[forms.BoundField]:
        return [self[day] for day in WEEKDAYS]

    @property
    def signature(self) -> str:
        return self.signature_of(self.draft.digest)

    def imported(self) -> dict[str, Any] | None:
        """Return what was typed with a country's public holidays added, or None with the reason in the form."""
        asked = ("country", "subdivision", "from_year", "to_year", "holidays")
        for name in set(self.errors) - set(asked):
            del self.errors[name]
        if not self.cleaned_data.get("country"):
            self.add_error("country", "Enter a country's two letters, such as AU or NZ.")
        if self.errors:
            return None
        first = self.cleaned_data.get("from_year")
        if first is None:
            self.add_error("from_year", "Enter the first year to take.")
            return None
        last = self.cleaned_data.get("to_year") or first
        if not first <= last <= first + 20:
            self.add_error("to_year", "Enter a year from the first one on, at most 20 later.")
            return None
        try:
            found = days_of(
                self.cleaned_data["country"], self.cleaned_data["subdivision"], range(first, last + 1)
            )
        except Refused as refused:
            self.put(refused)
            return None
        days = read_holidays(self.cleaned_data["holidays"])
        typed = {name: self.data.get(name, "") for name in self.fields}
        return typed | {"holidays": write_holidays({**found, **days}), "source": source(), "previewed": ""}


class NewCalendarForm(CalendarForm):
    """A calendar that does not exist yet."""

    name = forms.CharField(
        label="Name",
        max_length=40,
        help_text="What its hours are, such as business",
        error_messages={"required": "Enter a name for the calendar."},
    )
    region = forms.CharField(
        label="Region", required=False, max_length=8, help_text="Whose public holidays it has, such as NSW"
    )


def calendar_initial(version: CalendarVersion) -> dict[str, Any]:
    """Return a version as the text that its next one begins with."""
    draft = version.draft
    return {
        **{day: write_shifts(draft.weekly.get(day, [])) for day in DAYS},
        "holidays": write_holidays(draft.holidays),
        "overrides": write_overrides(draft.overrides),
        "timezone": draft.timezone,
        "country": draft.country,
        "subdivision": draft.subdivision,
        "source": draft.source,
        "base": version.version,
    }


class TesterForm(forms.Form):
    """A question to a calendar: so much open time from an instant."""

    length = forms.CharField(
        label="Open time",
        max_length=40,
        initial="4 h",
        error_messages={"required": "Enter how much open time, for example 4 h."},
    )
    start = LocalDateTimeField(label="From")
    zone = forms.CharField(
        label="Time zone",
        max_length=60,
        validators=[validate_timezone],
        error_messages={"required": "Enter a time zone, for example Australia/Sydney."},
    )

    def clean_length(self) -> int:
        try:
            return read_target(self.cleaned_data["length"], "business")
        except DraftError as error:
            raise forms.ValidationError(error.message) from None


# --- Policies -----------------------------------------------------------------------------------------
class ObjectiveForm(forms.Form):
    """One row of a policy; a row without a target is none."""

    severity = forms.ChoiceField(label="Severity", choices=[(name, name) for name in SEVERITIES])
    metric = forms.ChoiceField(
        label="Measure", choices=[(metric.value, METRICS[metric.value]) for metric in Metric]
    )
    kind = forms.ChoiceField(
        label="For", choices=[(kind, KIND_NAMES[kind]) for kind in KINDS], initial="both"
    )
    target = forms.CharField(label="Target", max_length=40, required=False)
    calendar = forms.ChoiceField(
        label="Counted", choices=[("business", "Business hours"), ("always", "Around the clock")]
    )
    at_risk_percent = forms.IntegerField(label="At risk from %", min_value=1, max_value=100, initial=75)
    stops_while = forms.MultipleChoiceField(
        label="Stopped by",
        choices=list(STOPS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    clause = forms.CharField(label="Clause", max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        target, calendar = given.get("target", ""), given.get("calendar")
        if target and calendar:
            try:
                given["target_seconds"] = read_target(target, calendar)
            except DraftError as error:
                self.add_error("target", error.message)
        return given

    @property
    def objective(self) -> dict[str, Any] | None:
        """The row as a replay document has it, or None."""
        given = self.cleaned_data
        if "target_seconds" not in given:
            return None
        return {
            "metric": given["metric"],
            "severity": given["severity"],
            "kind": given["kind"],
            "target_seconds": given["target_seconds"],
            "calendar": given["calendar"],
            "at_risk_percent": given["at_risk_percent"],
            "stops_while": given["stops_while"],
            "clause": given["clause"],
        }


ObjectiveForms = forms.formset_factory(ObjectiveForm, extra=2, max_num=40, validate_max=True)


class PolicyForm(_VersionForm):
    """What a policy says beside its objectives."""

    reopen = forms.CharField(
        label="A resolved ticket can be reopened within",
        max_length=40,
        help_text="In business hours",
        error_messages={"required": "Enter for how long, for example 5 business days."},
    )

    def clean_reopen(self) -> int:
        try:
            return read_target(self.cleaned_data["reopen"], "business")
        except DraftError as error:
            raise forms.ValidationError(error.message) from None

    def read(self, rows: Any) -> PolicyDraft | None:
        """Return the draft of the form and its rows, or None with the reasons beside the fields."""
        if not (self.is_valid() & rows.is_valid()):
            return None
        filled = [row for row in rows.forms if row.objective is not None]
        draft = PolicyDraft(
            objectives=[row.objective for row in filled],
            reopen_window={"calendar": "business", "seconds": self.cleaned_data["reopen"]},
        )
        try:
            draft.check()
        except DraftError as error:
            if error.part.isdigit() and filled:
                filled[int(error.part)].add_error("target", error.message)
            else:
                self.add_error("reopen" if error.part == "reopen_window" else None, error.message)
            return None
        return draft


def policy_initial(version: PolicyVersion) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a version as the text of the form and of its rows that the next one begins with."""
    rows = [
        {
            **one,
            "kind": one.get("kind", "both"),
            "target": write_target(one["target_seconds"], one["calendar"]),
            "stops_while": stops_of(one),
        }
        for one in version.document["objectives"]
    ]
    window = write_target(version.document["reopen_window"]["seconds"], "business")
    return {"base": version.version, "reopen": window}, rows


# --- Agreements ---------------------------------------------------------------------------------------
class _TermForm(forms.Form):
    """What a new term and a renewal both say."""

    number = forms.CharField(
        label="Number", max_length=40, error_messages={"required": "Enter the agreement's number."}
    )
    ends_on = DayField(label="Ends on")
    policy: forms.ModelChoiceField[PolicyVersion] = forms.ModelChoiceField(
        label="Policy", queryset=None, empty_label=None
    )
    notice_on = DayField(label="Notice by", required=False)
    renewal_note = forms.CharField(label="About the renewal", max_length=500, required=False)

    def __init__(self, *args: Any, policies: QuerySet[PolicyVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["policy"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = policies

    def put(self, refused: Refused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.reason)


class RenewForm(_TermForm):
    """The term that follows."""


class SignForm(_TermForm):
    """A new agreement."""

    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        label="Customer",
        queryset=None,
        to_field_name="slug",
        empty_label="Select a customer",
        error_messages={"required": "Select a customer."},
    )
    starts_on = DayField(label="Begins on")
    business_hours: forms.ModelChoiceField[CalendarVersion] = forms.ModelChoiceField(
        label="Business hours", queryset=None, empty_label="Those of the customer's region", required=False
    )
    goal_respond = forms.IntegerField(label="Respond %", min_value=1, max_value=100, initial=95)
    goal_update = forms.IntegerField(label="Update %", min_value=1, max_value=100, initial=95)
    goal_restore = forms.IntegerField(label="Restore %", min_value=1, max_value=100, initial=95)
    goal_resolve = forms.IntegerField(label="Resolve %", min_value=1, max_value=100, initial=95)
    clause_customer_reply = forms.CharField(label="Customer's reply", max_length=20, required=False)
    clause_customer_access = forms.CharField(label="Customer's access", max_length=20, required=False)
    clause_vendor = forms.CharField(label="Vendor", max_length=20, required=False)
    clause_agreed_wait = forms.CharField(label="Agreed wait", max_length=20, required=False)
    clause_excluded = forms.CharField(label="Exclusion", max_length=20, required=False)

    field_order = ("customer", "number", "starts_on", "ends_on", "policy", "business_hours")

    def __init__(
        self,
        *args: Any,
        customers: QuerySet[Customer],
        calendars: QuerySet[CalendarVersion],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, queryset in (("customer", customers), ("business_hours", calendars)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset

    def _group(self, prefix: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(prefix)]

    @property
    def goals(self) -> list[forms.BoundField]:
        return self._group("goal_")

    @property
    def clauses(self) -> list[forms.BoundField]:
        return self._group("clause_")

    def values(self) -> Mapping[str, Any]:
        """Return what was filled in as the action takes it."""
        given = dict(self.cleaned_data)
        goals = {metric.value: given.pop(f"goal_{metric.value}") for metric in Metric}
        clauses = {reason: given.pop(f"clause_{reason}") for reason in STOPS}
        return given | {
            "goals": goals,
            "clauses": {reason: clause for reason, clause in clauses.items() if clause},
        }


class EndForm(forms.Form):
    """When a term ends early, and why."""

    ends_on = DayField(label="Ends on")
    reason = forms.CharField(
        label="Why", max_length=500, error_messages={"required": "Say why the term ends early."}
    )
    expected_ends_on = forms.DateField(widget=forms.HiddenInput)

    def put(self, refused: Refused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.reason)


class ApproveForm(forms.Form):
    """What the approver of a correction was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class RejectForm(forms.Form):
    """Why a correction is turned down."""

    reason = forms.CharField(label="Why not", max_length=500, error_messages={"required": "Say why."})


def day_after_a_year(start: date) -> date:
    """Return the last day of a year that begins on a day."""
    try:
        following = start.replace(year=start.year + 1)
    except ValueError:  # 29 February
        following = date(start.year + 1, 3, 1)
    return date.fromordinal(following.toordinal() - 1)
