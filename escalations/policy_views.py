"""Escalation policies as everybody of the desk reads them, and the ladders that run."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from escalations import actions, policy_actions
from escalations import policy_access as access
from escalations.policy_forms import TesterForm
from escalations.policy_looks import (
    ask,
    built_in,
    customer_names,
    look_at_ladders,
    look_at_terms,
)

PAGE = 50


@require_safe
@desk_door()
def policies(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the policies, what is built in, and answer which of them would call whom."""
    names, customers = access.names_of_targets(), customer_names()
    form = TesterForm(request.GET if "trigger" in request.GET else None)
    asked = None
    if form.is_bound and form.is_valid():
        asked = ask(form.matter, at=form.cleaned_data["at"] or now)
    return TemplateResponse(
        request,
        "desk/escalations/policies.html",
        {
            "policies": [
                (one, look_at_terms(one.kind, one.newest.terms, names, customers))
                for one in access.policies()
            ],
            "built_in": built_in(),
            "form": form,
            "asked": asked,
            "may_edit": person.role in access.EDITORS,
            "now": now,
        },
        status=422 if form.errors else 200,
    )


@require_safe
@desk_door()
def policy(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show a policy with every version that it had."""
    found = access.get_policy(pk)
    names, customers = access.names_of_targets(), customer_names()
    return TemplateResponse(
        request,
        "desk/escalations/policy.html",
        {
            "policy": found,
            "versions": [
                (one, look_at_terms(found.kind, one.terms, names, customers))
                for one in access.versions_of(found)
            ],
            "may_edit": person.role in access.EDITORS,
            "now": now,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*access.EDITORS)
def policy_switch(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Ask whether a policy is to be switched off, or on again, and do it."""
    found = access.get_policy(pk)
    if request.method == "POST":
        is_on = request.POST.get("on") == "yes"
        policy_actions.switch_policy(policy=found, is_on=is_on, actor=desk_actor(person), at=now)
        said = "answers from now on" if is_on else "is switched off; what runs goes on"
        messages.success(request, f"{found.name} {said}.")
        return redirect("admin-escalation-policy", pk=found.pk)
    return TemplateResponse(request, "desk/escalations/policy_switch.html", {"policy": found, "now": now})


# --- What runs ----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def running(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List what waits for somebody: the next step, who was called, and the button to take it."""
    page = Paginator(access.running_ladders(), PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "desk/escalations/running.html",
        {"page": page, "looks": look_at_ladders(list(page.object_list)), "now": now},
    )


@require_POST
@desk_door()
def running_acknowledge(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Take one alert."""
    ladder = access.get_ladder(pk)
    if actions.acknowledge_one(escalation=ladder, actor=desk_actor(person), at=now):
        messages.success(request, f"{ladder.ticket.key} acknowledged: nobody further is called.")
    else:
        messages.info(request, f"{ladder.ticket.key}: this alert does not wait any more.")
    return redirect("desk-escalations-running")
