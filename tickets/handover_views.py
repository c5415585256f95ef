"""The end of a shift: what somebody still owes is handed over, and what is owed next is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import access, actions, handover_access, verbs
from tickets.desk_forms import HandoverForm, UpdateForm
from tickets.models import ModeChoice


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def handover(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Hand a person's tickets over in one act, and show what was handed to them."""
    everything = "all" in (request.GET.get("show"), request.POST.get("show"))
    tickets = list(handover_access.promises_of(person, now, everything=everything))
    form = HandoverForm(request.POST if request.method == "POST" else None, person=person, tickets=tickets)
    status = 200
    if form.is_bound and (status := _hand_over(form, person, now)) == 200:
        count = len(form.passings())
        messages.success(request, f"{count} ticket{'s' if count != 1 else ''} handed over.")
        return redirect("desk-handover")
    return TemplateResponse(
        request,
        "desk/handover.html",
        {
            "form": form,
            "tickets": tickets,
            "everything": everything,
            "waiting": handover_access.waiting_for(person),
            "given": handover_access.given_by(person, now),
            "now": now,
        },
        status=status,
    )


def _hand_over(form: HandoverForm, person: DeskPerson, now: datetime) -> int:
    """Hand over what a form says; return the status of the answer, with the reasons in the form."""
    if not form.is_valid():
        return 422
    try:
        actions.hand_over(
            person=person,
            passings=form.passings(),
            note=form.cleaned_data["note"],
            actor=desk_actor(person),
            at=now,
        )
    except actions.NotHandedOver as refused:
        form.refuse(refused.by_key)
        return 409 if refused.is_stale else 422
    except Refused as refused:
        form.add_error(None, refused.reason)
        return 422
    return 200


@require_POST
@desk_door()
def handover_accept(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Accept what was handed over to a person."""
    try:
        count = actions.accept_handover(handover_id=pk, person=person, actor=desk_actor(person), at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, f"{count} ticket{'s are' if count != 1 else ' is'} yours now.")
    return redirect("desk-handover")


@require_safe
@desk_door()
def updates(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List a person's tickets by what is due next, each with a box for its update."""
    return _updates_page(request, person, now)


@require_POST
@desk_door()
def update(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Send the update of one ticket and stay on the list."""
    ticket = handover_access.get_own_ticket(person, key)
    doing = verbs.DESK["reply"]
    access.check_desk_may(person, doing.verb)
    form = UpdateForm(request.POST, ticket=ticket)
    asked = verbs.Request(ticket=ticket, actor=desk_actor(person), at=now, values={}, person=person)
    if form.is_valid():
        try:
            doing.act(replace(asked, values=form.cleaned_data))
        except Refused as refused:
            form.add_error("body", refused.reason)
        else:
            actions.discard_draft(ticket=ticket, actor=asked.actor, mode=ModeChoice.REPLY)
            messages.success(request, f"{ticket.key}: sent to the customer.")
            return redirect("desk-updates")
    return _updates_page(request, person, now, failed=(ticket.pk, form))


def _updates_page(
    request: HttpRequest, person: DeskPerson, now: datetime, *, failed: tuple[int, UpdateForm] | None = None
) -> TemplateResponse:
    tickets = list(handover_access.updates_of(person))
    drafts = handover_access.drafts_on(tickets, desk_actor(person))
    forms = {
        ticket.pk: UpdateForm(ticket=ticket, initial={"body": drafts.get(ticket.pk, "")})
        for ticket in tickets
    }
    if failed is not None:
        forms[failed[0]] = failed[1]
    return TemplateResponse(
        request,
        "desk/updates.html",
        {
            "rows": [(ticket, forms[ticket.pk], ticket.pk in drafts) for ticket in tickets],
            "failed": failed[1] if failed else None,
            "now": now,
        },
        status=422 if failed else 200,
    )
