"""Exclusions, earlier restorations and waivers for programs: the same verbs as in the browser."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from slas import exclusion_access as access
from slas import verbs
from slas.exclusion_panel import Panel, Subject
from slas.exclusion_serializers import VERBS, OutsideSerializer
from tickets.api import TicketAPIView
from tickets.models import Ticket


class OutsideAPIView(TicketAPIView):
    """An endpoint about what of a ticket is outside the agreement."""

    serializer_class = OutsideSerializer

    def shown_outside(self, ticket: Ticket) -> Response:
        """Answer with all of it as the caller sees it."""
        panel = Panel(ticket=ticket, now=self.now, person=self.person, member=self.member)
        return Response(OutsideSerializer(panel).data)


class OutsideView(OutsideAPIView):
    """What of a ticket is outside the agreement, or is asked to be."""

    @extend_schema(operation_id="exclusions_list", responses=OutsideSerializer)
    def get(self, request: Request, customer: str, number: int) -> Response:
        """List a ticket's exclusions, earlier restorations and waivers, with what the caller may do."""
        return self.shown_outside(self.ticket(number))


class OutsideVerb(OutsideAPIView):
    """One verb; `name` is the end of its address."""

    name: ClassVar[str]
    offered: ClassVar[dict[str, verbs.Doing]]
    about: ClassVar[str] = ""

    def post(self, request: Request, customer: str, number: int, pk: int | None = None) -> Response:
        ticket = self.ticket(number)
        doing = self.offered[self.name]
        self._check(doing)
        subject = self._subject(ticket, pk)
        given = VERBS[self.name](data=request.data)
        given.is_valid(raise_exception=True)
        doing.act(
            verbs.Request(
                ticket=ticket,
                actor=self.actor,
                at=self.now,
                values=given.validated_data,
                person=self.person,
                **verbs.subject(subject),
            )
        )
        return self.shown_outside(ticket)

    def _check(self, doing: verbs.Doing) -> None:
        is_members = doing.name in verbs.ON_EXCLUSION_BY_MEMBER
        if is_members and self.member is None:
            raise PermissionDenied("Only a member of the customer does this.")
        if not is_members and self.person is None:
            raise PermissionDenied("Only the Trusst desk does this.")
        if doing.decides and self.person is not None:
            access.check_decides(self.person)

    def _subject(self, ticket: Ticket, pk: int | None) -> Subject:
        if pk is None:
            return None
        return (
            access.get_exclusion(ticket, pk)
            if self.about == "exclusion"
            else access.get_restoration(ticket, pk)
        )


#: What each verb does, for the reader of the schema.
_SAID = {
    "propose": "Propose that a span of a ticket's time is outside the agreement",
    "waive": "Waive a missed objective",
    "approve": "Approve what somebody else proposed",
    "reject": "Reject what somebody else proposed",
    "withdraw": "Withdraw one's own proposal",
    "end": "End an exclusion now",
    "contest": "Contest an approved exclusion, for the customer",
    "keep": "Keep a contested exclusion, and answer the customer",
    "revoke": "Revoke an exclusion, from now on or as if it never was",
}


def verb_view(name: str, offered: dict[str, verbs.Doing], about: str = "") -> type[OutsideVerb]:
    """Return the endpoint of one verb, with its own shape in the schema."""
    kind = about or "ticket"
    view: type[OutsideVerb] = type(
        f"{kind.title()}{name.title()}",
        (OutsideVerb,),
        {"name": name, "offered": offered, "about": about},
    )
    return extend_schema_view(
        post=extend_schema(
            operation_id=f"{kind}_{name}_outside" if not about else f"{kind}s_{name}",
            summary=_SAID[name],
            request=VERBS[name],
            responses={200: OutsideSerializer},
        )
    )(view)
