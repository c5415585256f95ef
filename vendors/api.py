"""Vendors' cases and the links to accounts for programs, who read what the pages show."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api import CustomerAPIView
from tickets.looks import look_at
from vendors.access import pages as access
from vendors.models import VendorCaseQuerySet
from vendors.serializers import (
    CaseQuerySerializer,
    VendorAccountSerializer,
    VendorCaseDetailSerializer,
    VendorCaseSerializer,
)


class _NewestFirst(CursorPagination):
    ordering = ("-asked_at", "-id")
    page_size = 50

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValidationError:  # the cursor decodes, but not to an instant
            raise exceptions.NotFound(self.invalid_cursor_message) from None


class _CaseAPIView(CustomerAPIView):
    """An endpoint about the vendors' cases of one customer."""

    def cases(self) -> VendorCaseQuerySet:
        """Return the cases that the caller may read."""
        if self.member is not None:
            return access.cases_of_member(self.member)
        return access.cases_of_customer(self.customer)


class VendorCaseList(_CaseAPIView):
    """What vendors were asked for a customer."""

    serializer_class = VendorCaseSerializer
    pagination_class = _NewestFirst

    @extend_schema(
        operation_id="vendor_cases_list",
        parameters=[CaseQuerySerializer],
        responses=VendorCaseSerializer(many=True),
    )
    def get(self, request: Request, customer: str) -> Response:
        """List cases, the newest first."""
        given = CaseQuerySerializer(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        paginator = _NewestFirst()
        page = paginator.paginate_queryset(
            access.chosen(self.cases(), **given.validated_data), request, view=self
        )
        return paginator.get_paginated_response(VendorCaseSerializer(page, many=True).data)


class VendorCaseDetail(_CaseAPIView):
    """One case."""

    serializer_class = VendorCaseDetailSerializer

    @extend_schema(operation_id="vendor_cases_read", responses=VendorCaseDetailSerializer)
    def get(self, request: Request, customer: str, pk: int) -> Response:
        """Read one case with its statuses and what its clocks say."""
        case = access.get_one(self.cases(), pk)
        written = None
        if self.person is not None:
            look_at(case.ticket, person=self.person, at=self.now)
            written = access.written_on(access.conversation_of(case))
        context = {"statuses": access.statuses_of(case), "written": written, "now": self.now}
        return Response(VendorCaseDetailSerializer(case, context=context).data)


class VendorAccountList(CustomerAPIView):
    """How the desk reaches a customer's accounts at vendors."""

    serializer_class = VendorAccountSerializer
    pagination_class = None

    @extend_schema(operation_id="vendor_accounts_list", responses=VendorAccountSerializer(many=True))
    def get(self, request: Request, customer: str) -> Response:
        """List the linked accounts with what was last seen of their plans."""
        if self.member is not None and not self.member.works_level_1:
            raise PermissionDenied("Coordinators and leads of your organisation see its accounts.")
        links = list(access.links_of(self.customer))
        context = {"observations": access.latest_observations(links)}
        return Response(VendorAccountSerializer(links, many=True, context=context).data)
