"""What a person of a customer sets for themselves."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers import portal_actions
from customers.doors import member_door
from customers.models import Member
from customers.portal_forms import ZoneForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def you(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show a member their own settings, and keep their time zone."""
    form = ZoneForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_bound and form.is_valid():
        portal_actions.set_timezone(member=member, timezone=form.cleaned_data["timezone"])
        messages.success(request, _("Your time zone is saved."))
        return redirect("you", customer=member.customer.slug)
    return TemplateResponse(
        request,
        "portal/you.html",
        {"customer": member.customer, "member": member, "form": form, "now": now},
        status=422 if form.errors else 200,
    )
