"""Hand-overs for programs: the same actions as in the browser."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import JSONParser
from escalations import hand_over_access as access
from escalations import hand_over_actions as actions
from escalations.models import HandOverQuerySet
from escalations.serializers import HandOverSerializer, PassSerializer
from tickets.access import read_again
from tickets.api import TicketAPIView
from tickets.serializers import TicketSerializer, VersionSerializer


class _NewestFirst(CursorPagination):
    ordering = ("-offered_at", "-id")
    page_size = 50


class HandOverList(TicketAPIView):
    """What a customer's Level 1 handed over."""

    serializer_class = HandOverSerializer
    pagination_class = _NewestFirst

    @extend_schema(operation_id="hand_overs_list", responses=HandOverSerializer(many=True))
    def get(self, request: Request, customer: str) -> Response:
        """List hand-overs, the newest first."""
        paginator = _NewestFirst()
        page = paginator.paginate_queryset(self._readable(), request, view=self)
        return paginator.get_paginated_response(HandOverSerializer(page, many=True).data)

    def _readable(self) -> HandOverQuerySet:
        return access.of_customer(self.customer) if self.member is None else access.of_member(self.member)


class TicketHandOvers(TicketAPIView):
    """The hand-overs of one ticket."""

    serializer_class = HandOverSerializer

    @extend_schema(operation_id="hand_overs_of_ticket", responses=HandOverSerializer(many=True))
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List the hand-overs of a ticket, the newest first."""
        return Response(HandOverSerializer(access.on_ticket(self.looked_at(number)), many=True).data)


class TicketPass(TicketAPIView):
    """Level 1 passes a ticket on."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(operation_id="tickets_pass", request=PassSerializer, responses=TicketSerializer)
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Pass a Level 1 ticket to the desk, with what Level 1 knows."""
        if self.member is None:
            raise PermissionDenied("Only a member of the customer does this.")
        ticket = access.get_ticket_to_pass(self.member, number)
        given = PassSerializer(data=request.data, context=self.context())
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        actions.hand_over(
            ticket=ticket, actor=self.actor, at=self.now, expected_version=values.pop("version"), **values
        )
        return Response(self.shown(read_again(ticket)))


class TicketAccept(TicketAPIView):
    """The desk accepts what Level 1 handed over."""

    @extend_schema(operation_id="tickets_accept", request=VersionSerializer, responses=HandOverSerializer)
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Accept the hand-over that waits on a ticket; to return it, return the ticket."""
        if self.person is None:
            raise PermissionDenied("Only the Trusst desk does this.")
        asked = VersionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        accepted = actions.accept(
            given=access.get_current(self.ticket(number)),
            actor=self.actor,
            at=self.now,
            expected_version=asked.validated_data["version"],
        )
        return Response(HandOverSerializer(access.get_for_desk(self.person, accepted.pk)).data)
