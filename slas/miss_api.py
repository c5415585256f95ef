"""Missed promises for programs: both sides read them, the desk says why."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.access import desk_actor
from slas import actions
from slas.miss_access import misses_of
from slas.models import MissCause
from tickets.api import TicketAPIView


class MissSerializer(serializers.Serializer[Any]):
    """A missed objective, and what was said about it; nothing yet is an empty cause."""

    miss = serializers.CharField(source="key", help_text="What it is explained by, such as update:2")
    metric = serializers.CharField()
    cycle = serializers.IntegerField()
    missed_at = serializers.DateTimeField()
    cause = serializers.CharField(source="explanation.cause", default="")
    detail = serializers.CharField(source="explanation.detail", default="")
    action = serializers.CharField(source="explanation.action", default="")
    explained_at = serializers.DateTimeField(source="explanation.explained_at", default=None)
    cause_due_at = serializers.DateTimeField(help_text="By when the cause should be said", allow_null=True)


class ExplainSerializer(serializers.Serializer[Any]):
    """Which objectives, why they were missed, and what is done about it, which may follow later."""

    misses = serializers.ListField(child=serializers.CharField(max_length=20), allow_empty=False)
    cause = serializers.ChoiceField(choices=MissCause.choices)
    detail = serializers.CharField(max_length=500)
    action = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class TicketMisses(TicketAPIView):
    """What a ticket has missed."""

    serializer_class = MissSerializer

    @extend_schema(operation_id="misses_list", responses=MissSerializer(many=True))
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List what a ticket has missed, and why."""
        return Response(MissSerializer(misses_of(self.looked_at(number), self.now), many=True).data)

    @extend_schema(
        operation_id="misses_explain",
        request=ExplainSerializer,
        responses={200: MissSerializer(many=True)},
    )
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Say why objectives were missed; the desk only."""
        ticket = self.ticket(number)
        if self.person is None:
            raise PermissionDenied("Only the Trusst desk does this.")
        given = ExplainSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        actions.explain_misses(
            ticket=ticket,
            actor=desk_actor(self.person),
            at=self.now,
            misses=said["misses"],
            cause=MissCause(said["cause"]),
            detail=said["detail"],
            action=said["action"],
        )
        return Response(MissSerializer(misses_of(ticket, self.now), many=True).data)
