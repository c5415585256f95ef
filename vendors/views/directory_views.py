"""The vendors that the desk works with, their plans with dates, and the times that they publish."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused
from customers.access import desk_actor
from customers.desk_admin_access import ADMINS, TEAM_EDITORS, check_may
from customers.desk_admin_forms import SwitchForm
from customers.desk_admin_views import attempt
from customers.doors import desk_door
from customers.models import DeskPerson
from vendors.access import directory as access
from vendors.actions import directory as actions
from vendors.forms.directory import SupportPlanForm, TargetForm, VendorForm
from vendors.models import SupportPlan, Vendor
from vendors.plans import day_of


@require_safe
@desk_door()
def directory(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the vendors."""
    return TemplateResponse(
        request,
        "vendors/directory/list.html",
        {"vendors": access.vendors(), "may_edit": person.role in TEAM_EDITORS, "now": now},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*TEAM_EDITORS)
def vendor_new(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Add a vendor that people reach by mail or telephone."""
    form = VendorForm(request.POST if request.method == "POST" else None)
    added: list[Vendor] = []
    if form.is_bound and attempt(
        form, lambda: added.append(actions.add_vendor(actor=desk_actor(person), at=now, **_typed(form)))
    ):
        messages.success(request, f"{added[0].name} is added.")
        return redirect("desk-vendor", slug=added[0].slug)
    return TemplateResponse(
        request,
        "vendors/directory/new.html",
        {"form": form, "now": now},
        status=422 if form.errors else 200,
    )


def _typed(form: VendorForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("name", "contact", "note")}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def vendor(request: HttpRequest, person: DeskPerson, now: datetime, slug: str) -> HttpResponseBase:
    """Show a vendor with its plans and published times; desk leads change how it is reached."""
    found = access.get_vendor(slug)
    form = VendorForm(request.POST if request.method == "POST" else None, vendor=found)
    if form.is_bound:
        check_may(person, TEAM_EDITORS)
        if attempt(
            form,
            lambda: actions.change_vendor(
                vendor=found,
                actor=desk_actor(person),
                at=now,
                expected_version=form.cleaned_data["version"] or 0,
                **_typed(form),
            ),
        ):
            messages.success(request, f"{form.cleaned_data['name']} is changed.")
            return redirect("desk-vendor", slug=slug)
    return _page(request, person, found, now, form=form)


def _page(
    request: HttpRequest,
    person: DeskPerson,
    found: Vendor,
    now: datetime,
    *,
    form: VendorForm | None = None,
    target_form: TargetForm | None = None,
) -> TemplateResponse:
    on, plans = day_of(now), list(access.plans_of(found))
    failed = [one for one in (form, target_form) if one is not None and one.errors]
    return TemplateResponse(
        request,
        "vendors/directory/vendor.html",
        {
            "vendor": found,
            "plans": [(plan, access.terms_of(plan).serves_on(on)) for plan in plans],
            "times": access.times_of(found, on),
            "unconfirmed": len(access.unconfirmed(found, on)),
            "on": on,
            "form": form or VendorForm(vendor=found),
            "target_form": target_form or TargetForm(plans=plans, initial={"valid_from": on}),
            "failed": bool(failed),
            "may_edit": person.role in TEAM_EDITORS,
            "may_rule": person.role in ADMINS,
            "now": now,
        },
        status=422 if failed else 200,
    )


@require_POST
@desk_door(*TEAM_EDITORS)
def vendor_switch(request: HttpRequest, person: DeskPerson, now: datetime, slug: str) -> HttpResponseBase:
    """Offer a vendor for new cases, or no longer."""
    found = access.get_vendor(slug)
    form = SwitchForm(request.POST)
    if form.is_valid():
        is_active = form.cleaned_data["active"] == "yes"
        try:
            actions.switch_vendor(vendor=found, actor=desk_actor(person), at=now, is_active=is_active)
        except Refused as refused:
            messages.error(request, refused.reason)
        else:
            messages.success(request, f"{found.name} is switched {'on' if is_active else 'off'}.")
    return redirect("desk-vendor", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def plan_new(request: HttpRequest, person: DeskPerson, now: datetime, slug: str) -> HttpResponseBase:
    """Add a plan of a vendor."""
    return _plan(request, person, access.get_vendor(slug), None, now)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def plan(request: HttpRequest, person: DeskPerson, now: datetime, slug: str, pk: int) -> HttpResponseBase:
    """Change from when until when a plan is sold and accepted, saying why."""
    found = access.get_vendor(slug)
    return _plan(request, person, found, access.get_plan(found, pk), now)


def _plan(
    request: HttpRequest, person: DeskPerson, found: Vendor, one: SupportPlan | None, now: datetime
) -> HttpResponseBase:
    form = SupportPlanForm(request.POST if request.method == "POST" else None, plan=one)
    if form.is_bound and attempt(
        form,
        lambda: actions.keep_plan(
            vendor=found, plan=one, actor=desk_actor(person), at=now, **form.cleaned_data
        ),
    ):
        messages.success(request, f"{form.cleaned_data['name']} is kept.")
        return redirect("desk-vendor", slug=found.slug)
    return TemplateResponse(
        request,
        "vendors/directory/plan.html",
        {"vendor": found, "plan": one, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_POST
@desk_door(*ADMINS)
def target_add(request: HttpRequest, person: DeskPerson, now: datetime, slug: str) -> HttpResponseBase:
    """Write down a time that a vendor publishes."""
    found = access.get_vendor(slug)
    form = TargetForm(request.POST, plans=access.plans_of(found))
    if attempt(
        form,
        lambda: actions.add_target(
            vendor=found,
            actor=desk_actor(person),
            at=now,
            seconds=form.cleaned_data["minutes"] * 60,
            **{name: value for name, value in form.cleaned_data.items() if name != "minutes"},
        ),
    ):
        messages.success(request, "The time is written down.")
        return redirect("desk-vendor", slug=slug)
    return _page(request, person, found, now, target_form=form)


@require_POST
@desk_door(*ADMINS)
def target_confirm(
    request: HttpRequest, person: DeskPerson, now: datetime, slug: str, pk: int
) -> HttpResponseBase:
    """Say that a time is what the vendor publishes."""
    target = access.get_target(access.get_vendor(slug), pk)
    actions.confirm_target(target=target, actor=desk_actor(person), at=now)
    messages.success(request, f"{target.plan}, {target.severity}: confirmed.")
    return redirect("desk-vendor", slug=slug)
