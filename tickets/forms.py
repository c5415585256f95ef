"""What people type into the ticket pages: shape only, the rules are in the actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.access import (
    active_desk_people,
    active_members_of,
    aws_accounts_of,
    level_1_of,
    services_of,
)
from customers.desk_admin_access import active_teams
from customers.models import AwsAccount, Customer, DeskPerson, Member, Service, Team
from tickets.lenient import LONGEST, Understood, Unreadable, read_time
from tickets.models import (
    STEP_LENGTH,
    AffectedChoice,
    ApprovalKind,
    EnvironmentChoice,
    HoldChoice,
    PresenceState,
    ResolutionCode,
    SecurityChoice,
    SeverityChoice,
    Ticket,
    WorkChoice,
)
from tickets.relation_forms import RELATION_FORMS, MergeForm, RelationForm
from tickets.severity import Affected, Environment, Impact, SecurityRisk, Severity, Work


class _ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of uploads; what is accepted is decided by `tickets.files`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", _ManyFilesInput(attrs={"multiple": True}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        # Emptiness and size are refused by tickets.files, in words that name the file.
        return [file for file in (data if isinstance(data, list | tuple) else [data]) if file]


def _files() -> FilesField:
    return FilesField(
        label=lazy("Screenshots or logs"),
        required=False,
        help_text=lazy("Up to 10 files, 25 MB each: pictures, PDF, text, logs, Office or zip."),
    )


class LocalDateTimeField(forms.DateTimeField):
    """A day and time in the viewer's zone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        )
        kwargs.setdefault(
            "error_messages",
            {
                "required": lazy("Enter a day and a time."),
                "invalid": lazy("Enter a day and a time, for example 2026-11-24 14:05."),
            },
        )
        super().__init__(**kwargs)


class PastTimeField(forms.CharField):
    """A day and time that has come, as people write it, in the viewer's zone.

    The form sets `now`; `understood` is what the last text was read as.
    """

    now: datetime
    understood: Understood | None = None

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(max_length=LONGEST, strip=True, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        self.understood = None
        typed = super().clean(value)
        if not typed:
            return None
        try:
            self.understood = read_time(typed, now=self.now, zone=timezone.get_current_timezone())
        except Unreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from None
        return self.understood.at


class Cards(forms.RadioSelect):
    """Choices as cards, each with a line that says what it means."""

    def __init__(self, hints: Mapping[Any, str | Promise]) -> None:
        super().__init__()
        self.hints = hints

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().create_option(name, value, *args, **kwargs) | {"hint": self.hints.get(str(value), "")}


_ENVIRONMENT_HINTS: Mapping[Any, str | Promise] = {
    EnvironmentChoice.PRODUCTION: lazy("Live business depends on it"),
    EnvironmentChoice.NON_PRODUCTION: lazy("Test, development or training"),
}
_WORK_HINTS: Mapping[Any, str | Promise] = {
    WorkChoice.STOPPED: lazy("Whoever is affected cannot do their job"),
    WorkChoice.DEGRADED: lazy("It is slow, fails now and then, or is done by hand"),
    WorkChoice.NUISANCE: lazy("Annoying, but everything gets done"),
    WorkChoice.UNAFFECTED: lazy("A question, or something cosmetic"),
}
_AFFECTED_HINTS: Mapping[Any, str | Promise] = {
    AffectedChoice.FEW: lazy("One person, or a handful"),
    AffectedChoice.TEAM: lazy("Everyone at one place or in one team"),
    AffectedChoice.BUSINESS: lazy("Most staff, or your customers"),
}
_SECURITY_HINTS: Mapping[Any, str | Promise] = {
    SecurityChoice.MODERATE: lazy("A weakness that nobody has used so far"),
    SecurityChoice.HIGH: lazy("Serious, but business is not in danger yet"),
    SecurityChoice.CRITICAL: lazy("An attack or a leak is happening, or likely"),
}


class ImpactForm(forms.Form):
    """The plain questions from which a severity is proposed."""

    environment = forms.ChoiceField(
        label=lazy("Where does it happen?"),
        choices=EnvironmentChoice.choices,
        widget=Cards(_ENVIRONMENT_HINTS),
        error_messages={"required": lazy("Select where it happens.")},
    )
    work = forms.ChoiceField(
        label=lazy("Can people work?"),
        choices=WorkChoice.choices,
        widget=Cards(_WORK_HINTS),
        error_messages={"required": lazy("Select whether people can work.")},
    )
    workaround = forms.ChoiceField(
        label=lazy("Is there a way around it that you can live with?"),
        choices=[("no", lazy("No")), ("yes", lazy("Yes, for now"))],
        widget=forms.RadioSelect,
        required=False,
    )
    affected = forms.ChoiceField(
        label=lazy("Who is affected?"),
        choices=AffectedChoice.choices,
        widget=Cards(_AFFECTED_HINTS),
        error_messages={"required": lazy("Select who is affected.")},
    )
    security = forms.ChoiceField(
        label=lazy("Is there a security risk?"),
        choices=SecurityChoice.choices,
        widget=Cards(_SECURITY_HINTS),
        initial=SecurityChoice.NONE,
        error_messages={"required": lazy("Select whether there is a security risk.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        halts = cleaned.get("work") in (WorkChoice.STOPPED, WorkChoice.DEGRADED)
        live = cleaned.get("environment") == EnvironmentChoice.PRODUCTION
        if halts and live and not cleaned.get("workaround"):
            self.add_error("workaround", _("Select whether there is a way around it."))
        return cleaned

    def impact(self) -> Impact:
        """Return the answers of a valid form."""
        cleaned = self.cleaned_data
        return Impact(
            environment=Environment(cleaned["environment"]),
            work=Work(cleaned["work"]),
            has_workaround=cleaned.get("workaround") == "yes",
            affected=Affected(cleaned.get("affected") or Affected.FEW),
            security=SecurityRisk(cleaned.get("security") or SecurityRisk.NONE),
        )


class PreviewForm(ImpactForm):
    """The impact questions while someone is still answering them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["affected"].required = False
        self.fields["security"].required = False


class ReportForm(ImpactForm):
    """A report of an incident."""

    subject = forms.CharField(
        label=lazy("What is wrong, in one line"),
        help_text=lazy("For example, “Drivers cannot log in to the dispatch app”"),
        max_length=120,
        error_messages={"required": lazy("Enter a short summary of what is wrong.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    started_at = PastTimeField(
        label=lazy("When did it start?"),
        required=False,
        help_text=lazy("For example 1.40pm, 13:40, noon or yesterday 4pm, in your own time zone."),
    )
    service: forms.ModelChoiceField[Service] = forms.ModelChoiceField(
        queryset=None, label=lazy("Which service?"), required=False, empty_label=lazy("I do not know")
    )
    aws_account: forms.ModelChoiceField[AwsAccount] = forms.ModelChoiceField(
        queryset=None, label=lazy("Which AWS account?"), required=False, empty_label=lazy("I do not know")
    )
    description = forms.CharField(
        label=lazy("What have you seen?"),
        help_text=lazy(
            "Error messages, what changed, what you have tried. Leave out passwords and card numbers."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=20_000,
        error_messages={"required": lazy("Describe what you have seen.")},
    )
    files = _files()  # type: ignore[assignment]
    private = forms.BooleanField(
        label=lazy("Keep it private"),
        help_text=lazy(
            "Of your organisation, only you, your coordinators and leads, and whoever follows it see it."
        ),
        required=False,
    )
    to = forms.ChoiceField(
        label=lazy("Who should see it first?"),
        widget=forms.RadioSelect,
        error_messages={"required": lazy("Select who should see it first.")},
    )
    field_order: tuple[str, ...] = ("subject",)

    def __init__(
        self, *args: Any, customer: Customer, may_file_to_desk: bool, now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        started = self.fields.get("started_at")
        if isinstance(started, PastTimeField):
            started.now = now
        services, accounts = self.fields["service"], self.fields["aws_account"]
        to = self.fields["to"]
        assert isinstance(services, forms.ModelChoiceField)
        assert isinstance(accounts, forms.ModelChoiceField)
        assert isinstance(to, forms.ChoiceField)
        services.queryset = services_of(customer)
        accounts.queryset = aws_accounts_of(customer)
        level_1 = ("level_1", _("%(customer)s's Level 1") % {"customer": customer.name})
        desk = ("desk", _("The Trusst desk (Level 2), straight away"))
        to.choices = [level_1, desk] if may_file_to_desk else [level_1]
        to.initial = "desk" if customer.files_to_desk else "level_1"
        to.required = may_file_to_desk

    def text(self) -> str:
        """Return what becomes the ticket's first message."""
        said: str = self.cleaned_data["description"]
        return said


class DeskReportForm(ReportForm):
    """A report that the desk takes down for one of the customer's people, such as by phone."""

    requester: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None,
        label="Who reports it?",
        empty_label="Select a person",
        error_messages={"required": "Select who reports it."},
    )
    field_order = ("requester", "subject")

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, customer=customer, may_file_to_desk=True, **kwargs)
        del self.fields["private"]  # who sees it is the customer's own to decide
        requesters, to = self.fields["requester"], self.fields["to"]
        assert isinstance(requesters, forms.ModelChoiceField)
        requesters.queryset = active_members_of(customer)
        to.initial = "desk"


class TokensField(forms.Field):
    """The tokens of files that were chosen before; whose they are is asked when they are sent."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        return [str(token)[:43] for token in (value or []) if token]


class WriteForm(forms.Form):
    """A reply or a note; `seen` is the last public message that its writer has read."""

    body = forms.CharField(
        label=lazy("Your message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        error_messages={"required": lazy("Write something first.")},
    )
    files = _files()  # type: ignore[assignment]
    staged = TokensField(required=False)
    seen = forms.IntegerField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, min_value=0
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class CannedReplyForm(forms.Form):
    """A text that the desk writes often."""

    name = forms.CharField(
        label="Name",
        help_text="What people type after a slash to find it.",
        max_length=60,
        error_messages={"required": "Enter a name, such as “Ask for logs”."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mode = forms.ChoiceField(label="For", choices=[("reply", "A reply to the customer"), ("note", "A note")])
    body = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=10_000,
        error_messages={"required": "Enter the text."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SwitchReplyForm(forms.Form):
    """Whether a canned reply is offered."""

    active = forms.ChoiceField(choices=[("yes", "Offer it"), ("no", "Withdraw it")])
    version = forms.IntegerField(widget=forms.HiddenInput)


class PresenceForm(forms.Form):
    """What somebody does with a ticket's page; gone when they close it."""

    state = forms.ChoiceField(choices=[*PresenceState.choices, ("gone", "is gone")])


class VersionedForm(forms.Form):
    """A change that is refused when the ticket changed since its page was loaded."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"version": ticket.version} | kwargs["initial"]
        super().__init__(*args, **kwargs)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A desk person, by name and role."""

    def label_from_instance(self, obj: Any) -> str:
        assert isinstance(obj, DeskPerson)
        return f"{obj.name}, {obj.get_role_display()}"


class AssignForm(VersionedForm):
    """Who works on it."""

    person = PersonField(queryset=None, label="Owner", required=False, empty_label="No one")

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, initial={"person": ticket.assignee_id}, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = active_desk_people()


class LevelOneAssignForm(VersionedForm):
    """Which of the customer's people works on it at Level 1."""

    member: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None, label=lazy("Who works on it"), required=False, empty_label=lazy("No one")
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, initial={"member": ticket.level1_owner_id}, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = level_1_of(ticket.customer)


class LevelOneTickForm(VersionedForm):
    """A step of Level 1's checklist, and whether it is done; ticking is never stale."""

    version = None  # type: ignore[assignment]
    text = forms.CharField(max_length=STEP_LENGTH, widget=forms.HiddenInput)
    is_done = forms.BooleanField(required=False, widget=forms.HiddenInput)


class PrivacyForm(VersionedForm):
    """Whether the contact's colleagues are kept from the ticket; it offers the other way round."""

    is_private = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")],
        coerce=lambda value: value == "yes",
        widget=forms.HiddenInput,
        error_messages={"required": lazy("Select who sees the ticket.")},
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        initial = {"is_private": "no" if ticket.is_private else "yes"}
        super().__init__(*args, ticket=ticket, **({"initial": initial} | kwargs))


class AffectForm(VersionedForm):
    """What somebody sees whom a ticket affects too; saying so is never stale."""

    version = None  # type: ignore[assignment]
    note = forms.CharField(
        label=lazy("What do you see?"),
        required=False,
        max_length=200,
        help_text=lazy("Your colleagues and the desk read this."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GiveToTeamForm(VersionedForm):
    """Which team has it."""

    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        queryset=None, label="Team", required=False, empty_label="No team"
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, initial={"team": ticket.team_id}, **kwargs)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = active_teams()


class SeverityForm(VersionedForm):
    """What the engineer establishes, and why."""

    severity = forms.TypedChoiceField(label="Severity", choices=SeverityChoice.choices, coerce=int)
    reason = forms.CharField(
        label="Why",
        help_text="The customer reads this.",
        max_length=500,
        error_messages={"required": "Say why: the customer reads it."},
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        kwargs["initial"] = {"severity": ticket.severity} | kwargs.get("initial", {})
        super().__init__(*args, ticket=ticket, **kwargs)


class SeverityChoiceForm(forms.Form):
    """A severity that somebody thinks of, before they say why."""

    severity = forms.TypedChoiceField(label="Severity", choices=SeverityChoice.choices, coerce=int)


class DecideForm(SeverityForm):
    """What a desk lead decides about the severity, and why."""

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, **kwargs)
        field = self.fields["severity"]
        assert isinstance(field, forms.ChoiceField)
        field.label = "Decision"
        field.choices = [
            (value, f"Keep {label}" if value == ticket.severity else f"Change to {label}")
            for value, label in SeverityChoice.choices
        ]


class HoldForm(VersionedForm):
    """Whose move it is, what is awaited, and when to look again."""

    reason = forms.ChoiceField(label="Waiting for", choices=HoldChoice.choices)
    owner = forms.CharField(
        label="Who must act",
        help_text="A person or a party, such as “Ben Castillo” or “AWS Support”.",
        max_length=150,
        error_messages={"required": "Say who must act: a person or a party."},
    )
    note = forms.CharField(
        label="What exactly you wait for",
        help_text="The customer reads this.",
        max_length=500,
        error_messages={"required": "Say what you are waiting for."},
    )
    evidence = forms.CharField(
        label="Evidence",
        help_text="A link or a note, such as a case number. A vendor or an agreed wait needs one.",
        max_length=500,
        required=False,
    )
    review_at = LocalDateTimeField(
        label="Look again at",
        required=False,
        help_text="Empty: in 1 day for the customer, in 4 hours for a vendor. An agreed wait needs a time.",
    )


class AskForm(VersionedForm):
    """What the desk asks the customer for, who decides, and what they should know before they do."""

    kind = forms.ChoiceField(label="What you need", choices=ApprovalKind.choices, widget=forms.RadioSelect)
    what = forms.CharField(
        label="What exactly",
        help_text="For example, “Administrator access to acme-prod, to restart the orders database”.",
        max_length=300,
        error_messages={"required": "Say what you ask for."},
    )
    decider: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None, label="Who decides", required=False, empty_label="Any coordinator or lead"
    )
    expires_at = LocalDateTimeField(
        label="Answer by", help_text="Afterwards the request ends, and the hold with it."
    )
    risk = forms.CharField(
        label="What could go wrong",
        max_length=500,
        error_messages={"required": "Say what could go wrong, or that nothing can."},
    )
    effect_of_no = forms.CharField(
        label="What happens if they say no",
        max_length=500,
        error_messages={"required": "Say what happens if they say no."},
    )
    touches_production = forms.BooleanField(
        label="Production is touched",
        required=False,
        help_text="Whoever approves types their password again.",
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        live = ticket.environment == EnvironmentChoice.PRODUCTION
        given = {"kind": ApprovalKind.ACCESS, "touches_production": live}
        kwargs["initial"] = given | kwargs.get("initial", {})
        super().__init__(*args, ticket=ticket, **kwargs)
        field = self.fields["decider"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = active_members_of(ticket.customer)


class AnswerForm(VersionedForm):
    """What a desk lead answers to a contested hold, and why."""

    answer = forms.ChoiceField(
        label="Answer", choices=[("keep", "Keep the hold"), ("end", "End the hold, from now on")]
    )
    reason = forms.CharField(
        label="Why",
        help_text="The customer reads this. What was not counted until now changes only by a correction.",
        max_length=500,
        error_messages={"required": "Say why: the customer reads it."},
    )


class ReassessForm(VersionedForm, ImpactForm):
    """The impact questions again, and what changed."""

    reason = forms.CharField(
        label=lazy("What changed?"),
        max_length=500,
        error_messages={"required": lazy("Say what changed: the desk reads it.")},
    )
    field_order = ("reason",)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        answers = {
            "environment": ticket.environment,
            "work": ticket.work,
            "workaround": "yes" if ticket.has_workaround else "no",
            "affected": ticket.affected,
            "security": ticket.security,
        }
        kwargs["initial"] = answers | kwargs.get("initial", {})
        super().__init__(*args, ticket=ticket, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        return cleaned if self.errors else cleaned | {"impact": self.impact()}


class ReviewForm(VersionedForm):
    """The severity that a member wants, and why."""

    severity = forms.TypedChoiceField(label=lazy("Which severity do you think it is?"), coerce=int)
    reason = forms.CharField(
        label=lazy("Why?"),
        max_length=500,
        error_messages={"required": lazy("Say why: a desk lead reads it.")},
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, **kwargs)
        field = self.fields["severity"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (severity.value, f"{severity.label}: {severity.meaning}")
            for severity in Severity
            if severity != ticket.severity
        ]


class ContestForm(VersionedForm):
    """What a member has against a hold."""

    reason = forms.CharField(
        label=lazy("What is wrong with it?"),
        max_length=500,
        error_messages={"required": lazy("Say what is wrong with the hold: a desk lead reads it.")},
    )


def _found(label: str, hint: str = "") -> forms.CharField:
    """Something that was found or done; both sides read it."""
    said = f"{hint} The customer reads this.".strip()
    return forms.CharField(label=label, required=False, max_length=500, help_text=said)


class RestoredForm(VersionedForm):
    """When service was back, and what was found and done."""

    restored_at = LocalDateTimeField(
        label="Service was back at",
        required=False,
        help_text="Leave it empty for now. An earlier time that changes a verdict needs a desk lead.",
    )
    confirmed = forms.BooleanField(
        label="I am a desk lead and decide what changes",
        required=False,
        help_text="Otherwise another desk lead is asked.",
    )
    cause = _found("Cause")
    workaround = _found("Workaround", "What people do until it is fixed.")
    fix = _found("Fix", "What was changed for good.")


class ResolveForm(VersionedForm):
    """How it ended."""

    code = forms.ChoiceField(
        label="How it ended",
        choices=[
            choice
            for choice in ResolutionCode.choices
            if choice[0] not in (ResolutionCode.CONFIRMED, ResolutionCode.LEVEL_1, ResolutionCode.MERGED)
        ],
    )
    cause = _found("Cause")
    fix = _found("Fix", "What was changed for good.")

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, ticket=ticket, **kwargs)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        if ticket.is_confirmed:
            chosen = ResolutionCode.CONFIRMED
            field.choices = [(chosen.value, chosen.label), *self.base_fields["code"].choices]  # type: ignore[attr-defined]


class ReturnForm(VersionedForm):
    """Why Level 1 gets it back."""

    reason = forms.CharField(
        label="What Level 1 should do",
        max_length=500,
        error_messages={"required": "Say why Level 1 gets it back."},
    )


TicketForm = WriteForm | VersionedForm | RelationForm | MergeForm
DESK_FORMS: dict[str, type[TicketForm]] = {
    "reply": WriteForm,
    "note": WriteForm,
    "assign": AssignForm,
    "team": GiveToTeamForm,
    "take": VersionedForm,
    "severity": SeverityForm,
    "hold": HoldForm,
    "ask": AskForm,
    "resume": VersionedForm,
    "restored": RestoredForm,
    "resolve": ResolveForm,
    "reopen": VersionedForm,
    "return": ReturnForm,
    "close": VersionedForm,
    "decide": DecideForm,
    "answer": AnswerForm,
    **RELATION_FORMS,
}
MEMBER_FORMS: dict[str, type[WriteForm] | type[VersionedForm]] = {
    "reply": WriteForm,
    "note": WriteForm,
    "level1-take": VersionedForm,
    "level1-assign": LevelOneAssignForm,
    "level1-tick": LevelOneTickForm,
    "solve": VersionedForm,
    "reopen": VersionedForm,
    "confirm-restored": VersionedForm,
    "confirm": VersionedForm,
    "reassess": ReassessForm,
    "review": ReviewForm,
    "withdraw": VersionedForm,
    "contest": ContestForm,
    "follow": VersionedForm,
    "unfollow": VersionedForm,
    "privacy": PrivacyForm,
    "affect": AffectForm,
    "unaffect": VersionedForm,
}
