"""The channels outside, for the desk's administrators, and what was sent to each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from core.problems import Refused
from customers.access import desk_actor
from customers.desk_admin_access import ADMINS
from customers.doors import desk_door
from customers.models import DeskPerson
from notifications import access, actions, channel_actions
from notifications.channel_forms import ChannelForm, RotateForm, SwitchOffForm
from notifications.models import Channel, Way

PAGE_SIZE = 50


def attempt(form: Form, act: Callable[[], object]) -> bool:
    """Run an action with a valid form's values; return whether it was done, else the reason is in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return False
    return True


def say(request: HttpRequest, act: Callable[[], str]) -> None:
    """Run an action that has no form, and say what became of it."""
    try:
        messages.success(request, act())
    except Refused as refused:
        messages.error(request, refused.reason)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def channels(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the channels, and add one."""
    form = ChannelForm(request.POST if request.method == "POST" else None)
    added: list[Channel] = []
    if form.is_bound and attempt(
        form,
        lambda: added.append(
            channel_actions.add_channel(actor=desk_actor(person), at=now, **form.cleaned_data)
        ),
    ):
        [channel] = added
        messages.success(request, f"{channel.name} is a channel now.")
        if channel.kind == Way.WEBHOOK:
            return _page(request, channel, now, secret=channel.secret)
        return redirect("admin-channel", pk=channel.pk)
    return TemplateResponse(
        request,
        "desk/admin/channels.html",
        {"channels": access.channels(), "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def channel(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show a channel with what was sent to it, and keep its name and address."""
    found = access.get_channel(pk)
    form = ChannelForm(request.POST if request.method == "POST" else None, channel=found)
    if form.is_bound and attempt(
        form,
        lambda: channel_actions.change_channel(
            channel=found, actor=desk_actor(person), at=now, **form.cleaned_data
        ),
    ):
        messages.success(request, f"{form.cleaned_data['name']} is changed.")
        return redirect("admin-channel", pk=pk)
    return _page(request, found, now, form=form)


@require_POST
@desk_door(*ADMINS)
def channel_secret(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Give a webhook a new secret, and show it this once."""
    found = access.get_channel(pk)
    form = RotateForm(request.POST)
    made: list[str] = []
    attempt(
        form,
        lambda: made.append(
            channel_actions.rotate_secret(
                channel=found, actor=desk_actor(person), at=now, generation=form.cleaned_data["generation"]
            )
        ),
    )
    if made:
        return _page(request, access.get_channel(pk), now, secret=made[0])
    return _page(request, found, now, rotate=form)


@require_POST
@desk_door(*ADMINS)
def channel_test(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Send a test message to a channel."""
    found = access.get_channel(pk)
    say(request, lambda: channel_actions.try_channel(channel=found, actor=desk_actor(person), at=now))
    return redirect("admin-channel", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def channel_off(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Ask whether a channel is really to be switched off, and do it."""
    found = access.get_channel(pk)
    form = SwitchOffForm(request.POST if request.method == "POST" else None)
    if form.is_bound and attempt(
        form,
        lambda: channel_actions.switch_channel(
            channel=found, actor=desk_actor(person), at=now, is_active=False
        ),
    ):
        messages.success(request, f"{found.name} is off. Nothing is sent to it.")
        return redirect("admin-channel", pk=pk)
    return TemplateResponse(
        request,
        "desk/admin/channel_off.html",
        {"channel": found, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_POST
@desk_door(*ADMINS)
def channel_on(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Switch a channel on, and send what it did not take."""
    found = access.get_channel(pk)
    count = channel_actions.switch_channel(channel=found, actor=desk_actor(person), at=now, is_active=True)
    kept = f" {count} kept message{'s are' if count != 1 else ' is'} sent now." if count else ""
    messages.success(request, f"{found.name} is on.{kept}")
    return redirect("admin-channel", pk=pk)


@require_POST
@desk_door(*ADMINS)
def channel_replay(
    request: HttpRequest, person: DeskPerson, now: datetime, pk: int, message: int
) -> HttpResponseBase:
    """Send a message to a channel once more."""
    found = access.get_channel(pk)
    row = access.get_delivery(found, message)

    def replay() -> str:
        actions.replay(notification_id=row.pk, actor=desk_actor(person), at=now)
        return "It is sent once more, under the same id."

    say(request, replay)
    return redirect("admin-channel", pk=pk)


def _page(
    request: HttpRequest,
    found: Channel,
    now: datetime,
    *,
    form: Form | None = None,
    rotate: Form | None = None,
    secret: str = "",
) -> TemplateResponse:
    wrong = bool((form and form.errors) or (rotate and rotate.errors))
    page = Paginator(access.deliveries_of(found), PAGE_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "desk/admin/channel.html",
        {
            "channel": found,
            "form": form or ChannelForm(channel=found),
            "rotate": rotate or RotateForm(initial={"generation": found.generation}),
            "signs_with_both": len(found.secrets_at(now)) > 1,
            "secret": secret,
            "page": page,
            "now": now,
        },
        status=422 if wrong else 200,
    )
