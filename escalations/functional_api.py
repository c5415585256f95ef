"""Level 3 for programs: the same actions as in the browser, for the desk alone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from customers.models import DeskPerson
from escalations import functional_access as access
from escalations import functional_actions as actions
from escalations.functional_models import FunctionalEscalation
from escalations.functional_serializers import (
    BringBackSerializer,
    CalledSerializer,
    CallManagerSerializer,
    EscalateSerializer,
    FunctionalSerializer,
)
from tickets.api import TicketAPIView
from tickets.models import Ticket
from tickets.serializers import VersionSerializer


class _DeskAPIView(TicketAPIView):
    """An endpoint about a ticket that only the desk uses."""

    serializer_class: type[Serializer[Any]] = FunctionalSerializer

    def of_desk(self) -> DeskPerson:
        if self.person is None:
            raise PermissionDenied("Only the Trusst desk does this.")
        return self.person

    def newest(self, ticket: Ticket) -> FunctionalEscalation:
        return access.visits_of(ticket)[0]


class TicketEscalations(_DeskAPIView):
    """The escalations of one ticket to Level 3."""

    @extend_schema(operation_id="escalations_of_ticket", responses=FunctionalSerializer(many=True))
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List the escalations of a ticket to Level 3, the newest first."""
        self.of_desk()
        visits = access.visits_of(self.looked_at(number))
        return Response(FunctionalSerializer(visits, many=True).data)

    @extend_schema(
        operation_id="tickets_escalate",
        request=EscalateSerializer,
        responses={201: FunctionalSerializer},
    )
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Escalate a ticket from Level 2 to a team of Level 3."""
        self.of_desk()
        ticket = self.ticket(number)
        given = EscalateSerializer(data=request.data, context=self.context())
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        actions.escalate(
            ticket=ticket, actor=self.actor, at=self.now, expected_version=values.pop("version"), **values
        )
        return Response(FunctionalSerializer(self.newest(ticket)).data, status=status.HTTP_201_CREATED)


class TicketEscalationAccept(_DeskAPIView):
    """Somebody of the team takes it up."""

    @extend_schema(
        operation_id="escalations_accept", request=VersionSerializer, responses=FunctionalSerializer
    )
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Take up for your team what Level 2 asked."""
        person = self.of_desk()
        asked = VersionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = access.get_open(self.ticket(number))
        access.check_of_team(person, given)
        actions.accept(
            given=given,
            person=person,
            actor=self.actor,
            at=self.now,
            expected_version=asked.validated_data["version"],
        )
        return Response(FunctionalSerializer(self.newest(given.ticket)).data)


class TicketEscalationBack(_DeskAPIView):
    """Level 2 has it again."""

    @extend_schema(
        operation_id="escalations_bring_back", request=BringBackSerializer, responses=FunctionalSerializer
    )
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Give a ticket back from Level 3 to Level 2, or take it back."""
        person = self.of_desk()
        asked = BringBackSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = access.get_open(self.ticket(number))
        values = dict(asked.validated_data)
        actions.bring_back(
            given=given,
            person=person,
            actor=self.actor,
            at=self.now,
            expected_version=values.pop("version"),
            **values,
        )
        return Response(FunctionalSerializer(self.newest(given.ticket)).data)


class TicketCallManager(_DeskAPIView):
    """The duty manager is called by hand."""

    serializer_class = CalledSerializer

    @extend_schema(
        operation_id="tickets_call_manager", request=CallManagerSerializer, responses=CalledSerializer
    )
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Call the duty manager about a ticket; while a call waits, another one changes nothing."""
        self.of_desk()
        ticket = self.ticket(number)
        asked = CallManagerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        called = actions.call_manager(
            ticket=ticket,
            actor=self.actor,
            at=self.now,
            reason=values["reason"],
            expected_version=values["version"],
        )
        return Response(CalledSerializer({"called": called}).data)
