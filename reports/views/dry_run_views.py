"""Dry runs: propose a policy or a calendar, watch it being tried on past tickets, read and share what it found."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused
from customers.doors import desk_door
from customers.models import DECIDERS, DeskPerson
from reports.access import dry_runs as access
from reports.actions import dry_run as actions
from reports.exports import csv_response
from reports.forms.planning import BasisForm, TryCalendarForm, TryPolicyForm, basis_of
from reports.models import DryRunMove, Reach
from slas.access import get_calendar, get_policy
from slas.events import say_clock, say_verdict
from slas.forms import ObjectiveForms, calendar_initial, policy_initial
from slas.rule_words import calendar_changes, policy_changes

PAGE = 50
LISTED = 30
MOST_EXPORTED = 50_000


@require_safe
@desk_door()
def dry_runs(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the dry runs, and choose what a new one is written from."""
    form = BasisForm(request.GET if "basis" in request.GET else None)
    if form.is_bound and form.is_valid() and person.decides:
        kind, pk = basis_of(form.cleaned_data["basis"])
        return redirect(reverse(f"desk-dry-run-{kind}", kwargs={kind: pk}))
    return TemplateResponse(
        request,
        "reports/dry_run/list.html",
        {
            "runs": access.dry_runs()[:LISTED],
            "form": form,
            "may_ask": person.decides,
            "now": now,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DECIDERS)
def try_policy(request: HttpRequest, person: DeskPerson, now: datetime, policy: int) -> HttpResponseBase:
    """Change a copy of a policy, and try it on past tickets."""
    base = get_policy(policy)
    first, rows_initial = policy_initial(base)
    form = TryPolicyForm(request.POST or None, initial=first)
    rows = ObjectiveForms(request.POST or None, initial=rows_initial, prefix="objectives")
    draft = form.read(rows) if form.is_bound else None
    if draft is not None:
        differs = list(policy_changes(base.document, draft.document))
        try:
            run = actions.ask_policy(
                policy=base,
                draft=draft,
                differs=differs,
                reach=Reach(form.cleaned_data["reach"]),
                person=person,
                at=now,
                customer=form.cleaned_data["customer"],
                months=form.cleaned_data["months"],
            )
        except Refused as refused:
            form.put(refused)
        else:
            return redirect("desk-dry-run", pk=run.pk)
    return TemplateResponse(
        request,
        "reports/dry_run/policy.html",
        {"form": form, "rows": rows, "base": base, "now": now},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DECIDERS)
def try_calendar(request: HttpRequest, person: DeskPerson, now: datetime, calendar: int) -> HttpResponseBase:
    """Change a copy of a calendar, and try it on past tickets."""
    base = get_calendar(calendar)
    form = TryCalendarForm(request.POST or None, initial=calendar_initial(base))
    if form.is_bound and form.is_valid():
        differs = list(calendar_changes(base.draft, form.draft))
        try:
            run = actions.ask_calendar(
                calendar=base,
                draft=form.draft,
                differs=differs,
                person=person,
                at=now,
                customer=form.cleaned_data["customer"],
                months=form.cleaned_data["months"],
            )
        except Refused as refused:
            form.put(refused)
        else:
            return redirect("desk-dry-run", pk=run.pk)
    return TemplateResponse(
        request,
        "reports/dry_run/calendar.html",
        {"form": form, "base": base, "now": now},
        status=422 if form.is_bound else 200,
    )


@require_safe
@desk_door()
def dry_run(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show how far a dry run is, and what it has found."""
    run = access.get_dry_run(pk)
    shown = request.GET.get("show", "")
    appears = {"appear": True, "vanish": False}.get(shown)
    page = Paginator(access.moves_of(run, appears=appears), PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "reports/dry_run/run.html",
        {
            "run": run,
            "result": access.result_of(run),
            "page": page,
            "moves": [(one, *_said(one)) for one in page],
            "shown": shown if appears is not None else "",
            "may_cancel": person.decides and not run.is_over,
            "now": now,
        },
    )


@require_POST
@desk_door(*DECIDERS)
def cancel_dry_run(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Stop a dry run; what it found so far stays."""
    run = access.get_dry_run(pk)
    try:
        actions.cancel(run=run, person=person, at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, "Cancelled. What it found so far stays.")
    return redirect("desk-dry-run", pk=pk)


@require_safe
@desk_door()
def dry_run_csv(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Hand the misses that come and go to a spreadsheet; instants are in UTC and in the viewer's zone."""
    run = access.get_dry_run(pk)
    return csv_response(
        f"dry-run-{run.pk}", _COLUMNS, [_row(one) for one in access.moves_of(run)[:MOST_EXPORTED]]
    )


_COLUMNS = (
    "Ticket",
    "Customer",
    "Objective",
    "Severity",
    "Miss",
    "Now",
    "Under the proposal",
    "Missed at (UTC)",
    "Missed at (local)",
)


def _row(one: DryRunMove) -> list[object]:
    label, was, becomes = _said(one)
    return [
        one.ticket.key,
        one.ticket.customer.name,
        label,
        f"P{one.severity}",
        "appears" if one.appears else "vanishes",
        was,
        becomes,
        one.at,
        f"{timezone.localtime(one.at):%Y-%m-%d %H:%M %Z}",
    ]


def _said(one: DryRunMove) -> tuple[str, str, str]:
    return say_clock(one.metric, one.cycle), say_verdict(one.was), say_verdict(one.becomes)
