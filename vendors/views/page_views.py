"""The desk's pages of vendors' cases: the list, one case, and how long vendors took."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from core.periods import PeriodForm
from customers.access import customers_of_desk
from customers.doors import desk_door
from customers.models import DeskPerson
from tickets.looks import look_at
from vendors import clocks, performance
from vendors.access import pages as access
from vendors.forms.pages import CaseFilterForm
from vendors.models import VendorCase

PAGE_SIZE = 50


@require_safe
@desk_door()
def vendor_cases(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the cases that vendors work on, those that wait for us first."""
    form = CaseFilterForm(request.GET, customers=customers_of_desk(), vendors=access.vendors_with_cases())
    cases = access.cases_for_desk(form.wanted, now=now)
    page = access.page_of(
        cases, size=PAGE_SIZE, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    counts = access.count_by_heading(cases)
    return TemplateResponse(
        request,
        "vendors/pages/cases.html",
        {
            "form": form,
            "page": page,
            "groups": [
                (access.HEADINGS[place], counts[access.HEADINGS[place].name], list(rows))
                for place, rows in groupby(page.rows, key=_heading_of)
            ],
            "is_narrowed": form.wanted != access.Wanted(),
            "now": now,
        },
        status=200 if form.is_valid() else 422,
    )


def _heading_of(case: VendorCase) -> int:
    row: Any = case  # with what the list annotates
    place: int = row.place
    return place


@require_safe
@desk_door()
def vendor_case(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show one case: where it stands, how long that took, and everything that was said."""
    case = access.get_case_page(person, pk)
    look_at(case.ticket, person=person, at=now)
    statuses, said = access.statuses_of(case), access.conversation_of(case)
    reading = access.read_clocks(case, statuses, access.written_on(said), now=now)
    return TemplateResponse(
        request,
        "vendors/pages/case.html",
        {
            "case": case,
            "ticket": case.ticket,
            "statuses": statuses,
            "said": said,
            "outgoing": access.outgoing_of(case),
            "reading": reading,
            "pieces": [] if reading is None else clocks.draw(reading.spans),
            "observed": access.latest_observation(case.link),
            "now": now,
        },
    )


@require_safe
@desk_door()
def vendor_performance(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show how long vendors took in a period, beside the times that they publish."""
    form = PeriodForm(request.GET, now=now)
    figures = []
    if form.is_valid():
        since, until = form.period()
        figures = performance.add_up(performance.measure(since=since, until=until, now=now))
    lines, end = performance.draw(figures)
    return TemplateResponse(
        request,
        "vendors/pages/performance.html",
        {
            "form": form,
            "figures": figures,
            "lines": lines,
            "end": end,
            "period": form.query(),
            "enough": performance.ENOUGH,
            "now": now,
        },
        status=200 if form.is_valid() else 422,
    )


@require_safe
@desk_door()
def vendor_performance_cases(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the cases that a figure counts."""
    form = PeriodForm(request.GET, now=now)
    asked = request.GET
    group = performance.Group(asked.get("vendor", ""), asked.get("plan", ""), asked.get("severity", ""))
    only = asked.get("only", "")
    listed = []
    if form.is_valid():
        since, until = form.period()
        measured = performance.measure(since=since, until=until, now=now)
        listed = [one for one in measured if one.group == group and one.is_of(only)]
    return TemplateResponse(
        request,
        "vendors/pages/performance_cases.html",
        {
            "form": form,
            "group": group,
            "only": only,
            "page": Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page")),
            "period": form.query(),
            "now": now,
        },
        status=200 if form.is_valid() else 422,
    )
