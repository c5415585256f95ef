"""The same tickets as JSON: serializer in, the same action, JSON out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.problems import Refused
from customers.api import CustomerAPIView
from tickets import access, actions, verbs
from tickets.lifecycle import Verb
from tickets.models import AudienceChoice, Message, Ticket, TicketQuerySet
from tickets.serializers import (
    VERBS,
    MessageSerializer,
    OpenTicketSerializer,
    TicketSerializer,
    WriteMessageSerializer,
)


class _NewestFirst(CursorPagination):
    ordering = ("-last_activity_at", "-id")
    page_size = 50


class TicketAPIView(CustomerAPIView):
    """An endpoint about one customer's tickets."""

    serializer_class: type[Serializer[Any]] = TicketSerializer

    def tickets(self) -> TicketQuerySet:
        """Return the tickets that the caller may read."""
        if self.member is not None:
            return access.list_for_member(self.member)
        return access.list_for_desk(self.customer)

    def ticket(self, number: int) -> Ticket:
        """Return one of them, or 404."""
        if self.member is not None:
            return access.get_ticket_for_member(self.member, number)
        assert self.person is not None
        return access.get_ticket_for_desk(self.person, f"{self.customer.key}-{number}")

    def context(self) -> dict[str, Any]:
        """Return what serializers ask about the caller."""
        return {"customer": self.customer, "is_desk": self.person is not None, "request": self.request}


class TicketList(TicketAPIView):
    """A customer's tickets."""

    @extend_schema(
        operation_id="tickets_list",
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="Words or a reference to look for"),
            OpenApiParameter("open", OpenApiTypes.BOOL, description="Only open or only finished ones"),
            OpenApiParameter("cursor", OpenApiTypes.STR, description="The page, from `next` or `previous`"),
        ],
        responses=TicketSerializer(many=True),
    )
    def get(self, request: Request, customer: str) -> Response:
        """List tickets, the newest activity first."""
        tickets = self.tickets()
        if text := request.query_params.get("q", "").strip():
            tickets = tickets.search(text)
        match request.query_params.get("open"):
            case None:
                pass
            case "true":
                tickets = tickets.open()
            case "false":
                tickets = tickets.finished()
            case _:
                raise Refused("Use true or false.", field="open")
        paginator = _NewestFirst()
        page = paginator.paginate_queryset(tickets, request, view=self)
        return paginator.get_paginated_response(TicketSerializer(page, many=True).data)

    @extend_schema(
        operation_id="tickets_open", request=OpenTicketSerializer, responses={201: TicketSerializer}
    )
    def post(self, request: Request, customer: str) -> Response:
        """Report an incident as the signed-in member."""
        if self.member is None:
            raise PermissionDenied("Only a member of the customer reports here.")
        given = OpenTicketSerializer(data=request.data, context=self.context())
        given.is_valid(raise_exception=True)
        values = given.validated_data
        ticket = actions.open_ticket(
            customer=self.customer,
            actor=self.actor,
            at=self.now,
            requester=self.member,
            subject=values["subject"],
            description=values["description"],
            impact=given.impact(),
            to_desk=values["to_desk"],
            service=values["service"],
            aws_account=values["aws_account"],
            started_at=values["started_at"],
        )
        return Response(TicketSerializer(self.ticket(ticket.number)).data, status=status.HTTP_201_CREATED)


class TicketDetail(TicketAPIView):
    """One ticket."""

    @extend_schema(operation_id="tickets_read", responses=TicketSerializer)
    def get(self, request: Request, customer: str, number: int) -> Response:
        """Read one ticket."""
        return Response(TicketSerializer(self.ticket(number)).data)


class TicketMessages(TicketAPIView):
    """The conversation of a ticket."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(operation_id="messages_list", responses=MessageSerializer(many=True))
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List what the caller may read, oldest first."""
        messages = access.messages_of(self.ticket(number))
        return Response(MessageSerializer(messages, many=True, context=self.context()).data)

    @extend_schema(
        operation_id="messages_write", request=WriteMessageSerializer, responses={201: MessageSerializer}
    )
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Reply, or write a note for one's own side."""
        ticket = self.ticket(number)
        given = WriteMessageSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        audience = AudienceChoice(given.validated_data["audience"])
        own_side = AudienceChoice.DESK if self.person is not None else AudienceChoice.CUSTOMER
        if audience not in (AudienceChoice.PUBLIC, own_side):
            raise Refused(f"Write to public or to {own_side.value}.", field="audience")
        name = "reply" if audience is AudienceChoice.PUBLIC else "note"
        written = self._doing(ticket, name).act(
            verbs.Request(
                ticket=ticket,
                actor=self.actor,
                at=self.now,
                values={"body": given.validated_data["body"], "files": given.validated_data["files"]},
                person=self.person,
            )
        )
        assert isinstance(written, Message)
        return Response(
            MessageSerializer(written, context=self.context()).data, status=status.HTTP_201_CREATED
        )

    def _doing(self, ticket: Ticket, name: str) -> verbs.Doing:
        if self.member is None:
            return verbs.DESK[name]
        doing = verbs.MEMBER[name]
        access.check_member_may(self.member, ticket, doing.verb)
        return doing


class TicketVerb(TicketAPIView):
    """One verb of a ticket; `name` is the end of its address."""

    name: ClassVar[str]

    def post(self, request: Request, customer: str, number: int) -> Response:
        ticket = self.ticket(number)
        doing = self._doing(ticket)
        given = VERBS[self.name](data=request.data)
        given.is_valid(raise_exception=True)
        doing.act(
            verbs.Request(
                ticket=ticket,
                actor=self.actor,
                at=self.now,
                values=given.validated_data,
                person=self.person,
            )
        )
        return Response(TicketSerializer(self.ticket(number)).data)

    def _doing(self, ticket: Ticket) -> verbs.Doing:
        if self.member is None:
            if self.name not in verbs.DESK:
                raise PermissionDenied("Only a member of the customer does this.")
            return verbs.DESK[self.name]
        doing = verbs.MEMBER.get(self.name)
        access.check_member_may(self.member, ticket, doing.verb if doing else Verb.ASSIGN)
        assert doing is not None
        return doing


def verb_view(name: str) -> type[TicketVerb]:
    """Return the endpoint of one verb, with its own shape in the schema."""
    described = extend_schema(
        operation_id=f"tickets_{name}", request=VERBS[name], responses={200: TicketSerializer}
    )
    view: type[TicketVerb] = type(f"Ticket{name.title()}", (TicketVerb,), {"name": name})
    return extend_schema(summary=f"Ask a ticket to {name}")(described(view))
