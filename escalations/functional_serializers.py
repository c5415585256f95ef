"""What the API reads and writes about Level 3: shape only."""

from __future__ import annotations

from rest_framework import serializers

from escalations.functional_models import FunctionalEscalation
from tickets.serializers import DeskPersonField, TeamField, VersionSerializer


class FunctionalSerializer(serializers.ModelSerializer[FunctionalEscalation]):
    """An escalation to Level 3, and what became of it."""

    ticket = serializers.CharField(source="ticket.key", read_only=True)
    team = serializers.CharField(source="team.name", read_only=True)
    keeper = serializers.CharField(source="keeper.name", read_only=True)
    worker = serializers.CharField(source="worker.name", read_only=True, default=None)

    class Meta:
        model = FunctionalEscalation
        fields = (
            "id",
            "ticket",
            "state",
            "team",
            "tried",
            "needed",
            "keeper",
            "worker",
            "escalated_at",
            "escalated_by",
            "accepted_at",
            "ended_at",
            "ended_by",
            "end_reason",
            "findings",
        )
        read_only_fields = fields


class EscalateSerializer(VersionSerializer):
    """Which team, what was tried, what is needed, and who keeps the customer updated; all are required."""

    team = TeamField(pk_field=serializers.IntegerField())
    tried = serializers.CharField(max_length=5000)
    needed = serializers.CharField(max_length=5000)
    keeper = DeskPersonField(pk_field=serializers.IntegerField())


class BringBackSerializer(VersionSerializer):
    """Why Level 2 has it again; the team that gives it back says what it found as well."""

    reason = serializers.CharField(max_length=500)
    findings = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class CallManagerSerializer(VersionSerializer):
    """What the duty manager is called for."""

    reason = serializers.CharField(max_length=170)


class CalledSerializer(serializers.Serializer[dict[str, bool]]):
    """Whether this call is new: while one waits for somebody, another changes nothing."""

    called = serializers.BooleanField()
