"""Reports about clocks for those who lead the desk."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.periods import PeriodForm
from core.tables import write_csv
from customers.doors import desk_door
from customers.models import DECIDERS, DeskPerson
from slas.late_holds import LateHold, holds_before_breaches


@require_safe
@desk_door(*DECIDERS)
def late_holds(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show the holds that were opened within 15 minutes before a promise would have been missed."""
    form = PeriodForm(request.GET, now=now)
    period = form.period() if form.is_valid() else None
    return TemplateResponse(
        request,
        "desk/late_holds.html",
        {
            "form": form,
            "period": period,
            "holds": [] if period is None else _holds(period, now),
            "to_csv": f"{reverse('desk-report-holds-csv')}?{form.query()}",
            "now": now,
        },
        status=200 if period else 422,
    )


@require_safe
@desk_door(*DECIDERS)
def late_holds_csv(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Hand the same table to a spreadsheet; instants are in UTC."""
    form = PeriodForm(request.GET, now=now)
    if not form.is_valid():
        return HttpResponse(str(next(iter(form.errors.values()))[0]), status=422, content_type="text/plain")
    holds = _holds(form.period(), now)
    return HttpResponse(
        write_csv(_COLUMNS, [_row(hold) for hold in holds]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="holds-before-breaches.csv"'},
    )


def _holds(period: tuple[datetime, datetime], now: datetime) -> list[LateHold]:
    since, until = period
    return holds_before_breaches(since=since, until=until, now=now)


_COLUMNS = (
    "Ticket",
    "Customer",
    "Held at",
    "Held by",
    "Reason",
    "Awaited",
    "Objective",
    "Would have been missed at",
    "Seconds before",
    "What became of it",
)


def _row(hold: LateHold) -> list[object]:
    return [
        hold.ticket.key,
        hold.ticket.customer.name,
        f"{hold.held_at:%Y-%m-%dT%H:%M:%SZ}",
        hold.who,
        hold.reason,
        hold.note,
        hold.objective,
        f"{hold.due_at:%Y-%m-%dT%H:%M:%SZ}",
        hold.seconds_before,
        hold.became,
    ]
