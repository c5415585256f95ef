"""What people type into the desk's administration: shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from customers.access import active_desk_people
from customers.desk_admin_actions import Settings
from customers.models import Customer, DeskPerson, DeskRole, MemberRole, Service, Team, validate_timezone


class TimeZoneField(forms.CharField):
    """The name of a time zone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Time zone")
        kwargs.setdefault("help_text", "Such as Australia/Perth or Pacific/Auckland.")
        kwargs.setdefault("initial", "Australia/Sydney")
        kwargs.setdefault("error_messages", {"required": "Enter a time zone."})
        super().__init__(max_length=60, validators=[validate_timezone], **kwargs)


def _name(label: str = "Name", error: str = "Enter a name.", most: int = 120) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, error_messages={"required": error})


def _email(label: str = "E-mail address") -> forms.EmailField:
    return forms.EmailField(
        label=label,
        max_length=254,
        error_messages={
            "required": "Enter an e-mail address.",
            "invalid": "Enter an e-mail address, for example aisha@acme.example.",
        },
    )


# --- People and teams --------------------------------------------------------------------------------
class InviteDeskForm(forms.Form):
    """Who is to join the desk, and as what."""

    name = _name()
    email = _email()
    role = forms.ChoiceField(label="Role", choices=DeskRole.choices, initial=DeskRole.ENGINEER)
    timezone = TimeZoneField()


class DeskRoleForm(forms.Form):
    """What a desk person does."""

    role = forms.ChoiceField(label="Role", choices=DeskRole.choices)


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several desk people."""

    def label_from_instance(self, obj: Any) -> str:
        assert isinstance(obj, DeskPerson)
        return f"{obj.name}, {obj.get_role_display()}"


class TeamForm(forms.Form):
    """A team's name, its people and its lead."""

    name = _name(error="Enter a name, such as “Networks”.", most=60)
    lead: forms.ModelChoiceField[DeskPerson] = forms.ModelChoiceField(
        queryset=None,
        label="Lead",
        required=False,
        empty_label="No lead",
        help_text="A ticket that is handed over to the team goes to its lead.",
    )
    people = PeopleField(
        queryset=None,
        label="People",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        if team is not None:
            kwargs["initial"] = {"name": team.name, "lead": team.lead_id, "people": team.people.all()}
        super().__init__(*args, **kwargs)
        for name in ("lead", "people"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = active_desk_people()


class SwitchForm(forms.Form):
    """Whether something is offered from now on."""

    active = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


# --- Customers ---------------------------------------------------------------------------------------
REGIONS = [(name, name) for name in ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")]


class CustomerForm(forms.Form):
    """What the desk writes down about a customer."""

    name = _name(error="Enter the customer's name.")
    timezone = TimeZoneField(help_text="Business hours are read in it, such as Australia/Perth.")
    region = forms.ChoiceField(
        label="Public holidays of", choices=REGIONS, initial="NSW", help_text="Their state or territory."
    )
    phone = forms.CharField(
        label="Phone number for urgent calls",
        max_length=40,
        required=False,
        help_text="Their people see it on every page.",
    )
    files_to_desk = forms.BooleanField(
        label="Reports go straight to the desk",
        required=False,
        help_text="For a customer without a Level 1 of its own.",
    )
    members_see_all = forms.BooleanField(
        label="Everybody sees every ticket",
        required=False,
        help_text="Otherwise requesters see their own tickets and those that they follow.",
    )

    def __init__(self, *args: Any, customer: Customer | None = None, **kwargs: Any) -> None:
        if customer is not None:
            kwargs["initial"] = {name: getattr(customer, name) for name in CustomerForm.base_fields}
        super().__init__(*args, **kwargs)

    def settings(self) -> Settings:
        """Return what was typed, once it is valid."""
        return Settings(**{name: self.cleaned_data[name] for name in CustomerForm.base_fields})


class _KeyField(forms.CharField):
    """A key, in capitals however it was typed."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class TakeOnForm(CustomerForm):
    """A new customer, and who leads it."""

    key = _KeyField(
        label="Key",
        max_length=8,
        help_text="Two to eight capitals or digits, with which every ticket's reference begins: ACME-128.",
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]{1,7}$", "Enter two to eight capitals or digits.")],
        error_messages={"required": "Enter a key, such as ACME."},
    )
    slug = forms.SlugField(
        label="Address",
        max_length=50,
        help_text="Their pages are under /c/ and this: small letters, digits and hyphens. It stays.",
        error_messages={
            "required": "Enter an address, such as acme.",
            "invalid": "Enter small letters, digits and hyphens, such as acme-freight.",
        },
    )
    lead_name = _name("Their first lead", "Enter who leads it.")
    lead_email = _email("The lead's e-mail address")
    field_order = ("name", "key", "slug", "lead_name", "lead_email")

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        if slug == "new":
            raise forms.ValidationError("Enter another address: this one is taken by a page of ours.")
        return slug


class ServiceForm(forms.Form):
    """A service's name."""

    name = _name("Name of the service", "Enter the service's name.")

    def __init__(self, *args: Any, service: Service | None = None, **kwargs: Any) -> None:
        if service is not None:
            kwargs["initial"] = {"name": service.name}
        super().__init__(*args, **kwargs)


class AccountForm(forms.Form):
    """An AWS account."""

    name = _name("Name of the account", "Enter the account's name.")
    account_id = forms.CharField(
        label="Account ID",
        max_length=14,
        help_text="12 digits.",
        error_messages={"required": "Enter the 12 digits of the account."},
    )

    def clean_account_id(self) -> str:
        digits = str(self.cleaned_data["account_id"]).replace("-", "").replace(" ", "")
        if not (len(digits) == 12 and digits.isascii() and digits.isdigit()):
            raise forms.ValidationError("Enter the 12 digits of the account, such as 1234 5678 9012.")
        return digits


class AccountNameForm(forms.Form):
    """An AWS account's name."""

    name = _name("Name of the account", "Enter the account's name.")


class MemberRoleForm(forms.Form):
    """What one of a customer's people does."""

    role = forms.ChoiceField(label="Role", choices=MemberRole.choices)
