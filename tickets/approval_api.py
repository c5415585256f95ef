"""Requests for access or approval for programs: the same verbs as in the browser."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from customers.confirming import has_confirmed
from tickets import approval_access as access
from tickets import approval_verbs as verbs
from tickets.api import TicketAPIView
from tickets.approval_serializers import ON_APPROVAL, ApprovalSerializer
from tickets.approvals import NotConfirmed
from tickets.models import ApprovalQuerySet, ApprovalRequest


class _LatestFirst(CursorPagination):
    ordering = ("-asked_at", "-id")
    page_size = 50


class ApprovalAPIView(TicketAPIView):
    """An endpoint about what the desk asks of one customer."""

    serializer_class: type[Serializer[Any]] = ApprovalSerializer

    def approvals(self) -> ApprovalQuerySet:
        """Return the requests that the caller may read."""
        if self.member is not None:
            return access.approvals_for_member(self.member)
        return access.approvals_of(self.customer)

    def approval(self, pk: int) -> ApprovalRequest:
        """Return one of them, or 404."""
        if self.member is not None:
            return access.get_approval_for_member(self.member, pk)
        return access.get_approval_of(self.customer, pk)

    def told(self) -> dict[str, Any]:
        """Return what the serializer asks about the caller."""
        return {"member": self.member, "now": self.now}


class ApprovalList(ApprovalAPIView):
    """What the desk asks of a customer."""

    pagination_class = _LatestFirst

    @extend_schema(operation_id="approvals_list", responses=ApprovalSerializer(many=True))
    def get(self, request: Request, customer: str) -> Response:
        """List requests for access or approval, the latest first."""
        paginator = _LatestFirst()
        page = paginator.paginate_queryset(self.approvals(), request, view=self)
        return paginator.get_paginated_response(ApprovalSerializer(page, many=True, context=self.told()).data)


class ApprovalVerbView(ApprovalAPIView):
    """One verb of a request; `name` is the end of its address."""

    name: ClassVar[str]

    def post(self, request: Request, customer: str, pk: int) -> Response:
        approval = self.approval(pk)
        doing = self._doing(approval)
        given = ON_APPROVAL[self.name](data=request.data)
        given.is_valid(raise_exception=True)
        asked = verbs.Request(
            approval=approval,
            actor=self.actor,
            at=self.now,
            values=given.validated_data,
            member=self.member,
            confirmed=self.member is not None and has_confirmed(request),
        )
        try:
            doing.act(asked)
        except NotConfirmed as refused:
            raise PermissionDenied(
                f"{refused.reason} In this session, at /accounts/reauthenticate/."
            ) from refused
        return Response(ApprovalSerializer(self.approval(pk), context=self.told()).data)

    def _doing(self, approval: ApprovalRequest) -> verbs.Doing:
        if self.member is None:
            if self.name not in verbs.DESK:
                raise PermissionDenied("Only a member of the customer does this.")
            return verbs.DESK[self.name]
        if self.name not in verbs.MEMBER:
            raise PermissionDenied("Only the Trusst desk does this.")
        access.check_may_answer(self.member, approval)
        return verbs.MEMBER[self.name]


#: The body of a press: an object that says nothing.
_NOTHING = {"application/json": {"type": "object", "additionalProperties": False}}
_SAID = {
    "approve": "Approve what the desk asks; what touches production needs the password again first",
    "decline": "Decline what the desk asks, and say why",
    "withdraw": "Withdraw a request, for the desk",
    "remind": "Remind whoever decides, once a day, for the desk",
}


def verb_view(name: str) -> type[ApprovalVerbView]:
    """Return the endpoint of one verb, with its own shape in the schema."""
    view: type[ApprovalVerbView] = type(f"Approval{name.title()}", (ApprovalVerbView,), {"name": name})
    return extend_schema_view(
        post=extend_schema(
            operation_id=f"approvals_{name}",
            summary=_SAID[name],
            request=ON_APPROVAL[name] if ON_APPROVAL[name]().fields else _NOTHING,
            responses={200: ApprovalSerializer},
        )
    )(view)
