"""The base of every API endpoint: a customer's path, a member or a desk person, a context."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import JSONParser, SessionAuthentication
from core.tenancy import Actor, Context, acting_as
from customers import access
from customers.models import Customer, DeskPerson, Member, User


class CustomerAPIView(APIView):
    """An endpoint under /api/v1/c/<customer>/ for that customer's members and for the desk.

    The handler runs, and its answer is rendered, inside the caller's context. No answer is kept by a cache.
    """

    authentication_classes = (SessionAuthentication,)
    parser_classes: Sequence[type[BaseParser]] = (JSONParser,)
    permission_classes = (IsAuthenticated,)

    actor: Actor
    now: datetime
    customer: Customer
    member: Member | None
    person: DeskPerson | None
    _stack: ExitStack
    _entered = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as stack:
            self._stack = stack
            response = super().dispatch(request, *args, **kwargs)
            if isinstance(response, Response):
                response.render()
            add_never_cache_headers(response)
            return response

    def handle_exception(self, exc: Exception) -> Response:
        """Answer with a problem document, and undo whatever the handler had begun."""
        if self._entered:
            transaction.set_rollback(True)
        return super().handle_exception(exc)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, find who is calling for which customer, and enter their context."""
        super().initial(request, *args, **kwargs)
        user = request.user
        assert isinstance(user, User)
        slug = kwargs["customer"]
        self.person = access.find_desk_person(user)
        self.member = None
        if self.person is None:
            self.member = access.get_member(user=user, slug=slug)
            self.actor = access.member_actor(self.member)
            self._enter(access.member_context(self.member))
            self.customer = self.member.customer
        else:
            self.actor = access.desk_actor(self.person)
            self._enter(access.desk_context(self.person))
            self.customer = access.get_customer(slug)

    def _enter(self, context: Context) -> None:
        self.now = self._stack.enter_context(acting_as(context))
        self._entered = True
