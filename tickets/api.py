"""The same tickets as JSON: serializer in, the same action, JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.api import JSONParser
from core.problems import Refused
from customers.api import CustomerAPIView
from tickets import access, actions, verbs
from tickets.lifecycle import Verb
from tickets.looks import look_at
from tickets.models import AudienceChoice, Message, Ticket, TicketQuerySet
from tickets.serializers import (
    VERBS,
    MessageSerializer,
    OpenTicketSerializer,
    TicketQuerySerializer,
    TicketSerializer,
    WriteMessageSerializer,
)


class _NewestFirst(CursorPagination):
    ordering = ("-last_activity_at", "-id")
    page_size = 50

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValidationError:  # the cursor decodes, but not to an instant
            raise exceptions.NotFound(self.invalid_cursor_message) from None


class TicketAPIView(CustomerAPIView):
    """An endpoint about one customer's tickets."""

    serializer_class: type[Serializer[Any]] = TicketSerializer

    def tickets(self) -> TicketQuerySet:
        """Return the tickets that the caller may read."""
        if self.member is not None:
            return access.list_for_member(self.member).with_level_1_owner()
        return access.list_for_desk(self.customer).with_level_1_owner()

    def ticket(self, number: int) -> Ticket:
        """Return one of them, or 404."""
        if self.member is not None:
            return access.get_ticket_for_member(self.member, number)
        assert self.person is not None
        return access.get_ticket_for_desk(self.person, f"{self.customer.key}-{number}")

    def looked_at(self, number: int) -> Ticket:
        """Return one of them to read; that the desk did is written down for the customer."""
        ticket = self.ticket(number)
        return ticket if self.person is None else look_at(ticket, person=self.person, at=self.now)

    def context(self) -> dict[str, Any]:
        """Return what serializers ask about the caller."""
        return {
            "customer": self.customer,
            "is_desk": self.person is not None,
            "request": self.request,
            "verbs_of": self.verbs_of,
        }

    def verbs_of(self, ticket: Ticket) -> list[str]:
        """Return the names of what the caller may do to a ticket now; no query."""
        if self.member is None:
            assert self.person is not None
            allowed = access.verbs_of_desk(self.person, ticket)
            return sorted(name for name, doing in verbs.DESK.items() if doing.verb in allowed)
        member = self.member
        offered = {name: doing.verb for name, doing in verbs.MEMBER.items()} | verbs.ABOVE
        return sorted(name for name, verb in offered.items() if access.may(member, ticket, verb))

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        """Return a ticket as the API shows it to the caller."""
        return TicketSerializer(ticket, context=self.context()).data

    def asked(self, ticket: Ticket, values: Mapping[str, Any]) -> verbs.Request:
        """Return what the caller asks of a ticket."""
        return verbs.Request(
            ticket=ticket,
            actor=self.actor,
            at=self.now,
            values=values,
            person=self.person,
            member=self.member,
        )


class TicketList(TicketAPIView):
    """A customer's tickets."""

    parser_classes = (JSONParser, MultiPartParser)
    pagination_class = _NewestFirst

    @extend_schema(
        operation_id="tickets_list",
        parameters=[TicketQuerySerializer],
        responses=TicketSerializer(many=True),
    )
    def get(self, request: Request, customer: str) -> Response:
        """List tickets, the newest activity first."""
        given = TicketQuerySerializer(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        paginator = _NewestFirst()
        page = paginator.paginate_queryset(self._chosen(given.validated_data), request, view=self)
        return paginator.get_paginated_response(
            TicketSerializer(page, many=True, context=self.context()).data
        )

    def _chosen(self, filters: Mapping[str, Any]) -> TicketQuerySet:
        tickets = self.tickets()
        if filters["q"]:
            tickets = tickets.search(filters["q"], own=self.member is not None)
        if filters["open"] is not None:
            tickets = tickets.open() if filters["open"] else tickets.finished()
        if filters["level_1"]:
            tickets = tickets.at_level_1()
        if filters["status"] is not None:
            tickets = tickets.in_status(filters["status"])
        if filters["severity"] is not None:
            tickets = tickets.of_severity(filters["severity"])
        if filters["mine"]:
            if self.member is None:
                raise Refused("The desk reports nothing of its own.", field="mine")
            tickets = tickets.requested_by(self.member)
        return tickets

    @extend_schema(
        operation_id="tickets_open", request=OpenTicketSerializer, responses={201: TicketSerializer}
    )
    def post(self, request: Request, customer: str) -> Response:
        """Report an incident: a member as themselves, the desk for a member."""
        given = OpenTicketSerializer(data=request.data, context=self.context())
        given.is_valid(raise_exception=True)
        values = given.validated_data
        ticket = actions.open_ticket(
            customer=self.customer,
            actor=self.actor,
            at=self.now,
            requester=self.member or values["requester"],
            subject=values["subject"],
            description=values["description"],
            impact=given.impact(),
            to_desk=values["to_desk"],
            is_private=values["is_private"],
            service=values["service"],
            aws_account=values["aws_account"],
            started_at=values["started_at"],
            files=values["files"],
        )
        return Response(self.shown(access.read_again(ticket)), status=status.HTTP_201_CREATED)


class TicketDetail(TicketAPIView):
    """One ticket."""

    @extend_schema(operation_id="tickets_read", responses=TicketSerializer)
    def get(self, request: Request, customer: str, number: int) -> Response:
        """Read one ticket."""
        return Response(self.shown(self.looked_at(number)))


class TicketMessages(TicketAPIView):
    """The conversation of a ticket."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(operation_id="messages_list", responses=MessageSerializer(many=True))
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List what the caller may read, oldest first."""
        messages = access.messages_of(self.looked_at(number))
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
        written = self._doing(ticket, name).act(self.asked(ticket, given.validated_data))
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
        given = VERBS[self.name](data=request.data, context=self.context())
        given.is_valid(raise_exception=True)
        doing.act(self.asked(ticket, given.validated_data))
        return Response(self.shown(access.read_again(ticket)))

    def _doing(self, ticket: Ticket) -> verbs.Doing:
        if self.member is None:
            if self.name not in verbs.DESK:
                raise PermissionDenied("Only a member of the customer does this.")
            assert self.person is not None
            access.check_desk_may(self.person, verbs.DESK[self.name].verb)
            return verbs.DESK[self.name]
        doing = verbs.MEMBER.get(self.name)
        access.check_member_may(self.member, ticket, doing.verb if doing else Verb.ASSIGN)
        assert doing is not None
        return doing


#: What each verb does, for the reader of the schema.
SAID = {
    "assign": "Give the ticket to a desk person, or to nobody",
    "team": "Let the ticket belong to a team, or to none",
    "take": "Give the ticket to the caller",
    "severity": "Establish the severity, or confirm it",
    "hold": "Put the ticket on hold",
    "ask": "Ask the customer for access or an approval; the ticket is on hold until they answer",
    "resume": "End the hold",
    "restored": "Say that service is back",
    "resolve": "Resolve the ticket",
    "reopen": "Take a restored or resolved ticket back to work",
    "return": "Return the ticket to the customer's Level 1",
    "close": "Close a resolved ticket for good",
    "level1-take": "Take a Level 1 ticket",
    "level1-tick": "Say that a step of Level 1's checklist was done, or not after all",
    "level1-assign": "Give a Level 1 ticket to a coordinator or lead, or to nobody",
    "solve": "Mark a Level 1 ticket as solved",
    "confirm-restored": "Confirm that a restored ticket works again; the desk then resolves it",
    "confirm": "Confirm that it is fixed, which closes the ticket",
    "decide": "Answer a request for a review of the severity: keep it, or establish another one",
    "answer": "Answer a contested hold: keep it, or end it now",
    "reassess": "Answer the impact questions again, with what changed",
    "review": "Ask a desk lead for a review of the severity",
    "withdraw": "Withdraw one's own request for a review",
    "contest": "Say that the present hold is wrong",
    "tag": "Put a tag of the desk's list on the ticket",
    "untag": "Take a tag off the ticket",
    "link": "Link the ticket to another one",
    "unlink": "Take a link to another ticket away",
    "merge": "End the ticket: it goes on in another one of the same customer",
    "checklist": "Put a checklist on the ticket",
    "step": "Add a step to the ticket's checklist",
    "tick": "Say that a step is done, or that it is not",
    "follower": "Let one of the customer's people follow the ticket",
    "unfollower": "Let one of the customer's people no longer follow the ticket",
    "follow": "Follow a ticket",
    "unfollow": "Stop following a ticket",
    "privacy": "Keep the ticket from the contact's colleagues, or no longer",
    "affect": "Say that the ticket affects the caller too, who follows it from then on",
    "unaffect": "Say that the ticket no longer affects the caller",
}


def verb_view(name: str) -> type[TicketVerb]:
    """Return the endpoint of one verb, with its own shape in the schema."""
    view: type[TicketVerb] = type(f"Ticket{name.title()}", (TicketVerb,), {"name": name})
    return extend_schema_view(
        post=extend_schema(
            operation_id=f"tickets_{name}",
            summary=SAID[name],
            request=VERBS[name],
            responses={200: TicketSerializer},
        )
    )(view)
