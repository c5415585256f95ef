"""What people type about a hand-over: shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from customers.access import active_members_of, aws_accounts_of
from customers.models import AwsAccount, Member
from escalations.models import HandOver
from tickets.forms import FilesField, ImpactForm, TokensField, VersionedForm
from tickets.models import STEP_LENGTH, Ticket
from tickets.severity import Severity


class _AskedField(forms.CharField):
    """A text that the page asks for; whether it can do without is for the rule to say."""

    def validate(self, value: Any) -> None:
        pass


class HandOverForm(VersionedForm, ImpactForm):
    """What Level 1 knows when it passes a ticket on; a returned hand-over's answers are there again."""

    checked = _AskedField(
        label=lazy("What did you check?"),
        help_text=lazy("What you tried and what came of it. Leave out passwords."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=5000,
    )
    changed = forms.CharField(
        label=lazy("What changed before it began?"),
        help_text=lazy("For example a release, a new device, a changed rule."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    aws_account: forms.ModelChoiceField[AwsAccount] = forms.ModelChoiceField(
        queryset=None,
        label=lazy("Which AWS account?"),
        required=False,
        empty_label=lazy("I do not know, or none"),
    )
    access_by: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None, label=lazy("Who can grant access?"), required=False, empty_label=lazy("I do not know")
    )
    call_back = forms.CharField(
        label=lazy("Number to call back"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    evidence = forms.CharField(
        label=lazy("Evidence"),
        help_text=lazy("Error messages, links, times. It goes into the conversation."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        required=False,
    )
    files = FilesField(  # type: ignore[assignment]
        label=lazy("Screenshots or logs"),
        required=False,
        help_text=lazy("Up to 10 files, 25 MB each: pictures, PDF, text, logs, Office or zip."),
    )
    staged = TokensField(required=False)

    def __init__(self, *args: Any, ticket: Ticket, before: HandOver | None, **kwargs: Any) -> None:
        said = (
            {}
            if before is None
            else {
                "checked": before.checked,
                "changed": before.changed,
                "access_by": before.access_by_id,
                "call_back": before.call_back,
            }
        )
        answers = {
            "environment": ticket.environment,
            "work": ticket.work,
            "workaround": "yes" if ticket.has_workaround else "no",
            "affected": ticket.affected,
            "security": ticket.security,
            "aws_account": ticket.aws_account_id,
        }
        kwargs["initial"] = answers | said | kwargs.get("initial", {})
        super().__init__(*args, ticket=ticket, **kwargs)
        self.fields["checked"].required = ticket.priority is not Severity.P1
        accounts, people = self.fields["aws_account"], self.fields["access_by"]
        assert isinstance(accounts, forms.ModelChoiceField)
        assert isinstance(people, forms.ModelChoiceField)
        accounts.queryset = aws_accounts_of(ticket.customer)
        people.queryset = active_members_of(ticket.customer)

    def impact_errors(self) -> bool:
        """Tell whether an impact question is at fault, so that the page shows them."""
        return bool(set(self.errors) & set(ImpactForm.base_fields))

    def values(self) -> dict[str, Any]:
        """Return what the action takes, once it is valid."""
        taken = ("checked", "changed", "aws_account", "access_by", "call_back", "evidence", "files", "staged")
        return {name: self.cleaned_data[name] for name in taken} | {"impact": self.impact()}


class StepsForm(forms.Form):
    """The steps of one checklist, one a line."""

    steps = forms.CharField(
        label=lazy("Steps, one on each line"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=31 * (STEP_LENGTH + 2),
        required=False,
    )

    def lines(self) -> list[str]:
        """Return the lines of a valid form."""
        return str(self.cleaned_data["steps"]).splitlines()
