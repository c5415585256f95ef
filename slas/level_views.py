"""How the promises to a customer were kept, for those of the customer who read its agreement."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.periods import PeriodForm
from core.tables import write_csv
from customers.doors import member_door
from customers.models import Member, MemberRole
from slas import access
from slas.attainment import Levels, levels_of
from slas.events import METRIC_NAMES, say_metric

#: Its misses name tickets, so it is for those who may read every ticket of the customer.
READERS = (MemberRole.COORDINATOR, MemberRole.LEAD)


@require_safe
@member_door(*READERS)
def service_levels(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show how the promises were kept in a period, what was missed, and what was left out."""
    form = PeriodForm(request.GET, now=now)
    levels = _levels(member, form, now) if form.is_valid() else None
    to_csv = reverse("portal-service-levels-csv", kwargs={"customer": member.customer.slug})
    return TemplateResponse(
        request,
        "portal/service_levels.html",
        {
            "customer": member.customer,
            "form": form,
            "levels": levels,
            "agreement": access.agreement_in_force(member.customer, now),
            "metric_names": {metric: say_metric(metric) for metric in METRIC_NAMES},
            "to_csv": f"{to_csv}?{form.query()}",
            "now": now,
        },
        status=200 if levels else 422,
    )


@require_safe
@member_door(*READERS)
def service_levels_csv(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Hand the figures to a spreadsheet, a row for each objective and severity."""
    form = PeriodForm(request.GET, now=now)
    if not form.is_valid():
        return HttpResponse(str(next(iter(form.errors.values()))[0]), status=422, content_type="text/plain")
    rows = [
        [
            line.label,
            line.severity.name if line.severity else "",
            line.tally.met,
            line.tally.missed,
            line.tally.waived,
            line.tally.excluded,
            "" if line.tally.percent is None else line.tally.percent,
            "" if line.goal is None else line.goal,
        ]
        for _, lines in _levels(member, form, now).objectives
        for line in lines
    ]
    return HttpResponse(
        write_csv(_COLUMNS, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="service-levels.csv"'},
    )


_COLUMNS = (
    "Objective",
    "Severity",
    "Met",
    "Missed",
    "Of these waived",
    "Excluded",
    "Attained (%)",
    "Goal (%)",
)


def _levels(member: Member, form: PeriodForm, now: datetime) -> Levels:
    since, until = form.period()
    agreement = access.agreement_in_force(member.customer, now)
    goals = {} if agreement is None else agreement.goals
    return levels_of(member.customer, since=since, until=until, goals=goals)
