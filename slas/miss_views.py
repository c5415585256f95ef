"""Why promises of a ticket were missed: the desk says it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from core.problems import Refused
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from slas import actions
from slas.miss_access import misses_of
from slas.miss_forms import ExplainForm
from slas.models import MissCause
from tickets.access import get_ticket_for_desk
from tickets.looks import look_at


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_misses(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Show what a ticket has missed, and say why."""
    ticket = look_at(get_ticket_for_desk(person, key), person=person, at=now)
    misses = misses_of(ticket, now)
    form = ExplainForm(
        request.POST if request.method == "POST" else None, misses=misses, timezone=person.timezone
    )
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            actions.explain_misses(
                ticket=ticket,
                actor=desk_actor(person),
                at=now,
                misses=given["misses"],
                cause=MissCause(given["cause"]),
                detail=given["detail"],
                action=given["action"],
            )
        except Refused as refused:
            form.add_error(refused.field, refused.reason)
        else:
            messages.success(request, "Thank you. The customer can read it on the ticket.")
            return redirect("desk-ticket", key=ticket.key)
    return TemplateResponse(
        request,
        "slas/misses.html",
        {"ticket": ticket, "misses": misses, "form": form, "now": now},
        status=422 if form.errors else 200,
    )
