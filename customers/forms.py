from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from customers.models import MemberRole


class InviteForm(forms.Form):
    """Name, address and role of a colleague."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Enter a name."})
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        error_messages={
            "required": "Enter an e-mail address.",
            "invalid": "Enter an e-mail address, for example aisha@acme.example.",
        },
    )
    role = forms.ChoiceField(label="Role", choices=MemberRole.choices, initial=MemberRole.REQUESTER)


class JoinForm(forms.Form):
    """What a person who was invited says about themselves."""

    name = forms.CharField(label="Your name", max_length=120, error_messages={"required": "Enter your name."})
    password = forms.CharField(
        label="Choose a password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. A sentence is easier to remember than a code.",
        strip=False,
        max_length=128,
        error_messages={"required": "Choose a password."},
    )

    def __init__(self, *args: Any, needs_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_password:
            del self.fields["password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
