"""What people type when they answer, withdraw or are reminded of a request for access or approval."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as lazy


class BackForm(forms.Form):
    """Something that is done from a list or from a ticket's page; `back` says where to go on."""

    back = forms.ChoiceField(
        choices=[("list", "To the list"), ("ticket", "To the ticket")],
        required=False,
        widget=forms.HiddenInput,
    )


class ApproveForm(BackForm):
    """Yes, and what the desk should mind."""

    comment = forms.CharField(
        label=lazy("What should the desk know?"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DeclineForm(BackForm):
    """No, and why."""

    reason = forms.CharField(
        label=lazy("Why not"),
        help_text=lazy("The desk reads this and looks for another way."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": lazy("Say why: the desk has to find another way.")},
    )


class WithdrawForm(BackForm):
    """Why the desk no longer asks."""

    reason = forms.CharField(
        label="Why",
        help_text="The customer reads this.",
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RemindForm(BackForm):
    """Nothing to type."""


FORMS: dict[str, type[BackForm]] = {
    "approve": ApproveForm,
    "decline": DeclineForm,
    "withdraw": WithdrawForm,
    "remind": RemindForm,
}
