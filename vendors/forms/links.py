"""What people type to connect an account: shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vendors.models import AccountLink, Channel


class ChannelForm(forms.Form):
    """From whom the customer gets the vendor's support."""

    channel = forms.ChoiceField(
        label=_("Where this account gets its AWS Support"),
        choices=Channel.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Select where the account gets its support."),
            "invalid_choice": _("Select one of the list."),
        },
    )

    def __init__(self, *args: Any, link: AccountLink | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"channel": link.channel if link else Channel.DIRECT}
        super().__init__(*args, **kwargs)


class RoleForm(ChannelForm):
    """The role that was made for us, and whether it may only read."""

    role_arn = forms.CharField(
        label=_("ARN of the role"),
        max_length=200,
        error_messages={"required": _("Enter the ARN of the role.")},
        help_text=_("CloudFormation shows it under Outputs, Terraform at the end of apply."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )
    reads_only = forms.BooleanField(
        label=_("This role may only read"),
        required=False,
        help_text=_("Then we see your cases, and you open them and answer in the AWS console yourselves."),
    )
    field_order = ("channel", "role_arn", "reads_only")

    def __init__(self, *args: Any, link: AccountLink | None = None, **kwargs: Any) -> None:
        super().__init__(*args, link=link, **kwargs)
        if link is not None:
            self.initial.update(role_arn=link.role_arn, reads_only=link.reads_only)

    def clean(self) -> dict[str, Any]:
        """Let a partner's support do without a role."""
        if self.cleaned_data.get("channel") == Channel.PARTNER_LED and "role_arn" in self.errors:
            del self.errors["role_arn"]
            self.cleaned_data["role_arn"] = ""
        return self.cleaned_data


class VersionForm(forms.Form):
    """Which state of a link somebody saw when they decided."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class WayForm(forms.Form):
    """Whether a link is dealt with by hand."""

    manual = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
