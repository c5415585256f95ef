"""What another severity would change, for programs of the desk."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from slas.severity_preview import Effect, SeverityPreview, preview_severity
from tickets.api import TicketAPIView
from tickets.serializers import SeverityNameField
from tickets.severity import Severity


class ChosenSeveritySerializer(serializers.Serializer[Any]):
    """The severity that somebody thinks of."""

    severity = SeverityNameField()


class ChangeSerializer(serializers.Serializer[Any]):
    """One objective before and after; while its clock stands still, as if it resumed now."""

    metric = serializers.CharField()
    cycle = serializers.IntegerField()
    effect = serializers.ChoiceField(choices=[(effect.value, effect.value) for effect in Effect])
    outcome = serializers.CharField(help_text="The verdict so far")
    is_halted = serializers.BooleanField()
    due_before = serializers.DateTimeField(allow_null=True)
    due_after = serializers.DateTimeField(allow_null=True)
    next_due_at = serializers.DateTimeField(
        allow_null=True, help_text="Of the update that is owed after one that is missed now"
    )


class SeverityPreviewSerializer(serializers.Serializer[SeverityPreview]):
    """What establishing a severity now would do; nothing is stored."""

    severity = serializers.CharField(source="severity.name")
    present = serializers.CharField(source="present.name")
    is_measured = serializers.BooleanField()
    changes = ChangeSerializer(many=True)
    told = serializers.ListField(child=serializers.CharField(), help_text="Who would be told")


class SeverityPreviewView(TicketAPIView):
    """A preview of every deadline of a ticket."""

    serializer_class = ChosenSeveritySerializer

    @extend_schema(
        operation_id="tickets_severity_preview",
        request=ChosenSeveritySerializer,
        responses={200: SeverityPreviewSerializer},
    )
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Preview every deadline under another severity; the desk only, and nothing changes."""
        ticket = self.ticket(number)
        if self.member is not None:
            raise PermissionDenied("Only the Trusst desk does this.")
        given = ChosenSeveritySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        severity = Severity(given.validated_data["severity"])
        return Response(
            SeverityPreviewSerializer(preview_severity(ticket, severity=severity, at=self.now)).data
        )
