"""Agreements: the desk signs, ends early and renews them; every member of the customer reads theirs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused, Stale
from customers.access import customers_of_desk, desk_actor
from customers.doors import desk_door, member_door
from customers.models import DeskPerson, DeskRole, Member
from slas import access, actions
from slas.forms import EndForm, RenewForm, SignForm, day_after_a_year
from slas.models import Agreement
from slas.rule_words import METRICS, STOPS, objective_lines, week_lines

EDITORS = (DeskRole.ADMIN,)


# --- The customer's portal ----------------------------------------------------------------------------
@require_safe
@member_door()
def member_agreement(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show a member what their organisation was promised, or what best effort means."""
    agreement = access.agreement_in_force(member.customer, now)
    return TemplateResponse(
        request,
        "portal/agreement.html",
        {
            "customer": member.customer,
            "agreement": agreement,
            "others": [one for one in access.agreements_of(member.customer) if one != agreement],
            "now": now,
            **({} if agreement is None else _terms(agreement, now)),
        },
    )


def _terms(agreement: Agreement, now: datetime) -> dict[str, Any]:
    """Return what an agreement says, in words."""
    hours = agreement.business_hours
    today = now.date().isoformat()
    year = (now + timedelta(days=366)).date().isoformat()
    holidays = hours.draft.holidays
    return {
        "lines": objective_lines(agreement.policy.document),
        "week": week_lines(hours.weekly),
        "zone": hours.zone_for(agreement.timezone),
        "holidays": [
            (date.fromisoformat(day), name) for day, name in sorted(holidays.items()) if today <= day < year
        ],
        "pauses": [(_(said), agreement.clauses.get(reason, "")) for reason, said in STOPS.items()],
        "goals": [
            (_(label), agreement.goals[metric])
            for metric, label in METRICS.items()
            if metric in agreement.goals
        ],
    }


# --- The desk -----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def agreements(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every agreement, the one that needs a decision first."""
    today = now.date()
    listed = list(access.agreements_for_desk())
    return TemplateResponse(
        request,
        "desk/rules/agreements.html",
        {
            "running": [one for one in listed if one.ends_on >= today],
            "over": [one for one in listed if one.ends_on < today],
            "uncovered": access.customers_without_agreement(now),
            "may_edit": person.role in EDITORS,
            "today": today,
            "now": now,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*EDITORS)
def agreement_sign(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Record a signed agreement."""
    today = now.date()
    form = SignForm(
        request.POST or None,
        policies=access.policies(),
        customers=customers_of_desk(),
        calendars=access.newest_calendars(),
        initial={
            "customer": request.GET.get("customer", ""),
            "starts_on": today,
            "ends_on": day_after_a_year(today),
        },
    )
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                agreement = actions.sign_agreement(actor=desk_actor(person), at=now, **form.values())
            except Refused as refused:
                form.put(refused)
            else:
                messages.success(request, f"Signed {agreement.number}.")
                return redirect("desk-agreement", agreement=agreement.pk)
    return TemplateResponse(
        request, "desk/rules/agreement_sign.html", {"form": form, "now": now}, status=status
    )


@require_safe
@desk_door()
def agreement(request: HttpRequest, person: DeskPerson, now: datetime, agreement: int) -> HttpResponseBase:
    """Show an agreement, with what can be done to it."""
    return _agreement_page(request, person, now, access.get_agreement(agreement))


@require_POST
@desk_door(*EDITORS)
def agreement_end(
    request: HttpRequest, person: DeskPerson, now: datetime, agreement: int
) -> HttpResponseBase:
    """End a term early."""
    found = access.get_agreement(agreement)
    form = EndForm(request.POST, auto_id="end-%s")
    status = 422
    if form.is_valid():
        try:
            actions.end_agreement_early(
                agreement=found, actor=desk_actor(person), at=now, **form.cleaned_data
            )
        except Refused as refused:
            form.put(refused)
            status = 409 if isinstance(refused, Stale) else 422
        else:
            messages.success(request, f"{found.number} ends on {form.cleaned_data['ends_on']:%d %B %Y}.")
            return redirect("desk-agreement", agreement=agreement)
    return _agreement_page(request, person, now, found, ending=form, status=status)


@require_POST
@desk_door(*EDITORS)
def agreement_renew(
    request: HttpRequest, person: DeskPerson, now: datetime, agreement: int
) -> HttpResponseBase:
    """Sign the term that follows."""
    found = access.get_agreement(agreement)
    form = RenewForm(request.POST, policies=access.policies(), auto_id="renew-%s")
    if form.is_valid():
        try:
            renewed = actions.renew_agreement(
                agreement=found, actor=desk_actor(person), at=now, **form.cleaned_data
            )
        except Refused as refused:
            form.put(
                Refused(refused.reason, field="ends_on" if refused.field == "starts_on" else refused.field)
            )
        else:
            messages.success(request, f"Signed {renewed.number}, which begins when {found.number} ends.")
            return redirect("desk-agreement", agreement=renewed.pk)
    return _agreement_page(request, person, now, found, renewing=form, status=422)


def _agreement_page(
    request: HttpRequest,
    person: DeskPerson,
    now: datetime,
    found: Agreement,
    *,
    ending: forms.Form | None = None,
    renewing: forms.Form | None = None,
    status: int = 200,
) -> TemplateResponse:
    following = found.ends_on + timedelta(days=1)
    newest = access.newest_of_policy(found.policy)
    found.business_hours, found.always = access.versions_in_force([found.business_hours, found.always], now)
    return TemplateResponse(
        request,
        "desk/rules/agreement.html",
        {
            "agreement": found,
            **_terms(found, now),
            "may_edit": person.role in EDITORS,
            "is_over": found.ends_on < now.date(),
            "ending": ending or EndForm(auto_id="end-%s", initial={"expected_ends_on": found.ends_on}),
            "renewing": renewing
            or RenewForm(
                policies=access.policies(),
                auto_id="renew-%s",
                initial={"ends_on": day_after_a_year(following), "policy": newest.pk},
            ),
            "following": following,
            "failed": "end" if ending else "renew" if renewing else "",
            "now": now,
        },
        status=status,
    )
