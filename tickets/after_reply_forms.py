"""Where somebody of the desk goes after a reply: shape only."""

from __future__ import annotations

from django import forms

from tickets.models import ThenChoice


class AfterReplyForm(forms.Form):
    """Where somebody of the desk goes after a reply."""

    then = forms.ChoiceField(
        label="After a reply",
        choices=ThenChoice.choices,
        widget=forms.RadioSelect,
        help_text="It can be chosen beside Send as well, which is remembered.",
        error_messages={
            "required": "Select where you go after a reply.",
            "invalid_choice": "Select where you go after a reply.",
        },
    )
