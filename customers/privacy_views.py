"""Who of a customer's own people reads which ticket, for its leads to decide."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from customers import privacy_actions
from customers.access import member_actor
from customers.doors import member_door
from customers.models import Member, MemberRole


class PrivacyForm(forms.Form):
    """What requesters see beside their own tickets."""

    requesters_see = forms.ChoiceField(
        label=lazy("Requesters see"),
        choices=[
            ("own", lazy("Their own tickets, and those that they follow")),
            ("all", lazy("Every ticket, except private ones")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": lazy("Select what requesters see."),
            "invalid_choice": lazy("Select what requesters see."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_door(MemberRole.LEAD)
def privacy(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show what requesters see of their colleagues' tickets, and change it."""
    customer = member.customer
    form = PrivacyForm(
        request.POST if request.method == "POST" else None,
        initial={"requesters_see": "all" if customer.members_see_all else "own"},
    )
    if form.is_bound and form.is_valid():
        privacy_actions.set_members_see_all(
            customer=customer,
            actor=member_actor(member),
            at=now,
            members_see_all=form.cleaned_data["requesters_see"] == "all",
        )
        messages.success(request, _("Saved. It is so from now on, for the tickets there are as well."))
        return redirect("privacy", customer=customer.slug)
    return TemplateResponse(
        request,
        "portal/privacy.html",
        {"customer": customer, "form": form, "now": now},
        status=422 if form.errors else 200,
    )
