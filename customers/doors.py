"""The two browser doors: a member's, under /c/<customer>/, and the desk's, under /desk/."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from core.tenancy import Context, acting_as
from customers import access
from customers.models import DeskPerson, Member, User

P = ParamSpec("P")
MemberView = Callable[Concatenate[HttpRequest, Member, datetime, P], HttpResponseBase]
DeskView = Callable[Concatenate[HttpRequest, DeskPerson, datetime, P], HttpResponseBase]
Door = Callable[..., HttpResponseBase]


def member_door(*roles: str) -> Callable[[MemberView[P]], Door]:
    """Let in members of the customer in the path who have one of the roles (any, when none is named).

    The view gets the member and the database's now; it runs, and its response is rendered to bytes,
    inside the member's context.
    """

    def decorate(view: MemberView[P]) -> Door:
        @wraps(view)
        @never_cache
        def door(request: HttpRequest, customer: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return _ask_to_sign_in(request)
            member = access.get_member(user=user, slug=customer, roles=roles)
            request.member = member  # type: ignore[attr-defined]
            return _inside(
                access.member_context(member),
                member.zone,
                lambda now: view(request, member, now, *args, **kwargs),
            )

        return door

    return decorate


def desk_door(*roles: str) -> Callable[[DeskView[P]], Door]:
    """Let in people of the desk who have one of the roles (any, when none is named)."""

    def decorate(view: DeskView[P]) -> Door:
        @wraps(view)
        @never_cache
        def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return _ask_to_sign_in(request)
            person = access.get_desk_person(user=user, roles=roles)
            request.person = person  # type: ignore[attr-defined]
            return _inside(
                access.desk_context(person),
                person.timezone,
                lambda now: view(request, person, now, *args, **kwargs),
            )

        return door

    return decorate


def _inside(context: Context, zone: str, run: Callable[[datetime], HttpResponseBase]) -> HttpResponseBase:
    """Run a view in its context and render what it returns before the context closes."""
    with timezone.override(zoneinfo.ZoneInfo(zone)), acting_as(context) as now:
        response = run(now)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        return response


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and back to the page the person was on, not to an address that only takes POST."""
    back_to = request.get_full_path()
    if request.method not in ("GET", "HEAD"):
        referer = urlsplit(request.headers.get("Referer", ""))
        back_to = referer.path if referer.netloc == request.get_host() and referer.path else "/"
    if request.headers.get("HX-Request"):
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
        target = redirect_to_login(current.path or "/")
        return HttpResponse(status=401, headers={"HX-Redirect": target.url})
    return redirect_to_login(back_to)
