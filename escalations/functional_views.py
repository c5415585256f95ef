"""Escalate to Level 3, take it up and bring it back, call the duty manager, and see what Level 3 has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.desk_admin_access import TEAM_EDITORS, get_team
from customers.doors import desk_door
from customers.models import DeskPerson
from escalations import functional_access as access
from escalations import functional_actions as actions
from escalations.functional_forms import LEVEL_1, EscalateForm
from escalations.functional_panel import Panel
from tickets import actions as tickets
from tickets.access import get_ticket_for_desk
from tickets.forms import VersionedForm

PAGE = 50


@require_safe
@desk_door()
def desk_escalations(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List what Level 3 has: what nobody has taken up first, then by team."""
    teams = access.level_3_teams()
    asked = request.GET.get("team", "")
    chosen = next((team for team in teams if str(team.pk) == asked), None)
    listed = access.with_level_3()
    return TemplateResponse(
        request,
        "escalations/desk_escalations.html",
        {
            "page": Paginator(listed if chosen is None else listed.with_team(chosen.pk), PAGE).get_page(
                request.GET.get("page")
            ),
            "teams": teams,
            "chosen": chosen,
            "mine": access.team_ids_of(person),
            "now": now,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_escalate(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Ask a team of Level 3 or the duty manager for help, or give a ticket back to Level 1."""
    panel = Panel(ticket=get_ticket_for_desk(person, key), person=person)
    if request.method != "POST":
        return _page(request, panel, now, status=200)
    form = panel.form("escalate", request.POST)
    assert isinstance(form, EscalateForm)
    said: list[str] = []
    status = _attempt(panel, form, lambda values: said.append(_escalate(panel, form, values, now)))
    if status != 200:
        return _page(request, panel, now, status=status, failed={"escalate": form})
    messages.success(request, said[0])
    return _to_ticket(panel)


def _escalate(panel: Panel, form: EscalateForm, values: dict[str, Any], now: datetime) -> str:
    """Do what a valid form asks, and return what is said of it."""
    common: dict[str, Any] = {
        "ticket": panel.ticket,
        "actor": desk_actor(panel.person),
        "at": now,
        "expected_version": values["version"],
    }
    if form.team is not None:
        actions.escalate(
            **common,
            team=form.team,
            tried=values["tried"],
            needed=values["needed"],
            keeper=values["keeper"],
        )
        return f"Escalated to {form.team.name}. {values['keeper'].name} keeps the customer updated."
    if values["to"] == LEVEL_1:
        if not values["needed"].strip():
            raise Refused("Say why Level 1 gets it back.", field="needed")
        tickets.return_to_customer(**common, reason=values["needed"])
        return "Returned to the customer's Level 1."
    return _say_called(actions.call_manager(**common, reason=values["needed"]))


def _say_called(is_new: bool) -> str:
    return "The duty manager is called." if is_new else "The duty manager was called already."


@require_POST
@desk_door()
def desk_call_manager(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Call the duty manager about a ticket."""
    panel = Panel(ticket=get_ticket_for_desk(person, key), person=person)
    form = panel.form("manager", request.POST)
    said: list[str] = []

    def call(values: dict[str, Any]) -> None:
        is_new = actions.call_manager(
            ticket=panel.ticket,
            actor=desk_actor(person),
            at=now,
            reason=values["needed"],
            expected_version=values["version"],
        )
        said.append(_say_called(is_new))

    if (status := _attempt(panel, form, call)) != 200:
        return _page(request, panel, now, status=status, failed={"manager": form})
    messages.success(request, said[0])
    return _to_ticket(panel)


@require_POST
@desk_door()
def desk_accept(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Take up what Level 2 asked of the person's team."""
    panel = Panel(ticket=get_ticket_for_desk(person, key), person=person)
    given = access.get_open(panel.ticket)
    access.check_of_team(person, given)
    try:
        actions.accept(given=given, person=person, actor=desk_actor(person), at=now)
    except Refused as refused:
        return _page(request, panel, now, status=409, refused=refused.reason)
    messages.success(request, f"Accepted {panel.ticket.key} for {given.team.name}.")
    if request.POST.get("back") == "list":
        return redirect("desk-escalations")
    return _to_ticket(panel)


@require_POST
@desk_door()
def desk_bring_back(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Give a ticket back from Level 3 to Level 2, or take it back."""
    panel = Panel(ticket=get_ticket_for_desk(person, key), person=person)
    given = access.get_open(panel.ticket)
    form = panel.form("back", request.POST)

    def bring_back(values: dict[str, Any]) -> None:
        actions.bring_back(
            given=given,
            person=person,
            actor=desk_actor(person),
            at=now,
            reason=values["reason"],
            findings=values["findings"],
            expected_version=values["version"],
        )

    if (status := _attempt(panel, form, bring_back)) != 200:
        return _page(request, panel, now, status=status, failed={"back": form})
    messages.success(request, f"{panel.ticket.key} is with Level 2 again.")
    return _to_ticket(panel)


@require_POST
@desk_door(*TEAM_EDITORS)
def mark_team(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Make a team Level 3, or no longer."""
    team = get_team(pk)
    is_level_3 = request.POST.get("level_3") == "yes"
    actions.mark_team(team=team, actor=desk_actor(person), at=now, is_level_3=is_level_3)
    said = "is Level 3 now" if is_level_3 else "is not Level 3 any more"
    messages.success(request, f"{team.name} {said}.")
    return redirect("admin-team", pk=pk)


def _attempt(panel: Panel, form: VersionedForm, act: Callable[[dict[str, Any]], object]) -> int:
    """Act with a form's values; return the status of the answer, with the reason in the form."""
    if not form.is_valid():
        return 422
    try:
        act(form.cleaned_data)
    except Stale as stale:
        form.add_error(None, stale.reason)
        panel.ticket.refresh_from_db()
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["version"] = str(panel.ticket.version)  # type: ignore[index]
        return 409
    except Refused as refused:
        field = "to" if refused.field == "team" else refused.field
        form.add_error(field if field in form.fields else None, refused.reason)
        return 422
    return 200


def _page(
    request: HttpRequest,
    panel: Panel,
    now: datetime,
    *,
    status: int,
    failed: dict[str, VersionedForm] | None = None,
    refused: str = "",
) -> TemplateResponse:
    shown = Panel(ticket=panel.ticket, person=panel.person, failed=failed or {})
    left_over = [form for name, form in (failed or {}).items() if name not in shown.forms]
    return TemplateResponse(
        request,
        "escalations/escalate.html",
        {
            "panel": shown,
            "ticket": panel.ticket,
            "failed": list((failed or {}).values()),
            "left_over": left_over,
            "refused": refused,
            "now": now,
        },
        status=status,
    )


def _to_ticket(panel: Panel) -> HttpResponseBase:
    return redirect("desk-ticket", key=panel.ticket.key)
