"""A person chooses which mails they get; the choices are shown on the page of their own settings."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.doors import desk_door, member_door
from customers.models import DeskPerson, Member
from notifications.forms import QuietForm, TopicsForm
from notifications.preferences import set_desk_quiet, set_desk_topics, set_member_quiet, set_member_topics
from notifications.topics import OF_MEMBERS, OF_THE_DESK


@require_POST
@member_door()
def you_mails(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Keep which mails a member gets."""
    form = TopicsForm(request.POST, offered=OF_MEMBERS)
    if not form.is_valid():
        return _again(request, form, now, base="portal/base.html")
    set_member_topics(member=member, wanted=form.cleaned_data["topics"])
    messages.success(request, _("Your choice of mails is saved."))
    return redirect("you", customer=member.customer.slug)


@require_POST
@desk_door()
def desk_mails(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Keep which mails a desk person gets."""
    form = TopicsForm(request.POST, offered=OF_THE_DESK)
    if not form.is_valid():
        return _again(request, form, now, base="desk/base.html")
    set_desk_topics(person=person, wanted=form.cleaned_data["topics"])
    messages.success(request, _("Your choice of mails is saved."))
    return redirect("desk-settings")


@require_POST
@member_door()
def you_quiet(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Keep a member's quiet hours."""
    form = QuietForm(request.POST)
    if not form.is_valid():
        return _again(request, form, now, base="portal/base.html")
    set_member_quiet(member=member, **form.cleaned_data)
    messages.success(request, _("Your quiet hours are saved."))
    return redirect("you", customer=member.customer.slug)


@require_POST
@desk_door()
def desk_quiet(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Keep a desk person's quiet hours."""
    form = QuietForm(request.POST)
    if not form.is_valid():
        return _again(request, form, now, base="desk/base.html")
    set_desk_quiet(person=person, **form.cleaned_data)
    messages.success(request, _("Your quiet hours are saved."))
    return redirect("desk-settings")


def _again(
    request: HttpRequest, form: TopicsForm | QuietForm, now: datetime, *, base: str
) -> TemplateResponse:
    """Show the choices alone, with what is wrong."""
    name = "topics_form" if isinstance(form, TopicsForm) else "quiet_form"
    return TemplateResponse(
        request,
        "notifications/mails.html",
        {name: form, "base_template": base, "now": now},
        status=422,
    )
