"""The clocks behind a figure as a file for a spreadsheet."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from customers.doors import desk_door
from customers.models import DeskPerson
from reports.access import scopes
from reports.exports import csv_response
from reports.forms.scopes import ClocksForm
from slas.events import say_clock

#: A list this long is a month of the largest desk; who wants more asks for shorter periods.
MOST_EXPORTED = 20_000


@require_safe
@desk_door()
def clocks_behind_csv(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Hand the same clocks to a spreadsheet; instants are in UTC and in the customer's own zone."""
    form = ClocksForm(request.GET, now=now)
    if not form.is_valid():
        return HttpResponse(str(next(iter(form.errors.values()))[0]), status=422, content_type="text/plain")
    found = scopes.latest_verdicts(form.asked().scope(), form.behind(), None, MOST_EXPORTED)
    return csv_response("clocks", _CLOCK_COLUMNS, [_clock_row(clock) for clock in found])


_CLOCK_COLUMNS = (
    "Ticket",
    "Subject",
    "Customer",
    "Objective",
    "Severity",
    "Verdict",
    "Waived",
    "Verdict at (UTC)",
    "Verdict at (the customer's time)",
    "Due at (UTC)",
    "Seconds used",
    "Seconds allowed",
)


def _clock_row(clock: Any) -> list[object]:
    customer = clock.ticket.customer
    return [
        clock.ticket.key,
        clock.ticket.subject,
        customer.name,
        say_clock(clock.metric, clock.cycle),
        f"P{clock.severity}",
        "excluded" if clock.outcome not in ("met", "missed") else clock.outcome,
        clock.waived,
        clock.judged_at,
        f"{clock.judged_at.astimezone(ZoneInfo(customer.timezone)):%Y-%m-%d %H:%M %Z}",
        clock.due_at,
        clock.consumed_seconds,
        clock.target_seconds,
    ]
