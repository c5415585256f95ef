"""Who gets the figures by mail: each person chooses for themselves."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from customers.doors import desk_door
from customers.models import DECIDERS, DeskPerson
from reports.access.subscriptions import subscription_of
from reports.actions import subscriptions as actions
from reports.forms.planning import SubscriptionForm
from reports.models import Every


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*DECIDERS)
def subscription(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Choose how often the main figures come by mail, or that they do not."""
    kept = subscription_of(person)
    form = SubscriptionForm(
        request.POST if request.method == "POST" else None,
        initial={"every": "" if kept is None else kept.every},
    )
    if form.is_bound and form.is_valid():
        every = form.cleaned_data["every"]
        actions.choose(person=person, every=Every(every) if every else None, at=now)
        messages.success(
            request,
            "Saved. The first mail comes when the next period has ended."
            if every
            else "Saved. No mail comes.",
        )
        return redirect("desk-report-subscription")
    return TemplateResponse(
        request,
        "reports/subscription/subscription.html",
        {"form": form, "zone": person.timezone, "now": now},
        status=422 if form.errors else 200,
    )
