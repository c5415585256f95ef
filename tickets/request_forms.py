"""What a member types to ask for something that is not broken, and what is looked up while they type a report."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.access import aws_accounts_of, services_of
from customers.models import AwsAccount, Customer, Service
from tickets.forms import ReportForm
from tickets.severity import NOTHING_BROKEN, Impact


class RequestForm(ReportForm):
    """A request for something that is not broken: it asks nothing about impact, for there is none."""

    environment = work = workaround = affected = security = started_at = None  # type: ignore[assignment]
    subject = forms.CharField(
        label=lazy("What do you need, in one line"),
        help_text=lazy("For example, “Access to the reports for our new accountant”"),
        max_length=120,
        error_messages={"required": lazy("Enter a short summary of what you need.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    useful_by = forms.DateField(
        label=lazy("By when is it useful?"),
        required=False,
        help_text=lazy("We plan with it. It is a wish, not a promise of ours."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": lazy("Enter a day, for example 2026-11-24.")},
    )
    description = forms.CharField(
        label=lazy("Details"),
        help_text=lazy(
            "For whom it is, and what they will do with it. Leave out passwords and card numbers."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=19_000,
        error_messages={"required": lazy("Describe what you need.")},
    )
    field_order = ("subject", "useful_by", "service", "aws_account", "description")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, now=now, **kwargs)
        self.today = timezone.localtime(now).date()
        self.fields["files"].label = _("Files")

    def clean_useful_by(self) -> date | None:
        """Refuse a day that is over."""
        day: date | None = self.cleaned_data["useful_by"]
        if day is not None and day < self.today:
            raise forms.ValidationError(_("This day is over. Enter today or a later one."))
        return day

    def clean(self) -> dict[str, Any]:
        return forms.Form.clean(self) or {}

    def impact(self) -> Impact:
        """Return that nothing is broken: the matrix proposes P4."""
        return NOTHING_BROKEN

    def text(self) -> str:
        """Return what becomes the ticket's first message, with the day by which it is useful."""
        day: date | None = self.cleaned_data["useful_by"]
        by = "" if day is None else f"\n\n**Useful by:** {day:%A} {day.day} {day:%B %Y}"
        return super().text() + by


class AlikeForm(forms.Form):
    """What somebody has typed so far of a report, to look for others like it."""

    subject = forms.CharField(required=False, max_length=200)
    service: forms.ModelChoiceField[Service] = forms.ModelChoiceField(queryset=None, required=False)
    aws_account: forms.ModelChoiceField[AwsAccount] = forms.ModelChoiceField(queryset=None, required=False)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services, accounts = self.fields["service"], self.fields["aws_account"]
        assert isinstance(services, forms.ModelChoiceField)
        assert isinstance(accounts, forms.ModelChoiceField)
        services.queryset = services_of(customer)
        accounts.queryset = aws_accounts_of(customer)
