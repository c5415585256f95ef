"""The desk's tags and checklists: leads and administrators keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DESK_LEADS, DeskPerson
from tickets import actions
from tickets import relation_access as access
from tickets.models import Checklist
from tickets.relation_forms import ChecklistForm, SwitchForm, TagMergeForm, TagNameForm


def _tried(form: forms.Form, act: Callable[[Mapping[str, Any]], object]) -> int:
    """Do what a valid form asks; return the status of the answer, with the reason in the form."""
    if not form.is_valid():
        return 422
    try:
        act(form.cleaned_data)
    except Stale as stale:
        form.add_error(None, stale.reason)
        return 409
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return 422
    return 200


# --- Tags ---------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DESK_LEADS)
def tags(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every tag, and add one."""
    form = TagNameForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = _tried(
            form, lambda given: actions.add_tag(actor=desk_actor(person), at=now, name=given["name"])
        )
        if status == 200:
            messages.success(request, "The tag can be put on tickets from now on.")
            return redirect("admin-tags")
    return TemplateResponse(
        request, "desk/admin/tags.html", {"tags": access.tags(), "form": form, "now": now}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DESK_LEADS)
def tag(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Rename a tag, or merge it into another."""
    known = access.get_tag(pk)
    merges = request.method == "POST" and "into" in request.POST
    renames = request.method == "POST" and not merges
    rename = TagNameForm(request.POST if renames else None, initial={"name": known.name})
    merge = TagMergeForm(request.POST if merges else None, tag=known)
    by: dict[str, Any] = {"tag": known, "actor": desk_actor(person), "at": now}
    status = 200
    if renames:
        status = _tried(rename, lambda given: actions.rename_tag(**by, name=given["name"]))
    elif merges:
        status = _tried(merge, lambda given: actions.merge_tags(**by, into=given["into"]))
    if request.method == "POST" and status == 200:
        messages.success(request, "Merged." if merges else "Renamed.")
        return redirect("admin-tags")
    return TemplateResponse(
        request,
        "desk/admin/tag.html",
        {"tag": known, "rename": rename, "merge": merge, "now": now},
        status=status,
    )


@require_POST
@desk_door(*DESK_LEADS)
def tag_switch(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Offer a tag, or withdraw it."""
    known = access.get_tag(pk)
    form = SwitchForm(request.POST)
    status = _tried(
        form,
        lambda given: actions.switch_tag(
            tag=known, actor=desk_actor(person), at=now, is_active=given["active"] == "yes"
        ),
    )
    if status == 200:
        messages.success(request, "Saved.")
        return redirect("admin-tags")
    return TemplateResponse(
        request,
        "desk/admin/tags.html",
        {"tags": access.tags(), "form": TagNameForm(), "failed": form, "now": now},
        status=status,
    )


# --- Checklists ---------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DESK_LEADS)
def checklists(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every checklist, and add one."""
    form = ChecklistForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = _tried(
            form,
            lambda given: actions.add_checklist(actor=desk_actor(person), at=now, **_content(given)),
        )
        if status == 200:
            messages.success(request, "Tickets that reach the desk from now on get it.")
            return redirect("admin-checklists")
    return TemplateResponse(
        request,
        "desk/admin/checklists.html",
        {"checklists": access.checklists(), "form": form, "now": now},
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DESK_LEADS)
def checklist(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Change a checklist."""
    known = access.get_checklist(pk)
    form = ChecklistForm(request.POST if request.method == "POST" else None, initial=_stored(known))
    status = 200
    if form.is_bound:
        status = _tried(
            form,
            lambda given: actions.change_checklist(
                checklist=known,
                actor=desk_actor(person),
                at=now,
                expected_version=given["version"],
                **_content(given),
            ),
        )
        if status == 200:
            messages.success(request, "Saved. Tickets that have it keep their steps.")
            return redirect("admin-checklists")
    if status == 409:
        known.refresh_from_db(fields=["version"])
        form.data = request.POST.copy()
        form.data["version"] = str(known.version)
    return TemplateResponse(
        request, "desk/admin/checklist.html", {"checklist": known, "form": form, "now": now}, status=status
    )


@require_POST
@desk_door(*DESK_LEADS)
def checklist_switch(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Offer a checklist, or withdraw it."""
    known = access.get_checklist(pk)
    form = SwitchForm(request.POST)
    status = _tried(
        form,
        lambda given: actions.switch_checklist(
            checklist=known, actor=desk_actor(person), at=now, is_active=given["active"] == "yes"
        ),
    )
    if status == 200:
        messages.success(request, "Saved.")
        return redirect("admin-checklists")
    return TemplateResponse(
        request,
        "desk/admin/checklists.html",
        {"checklists": access.checklists(), "form": ChecklistForm(), "failed": form, "now": now},
        status=status,
    )


def _content(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a checklist's form says, as the actions take it."""
    return {
        "name": given["name"],
        "steps": given["steps"].splitlines(),
        "kind": given["kind"],
        "services": given["services"],
    }


def _stored(checklist: Checklist) -> dict[str, Any]:
    return {
        "name": checklist.name,
        "steps": "\n".join(checklist.steps),
        "kind": checklist.kind,
        "services": [tied.service_id for tied in checklist.services.all()],
        "version": checklist.version,
    }
