"""What an administrator types about a channel: shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms

from notifications.models import Channel, Way

_KINDS = [
    (Way.WEBHOOK.value, "Signed webhook, also for SMS and phone calls"),
    (Way.SLACK.value, Way.SLACK.label),
    (Way.TEAMS.value, Way.TEAMS.label),
]


class ChannelForm(forms.Form):
    """A channel's kind, name and address; of one that exists, the kind stays and the address may."""

    kind = forms.ChoiceField(label="Kind", choices=_KINDS)
    name = forms.CharField(
        label="Name", max_length=60, error_messages={"required": "Enter a name, such as “Major incidents”."}
    )
    address = forms.CharField(
        label="Address",
        max_length=2000,
        help_text="It is not shown again once it is saved.",
        error_messages={"required": "Enter the address that the other side gave you."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, channel: Channel | None = None, **kwargs: Any) -> None:
        if channel is not None:
            kwargs["initial"] = {"name": channel.name}
        super().__init__(*args, **kwargs)
        if channel is not None:
            del self.fields["kind"]
            self.fields["address"].required = False
            self.fields["address"].help_text = f"Leave it empty to keep the one at {channel.host}."


class RotateForm(forms.Form):
    """Which secret is replaced."""

    generation = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class SwitchOffForm(forms.Form):
    """That a channel is really to be switched off."""

    sure = forms.BooleanField(
        label="Switch it off; what is sent to it is kept and goes nowhere",
        error_messages={"required": "Select it to switch the channel off."},
    )
