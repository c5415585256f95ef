"""Missed promises over all tickets: why, what follows, and who owns it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.problems import Refused, Stale
from customers.doors import desk_door
from customers.models import DeskPerson
from reports.access import misses as access
from reports.actions import misses as actions
from reports.exports import csv_response
from reports.forms.planning import FollowUpForm, MissFilterForm, follow_up_initial
from reports.models import FollowUp, MissAction
from slas.events import say_clock
from slas.models import MissCause

PAGE = 50
#: As many rows as a spreadsheet of a year has in a bad one.
MOST_EXPORTED = 20_000


@require_safe
@desk_door()
def misses(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List what was missed, what is overdue first, with the causes by their number."""
    form = MissFilterForm(request.GET, now=now)
    found = access.misses(form.asked(now)) if form.is_valid() else None
    page = None if found is None else Paginator(found, PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "reports/misses/misses.html",
        {
            "form": form,
            "page": page,
            "rows": [] if page is None else [(entry, _label(entry)) for entry in page],
            "bars": []
            if found is None
            else [(bar, form.query(cause=bar.cause, page="")) for bar in access.pareto(found)],
            "causes": dict(MissCause.choices),
            "query": form.query(),
            "now": now,
        },
        status=200 if page is not None else 422,
    )


@require_safe
@desk_door()
def misses_csv(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Hand the same list to a spreadsheet; instants are in UTC and in the viewer's zone."""
    form = MissFilterForm(request.GET, now=now)
    if not form.is_valid():
        return HttpResponse(str(next(iter(form.errors.values()))[0]), status=422, content_type="text/plain")
    found = access.misses(form.asked(now))[:MOST_EXPORTED]
    return csv_response("misses", _COLUMNS, [_row(entry) for entry in found])


_COLUMNS = (
    "Ticket",
    "Customer",
    "Objective",
    "Severity",
    "Missed at (UTC)",
    "Missed at (local)",
    "Cause",
    "What happened",
    "What we do",
    "Owner",
    "Done by",
    "Status",
    "Cause due at (UTC)",
    "Cause or action not said in time",
    "Action late",
)


def _row(entry: MissAction) -> list[object]:
    return [
        entry.ticket.key,
        entry.ticket.customer.name,
        _label(entry),
        f"P{entry.severity}",
        entry.missed_at,
        f"{timezone.localtime(entry.missed_at):%Y-%m-%d %H:%M %Z}",
        dict(MissCause.choices).get(entry.said_cause, ""),
        entry.said_detail,
        entry.said_action,
        "" if entry.owner is None else entry.owner.name,
        entry.due_on,
        entry.get_status_display(),
        entry.cause_due_at,
        bool(entry.is_unsaid),  # type: ignore[attr-defined]
        bool(entry.is_late),  # type: ignore[attr-defined]
    ]


def _label(entry: MissAction) -> str:
    return say_clock(entry.metric, entry.cycle)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def miss(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show a miss with what was done about it, and say why, what follows and how far it is."""
    entry = access.get_miss(pk, now, timezone.localdate(now))
    said = access.explanation_of(entry)
    initial = follow_up_initial(entry, said)
    form = FollowUpForm(request.POST or None, entry=entry, initial=initial)
    status = 200
    if request.method == "POST":
        if not entry.may_be_changed_by(person):
            raise PermissionDenied("A desk lead, a manager or whoever owns the action changes this.")
        form = FollowUpForm(request.POST, entry=entry, initial=initial)
        status = 422
        if form.is_valid():
            try:
                _follow_up(entry, person, now, form)
            except Refused as refused:
                form.put(refused)
                status = 409 if isinstance(refused, Stale) else 422
            else:
                messages.success(request, "Saved. The customer reads cause and action on the ticket.")
                return redirect("desk-report-miss", pk=entry.pk)
    return TemplateResponse(
        request,
        "reports/misses/miss.html",
        {
            "entry": entry,
            "label": _label(entry),
            "said": said,
            "steps": access.steps_of(entry),
            "causes": dict(MissCause.choices),
            "form": form,
            "may_edit": entry.may_be_changed_by(person),
            "now": now,
        },
        status=status,
    )


def _follow_up(entry: MissAction, person: DeskPerson, now: datetime, form: FollowUpForm) -> None:
    given = form.cleaned_data
    actions.follow_up(
        entry=entry,
        person=person,
        at=now,
        version=given["version"],
        status=FollowUp(given["status"]),
        owner=given["owner"],
        due_on=given["due_on"],
        cause=MissCause(given["cause"]) if given["cause"] else None,
        detail=given["detail"],
        action=given["action"],
        note=given["note"],
    )
