"""What the API shows of vendors' cases and of the links to accounts: shape only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from vendors import clocks
from vendors.access.pages import read_clocks
from vendors.models import AccountLink, CaseStatus, PlanObservation, VendorCase
from vendors.models.cases import CaseStateChoice


class CaseQuerySerializer(serializers.Serializer[Any]):
    """What a list of cases is narrowed by."""

    ticket = serializers.CharField(required=False, help_text="A ticket's reference, such as ACME-128.")
    state = serializers.ChoiceField(choices=CaseStateChoice.choices, required=False)
    vendor = serializers.SlugField(required=False, help_text="The vendor's short name, such as aws.")


class VendorCaseSerializer(serializers.ModelSerializer[VendorCase]):
    """A case as it stands; `turn` is whose move it is, and what is published is the vendor's own."""

    ticket = serializers.CharField(source="ticket.key", read_only=True)
    vendor = serializers.CharField(source="vendor.slug", read_only=True)
    account = serializers.CharField(source="link.account_number", read_only=True)
    turn = serializers.CharField(source="standing.turn", read_only=True)
    published_seconds = serializers.IntegerField(source="target_seconds", read_only=True, allow_null=True)
    published_in_business_hours = serializers.BooleanField(source="target_in_business_hours", read_only=True)

    class Meta:
        model = VendorCase
        fields: tuple[str, ...] = (
            "id",
            "ticket",
            "vendor",
            "account",
            "external_id",
            "display_id",
            "subject",
            "severity",
            "severity_name",
            "state",
            "raw_status",
            "state_since",
            "turn",
            "plan",
            "published_seconds",
            "published_in_business_hours",
            "opened_at",
            "first_reply_at",
            "first_reply_is_automatic",
            "resolved_after",
            "resolved_at",
            "lacked_plan_at",
        )
        read_only_fields: tuple[str, ...] = fields


class CaseStatusSerializer(serializers.ModelSerializer[CaseStatus]):
    """A status that a case took, known at `at` and not there yet at `after`."""

    class Meta:
        model = CaseStatus
        fields = ("raw_status", "state", "at", "after")
        read_only_fields = fields


class CaseClocksSerializer(serializers.Serializer[clocks.Reading]):
    """A vendor's times in seconds: shown, never owed, and no part of what is promised."""

    first_response_at = serializers.DateTimeField(source="response.at", allow_null=True)
    automatic_at = serializers.DateTimeField(source="response.automatic_at", allow_null=True)
    published_until = serializers.DateTimeField(source="response.due_at", allow_null=True)
    verdict = serializers.ChoiceField(
        source="response.verdict", choices=[one.value for one in clocks.Verdict]
    )
    per_state = serializers.SerializerMethodField()
    per_turn = serializers.SerializerMethodField()
    turn_since = serializers.DateTimeField()
    reopened = serializers.IntegerField()

    def get_per_state(self, reading: clocks.Reading) -> dict[str, int]:
        return {state.value: round(took.total_seconds()) for state, took in reading.per_state.items()}

    def get_per_turn(self, reading: clocks.Reading) -> dict[str, int]:
        return {turn.value: round(took.total_seconds()) for turn, took in reading.per_turn.items()}


class VendorCaseDetailSerializer(VendorCaseSerializer):
    """A case with every status that it took and what its clocks say."""

    statuses = serializers.SerializerMethodField()
    clocks = serializers.SerializerMethodField()

    class Meta(VendorCaseSerializer.Meta):
        fields = (*VendorCaseSerializer.Meta.fields, "statuses", "clocks")
        read_only_fields = fields

    @extend_schema_field(CaseStatusSerializer(many=True))
    def get_statuses(self, case: VendorCase) -> Any:
        return CaseStatusSerializer(self.context["statuses"], many=True).data

    @extend_schema_field(CaseClocksSerializer(allow_null=True))
    def get_clocks(self, case: VendorCase) -> Any:
        reading = read_clocks(
            case, self.context["statuses"], self.context["written"], now=self.context["now"]
        )
        return None if reading is None else CaseClocksSerializer(reading).data


class ObservationSerializer(serializers.ModelSerializer[PlanObservation]):
    """The last look at an account's plan."""

    class Meta:
        model = PlanObservation
        fields = ("at", "finding", "evidence")
        read_only_fields = fields


class VendorAccountSerializer(serializers.ModelSerializer[AccountLink]):
    """How the desk reaches an account at a vendor, and what was last seen of its plan."""

    vendor = serializers.CharField(source="vendor.slug", read_only=True)
    account = serializers.CharField(source="account_number", read_only=True)
    declared_plan = serializers.CharField(source="account.declared_plan", read_only=True, default=None)
    support_state = serializers.CharField(source="account.support_state", read_only=True, default=None)
    checked_at = serializers.DateTimeField(source="account.checked_at", read_only=True, default=None)
    observation = serializers.SerializerMethodField()

    class Meta:
        model = AccountLink
        fields = (
            "id",
            "vendor",
            "account",
            "is_manual",
            "channel",
            "reads_only",
            "state",
            "state_since",
            "verified_at",
            "declared_plan",
            "support_state",
            "checked_at",
            "observation",
        )
        read_only_fields = fields

    @extend_schema_field(ObservationSerializer(allow_null=True))
    def get_observation(self, link: AccountLink) -> Any:
        seen = self.context["observations"].get(link.pk)
        return None if seen is None else ObservationSerializer(seen).data
