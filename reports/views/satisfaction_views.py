"""Reports for those who lead the desk."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from core.periods import PeriodForm
from customers.doors import desk_door
from customers.models import DECIDERS, DeskPerson
from reports.access import satisfaction as answers
from tickets.models import Score


@require_safe
@desk_door(*DECIDERS)
def satisfaction(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show what customers' people thought of how their tickets were handled."""
    form = PeriodForm(request.GET, now=now)
    report = None
    if form.is_valid():
        since, until = form.period()
        report = answers.satisfaction(since=since, until=until)
    return TemplateResponse(
        request,
        "desk/satisfaction.html",
        {"form": form, "report": report, "scores": list(Score), "now": now},
        status=200 if report else 422,
    )
