"""What is typed once for many tickets: shape only, the rules are in the actions."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.problems import Refused
from customers.access import active_desk_people
from customers.desk_admin_access import active_teams
from customers.models import DeskPerson, Team
from tickets.composer_access import active_replies
from tickets.desk_forms import NOBODY
from tickets.forms import DESK_FORMS
from tickets.models import CannedReply, ModeChoice, Tag, Ticket
from tickets.relation_access import active_tags, find_ticket, tags

Choice = tuple[str, str]


class BulkForm(forms.Form):
    """What is said about all of the chosen tickets; nothing more is asked unless a subclass does."""

    def values(self) -> dict[str, Any]:
        """Return what the verb gets."""
        return self.cleaned_data


class _OneOf(BulkForm):
    """Somebody, chosen by hand: an empty choice is none, so that no slip takes every owner away."""

    field = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = self.offered()
        field = self.fields[self.field]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", f"Select {self.called}"),
            *((pk, str(one)) for pk, one in self.found.items()),
            (NOBODY, f"No {self.called.rpartition(' ')[2]}"),
        ]

    called = ""

    def offered(self) -> Mapping[str, DeskPerson | Team]:
        """Return what can be chosen, by the value of the choice."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        return {self.field: self.found.get(self.cleaned_data[self.field])}


class AssignAllForm(_OneOf):
    """Who works on them."""

    field, called = "person", "an owner"
    person = forms.ChoiceField(label="Owner", error_messages={"required": "Select an owner."})

    def offered(self) -> Mapping[str, DeskPerson | Team]:
        return {str(one.pk): one for one in active_desk_people()}


class TeamAllForm(_OneOf):
    """Which team has them."""

    field, called = "team", "a team"
    team = forms.ChoiceField(label="Team", error_messages={"required": "Select a team."})

    def offered(self) -> Mapping[str, DeskPerson | Team]:
        return {str(one.pk): one for one in active_teams()}


class ReplyAllForm(BulkForm):
    """A reply to each customer: a text, or a canned reply, with variables filled for each ticket."""

    canned: forms.ModelChoiceField[CannedReply] = forms.ModelChoiceField(
        queryset=None,
        label="Canned reply",
        required=False,
        empty_label="None: I write my own",
        help_text="It is used where you write no text of your own.",
    )
    body = forms.CharField(
        label="Reply to each customer",
        help_text="Variables such as {{first_name}}, {{key}} and {{update_due}} are filled for each ticket.",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["canned"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = active_replies().filter(mode=ModeChoice.REPLY)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("body") and cleaned.get("canned") is not None:
            cleaned["body"] = cleaned["canned"].body
        if not cleaned.get("body") and not self.errors:
            self.add_error("body", "Write something first, or choose a canned reply.")
        return cleaned


class _LikeOne(BulkForm):
    """The form of one ticket without its version; each ticket brings its own."""

    verb = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(
            {
                name: deepcopy(field)
                for name, field in DESK_FORMS[self.verb].base_fields.items()
                if name != "version"
            }
        )


class HoldAllForm(_LikeOne):
    """Whose move it is, on all of them."""

    verb = "hold"


class ResolveAllForm(_LikeOne):
    """How they ended, all of them."""

    verb = "resolve"


class TagAllForm(BulkForm):
    """Which word is put on them."""

    tag: forms.ModelChoiceField[Tag] = forms.ModelChoiceField(
        queryset=None,
        label="Tag",
        empty_label="Select a tag",
        error_messages={"required": "Select a tag.", "invalid_choice": "Select one of the tags."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tag"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.offered()

    def offered(self) -> QuerySet[Tag]:
        """Return what can be chosen."""
        return active_tags()


class UntagAllForm(TagAllForm):
    """Which word is taken off them; one that is no longer offered as well."""

    def offered(self) -> QuerySet[Tag]:
        return tags()


class LinkAllForm(BulkForm):
    """Which major incident they are part of."""

    other = forms.CharField(
        label="Major incident",
        help_text="The reference of the ticket that stands over them, such as ACME-128. Each becomes part of it.",
        max_length=20,
        error_messages={"required": "Enter the reference of a ticket, such as ACME-128."},
    )

    def clean_other(self) -> Ticket:
        try:
            return find_ticket(self.cleaned_data["other"], field="other")
        except Refused as refused:
            raise forms.ValidationError(refused.reason) from None
