"""What belongs to a ticket, for programs: its tags, links, steps and followers, and one update to all parts.

They are changed by the verbs beside them, such as `tag` and `untag`.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.problems import Refused
from tickets import actions, composer_access
from tickets import relation_access as relations
from tickets.api import TicketAPIView
from tickets.canned import fill
from tickets.lifecycle import Verb
from tickets.models import Ticket
from tickets.ticket_parts_serializers import (
    ChecklistStepSerializer,
    FollowersSerializer,
    LinkedSerializer,
    MajorUpdateSerializer,
    OutcomeSerializer,
    TagNameSerializer,
)


class _DesksOwn(TicketAPIView):
    """Something of a ticket that only the desk has to do with."""

    def ticket(self, number: int) -> Ticket:
        found = super().ticket(number)
        if self.person is None:
            raise PermissionDenied("Only the Trusst desk does this.")
        return found


class TicketTags(_DesksOwn):
    """The desk's words on a ticket."""

    @extend_schema(operation_id="tags_list", responses=TagNameSerializer(many=True))
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List the tags of a ticket; the desk only."""
        return Response(TagNameSerializer(relations.tags_of(self.looked_at(number)), many=True).data)


class TicketSteps(_DesksOwn):
    """The desk's checklist on a ticket."""

    @extend_schema(operation_id="steps_list", responses=ChecklistStepSerializer(many=True))
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List the steps on a ticket, and who did which; the desk only."""
        return Response(ChecklistStepSerializer(relations.items_of(self.looked_at(number)), many=True).data)


class TicketFollowers(_DesksOwn):
    """Who hears of a ticket beside its contact and its owner."""

    @extend_schema(operation_id="followers_list", responses=FollowersSerializer)
    def get(self, request: Request, customer: str, number: int) -> Response:
        """Say who follows a ticket; the desk only."""
        ticket = self.looked_at(number)
        return Response(
            FollowersSerializer(
                {
                    "members": relations.followers_of(ticket),
                    "desk": [person.name for person in relations.desk_followers_of(ticket)],
                }
            ).data
        )


class TicketLinks(TicketAPIView):
    """What a ticket is linked to."""

    @extend_schema(operation_id="links_list", responses=LinkedSerializer(many=True))
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List what a ticket is linked to, as far as the caller may read it."""
        ticket = self.looked_at(number)
        if self.member is not None:
            found = relations.links_for_member(self.member, ticket)
        else:
            found = relations.links_of(ticket)
        return Response(LinkedSerializer(found, many=True).data)


class TicketMajor(_DesksOwn):
    """One update to every ticket of a major incident."""

    @extend_schema(
        operation_id="tickets_major",
        request=MajorUpdateSerializer,
        responses={200: OutcomeSerializer(many=True)},
    )
    def post(self, request: Request, customer: str, number: int) -> Response:
        """Send one update to a major incident and its parts, to each customer by itself; the desk only."""
        ticket = self.ticket(number)
        given = MajorUpdateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        body, keys = given.validated_data["body"], set(given.validated_data["parts"])
        open_to_reply = {one.key: one for one in (ticket, *relations.parts_of(ticket)) if one.may(Verb.REPLY)}
        if unknown := keys - set(open_to_reply):
            named = ", ".join(sorted(unknown))
            raise Refused(f"Not part of this, or closed: {named}.", field="parts")
        sender = self.actor.name
        outcomes = actions.update_parts(
            ticket=ticket,
            actor=self.actor,
            at=self.now,
            parts=[one for key, one in open_to_reply.items() if not keys or key in keys],
            text_for=lambda part: (
                fill(body, composer_access.values_for(part, sender=sender, now=self.now)).text
            ),
        )
        return Response(OutcomeSerializer(outcomes, many=True).data)
