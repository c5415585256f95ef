"""Every message of the portal, for the desk: what waits, what is stuck, what was given up, and each attempt.

No body is shown: who may read what a message says is decided where it was written.
"""

from __future__ import annotations

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from customers.access import desk_actor
from customers.desk_admin_access import READERS
from customers.doors import desk_door
from customers.models import DeskPerson
from notifications import access, actions
from notifications.channel_views import say
from notifications.models import State

PAGE_SIZE = 50
SHOWN = [("", "All"), (access.STUCK, "Stuck"), *((state.value, state.label) for state in State)]


@require_safe
@desk_door(*READERS)
def messages_page(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the messages, those of one state when it is asked for."""
    state = request.GET.get("state", "")
    page = Paginator(access.messages(state, now), PAGE_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "desk/admin/messages.html",
        {"page": page, "shown": SHOWN, "state": state, "given_up": access.count_given_up(), "now": now},
    )


@require_safe
@desk_door(*READERS)
def message(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show what became of one message: each attempt, why it waits, and what it was told with."""
    row = access.get_message(pk)
    return TemplateResponse(
        request,
        "desk/admin/message.html",
        {"message": row, "gathered": access.gathered_in(row), "now": now},
    )


@require_POST
@desk_door(*READERS)
def message_again(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Send a message again that was given up."""
    row = access.get_message(pk)

    def again() -> str:
        actions.send_again(notification_id=row.pk, actor=desk_actor(person), at=now)
        return "The message is sent again now."

    say(request, again)
    return redirect("admin-message", pk=pk)


@require_POST
@desk_door(*READERS)
def messages_again(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Send every message again that was given up."""

    def again() -> str:
        count = actions.send_all_again(actor=desk_actor(person), at=now)
        return f"{count} message{'s are' if count != 1 else ' is'} sent again now."

    say(request, again)
    return redirect("admin-messages")
