"""What the API reads and writes about hand-overs: shape only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from escalations.models import HandOver
from tickets.models import (
    AffectedChoice,
    EnvironmentChoice,
    SecurityChoice,
    WorkChoice,
)
from tickets.serializers import AwsAccountField, RequesterField, VersionSerializer, impact_of
from tickets.severity import Severity

_IMPACT = ("environment", "work", "affected", "security")


class HandOverSerializer(serializers.ModelSerializer[HandOver]):
    """A hand-over, and what became of it."""

    ticket = serializers.CharField(source="ticket.key", read_only=True)
    severity = serializers.SerializerMethodField()
    aws_account = serializers.CharField(source="aws_account.account_id", read_only=True, default=None)
    access_by = serializers.CharField(source="access_by.email", read_only=True, default=None)
    message = serializers.IntegerField(source="message_id", read_only=True, allow_null=True)

    class Meta:
        model = HandOver
        fields = (
            "id",
            "ticket",
            "state",
            "is_straight",
            "checked",
            "changed",
            "checklist",
            "severity",
            "environment",
            "work",
            "has_workaround",
            "affected",
            "security",
            "aws_account",
            "access_by",
            "call_back",
            "message",
            "offered_at",
            "offered_by",
            "accepted_at",
            "accepted_by",
            "returned_at",
            "returned_by",
            "return_reason",
        )
        read_only_fields = fields

    def get_severity(self, given: HandOver) -> str:
        return Severity(given.severity).name


class PassSerializer(VersionSerializer):
    """What Level 1 knows; only `checked` is required, and that only while the ticket is not critical.

    The impact questions are answered together or not at all. Files come as multipart.
    """

    checked = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    changed = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    environment = serializers.ChoiceField(choices=EnvironmentChoice.choices, required=False)
    work = serializers.ChoiceField(choices=WorkChoice.choices, required=False)
    has_workaround = serializers.BooleanField(required=False, default=False)
    affected = serializers.ChoiceField(choices=AffectedChoice.choices, required=False)
    security = serializers.ChoiceField(choices=SecurityChoice.choices, required=False)
    aws_account = AwsAccountField(slug_field="account_id", required=False, allow_null=True, default=None)
    access_by = RequesterField(slug_field="email", required=False, allow_null=True, default=None)
    call_back = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    evidence = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), required=False, default=list
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        answered = [name for name in _IMPACT if name in attrs]
        if answered and len(answered) < len(_IMPACT):
            missing = [name for name in _IMPACT if name not in attrs]
            raise serializers.ValidationError(
                {name: ["Answer all of the impact questions, or none."] for name in missing}
            )
        impact = impact_of(attrs) if answered else None
        kept = {name: value for name, value in attrs.items() if name not in (*_IMPACT, "has_workaround")}
        return kept | {"impact": impact}
