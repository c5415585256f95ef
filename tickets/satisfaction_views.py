"""The question after a ticket has ended: on its page, or through the link of a mail."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.problems import Refused
from core.tenancy import acting_as
from customers.access import customer_context, member_actor
from customers.doors import member_door
from customers.models import Member
from tickets import access, actions
from tickets.models import Score, Ticket
from tickets.ratings import RatingLink


class RatingForm(forms.Form):
    """One press, and a comment for those who have something to say."""

    score = forms.TypedChoiceField(
        label=lazy("How did we handle this?"),
        choices=Score.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": lazy("Select an answer."), "invalid_choice": lazy("Select an answer.")},
    )
    comment = forms.CharField(
        label=lazy("What should we know?"),
        help_text=lazy("The Trusst desk's managers read this."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def member_rate(request: HttpRequest, member: Member, now: datetime, number: int) -> HttpResponseBase:
    """Ask a member how a ticket was handled, and record the answer."""
    ticket = access.get_ticket_for_member(member, number)
    form = _form(request, access.rating_of(ticket, member))
    if _take(form, ticket, member, now):
        messages.success(request, _("Thank you. We have your answer."))
        return redirect("portal-ticket", customer=member.customer.slug, number=ticket.number)
    return _page(request, form, ticket, signed_in=True)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rate_by_mail(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the answer of whoever has the mailed link; opening it records nothing, as mail scanners open links."""
    try:
        link = RatingLink.read(token)
    except Refused as refused:
        return TemplateResponse(request, "portal/rate.html", {"gone": refused.reason}, status=404)
    with acting_as(customer_context(link.customer_id)) as now:
        found = None if link.is_over(now) else access.find_to_rate(link)
        if found is None:
            gone = _("This link is no longer valid.")
            return TemplateResponse(request, "portal/rate.html", {"gone": gone}, status=404).render()
        ticket, member = found
        form = _form(request, access.rating_of(ticket, member))
        if _take(form, ticket, member, now):
            return TemplateResponse(request, "portal/rate.html", {"done": True, "ticket": ticket}).render()
        return _page(request, form, ticket, signed_in=False).render()


def _form(request: HttpRequest, given: dict[str, object]) -> RatingForm:
    if request.method == "POST":
        return RatingForm(request.POST)
    return RatingForm(initial=given | {"score": request.GET.get("score", given.get("score"))})


def _take(form: RatingForm, ticket: Ticket, member: Member, now: datetime) -> bool:
    """Record an answer; where there is none, the form says why."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        actions.rate(ticket=ticket, member=member, actor=member_actor(member), at=now, **form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return False
    return True


def _page(request: HttpRequest, form: RatingForm, ticket: Ticket, *, signed_in: bool) -> TemplateResponse:
    return TemplateResponse(
        request,
        "portal/rate.html",
        {"form": form, "ticket": ticket, "signed_in": signed_in},
        status=422 if form.errors else 200,
    )
