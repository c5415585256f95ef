"""What a customer's people type in their own administration: shape only, the rules are in the actions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.desk_admin_forms import AccountForm
from customers.forms import TIME_ZONES
from customers.models import AwsAccount, DeskPerson, Member, MemberRole, Shortcuts
from customers.plans import plans


class PlanForm(forms.Form):
    """What an AWS account is called, its plan as declared, and whether the desk may open cases for it."""

    name = forms.CharField(
        label=_("Name of the account"), max_length=120, error_messages={"required": _("Enter a name.")}
    )
    declared_plan = forms.ChoiceField(
        label=_("AWS support plan"),
        required=False,
        help_text=_("As the AWS console says under Support plans."),
        error_messages={"invalid_choice": _("Select a plan of the list.")},
    )
    may_open_cases = forms.BooleanField(
        label=_("Trusst may open AWS Support cases for this account"),
        required=False,
        help_text=_("Cases name the account and what is wrong, never your internal notes."),
    )
    field_order = ("name", "account_id", "declared_plan", "may_open_cases")

    def __init__(self, *args: Any, account: AwsAccount | None = None, **kwargs: Any) -> None:
        declared = account.declared_plan if account else ""
        if account is not None:
            kwargs["initial"] = {
                "name": account.name,
                "declared_plan": declared,
                "may_open_cases": bool(account.cases_allowed_by),
            }
        super().__init__(*args, **kwargs)
        known = [terms.name for terms in plans()]
        known += [declared] if declared and declared not in known else []
        field = self.fields["declared_plan"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("I do not know")), *((plan, plan) for plan in known)]


class NewAccountForm(PlanForm):
    """An AWS account of ours that the desk does not know yet."""

    account_id = forms.CharField(
        label=_("Account ID"),
        max_length=14,
        help_text=_("12 digits."),
        error_messages={"required": _("Enter the 12 digits of the account.")},
    )
    clean_account_id = AccountForm.clean_account_id


class ColleagueForm(forms.Form):
    """What a colleague does with tickets."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=MemberRole.choices,
        error_messages={"required": _("Select a role."), "invalid_choice": _("Select a role of the list.")},
    )


class ZoneForm(forms.Form):
    """The zone in which a person reads times."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        error_messages={"invalid_choice": _("Select a time zone of the list.")},
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        kwargs["initial"] = {"timezone": member.timezone}
        super().__init__(*args, **kwargs)
        ours = _("That of %(customer)s: %(zone)s") % {
            "customer": member.customer.name,
            "zone": member.customer.timezone.replace("_", " "),
        }
        field = self.fields["timezone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", ours), *((name, name.replace("_", " ")) for name in TIME_ZONES)]


class KeysForm(forms.Form):
    """When single keys do something on a customer's pages."""

    keys = forms.ChoiceField(
        label=_("Single-key shortcuts"),
        choices=[
            (Shortcuts.ON, _("On")),
            (Shortcuts.ALT, _("Only together with Alt")),
            (Shortcuts.OFF, _("Off")),
        ],
        widget=forms.RadioSelect,
        help_text=_("Kept in this browser, for it depends on your keyboard and on how you use it."),
        error_messages={
            "required": _("Select when single keys work."),
            "invalid_choice": _("Select on, only together with Alt, or off."),
        },
    )


class LookFilterForm(forms.Form):
    """Which of the desk's looks to list."""

    person = forms.ChoiceField(
        label=_("Person"),
        required=False,
        error_messages={"invalid_choice": _("Select a person of the list.")},
    )
    ticket = forms.CharField(label=_("Ticket"), max_length=20, required=False)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a day, such as 2026-11-24.")},
    )

    def __init__(self, *args: Any, key: str, people: Iterable[DeskPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        self.people = {str(one.pk): one for one in people}
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Everybody")), *((pk, one.name) for pk, one in self.people.items())]

    def clean_ticket(self) -> int | None:
        typed = str(self.cleaned_data["ticket"]).strip().upper()
        number = typed.removeprefix(f"{self.key}-")
        if not typed:
            return None
        if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
            raise forms.ValidationError(
                _("Enter a reference, such as %(key)s-12.") % {"key": self.key}, code="invalid"
            )
        return int(number)

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day is not None and not _FIRST <= day <= _LAST:
            raise forms.ValidationError(_("Enter a day of this century."), code="invalid")
        return day

    def chosen(self) -> dict[str, Any]:
        """Return the filters in the words of `portal_access.looks_of`; a day is one of the reader's zone."""
        asked = self.cleaned_data
        since = until = None
        if asked.get("day"):
            zone = timezone.get_current_timezone()
            since = datetime.combine(asked["day"], time.min, tzinfo=zone)
            until = datetime.combine(asked["day"] + timedelta(days=1), time.min, tzinfo=zone)
        return {
            "since": since,
            "until": until,
            "person": self.people.get(asked.get("person", "")),
            "ticket_number": asked.get("ticket"),
        }

    def query(self) -> str:
        """Return the filters as they were typed, for links that keep them."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})


_DIGITS = 9  # of the largest number that a column holds
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)
