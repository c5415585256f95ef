"""Rules as JSON, to read: a customer's agreement for its members, every version for the desk."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.access import desk_actor, desk_context, get_desk_person
from customers.api import CustomerAPIView
from customers.models import User
from slas import access
from slas.models import Agreement


class ObjectiveSerializer(serializers.Serializer[dict[str, Any]]):
    """One objective; `stops_while` is left out where the metric's usual reasons stop it."""

    severity = serializers.CharField()
    metric = serializers.CharField()
    kind = serializers.CharField(default="both")
    target_seconds = serializers.IntegerField()
    calendar = serializers.CharField(help_text="business or always")
    at_risk_percent = serializers.IntegerField(default=75)
    stops_while = serializers.ListField(child=serializers.CharField(), required=False)
    clause = serializers.CharField(default="")


class CalendarSerializer(serializers.Serializer[Any]):
    """A version of a calendar; its shifts are read by the clock on the wall."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    region = serializers.CharField()
    version = serializers.IntegerField()
    timezone = serializers.CharField(help_text="Empty: the customer's")
    weekly = serializers.DictField(child=serializers.ListField())
    holidays = serializers.DictField(
        source="draft.holidays", child=serializers.CharField(), help_text="Closed dates with their names"
    )
    overrides = serializers.DictField(child=serializers.ListField())
    source_note = serializers.CharField(source="source", help_text="Where the public holidays came from")
    effective_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(source="created_by_name")
    note = serializers.CharField()
    content_hash = serializers.CharField()


class PolicySerializer(serializers.Serializer[Any]):
    """A version of a policy."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    objectives = ObjectiveSerializer(source="document.objectives", many=True)
    reopen_seconds = serializers.IntegerField(source="document.reopen_window.seconds")
    effective_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(source="created_by_name")
    note = serializers.CharField()
    content_hash = serializers.CharField()


class AgreementSerializer(serializers.Serializer[Agreement]):
    """A term, with what it promises by the versions that hold now."""

    number = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    notice_on = serializers.DateField(allow_null=True)
    renewal_note = serializers.CharField()
    timezone = serializers.CharField()
    goals = serializers.DictField(child=serializers.IntegerField(), help_text="Percent by metric")
    clauses = serializers.DictField(child=serializers.CharField(), help_text="By what stops a clock")
    policy = PolicySerializer()
    business_hours = CalendarSerializer()


class CoverSerializer(serializers.Serializer[dict[str, Any]]):
    """What tickets that reach the desk now are measured by; best effort without an agreement."""

    is_best_effort = serializers.BooleanField()
    agreement = AgreementSerializer(allow_null=True)


class AgreementInForce(CustomerAPIView):
    """A customer's agreement."""

    @extend_schema(operation_id="agreement_read", responses=CoverSerializer)
    def get(self, request: Request, customer: str) -> Response:
        """Read the agreement in force, or that there is none."""
        agreement = access.agreement_in_force(self.customer, self.now)
        cover = {"is_best_effort": agreement is None, "agreement": agreement}
        return Response(CoverSerializer(cover).data)


class DeskAPIView(CustomerAPIView):
    """An endpoint about no customer, for the desk alone."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, and enter the context of a desk person; 403 for anybody else."""
        APIView.initial(self, request, *args, **kwargs)
        user = request.user
        assert isinstance(user, User)
        self.member = None
        self.person = get_desk_person(user=user)
        self.actor = desk_actor(self.person)
        self._enter(desk_context(self.person))


class CalendarList(DeskAPIView):
    """Every version of every calendar."""

    @extend_schema(operation_id="rules_calendars", responses=CalendarSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List calendars, the newest version of each first."""
        versions = [version for family in access.calendar_families() for version in family]
        return Response(CalendarSerializer(versions, many=True).data)


class CalendarDetail(DeskAPIView):
    """One version of a calendar."""

    @extend_schema(operation_id="rules_calendar", responses=CalendarSerializer)
    def get(self, request: Request, calendar: int) -> Response:
        """Read a version of a calendar."""
        return Response(CalendarSerializer(access.get_calendar(calendar)).data)


class PolicyList(DeskAPIView):
    """Every version of every policy."""

    @extend_schema(operation_id="rules_policies", responses=PolicySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List policies, the newest version of each first."""
        return Response(PolicySerializer(access.policies(), many=True).data)


class PolicyDetail(DeskAPIView):
    """One version of a policy."""

    @extend_schema(operation_id="rules_policy", responses=PolicySerializer)
    def get(self, request: Request, policy: int) -> Response:
        """Read a version of a policy."""
        return Response(PolicySerializer(access.get_policy(policy)).data)
