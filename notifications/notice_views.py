"""What a person was told, in the portal itself: the same messages as by mail, read or not."""

from __future__ import annotations

from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from customers.doors import desk_door, member_door
from customers.models import DeskPerson, Member
from notifications import access
from notifications.models import Notification

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_notices(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List what a desk person was told; marking is by POST."""
    rows = access.notices_of_person(person)
    if request.method == "POST":
        _mark(request, rows, now)
        return redirect("desk-notices")
    return _page(request, rows, now, base="desk/base.html")


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def notices(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """List what a member was told; marking is by POST."""
    rows = access.notices_of_member(member)
    if request.method == "POST":
        _mark(request, rows, now)
        return redirect("portal-notices", customer=member.customer.slug)
    return _page(request, rows, now, base="portal/base.html")


def _mark(request: HttpRequest, rows: QuerySet[Notification], now: datetime) -> None:
    """Mark the message that the pressed button names, or all of them."""
    named = request.POST.get("read", "")
    if named == "all":
        access.mark_read(rows, at=now)
    elif named.isdecimal() and len(named) < 19:
        access.mark_read(rows, at=now, ids=[int(named)])


def _page(
    request: HttpRequest, rows: QuerySet[Notification], now: datetime, *, base: str
) -> TemplateResponse:
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "notifications/notices.html",
        {"page": page, "unread": access.count_unread(rows), "base_template": base, "now": now},
    )
