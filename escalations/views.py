from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from escalations import actions
from tickets.access import get_ticket_for_desk


@require_POST
@desk_door()
def acknowledge(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Take the running alerts of a ticket."""
    ticket = get_ticket_for_desk(person, key)
    taken = actions.acknowledge(ticket=ticket, actor=desk_actor(person), at=now)
    if taken:
        messages.success(request, "Acknowledged: nobody further is called.")
    else:
        messages.info(request, "There was no alert waiting any more.")
    return redirect("desk-ticket", key=ticket.key)
