"""Exclusions, earlier restorations and waivers: what waits for a decision, and those of one ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from core.problems import Refused, Stale
from core.tenancy import Actor
from customers.access import desk_actor, member_actor
from customers.doors import desk_door, member_door
from customers.models import DeskPerson, Member
from slas import exclusion_access as access
from slas import verbs
from slas.exclusion_panel import Panel, Subject, key_of
from tickets.access import get_ticket_for_desk, get_ticket_for_member


# --- The desk -----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def desk_waiting(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List what a desk lead has to decide: proposals, and what customers contest."""
    return TemplateResponse(
        request,
        "slas/exclusions_waiting.html",
        {
            "exclusions": access.exclusions_waiting(),
            "restorations": access.restorations_waiting(),
            "now": now,
        },
    )


@require_safe
@desk_door()
def desk_exclusions(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Show the desk what of a ticket is outside the agreement, or is asked to be."""
    return _page(request, Panel(ticket=get_ticket_for_desk(person, key), now=now, person=person))


@require_POST
@desk_door()
def desk_on_ticket(
    request: HttpRequest, person: DeskPerson, now: datetime, key: str, name: str
) -> HttpResponseBase:
    """Propose an exclusion, or waive a missed objective."""
    doing = verbs.ON_TICKET[name]
    _check(person, doing)
    panel = Panel(ticket=get_ticket_for_desk(person, key), now=now, person=person)
    return _act(request, panel, doing, None)


@require_POST
@desk_door()
def desk_on_exclusion(
    request: HttpRequest, person: DeskPerson, now: datetime, key: str, pk: int, name: str
) -> HttpResponseBase:
    """Decide, end, keep or revoke an exclusion."""
    doing = verbs.ON_EXCLUSION[name]
    _check(person, doing)
    panel = Panel(ticket=get_ticket_for_desk(person, key), now=now, person=person)
    return _act(request, panel, doing, access.get_exclusion(panel.ticket, pk))


@require_POST
@desk_door()
def desk_on_restoration(
    request: HttpRequest, person: DeskPerson, now: datetime, key: str, pk: int, name: str
) -> HttpResponseBase:
    """Decide whether service was back earlier than recorded."""
    doing = verbs.ON_RESTORATION[name]
    _check(person, doing)
    panel = Panel(ticket=get_ticket_for_desk(person, key), now=now, person=person)
    return _act(request, panel, doing, access.get_restoration(panel.ticket, pk))


def _check(person: DeskPerson, doing: verbs.Doing) -> None:
    if doing.decides:
        access.check_decides(person)


# --- The customer -------------------------------------------------------------------------------------
@require_safe
@member_door()
def member_exclusions(request: HttpRequest, member: Member, now: datetime, number: int) -> HttpResponseBase:
    """Show a member what of a ticket is outside the agreement, or is asked to be."""
    return _page(request, Panel(ticket=get_ticket_for_member(member, number), now=now, member=member))


@require_POST
@member_door()
def member_on_exclusion(
    request: HttpRequest, member: Member, now: datetime, number: int, pk: int, name: str
) -> HttpResponseBase:
    """Contest an exclusion."""
    panel = Panel(ticket=get_ticket_for_member(member, number), now=now, member=member)
    exclusion = access.get_exclusion(panel.ticket, pk)
    return _act(request, panel, verbs.ON_EXCLUSION_BY_MEMBER[name], exclusion)


# --- Both ---------------------------------------------------------------------------------------------
def _act(request: HttpRequest, panel: Panel, doing: verbs.Doing, about: Subject) -> HttpResponseBase:
    """Run a verb with what was sent, and go back to the ticket, or show the form with the reason in it."""
    form = panel.form(doing.name, about, request.POST)
    status = _attempt(panel, doing, about, form)
    if status == 200:
        messages.success(request, str(doing.done))
        return _to_ticket(panel)
    return _page(request, replace(panel, failed={key_of(doing.name, about): form}), status=status)


def _attempt(panel: Panel, doing: verbs.Doing, about: Subject, form: forms.Form) -> int:
    """Return the status of the answer, with the reason in the form."""
    if not form.is_valid():
        return 422
    asked = verbs.Request(
        ticket=panel.ticket,
        actor=_actor(panel),
        at=panel.now,
        values=form.cleaned_data,
        person=panel.person,
        **verbs.subject(about),
    )
    try:
        doing.act(asked)
    except Stale as stale:
        form.add_error(None, stale.reason)
        _renew(panel, doing, about, form)
        return 409
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return 422
    return 200


def _renew(panel: Panel, doing: verbs.Doing, about: Subject, form: Any) -> None:
    """Let the same words be sent again after their writer has seen what is different now."""
    if about is None:
        return
    about.refresh_from_db(fields=["version"])
    form.data = form.data.copy()
    afresh = replace(panel)  # what the panel has read may be what was stale
    for name, value in afresh.form(doing.name, about).initial.items():
        form.data[name] = str(value)


def _actor(panel: Panel) -> Actor:
    if panel.person is not None:
        return desk_actor(panel.person)
    assert panel.member is not None
    return member_actor(panel.member)


def _to_ticket(panel: Panel) -> HttpResponseBase:
    ticket = panel.ticket
    if panel.person is not None:
        return redirect("desk-ticket", key=ticket.key)
    return redirect("portal-ticket", customer=ticket.customer.slug, number=ticket.number)


def _page(request: HttpRequest, panel: Panel, *, status: int = 200) -> TemplateResponse:
    return TemplateResponse(
        request,
        "slas/exclusions.html",
        {
            "panel": panel,
            "ticket": panel.ticket,
            "customer": panel.ticket.customer,
            "base_template": "portal/base.html" if panel.person is None else "desk/base.html",
            "now": panel.now,
        },
        status=status,
    )
