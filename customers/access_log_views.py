"""Which person of the desk looked at what, for the leads of the customer."""

from __future__ import annotations

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.tables import write_csv
from customers import portal_access
from customers.doors import member_door
from customers.models import Member, MemberRole
from customers.portal_forms import LookFilterForm

PAGE_SIZE = 100
#: More rows than this are read a day or a ticket at a time.
MOST_ROWS = 20_000


@require_safe
@member_door(MemberRole.LEAD)
def access_log(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """List the desk's looks at the customer's tickets, newest first."""
    form = _filter(request, member)
    page = None
    if form.is_valid():
        looks = portal_access.looks_of(member.customer, **form.chosen())
        page = Paginator(looks, PAGE_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "portal/access_log.html",
        {"customer": member.customer, "form": form, "page": page, "query": form.query(), "now": now},
        status=422 if page is None else 200,
    )


@require_safe
@member_door(MemberRole.LEAD)
def access_log_csv(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Hand the same looks to a spreadsheet, with the instants in the reader's zone."""
    form = _filter(request, member)
    if not form.is_valid():
        return HttpResponse(str(next(iter(form.errors.values()))[0]), status=422, content_type="text/plain")
    looks = portal_access.looks_of(member.customer, **form.chosen())[:MOST_ROWS]
    rows = [
        [
            timezone.localtime(look.at).isoformat(),
            look.person.name,
            f"{member.customer.key}-{look.ticket_number}",
            look.get_kind_display(),
        ]
        for look in looks
    ]
    return HttpResponse(
        write_csv([_("When"), _("Who"), _("Ticket"), _("What")], rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="access-log.csv"'},
    )


def _filter(request: HttpRequest, member: Member) -> LookFilterForm:
    people = portal_access.people_who_looked(member.customer)
    return LookFilterForm(request.GET, key=member.customer.key, people=people)
