"""What the desk types to tie a ticket to words, to others, to steps and to people: shape only."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.access import active_members_of
from customers.models import Member
from tickets import relation_access as access
from tickets.models import STEP_LENGTH, Checklist, Kind, LinkKind, Tag, Ticket


class RelationForm(forms.Form):
    """Something that is said about a ticket, whatever else changed on it meanwhile."""

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class KeyField(forms.CharField):
    """The reference of a ticket, such as ACME-128; which one it is, the verb finds out."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault(
            "error_messages", {"required": "Enter the reference of a ticket, such as ACME-128."}
        )
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "placeholder": "ACME-128"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).strip().upper()


def _choose(form: forms.Form, name: str, queryset: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = queryset


class TagForm(RelationForm):
    """Which tag of the list."""

    tag: forms.ModelChoiceField[Tag] = forms.ModelChoiceField(
        queryset=None,
        label="Tag",
        empty_label="Select a tag",
        error_messages={"required": "Select a tag.", "invalid_choice": "Select a tag of the list."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "tag", access.active_tags())


class UntagForm(TagForm):
    """Which tag is taken off; also one that is no longer offered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "tag", access.tags())


class LinkForm(RelationForm):
    """Which other ticket, and what this one is to it."""

    kind = forms.ChoiceField(
        label="This ticket is",
        choices=[
            (LinkKind.RELATED, "related to"),
            (LinkKind.DUPLICATE_OF, "a duplicate of"),
            (LinkKind.CHILD, "part of the major incident"),
            (LinkKind.PARENT, "the major incident over"),
        ],
    )
    other = KeyField(label="Ticket")


class UnlinkForm(RelationForm):
    """Which link is taken away."""

    other = KeyField(label="Ticket")


class MergeForm(forms.Form):
    """Into which ticket of the same customer, and whether its clocks count from this one's start."""

    into = KeyField(label="Merge it into")
    inherit = forms.BooleanField(
        label="Count from when this one reached the desk",
        required=False,
        help_text="Its open clocks for the first response, restoration and resolution then start earlier.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": ticket.version} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class PutChecklistForm(RelationForm):
    """Which checklist of the list."""

    checklist: forms.ModelChoiceField[Checklist] = forms.ModelChoiceField(
        queryset=None,
        label="Checklist",
        empty_label="Select a checklist",
        error_messages={
            "required": "Select a checklist.",
            "invalid_choice": "Select a checklist of the list.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "checklist", access.active_checklists())


class StepForm(RelationForm):
    """A step of one's own."""

    text = forms.CharField(
        label="Another step",
        max_length=STEP_LENGTH,
        error_messages={"required": "Enter what is to be done."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TickForm(RelationForm):
    """Which step, and whether it is done."""

    item = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    done = forms.ChoiceField(choices=[("yes", "Done"), ("no", "Not done")], widget=forms.HiddenInput)


class FollowerForm(RelationForm):
    """Which of the customer's people."""

    member: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None,
        label="Let somebody of the customer follow",
        empty_label="Select a person",
        error_messages={
            "required": "Select a person.",
            "invalid_choice": "Select one of the customer's people.",
        },
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, **kwargs)
        _choose(self, "member", active_members_of(ticket.customer).exclude(pk=ticket.requester_id))


class UnfollowerForm(FollowerForm):
    """Who no longer follows; also somebody who has left."""

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, **kwargs)
        _choose(self, "member", access.members_following(ticket))


#: The forms of the ticket's page, by verb.
RELATION_FORMS: dict[str, type[RelationForm] | type[MergeForm]] = {
    "tag": TagForm,
    "untag": UntagForm,
    "link": LinkForm,
    "unlink": UnlinkForm,
    "merge": MergeForm,
    "checklist": PutChecklistForm,
    "step": StepForm,
    "tick": TickForm,
    "follow": RelationForm,
    "unfollow": RelationForm,
    "follower": FollowerForm,
    "unfollower": UnfollowerForm,
}


# --- The desk's lists ---------------------------------------------------------------------------------
class TagNameForm(forms.Form):
    """What a tag is called."""

    name = forms.CharField(
        label="Name",
        max_length=40,
        help_text="One or two words, such as “network”. It is kept in lower case.",
        error_messages={"required": "Enter a word, such as “network”."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TagMergeForm(forms.Form):
    """Which tag its tickets get instead."""

    into: forms.ModelChoiceField[Tag] = forms.ModelChoiceField(
        queryset=None,
        label="Its tickets get instead",
        empty_label="Select a tag",
        error_messages={"required": "Select a tag."},
    )

    def __init__(self, *args: Any, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "into", access.active_tags().exclude(pk=tag.pk))


class SwitchForm(forms.Form):
    """Whether something of the desk's lists is offered."""

    active = forms.ChoiceField(choices=[("yes", "Offer it"), ("no", "Withdraw it")])


class _ServicesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.customer.name}: {obj.name}"


class ChecklistForm(forms.Form):
    """The steps, and which tickets get them by themselves."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        error_messages={"required": "Enter a name, such as “Database restore”."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    steps = forms.CharField(
        label="Steps",
        help_text="Each on a line of its own.",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=8000,
        error_messages={"required": "Enter at least one step, each on a line of its own."},
    )
    kind = forms.ChoiceField(
        label="Put it by itself on",
        required=False,
        choices=[
            ("", "Tickets of the services below only"),
            (Kind.INCIDENT, "Every incident that reaches the desk"),
            (Kind.REQUEST, "Every service request that reaches the desk"),
        ],
    )
    services = _ServicesField(
        queryset=None,
        label="Services",
        required=False,
        help_text="Tickets about one of them get it when they reach the desk.",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["services"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = access.all_services()


# --- A major incident ---------------------------------------------------------------------------------
class MajorUpdateForm(forms.Form):
    """One update, and which of the linked tickets get it."""

    body = forms.CharField(
        label="Update",
        help_text="Each customer reads it on their own ticket. {{first_name}}, {{customer}}, {{key}} and the other "
        "variables of canned replies are filled for each.",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
        error_messages={"required": "Write something first."},
    )
    parts = forms.MultipleChoiceField(
        label="Who gets it",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one ticket."},
    )

    def __init__(self, *args: Any, parts: list[Ticket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parts"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(part.key, f"{part.key}, {part.customer.name}") for part in parts]
        field.initial = [part.key for part in parts]
