"""What a person can do as somebody at AWS, or as the customer in the console."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from trusst_support.local.aws.catalogue import PLANS, STATUSES
from trusst_support.local.aws.state import AWS, ROLE

_FAULTS = {
    "error ThrottlingException 400": "Refused: too many calls (ThrottlingException)",
    "error AccessDeniedException 400": "Refused: no access (AccessDeniedException)",
    "error CaseCreationLimitExceeded 400": "Refused: too many new cases (CaseCreationLimitExceeded)",
    "error InternalServerError 500": "AWS fails (500)",
    "lost - 0": "Done, but the answer is lost",
    "unreadable - 0": "Done, but the answer cannot be read",
}
_OPERATIONS = (
    "CreateCase",
    "AddCommunicationToCase",
    "ResolveCase",
    "DescribeCases",
    "DescribeCommunications",
    "DescribeSeverityLevels",
    "AddAttachmentsToSet",
    "DescribeAttachment",
    "AssumeRole",
)


def _choices(names: Any) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


class LocalForm(forms.Form):
    """A form of the local AWS; `part` says which, and `given` is what the local AWS is told."""

    part = ""
    title = ""
    button = ""

    def __init__(self, data: QueryDict | None = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"{self.part}-%s", initial=initial)
        self.fields["what"] = forms.CharField(widget=forms.HiddenInput, initial=self.part, required=False)

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "what"}


class AccountForm(LocalForm):
    """A role in an account, as its owner makes it."""

    part = "account"
    title = "Make a role in an account, or change one"
    button = "Make it"

    number = forms.RegexField(r"^\d{12}$", label="Account", help_text="Twelve digits.")
    plan = forms.ChoiceField(label="Support plan", choices=_choices(PLANS), initial="Business Support+")
    role = forms.CharField(label="Name of the role", max_length=64, initial=ROLE)
    external_id = forms.CharField(
        label="External ID",
        required=False,
        help_text="Empty: the role lets anybody in, which the portal refuses.",
    )
    reads_only = forms.BooleanField(label="The role only reads", required=False)


class FaultForm(LocalForm):
    """What goes wrong with the next call."""

    part = "fault"
    title = "Let the next call go wrong"
    button = "Let it go wrong"

    operation = forms.ChoiceField(label="Call", choices=_choices(_OPERATIONS))
    how = forms.ChoiceField(label="What happens", choices=list(_FAULTS.items()))
    times = forms.IntegerField(label="How often", min_value=1, max_value=20, initial=1)

    def given(self) -> dict[str, Any]:
        kind, code, status = self.cleaned_data["how"].split()
        told = {
            "operation": self.cleaned_data["operation"],
            "kind": kind,
            "times": self.cleaned_data["times"],
        }
        return told | ({"code": code, "status": int(status)} if kind == "error" else {})


class CaseForm(LocalForm):
    """Something about one case."""

    account = forms.CharField(widget=forms.HiddenInput)
    case = forms.CharField(widget=forms.HiddenInput)


class ReplyForm(CaseForm):
    """A message of AWS, or of a colleague in the customer's console."""

    part = "reply"
    title = "Reply"
    button = "Send"

    author = forms.ChoiceField(
        label="As", choices=[(AWS, AWS), ("priya@customer.example", "The customer, in the AWS console")]
    )
    body = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 6, "class": "in"}))
    status = forms.ChoiceField(
        label="Status then",
        choices=[("", "As it is"), *_choices(STATUSES)],
        required=False,
        initial="pending-customer-action",
    )
    file_name = forms.CharField(label="Name of a file with it", required=False, max_length=100)
    file_text = forms.CharField(
        label="What is in the file", required=False, widget=forms.Textarea(attrs={"rows": 2, "class": "in"})
    )

    def given(self) -> dict[str, Any]:
        told = super().given()
        name, text = told.pop("file_name"), told.pop("file_text")
        return told | {"files": [{"name": name, "text": text}] if name else []}


class StatusForm(CaseForm):
    """Another status, without a word."""

    part = "status"
    title = "Set the status"
    button = "Set it"

    status = forms.CharField(
        label="Status", max_length=60, help_text=f"{', '.join(STATUSES)}, or one that nobody has heard of."
    )


FORMS: dict[str, type[LocalForm]] = {one.part: one for one in (AccountForm, FaultForm, ReplyForm, StatusForm)}
