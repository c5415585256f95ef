"""What the API says of escalation policies and running ladders: shape only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from escalations.models import Escalation, EscalationCall
from escalations.policy_models import EscalationPolicy
from tickets.severity import Severity


class RungSerializer(serializers.Serializer[dict[str, Any]]):
    """One step: when, and whom."""

    after_seconds = serializers.IntegerField(help_text="Since the matter became true")
    targets = serializers.ListField(
        child=serializers.CharField(), help_text="owner, engineers, leads, managers, or such as rota:3"
    )
    unassigned = serializers.BooleanField(default=False, help_text="Only while nobody owns the ticket")
    at_least = serializers.IntegerField(
        default=None, allow_null=True, help_text="Only while the severity is this or more; 1 is critical"
    )


class EscalationTermsSerializer(serializers.Serializer[dict[str, Any]]):
    """What a version says."""

    customer = serializers.IntegerField(allow_null=True, help_text="Null: every customer")
    severities = serializers.ListField(child=serializers.IntegerField(), help_text="Empty: all")
    metrics = serializers.ListField(child=serializers.CharField(), help_text="Empty: all")
    minutes = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True)
    priority = serializers.IntegerField()
    steps = RungSerializer(many=True)
    repeats = serializers.IntegerField()
    every_seconds = serializers.IntegerField()
    ack_seconds = serializers.IntegerField(allow_null=True)


class EscalationPolicySerializer(serializers.ModelSerializer[EscalationPolicy]):
    """A policy with its version in force."""

    version = serializers.IntegerField(source="newest.version", read_only=True)
    terms = EscalationTermsSerializer(source="newest.document", read_only=True)
    is_on = serializers.SerializerMethodField()

    class Meta:
        model = EscalationPolicy
        fields = ("id", "name", "trigger", "is_on", "version", "terms")
        read_only_fields = fields

    def get_is_on(self, policy: EscalationPolicy) -> bool:
        return policy.off_at is None


class EscalationCallSerializer(serializers.ModelSerializer[EscalationCall]):
    """Somebody who was called."""

    person = serializers.CharField(source="person.name", read_only=True)

    class Meta:
        model = EscalationCall
        fields = ("person", "reason", "called_at")
        read_only_fields = fields


class AcknowledgeSerializer(serializers.Serializer[dict[str, Any]]):
    """What a caller may say to be sure that it takes what it means."""

    ticket = serializers.CharField(
        required=False, max_length=30, help_text="The ticket's key; refused where it is another one"
    )


class LadderSerializer(serializers.ModelSerializer[Escalation]):
    """A ladder: what it is about, how far it has climbed, and who was called."""

    ticket = serializers.CharField(source="ticket.key", read_only=True)
    severity = serializers.SerializerMethodField()
    policy = serializers.SerializerMethodField(help_text="Null where the built-in ladder runs")
    calls = EscalationCallSerializer(many=True, read_only=True)

    class Meta:
        model = Escalation
        fields = (
            "id",
            "ticket",
            "severity",
            "trigger",
            "about",
            "state",
            "began_at",
            "policy",
            "steps_taken",
            "next_step_at",
            "calls",
            "ended_at",
            "ended_by",
            "ack_until",
        )
        read_only_fields = fields

    def get_severity(self, ladder: Escalation) -> str:
        return Severity(ladder.ticket.severity).name

    def get_policy(self, ladder: Escalation) -> str | None:
        version = ladder.policy_version
        return None if version is None else f"{version.policy.name}/{version.version}"
