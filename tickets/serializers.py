"""What the API reads and writes about tickets: shape only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.access import active_desk_people, active_members_of, aws_accounts_of, services_of
from customers.desk_admin_access import active_teams
from customers.models import AwsAccount, DeskPerson, Member, Service, Team
from tickets.models import (
    STEP_LENGTH,
    AffectedChoice,
    ApprovalKind,
    Attachment,
    AudienceChoice,
    Checklist,
    EnvironmentChoice,
    HoldChoice,
    LinkKind,
    Message,
    ResolutionCode,
    SecurityChoice,
    StatusChoice,
    Tag,
    Ticket,
    WorkChoice,
)
from tickets.relation_access import active_checklists, active_tags, tags
from tickets.severity import Affected, Environment, Impact, SecurityRisk, Severity, Work


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    """A ticket as lists and pages show it."""

    key = serializers.CharField(read_only=True)
    severity = serializers.SerializerMethodField()
    proposed_severity = serializers.SerializerMethodField()
    review_severity = serializers.SerializerMethodField()
    requester = serializers.CharField(source="requester.name", read_only=True)
    assignee = serializers.CharField(source="assignee.name", read_only=True, default=None)
    level1_owner = serializers.CharField(source="level1_owner.name", read_only=True, default=None)
    service = serializers.CharField(source="service.name", read_only=True, default=None)
    verbs = serializers.SerializerMethodField(
        help_text="What the caller may do to the ticket now: the ends of its addresses, and `reply` and "
        "`note` for messages."
    )

    class Meta:
        model = Ticket
        fields = (
            "key",
            "number",
            "is_private",
            "kind",
            "subject",
            "status",
            "level",
            "severity",
            "proposed_severity",
            "severity_verified_at",
            "environment",
            "work",
            "has_workaround",
            "affected",
            "security",
            "started_at",
            "service",
            "requester",
            "assignee",
            "level1_owner",
            "hold_reason",
            "hold_owner",
            "hold_note",
            "hold_evidence",
            "hold_review_at",
            "contested_at",
            "contest_reason",
            "review_asked_at",
            "review_severity",
            "review_reason",
            "opened_at",
            "reached_desk_at",
            "restored_at",
            "confirmed_at",
            "resolved_at",
            "closed_at",
            "closes_at",
            "resolution_code",
            "last_activity_at",
            "next_due_at",
            "next_objective",
            "has_cover",
            "version",
            "verbs",
        )
        read_only_fields = fields

    def get_severity(self, ticket: Ticket) -> str:
        return Severity(ticket.severity).name

    def get_proposed_severity(self, ticket: Ticket) -> str:
        return Severity(ticket.proposed_severity).name

    def get_review_severity(self, ticket: Ticket) -> str | None:
        return None if ticket.review_severity is None else Severity(ticket.review_severity).name

    def get_verbs(self, ticket: Ticket) -> list[str]:
        verbs_of: Callable[[Ticket], list[str]] = self.context["verbs_of"]
        return verbs_of(ticket)


@extend_schema_field(OpenApiTypes.STR)
class ServiceField(serializers.SlugRelatedField[Service]):
    """The name of one of the customer's services."""

    def get_queryset(self) -> QuerySet[Service]:
        return services_of(self.context["customer"])


@extend_schema_field(OpenApiTypes.STR)
class AwsAccountField(serializers.SlugRelatedField[AwsAccount]):
    """The twelve digits of one of the customer's AWS accounts."""

    def get_queryset(self) -> QuerySet[AwsAccount]:
        return aws_accounts_of(self.context["customer"])


@extend_schema_field(OpenApiTypes.EMAIL)
class RequesterField(serializers.SlugRelatedField[Member]):
    """The e-mail address of one of the customer's active people."""

    def get_queryset(self) -> QuerySet[Member]:
        return active_members_of(self.context["customer"])


def _files() -> serializers.ListField:
    """Uploads of a multipart request; what is accepted is decided by `tickets.files`."""
    return serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), required=False, default=list
    )


def impact_of(given: Mapping[str, Any]) -> Impact:
    """Return the answers of valid input."""
    return Impact(
        environment=Environment(given["environment"]),
        work=Work(given["work"]),
        has_workaround=given["has_workaround"],
        affected=Affected(given["affected"]),
        security=SecurityRisk(given["security"]),
    )


class OpenTicketSerializer(serializers.Serializer[Any]):
    """A report of an incident; files come as multipart.

    The desk reports for a member, whom it names as `requester`; a member reports as themselves.
    """

    requester = RequesterField(slug_field="email", required=False, allow_null=True, default=None)

    subject = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=20_000)
    environment = serializers.ChoiceField(choices=EnvironmentChoice.choices)
    work = serializers.ChoiceField(choices=WorkChoice.choices)
    has_workaround = serializers.BooleanField(default=False)
    affected = serializers.ChoiceField(choices=AffectedChoice.choices, default=AffectedChoice.FEW)
    security = serializers.ChoiceField(choices=SecurityChoice.choices, default=SecurityChoice.NONE)
    started_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    to_desk = serializers.BooleanField(default=False)
    is_private = serializers.BooleanField(
        default=False, help_text="Colleagues who are neither coordinator nor lead do not see it."
    )
    service = ServiceField(slug_field="name", required=False, allow_null=True, default=None)
    aws_account = AwsAccountField(slug_field="account_id", required=False, allow_null=True, default=None)
    files = _files()

    def validate_requester(self, requester: Member | None) -> Member | None:
        if self.context["is_desk"] and requester is None:
            raise serializers.ValidationError("Name the member for whom you report.")
        if requester is not None and not self.context["is_desk"]:
            raise serializers.ValidationError("Only the desk reports for somebody else.")
        return requester

    def impact(self) -> Impact:
        """Return the answers of valid input."""
        return impact_of(self.validated_data)


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A file, and where to fetch it."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ("name", "size", "content_type", "sha256", "url")
        read_only_fields = fields

    def get_url(self, attachment: Attachment) -> str:
        if self.context.get("is_desk"):
            return reverse("desk-file", kwargs={"token": attachment.token})
        return reverse(
            "portal-file", kwargs={"customer": self.context["customer"].slug, "token": attachment.token}
        )


class MessageSerializer(serializers.ModelSerializer[Message]):
    """A reply or a note."""

    attachments = AttachmentSerializer(many=True, read_only=True)

    class Meta:
        model = Message
        fields = ("id", "author_kind", "author_name", "body", "audience", "automatic", "at", "attachments")
        read_only_fields = fields


class WriteMessageSerializer(serializers.Serializer[Any]):
    """A reply or a note to post; files come as multipart."""

    body = serializers.CharField(max_length=20_000)
    audience = serializers.ChoiceField(choices=AudienceChoice.choices, default=AudienceChoice.PUBLIC)
    files = _files()
    seen = serializers.IntegerField(
        required=False,
        default=None,
        allow_null=True,
        min_value=0,
        help_text="The id of the last public message that was read; a newer one of somebody else answers 409",
    )


class VersionSerializer(serializers.Serializer[Any]):
    """The version that was read; a ticket that changed since refuses with 409."""

    version = serializers.IntegerField(required=False, default=None, min_value=1)


@extend_schema_field(OpenApiTypes.INT)
class DeskPersonField(serializers.PrimaryKeyRelatedField[DeskPerson]):
    """The id of a desk person who can be given a ticket."""

    def get_queryset(self) -> QuerySet[DeskPerson]:
        return active_desk_people()


class AssignSerializer(VersionSerializer):
    """Who works on it; null for nobody."""

    person = DeskPersonField(allow_null=True, pk_field=serializers.IntegerField())


class LevelOneAssignSerializer(VersionSerializer):
    """Which coordinator or lead works on it at Level 1; null for nobody."""

    member = RequesterField(slug_field="email", allow_null=True)


class LevelOneTickSerializer(VersionSerializer):
    """A step of the customer's own checklist, and whether it is done."""

    text = serializers.CharField(max_length=STEP_LENGTH)
    is_done = serializers.BooleanField(default=True)


class TeamField(serializers.PrimaryKeyRelatedField[Team]):
    """The id of a team that can be given a ticket."""

    def get_queryset(self) -> QuerySet[Team]:
        return active_teams()


class GiveToTeamSerializer(VersionSerializer):
    """Which team has it; null for none."""

    team = TeamField(allow_null=True, pk_field=serializers.IntegerField())


@extend_schema_field({"type": "string", "enum": [severity.name for severity in Severity]})
class SeverityNameField(serializers.ChoiceField):
    """P1 to P4."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["choices"] = [severity.name for severity in Severity]
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        return int(Severity[super().to_internal_value(data)])


class EstablishSerializer(VersionSerializer):
    """The severity and why."""

    severity = SeverityNameField()
    reason = serializers.CharField(max_length=500)


class TicketQuerySerializer(serializers.Serializer[Any]):
    """What a list of tickets is narrowed by; a name that is not listed is refused, not ignored."""

    q = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=200, help_text="Words or a reference"
    )
    open = serializers.BooleanField(
        required=False, default=None, allow_null=True, help_text="Only open, or only finished ones"
    )
    status = serializers.ChoiceField(choices=StatusChoice.choices, required=False, default=None)
    severity = SeverityNameField(required=False, default=None)
    mine = serializers.BooleanField(
        required=False, default=False, help_text="Only those that the calling member reported"
    )
    level_1 = serializers.BooleanField(
        required=False, default=False, help_text="Only open ones that the customer's own Level 1 has"
    )
    cursor = serializers.CharField(required=False, help_text="The page, from `next` or `previous`")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError(
                {name: ["There is no filter of this name."] for name in sorted(unknown)}
            )
        return attrs


class HoldSerializer(VersionSerializer):
    """Whose move it is, what is awaited, what shows it, and when to look again.

    Without `review_at` that is in a day for the customer and in four hours for a vendor; an agreed wait
    needs one. A vendor and an agreed wait need `evidence`, a link or a note.
    """

    reason = serializers.ChoiceField(choices=HoldChoice.choices)
    owner = serializers.CharField(max_length=150)
    note = serializers.CharField(max_length=500)
    evidence = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    review_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class AskSerializer(VersionSerializer):
    """What the desk asks the customer for; without a `decider` any coordinator or lead decides."""

    kind = serializers.ChoiceField(choices=ApprovalKind.choices)
    what = serializers.CharField(max_length=300)
    decider = RequesterField(slug_field="email", required=False, allow_null=True, default=None)
    expires_at = serializers.DateTimeField()
    risk = serializers.CharField(max_length=500)
    effect_of_no = serializers.CharField(max_length=500)
    touches_production = serializers.BooleanField()


class ReviewSerializer(VersionSerializer):
    """The severity that is wanted, and why."""

    severity = SeverityNameField()
    reason = serializers.CharField(max_length=500)


class DecideSerializer(ReviewSerializer):
    """The severity that a desk lead decides on, the present one to keep it, and why."""


class ReasonSerializer(VersionSerializer):
    """Why, in a line."""

    reason = serializers.CharField(max_length=500)


class AnswerSerializer(ReasonSerializer):
    """Whether a contested hold is kept or ends now, and why."""

    answer = serializers.ChoiceField(choices=[("keep", "Keep"), ("end", "End now")])


class ReassessSerializer(ReasonSerializer):
    """The impact questions again, and what changed."""

    environment = serializers.ChoiceField(choices=EnvironmentChoice.choices)
    work = serializers.ChoiceField(choices=WorkChoice.choices)
    has_workaround = serializers.BooleanField(default=False)
    affected = serializers.ChoiceField(choices=AffectedChoice.choices)
    security = serializers.ChoiceField(choices=SecurityChoice.choices)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs | {"impact": impact_of(attrs)}


class RestoredSerializer(VersionSerializer):
    """When service was back; now when left out."""

    restored_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    confirmed = serializers.BooleanField(
        default=False, help_text="A desk lead decides by themselves which verdicts an earlier time changes."
    )
    cause = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    workaround = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    fix = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ResolveSerializer(VersionSerializer):
    """How it ended."""

    code = serializers.ChoiceField(
        choices=[choice for choice in ResolutionCode.choices if choice[0] != ResolutionCode.MERGED]
    )
    cause = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    fix = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ReturnSerializer(VersionSerializer):
    """Why Level 1 gets it back."""

    reason = serializers.CharField(max_length=500)


@extend_schema_field(OpenApiTypes.STR)
class TagField(serializers.SlugRelatedField[Tag]):
    """The name of a tag of the desk's list."""

    def get_queryset(self) -> QuerySet[Tag]:
        return active_tags()


@extend_schema_field(OpenApiTypes.STR)
class ChecklistField(serializers.SlugRelatedField[Checklist]):
    """The name of a checklist of the desk's list."""

    def get_queryset(self) -> QuerySet[Checklist]:
        return active_checklists()


@extend_schema_field(OpenApiTypes.STR)
class AnyTagField(TagField):
    """The name of a tag, also of one that is no longer offered."""

    def get_queryset(self) -> QuerySet[Tag]:
        return tags()


class TagSerializer(VersionSerializer):
    """Which tag."""

    tag = TagField(slug_field="name")


class UntagSerializer(VersionSerializer):
    """Which tag is taken off."""

    tag = AnyTagField(slug_field="name")


class UnlinkSerializer(VersionSerializer):
    """The other ticket's reference."""

    other = serializers.CharField(max_length=20, help_text="A reference such as ACME-128")


class LinkSerializer(UnlinkSerializer):
    """The other ticket's reference, and what this one is to it."""

    kind = serializers.ChoiceField(choices=LinkKind.choices)


class MergeSerializer(VersionSerializer):
    """The ticket that it goes on in, and whether that one's clocks count from this one's start."""

    into = serializers.CharField(max_length=20, help_text="A reference such as ACME-128")
    inherit = serializers.BooleanField(default=False)


class PutChecklistSerializer(VersionSerializer):
    """Which checklist."""

    checklist = ChecklistField(slug_field="name")


class StepSerializer(VersionSerializer):
    """A step of one's own."""

    text = serializers.CharField(max_length=STEP_LENGTH)


class TickSerializer(VersionSerializer):
    """Which step, by its id, and whether it is done."""

    item = serializers.IntegerField(min_value=1)
    done = serializers.ChoiceField(choices=[("yes", "Done"), ("no", "Not done")])


class FollowerSerializer(VersionSerializer):
    """Which of the customer's people, by e-mail address."""

    member = RequesterField(slug_field="email")


class AffectSerializer(VersionSerializer):
    """What the caller sees of it themselves."""

    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class PrivacySerializer(VersionSerializer):
    """Whether the contact's colleagues are kept from it."""

    is_private = serializers.BooleanField()


VERBS: dict[str, type[VersionSerializer]] = {
    "assign": AssignSerializer,
    "team": GiveToTeamSerializer,
    "take": VersionSerializer,
    "severity": EstablishSerializer,
    "hold": HoldSerializer,
    "ask": AskSerializer,
    "resume": VersionSerializer,
    "restored": RestoredSerializer,
    "resolve": ResolveSerializer,
    "reopen": VersionSerializer,
    "return": ReturnSerializer,
    "close": VersionSerializer,
    "level1-take": VersionSerializer,
    "level1-assign": LevelOneAssignSerializer,
    "level1-tick": LevelOneTickSerializer,
    "solve": VersionSerializer,
    "confirm-restored": VersionSerializer,
    "confirm": VersionSerializer,
    "decide": DecideSerializer,
    "answer": AnswerSerializer,
    "reassess": ReassessSerializer,
    "review": ReviewSerializer,
    "withdraw": VersionSerializer,
    "contest": ReasonSerializer,
    "follow": VersionSerializer,
    "unfollow": VersionSerializer,
    "privacy": PrivacySerializer,
    "affect": AffectSerializer,
    "unaffect": VersionSerializer,
    "tag": TagSerializer,
    "untag": UntagSerializer,
    "link": LinkSerializer,
    "unlink": UnlinkSerializer,
    "merge": MergeSerializer,
    "checklist": PutChecklistSerializer,
    "step": StepSerializer,
    "tick": TickSerializer,
    "follower": FollowerSerializer,
    "unfollower": FollowerSerializer,
}
