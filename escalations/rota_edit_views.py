"""Write rotas: the next plan with a preview of what it does, and the end of a rota."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from escalations import rota_access as access
from escalations import rota_actions as actions
from escalations.rota import Timeline, gaps, shifts
from escalations.rota_forms import (
    LayerForms,
    NewPlanForm,
    PlanForm,
    layer_initial,
    plan_initial,
    put,
    title_of,
    with_another_layer,
    with_holidays,
)
from escalations.rota_looks import PREVIEWED, gap_seconds, look_at_shifts
from escalations.rota_models import Rota, RotaVersion


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*access.EDITORS)
def rota_new(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Write a rota that does not exist yet."""
    today = timezone.localdate(now).isoformat()
    return _edit(
        request,
        person,
        now,
        None,
        initial={"base": 0, "timezone": person.timezone},
        layers=[{"name": "Primary", "starts_on": today}],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*access.EDITORS)
def rota_change(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Write the next plan of a rota."""
    found = access.get_rota(pk)
    newest = access.newest_version(found)
    return _edit(
        request,
        person,
        now,
        found,
        initial=plan_initial(newest),
        layers=[layer_initial(layer) for layer in newest.layers],
    )


def _edit(
    request: HttpRequest,
    person: DeskPerson,
    now: datetime,
    rota: Rota | None,
    *,
    initial: dict[str, Any],
    layers: list[dict[str, Any]],
) -> HttpResponseBase:
    """Show the editor; what is saved is what the preview showed, else the preview comes again."""
    step = request.POST.get("step", "") if request.method == "POST" else None
    posted = None if step is None else with_holidays(request.POST, year=now.year)
    if step == "more" and posted is not None:
        posted = with_another_layer(posted)
    form = (PlanForm if rota else NewPlanForm)(posted, initial=initial)
    rows = LayerForms(posted, initial=layers, prefix="layer")
    status, seen = 200, {}
    if step in ("preview", "confirm"):
        status, version = _attempt(person, now, rota, form, rows)
        if version is not None:
            signature = form.signature(version.document)
            if step == "confirm" and form.cleaned_data["previewed"] == signature:
                status, version = _attempt(person, now, rota, form, rows, only_check=False)
                if version is not None:
                    messages.success(request, f"Saved: version {version.version} of {version.rota.name}.")
                    return redirect("desk-rota", pk=version.rota_id)
            else:
                form.remember(signature)
                seen = {"changed": step == "confirm", **_preview(rota, version, now)}
    return TemplateResponse(
        request,
        "escalations/rota_edit.html",
        {
            "form": form,
            "rows": rows,
            "rota": rota,
            "title": title_of(rota),
            "is_checked": step in ("preview", "confirm"),
            "now": now,
            **seen,
        },
        status=status,
    )


def _attempt(
    person: DeskPerson,
    now: datetime,
    rota: Rota | None,
    form: PlanForm,
    rows: Any,
    *,
    only_check: bool = True,
) -> tuple[int, RotaVersion | None]:
    """Check or publish what was typed; return the status, with reasons against it beside the fields."""
    if not (form.is_valid() & rows.is_valid()):
        return 422, None
    kept = [layer for layer in rows.forms if not layer.is_left_out]
    try:
        return 200, actions.publish_rota(
            rota=rota,
            name=form.cleaned_data.get("name", ""),
            document={
                "timezone": form.cleaned_data["timezone"],
                "layers": [layer.document() for layer in kept],
            },
            note=form.cleaned_data["note"],
            base=form.cleaned_data["base"],
            effective_at=form.cleaned_data["effective_at"],
            actor=desk_actor(person),
            at=now,
            only_check=only_check,
        )
    except Refused as refused:
        put(refused, form, rows)
        return 409 if isinstance(refused, Stale) else 422, None


def _preview(rota: Rota | None, version: RotaVersion, now: datetime) -> dict[str, Any]:
    """Return the four weeks from the instant on at which a plan would begin to hold."""
    before = Timeline(plans=()) if rota is None else rota.timeline
    timeline = Timeline(
        plans=(*before.plans, (version.effective_at, version.plan)), overrides=before.overrides
    )
    found = shifts(timeline, version.effective_at, version.effective_at + PREVIEWED)
    people = access.names_of(one.person for one in found if one.person is not None)
    return {
        "preview": look_at_shifts(
            found, people, plan=version.plan, now=now, cut=version.effective_at + PREVIEWED
        ),
        "zone": version.zone,
        "since": version.effective_at,
        "gaps": len(gaps(found)),
        "gap_length": gap_seconds(found),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*access.EDITORS)
def rota_retire(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Ask whether a rota is to end, and end it."""
    found = access.get_rota(pk)
    refused = ""
    if request.method == "POST":
        try:
            actions.retire_rota(rota=found, actor=desk_actor(person), at=now)
        except Refused as problem:
            refused = problem.reason
        else:
            messages.success(request, f"{found.name} is retired: nobody is on call by it any more.")
            return redirect("desk-on-call")
    return TemplateResponse(
        request,
        "escalations/rota_retire.html",
        {"rota": found, "refused": refused, "now": now},
        status=409 if refused else 200,
    )
