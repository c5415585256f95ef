"""On call: who is and who comes next, taking a shift over, and the addresses for calendar programs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.dateparse import parse_datetime
from django.utils.http import quote_etag
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.icalendar import CONTENT_TYPE
from core.problems import Refused
from core.tenancy import acting_as, worker_context
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from escalations import rota_access as access
from escalations import rota_actions as actions
from escalations.rota_feed import digest, fill
from escalations.rota_forms import OverrideForm
from escalations.rota_looks import look_at_layers, look_at_overrides, look_at_rotas
from escalations.rota_models import Rota

_FRESH = timedelta(minutes=15)


# --- Who is on call -----------------------------------------------------------------------------------
@require_safe
@desk_door()
def rotas(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show who is on call by each rota, who comes next, and the viewer's own calendar address."""
    return TemplateResponse(
        request,
        "escalations/rotas.html",
        {
            "looks": look_at_rotas(access.rotas(), now),
            "retired": access.retired_rotas(),
            "feed_address": _feed_address(person, None),
            "may_edit": person.role in access.EDITORS,
            "now": now,
        },
    )


@require_safe
@desk_door()
def rota(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show a rota: the coming two weeks, overrides, layers, versions, and its calendar address."""
    found = access.get_rota(pk)
    [look] = look_at_rotas([found], now)
    version = access.version_at(found, now) or access.newest_version(found)
    versions = list(reversed(found.versions.all()))
    return TemplateResponse(
        request,
        "escalations/rota.html",
        {
            "look": look,
            "rota": found,
            "version": version,
            "versions": versions,
            "to_come": [one for one in versions if one.effective_at > now],
            "layers": look_at_layers(version),
            "overrides": look_at_overrides(found, person, now),
            "feed_address": _feed_address(person, found),
            "may_edit": person.role in access.EDITORS and found.retired_at is None,
            "now": now,
        },
    )


# --- Overrides ----------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def override(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Take a shift over or, for who leads, put somebody else on call."""
    found = access.get_rota(pk)
    initial = {name: _moment(request.GET.get(name, "")) for name in ("starts_at", "ends_at")}
    form = OverrideForm(
        request.POST if request.method == "POST" else None,
        viewer=person,
        initial={name: at for name, at in initial.items() if at},
    )
    if form.is_bound and form.is_valid():
        try:
            made = actions.override_shift(
                rota=found, by=person, actor=desk_actor(person), at=now, **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        else:
            who = "You are" if made.person_id == person.pk else f"{made.person.name} is"
            messages.success(request, f"{who} on call for {found.name} then.")
            return redirect("desk-rota", pk=found.pk)
    return TemplateResponse(
        request,
        "escalations/rota_override.html",
        {"form": form, "rota": found, "leads": person.leads, "now": now},
        status=422 if form.errors else 200,
    )


def _moment(text: str) -> datetime | None:
    """Return an instant of an address, or None where it is none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def withdraw(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Ask whether an override is to be taken back, and take it back."""
    found = access.get_override(pk)
    refused = ""
    if request.method == "POST":
        try:
            actions.withdraw_override(override=found, by=person, actor=desk_actor(person), at=now)
        except Refused as problem:
            refused = problem.reason
        else:
            messages.success(request, f"Taken back: {found.rota.name} follows its layers again.")
            return redirect("desk-rota", pk=found.rota_id)
    return TemplateResponse(
        request,
        "escalations/rota_withdraw.html",
        {
            "override": found,
            "refused": refused,
            "may": access.may_withdraw(person, found),
            "now": now,
        },
        status=409 if refused else 200,
    )


# --- Addresses for calendar programs ------------------------------------------------------------------
@require_POST
@desk_door()
def my_feed(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Make, replace or remove the address of the viewer's own shifts."""
    _change_feed(request, person, None, now)
    return redirect("desk-on-call")


@require_POST
@desk_door()
def rota_feed(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Make, replace or remove the viewer's address of a rota."""
    found = access.get_rota(pk)
    _change_feed(request, person, found, now)
    return redirect("desk-rota", pk=found.pk)


def _change_feed(request: HttpRequest, person: DeskPerson, found: Rota | None, now: datetime) -> None:
    if request.POST.get("do") == "remove":
        actions.remove_feed(person=person, rota=found)
        messages.success(request, "Removed: the address no longer works.")
    elif request.POST.get("do") == "renew":
        actions.renew_feed(person=person, rota=found, at=now)
        messages.success(request, "This is your new address. One you had before no longer works.")
    else:
        messages.error(request, "Nothing was changed.")


def _feed_address(person: DeskPerson, found: Rota | None) -> str:
    feed = access.feed_of(person, found)
    if feed is None:
        return ""
    path = reverse("on-call-feed", kwargs={"token": access.token_of(feed)})
    return f"{settings.PORTAL_BASE_URL}{path}"


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer a calendar program, which signs in nowhere: the signed token is the permission."""
    with acting_as(worker_context()) as now:
        content = fill(access.find_feed(token), now)
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = 'inline; filename="on-call.ics"'
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = etag = quote_etag(digest(content))
    patch_cache_control(response, private=True, max_age=int(_FRESH.total_seconds()))
    return get_conditional_response(request, etag=etag, response=response) or response
