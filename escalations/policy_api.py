"""Escalation policies and running ladders for programs of the desk."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.problems import Refused
from escalations import actions
from escalations import policy_access as access
from escalations.policy_serializers import (
    AcknowledgeSerializer,
    EscalationPolicySerializer,
    LadderSerializer,
)
from slas.rule_api import DeskAPIView


class _OldestFirst(CursorPagination):
    ordering = ("began_at", "id")
    page_size = 50


class EscalationPolicyList(DeskAPIView):
    """Every escalation policy."""

    @extend_schema(operation_id="escalation_policies_list", responses=EscalationPolicySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List escalation policies with what they say now, those in force first."""
        return Response(EscalationPolicySerializer(access.policies(), many=True).data)


class EscalationPolicyDetail(DeskAPIView):
    """One escalation policy."""

    @extend_schema(operation_id="escalation_policies_read", responses=EscalationPolicySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Read an escalation policy."""
        return Response(EscalationPolicySerializer(access.get_policy(pk)).data)


class RunningLadders(DeskAPIView):
    """What waits for somebody."""

    pagination_class = _OldestFirst
    serializer_class = LadderSerializer

    @extend_schema(operation_id="escalations_running", responses=LadderSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the ladders that run, the oldest first."""
        paginator = _OldestFirst()
        found = access.running_ladders().prefetch_related("calls__person")
        page = paginator.paginate_queryset(found, request, view=self)
        return paginator.get_paginated_response(LadderSerializer(page, many=True).data)


class LadderAcknowledge(DeskAPIView):
    """Somebody takes it."""

    @extend_schema(
        operation_id="escalations_acknowledge", request=AcknowledgeSerializer, responses=LadderSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Acknowledge a running escalation, so that nobody further is called."""
        ladder = access.get_ladder(pk)
        asked = AcknowledgeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if asked.validated_data.get("ticket", ladder.ticket.key) != ladder.ticket.key:
            raise Refused(f"This escalation is about {ladder.ticket.key}.", field="ticket")
        if not actions.acknowledge_one(escalation=ladder, actor=self.actor, at=self.now):
            raise Refused("This alert does not wait for anybody any more.")
        return Response(LadderSerializer(access.get_ladder(pk)).data)
