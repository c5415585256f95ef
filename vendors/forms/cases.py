"""What the desk types about cases: shape only, the rules are in the actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tickets.forms import WriteForm
from tickets.models import Ticket
from vendors.access import cases as access
from vendors.access.links import options_of
from vendors.actions import cases as actions
from vendors.actions.cases import LONGEST_TEXT, Noted, Wanted
from vendors.adapters import adapter_for
from vendors.models import AccountLink, Vendor, VendorCase
from vendors.prefill import body_of, severity_for, subject_of
from vendors.states import CaseState, Side


class TokenField(forms.CharField):
    """What makes a form that is sent twice one request."""

    widget = forms.HiddenInput(attrs={"autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, required=False, initial=actions.new_token, **kwargs)


class CopiedField(forms.CharField):
    """Mail addresses, one a line or with commas between them."""

    def clean(self, value: Any) -> tuple[str, ...]:
        typed = super().clean(value)
        found = tuple(dict.fromkeys(part for part in typed.replace(",", "\n").split() if part))
        for address in found:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(f"{address} is no mail address.") from None
        return found


class FilesOfTicket(forms.MultipleChoiceField):
    """Some of the ticket's files, by their ids."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> tuple[int, ...]:
        return tuple(int(pk) for pk in super().clean(value))


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, size // 1024)} kB"


class CaseForm(forms.Form):
    """A new case, as it will stand at the vendor."""

    severity = forms.ChoiceField(
        label="AWS severity",
        help_text="Only what this account offers. The times are AWS's own, to a first response, and not promised.",
        error_messages={
            "required": "Choose a severity.",
            "invalid_choice": "This account does not offer that.",
        },
    )
    service = forms.ChoiceField(
        label="Service at AWS",
        error_messages={
            "required": "Choose a service that this account offers.",
            "invalid_choice": "Choose a service that this account offers.",
        },
    )
    category = forms.ChoiceField(
        label="Category",
        error_messages={
            "required": "Choose a category of this service.",
            "invalid_choice": "Choose a category of this service.",
        },
    )
    subject = forms.CharField(
        label="Subject",
        help_text="The key in front lets us find the case again.",
        max_length=200,
        error_messages={"required": "Enter a subject."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(
        label="What AWS reads",
        help_text="From what the customer and the desk said to each other. Notes are never in it. Leave out passwords and keys.",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 16}),
        error_messages={"required": "Write something first."},
    )
    copied = CopiedField(
        label="Copies to",
        help_text="Mail addresses that AWS writes to as well, at most 10.",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    files = FilesOfTicket(label="Files of the ticket", required=False)  # type: ignore[assignment]
    allowed_by = forms.CharField(
        label="Who of the customer agreed to this case",
        help_text="Nobody has given a lasting permission for this account.",
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    hold = forms.BooleanField(
        label="Hold the ticket for AWS as soon as AWS has the case", required=False, initial=True
    )
    confirmed = forms.BooleanField(label="I have looked: what is named above may be sent", required=False)
    token = TokenField()

    def __init__(
        self,
        *args: Any,
        ticket: Ticket,
        link: AccountLink,
        now: datetime,
        before: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.options = options_of(link)
        self.targets = (
            access.published_targets(link.vendor, link.account.declared_plan, now) if link.account else {}
        )
        kwargs["initial"] = _prefilled(ticket, link, self.options.severities) | dict(before or {})
        super().__init__(*args, **kwargs)
        self._choose(
            "severity", [(one.code, self._severity(one.code, one.name)) for one in self.options.severities]
        )
        self._choose(
            "service", [("", "Choose a service"), *((one.code, one.name) for one in self.options.services)]
        )
        categories = self._categories()
        self._choose("category", [("", "Choose a category"), *categories])
        self.fields["service"].required = bool(self.options.services)
        self.fields["category"].required = bool(categories)
        offered = access.files_to_offer(ticket)
        caps = adapter_for(link).caps
        self._choose("files", [(str(one.file.pk), _say_file(one, caps.largest_file)) for one in offered])
        if not offered or not caps.sends_files:
            del self.fields["files"]
        else:
            self.fields[
                "files"
            ].help_text = f"At most {caps.most_files}, of up to {_size(caps.largest_file)} each. Public ones are chosen."
        if link.account is not None and link.account.cases_allowed_by:
            del self.fields["allowed_by"]

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _severity(self, code: str, name: str) -> str:
        target = self.targets.get(code)
        if target is None:
            return name
        hours = "business hours" if target.in_business_hours else ""
        return f"{name} (AWS says: first response in {say_length(target.seconds)}{f' of {hours}' if hours else ''})"

    def _categories(self) -> Sequence[tuple[str, str]]:
        """Return the categories of the service that is chosen now."""
        chosen = self["service"].value()
        return next((one.categories for one in self.options.services if one.code == chosen), ())

    def wanted(self) -> Wanted:
        """Return what a valid form asks for."""
        given = self.cleaned_data
        return Wanted(
            subject=given["subject"],
            body=given["body"],
            severity=given["severity"],
            service=given["service"],
            category=given["category"],
            copied=given["copied"],
            files=given.get("files", ()),
            hold=given["hold"],
            allowed_by=given.get("allowed_by", ""),
            confirmed=given.get("confirmed", False),
        )


def _prefilled(ticket: Ticket, link: AccountLink, severities: Sequence[Any]) -> dict[str, Any]:
    account = link.account
    named = f"{account.name} {account.account_id}" if account is not None else link.account_number
    caps = adapter_for(link).caps
    files = [
        one.file.pk
        for one in access.files_to_offer(ticket)
        if one.is_public and one.file.size <= caps.largest_file
    ]
    return {
        "subject": subject_of(ticket.key, ticket.subject),
        "body": body_of(access.known_of(ticket, named)),
        "severity": severity_for(ticket.severity, [one.code for one in severities]),
        "files": [str(pk) for pk in files[: caps.most_files]],
    }


def _say_file(one: access.Offered, largest: int) -> str:
    said = f"{one.file.name}, {_size(one.file.size)}"
    if one.file.size > largest:
        return f"{said}: too large for AWS"
    return said if one.is_public else f"{said}: the customer has not seen it"


def say_length(seconds: int) -> str:
    """Return a length of time as its vendor says it: minutes below an hour, else hours."""
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


class AdoptForm(forms.Form):
    """Which case of the account is to be followed."""

    named = forms.CharField(
        label="Case number",
        help_text="The number that AWS shows, such as 176402918835, or the id that begins with case-.",
        max_length=140,
        error_messages={"required": "Enter the case's number, such as 176402918835."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    token = TokenField()


_BY_HAND = (
    (CaseState.WAITING_ON_VENDOR.value, "The vendor has the next move"),
    (CaseState.WAITING_ON_US.value, "The vendor waits for us"),
    (CaseState.RESOLVED.value, "The vendor is done with it"),
)


class ByHandForm(forms.Form):
    """A case that the desk has opened itself, in a console, by telephone or by mail."""

    vendor: forms.ModelChoiceField[Vendor] = forms.ModelChoiceField(
        queryset=None,
        label="Vendor",
        empty_label=None,
        error_messages={"required": "Choose a vendor."},
    )
    number = forms.CharField(
        label="Case number",
        max_length=40,
        error_messages={"required": "Enter the number that the vendor gave the case."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    severity = forms.CharField(
        label="Severity, as the vendor calls it",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    said = forms.CharField(
        label="What you told them",
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    heard = forms.CharField(
        label="What they said",
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    state = forms.ChoiceField(label="Whose move it is", choices=_BY_HAND)
    hold = forms.BooleanField(label="Hold the ticket for the vendor", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["vendor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = access.active_vendors()

    def noted(self, ticket: Ticket) -> Noted:
        """Return what a valid form says."""
        given = self.cleaned_data
        state = CaseState(given["state"])
        return Noted(
            number=given["number"],
            subject=ticket.subject,
            said=given["said"],
            heard=given["heard"],
            state=state,
            severity=given["severity"],
            hold=given["hold"] and state is CaseState.WAITING_ON_VENDOR,
        )


class NoteForm(forms.Form):
    """What was said on a case that no call reaches."""

    side = forms.ChoiceField(
        label="Who said it", choices=[(Side.VENDOR.value, "The vendor"), (Side.DESK.value, "We")]
    )
    author = forms.CharField(
        label="Name of who spoke",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(
        label="What was said",
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    state = forms.ChoiceField(label="Whose move it is now", choices=_BY_HAND)


class ReplyForm(WriteForm):
    """A text to a vendor; with several cases, to which of them."""

    case = forms.TypedChoiceField(label="Case", coerce=int, error_messages={"required": "Choose a case."})
    hold = forms.BooleanField(label="Hold the ticket for the vendor when it is sent", required=False)
    confirmed = forms.BooleanField(label="I have looked: what is named above may be sent", required=False)
    token = TokenField()

    def __init__(self, *args: Any, ticket: Ticket, cases: Sequence[VendorCase], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "vendor-%s")
        super().__init__(*args, ticket=ticket, **kwargs)
        self.cases = list(cases)
        field = self.fields["case"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(case.pk, name_of(case)) for case in self.cases]
        if len(self.cases) == 1:
            field.widget = forms.HiddenInput()
            field.initial = self.cases[0].pk
            self.initial["case"] = self.cases[0].pk
        if ticket.is_on_hold:
            del self.fields["hold"]
        caps = adapter_for(self.cases[0].link).caps
        if caps.sends_files:
            self.fields[
                "files"
            ].help_text = (
                f"Up to {caps.most_files} files, {_size(caps.largest_file)} each. {self.vendor} gets them."
            )

    @property
    def vendor(self) -> str:
        """The name of whom the text goes to."""
        return self.cases[0].vendor.name

    @property
    def hidden(self) -> list[Any]:
        """What the pane carries without showing it."""
        return [self[name] for name in ("case", "token") if self.fields[name].widget.is_hidden]

    @property
    def extras(self) -> list[Any]:
        """What the pane shows beside the text; a confirmation only where something has to be confirmed."""
        names = ["case", "hold"] + (["confirmed"] if "confirmed" in self.errors else [])
        return [
            self[name] for name in names if name in self.fields and not self.fields[name].widget.is_hidden
        ]


def name_of(case: VendorCase) -> str:
    """Return how a case is called where people choose one."""
    over = ", resolved: this opens it again" if case.standing.is_over else ""
    return f"{case.vendor.name} {case.display_id or 'case, to be opened'}{over}"


def reply_form(ticket: Ticket, *, now: datetime, **given: Any) -> ReplyForm | None:
    """Return the form with which the desk writes to a vendor on a ticket, or None without a case to write to."""
    cases = access.writable(access.shown_cases(ticket), now)
    return ReplyForm(ticket=ticket, cases=cases, **given) if cases else None


class ResolveForm(forms.Form):
    """That the vendor is to be told that a case is done."""

    token = TokenField()


class GiveUpForm(forms.Form):
    """Why a case is not opened after all."""

    why = forms.CharField(
        label="Why",
        max_length=300,
        error_messages={"required": "Say why it is given up."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ShareForm(forms.Form):
    """Whether the files of a message go to the customer with it."""

    with_files = forms.BooleanField(label="With its files", required=False, initial=True)
