from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as lazy

from customers.models import MemberRole, Shortcuts


class InviteForm(forms.Form):
    """Name, address and role of a colleague."""

    name = forms.CharField(
        label=lazy("Name"), max_length=120, error_messages={"required": lazy("Enter a name.")}
    )
    email = forms.EmailField(
        label=lazy("E-mail address"),
        max_length=254,
        error_messages={
            "required": lazy("Enter an e-mail address."),
            "invalid": "Enter an e-mail address, for example aisha@acme.example.",
        },
    )
    role = forms.ChoiceField(label=lazy("Role"), choices=MemberRole.choices, initial=MemberRole.REQUESTER)


class JoinForm(forms.Form):
    """What a person who was invited says about themselves."""

    name = forms.CharField(
        label=lazy("Your name"), max_length=120, error_messages={"required": lazy("Enter your name.")}
    )
    password = forms.CharField(
        label=lazy("Choose a password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. A sentence is easier to remember than a code.",
        strip=False,
        max_length=128,
        error_messages={"required": lazy("Choose a password.")},
    )

    def __init__(self, *args: Any, needs_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_password:
            del self.fields["password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


#: Zones that are places, and UTC; the names without a place are kept by the standard for old machines only.
TIME_ZONES = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")


class PreferencesForm(forms.Form):
    """What a desk person sets for themselves."""

    shortcuts = forms.ChoiceField(
        label=lazy("Single-key shortcuts"),
        choices=Shortcuts.choices,
        widget=forms.RadioSelect,
        help_text="Such as J for the next ticket. Ctrl or Cmd with K opens the search in any case.",
        error_messages={
            "required": lazy("Select when single keys work."),
            "invalid_choice": "Select on, only together with Alt, or off.",
        },
    )
    timezone = forms.ChoiceField(
        label=lazy("Time zone"),
        choices=[(name, name.replace("_", " ")) for name in TIME_ZONES],
        help_text="The desk's pages say times in this zone.",
        error_messages={
            "required": lazy("Select a time zone."),
            "invalid_choice": "Select a time zone of the list.",
        },
    )
