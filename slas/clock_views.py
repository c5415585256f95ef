"""Every clock of a ticket at any moment, with the reasons; the same page for desk and customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from customers.doors import desk_door, member_door
from customers.models import DeskPerson, LookKind, Member
from slas.presenters import clock_story
from tickets.access import get_ticket_for_desk, get_ticket_for_member
from tickets.forms import LocalDateTimeField
from tickets.looks import look_at
from tickets.models import Ticket


class MomentForm(forms.Form):
    """The instant at which the clocks are to be read."""

    at = LocalDateTimeField(label=lazy("As of"), required=False)

    def __init__(self, *args: Any, opened_at: datetime, now: datetime) -> None:
        super().__init__(*args)
        self.opened_at, self.now = opened_at, now

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and at > self.now:
            raise forms.ValidationError("This moment has not come yet. Choose an earlier one.")
        if at is not None and at < self.opened_at.replace(second=0):
            raise forms.ValidationError("The ticket was not there yet. Choose a later moment.")
        return at


@require_safe
@member_door()
def member_clocks(request: HttpRequest, member: Member, now: datetime, number: int) -> HttpResponseBase:
    """Show a member every clock of a ticket they may read."""
    ticket = get_ticket_for_member(member, number)
    place = {"customer": member.customer.slug, "number": number}
    return _page(request, ticket, now, base="portal", back=reverse("portal-ticket", kwargs=place))


@require_safe
@desk_door()
def desk_clocks(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Show the desk every clock of a ticket."""
    ticket = look_at(get_ticket_for_desk(person, key), person=person, at=now, kind=LookKind.CLOCKS)
    return _page(request, ticket, now, base="desk", back=reverse("desk-ticket", kwargs={"key": ticket.key}))


def _page(request: HttpRequest, ticket: Ticket, now: datetime, *, base: str, back: str) -> TemplateResponse:
    form = MomentForm(request.GET if "at" in request.GET else None, opened_at=ticket.opened_at, now=now)
    asked = form.cleaned_data["at"] if form.is_bound and form.is_valid() else None
    at = now if asked is None else max(asked, ticket.opened_at)
    return TemplateResponse(
        request,
        "slas/clocks.html",
        {
            "base_template": f"{base}/base.html",
            "back": back,
            "ticket": ticket,
            "form": form,
            "asked": asked is not None,
            "at": at,
            "story": clock_story(ticket=ticket, at=at),
            "now": now,
        },
        status=422 if form.errors else 200,
    )
