"""Canned replies: desk leads and administrators keep them."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused, Stale
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DESK_LEADS, DeskPerson
from tickets import actions, composer_access
from tickets.canned import VARIABLES
from tickets.forms import CannedReplyForm, SwitchReplyForm
from tickets.models import CannedReply, ModeChoice


@require_safe
@desk_door(*DESK_LEADS)
def replies(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every canned reply."""
    return TemplateResponse(
        request, "desk/replies.html", {"replies": composer_access.canned_replies(), "now": now}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DESK_LEADS)
def reply_new(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Add a canned reply."""
    form = CannedReplyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answers = form.cleaned_data
        try:
            reply = actions.add_canned_reply(
                actor=desk_actor(person),
                at=now,
                name=answers["name"],
                body=answers["body"],
                mode=ModeChoice(answers["mode"]),
            )
        except Refused as refused:
            form.add_error(refused.field, refused.reason)
        else:
            messages.success(request, f"“{reply.name}” can be inserted from now on.")
            return redirect("desk-replies")
    return _page(request, form, None, now, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DESK_LEADS)
def reply_edit(request: HttpRequest, person: DeskPerson, now: datetime, canned: int) -> HttpResponseBase:
    """Change a canned reply."""
    reply = composer_access.get_canned_reply(canned)
    stored = {"name": reply.name, "mode": reply.mode, "body": reply.body, "version": reply.version}
    form = CannedReplyForm(request.POST if request.method == "POST" else None, initial=stored)
    status = 200
    if form.is_bound and form.is_valid():
        answers = form.cleaned_data
        try:
            actions.change_canned_reply(
                reply=reply,
                actor=desk_actor(person),
                at=now,
                name=answers["name"],
                body=answers["body"],
                mode=ModeChoice(answers["mode"]),
                expected_version=answers["version"],
            )
        except Stale as stale:
            form.add_error(None, stale.reason)
            form.data = {**request.POST.dict(), "version": str(reply.version)}
            status = 409
        except Refused as refused:
            form.add_error(refused.field, refused.reason)
        else:
            messages.success(request, "Saved.")
            return redirect("desk-replies")
    return _page(request, form, reply, now, status=422 if form.errors and status == 200 else status)


@require_POST
@desk_door(*DESK_LEADS)
def reply_switch(request: HttpRequest, person: DeskPerson, now: datetime, canned: int) -> HttpResponseBase:
    """Offer a canned reply, or withdraw it."""
    reply = composer_access.get_canned_reply(canned)
    form = SwitchReplyForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            actions.switch_canned_reply(
                reply=reply,
                actor=desk_actor(person),
                at=now,
                is_active=form.cleaned_data["active"] == "yes",
                expected_version=form.cleaned_data["version"],
            )
        except Stale as stale:
            form.add_error(None, stale.reason)
            status = 409
        else:
            messages.success(request, "Saved.")
            return redirect("desk-replies")
    return TemplateResponse(
        request,
        "desk/replies.html",
        {"replies": composer_access.canned_replies(), "failed": form, "now": now},
        status=status,
    )


def _page(
    request: HttpRequest, form: CannedReplyForm, reply: CannedReply | None, now: datetime, *, status: int
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "desk/reply.html",
        {"form": form, "reply": reply, "variables": VARIABLES.items(), "now": now},
        status=status,
    )
