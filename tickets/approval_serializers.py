"""What the API reads and writes about requests for access or approval: shape only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tickets.models import ApprovalRequest


class ApprovalSerializer(serializers.ModelSerializer[ApprovalRequest]):
    """What the desk asks of a customer, and how it ended."""

    ticket = serializers.CharField(source="ticket.key", read_only=True)
    ticket_number = serializers.IntegerField(source="ticket.number", read_only=True)
    owner = serializers.CharField(read_only=True, help_text="Who decides, in words")
    asked_by = serializers.CharField(source="asked_by.name", read_only=True)
    can_answer = serializers.SerializerMethodField(help_text="Whether the calling member may answer it now")

    class Meta:
        model = ApprovalRequest
        fields = (
            "id",
            "ticket",
            "ticket_number",
            "kind",
            "what",
            "owner",
            "expires_at",
            "risk",
            "effect_of_no",
            "touches_production",
            "clock_effect",
            "state",
            "asked_by",
            "asked_at",
            "reminded_at",
            "ended_at",
            "ended_by",
            "reason",
            "can_answer",
        )
        read_only_fields = fields

    def get_can_answer(self, approval: ApprovalRequest) -> bool:
        member, now = self.context["member"], self.context["now"]
        return member is not None and approval.is_waiting(now) and approval.may_be_answered_by(member)


class ApproveRequestSerializer(serializers.Serializer[Any]):
    """Yes, and what the desk should mind."""

    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class DeclineRequestSerializer(serializers.Serializer[Any]):
    """No, and why."""

    reason = serializers.CharField(max_length=500)


class WithdrawRequestSerializer(serializers.Serializer[Any]):
    """Why the desk no longer asks."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class RemindRequestSerializer(serializers.Serializer[Any]):
    """Nothing."""


ON_APPROVAL: dict[str, type[serializers.Serializer[Any]]] = {
    "approve": ApproveRequestSerializer,
    "decline": DeclineRequestSerializer,
    "withdraw": WithdrawRequestSerializer,
    "remind": RemindRequestSerializer,
}
