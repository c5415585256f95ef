"""What a desk person sets for themselves."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from customers import actions
from customers.doors import desk_door
from customers.forms import PreferencesForm
from customers.models import DeskPerson, Shortcuts


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_settings(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show somebody of the desk their own settings, and keep them."""
    form = PreferencesForm(
        request.POST if request.method == "POST" else None,
        initial={"shortcuts": person.shortcuts, "timezone": person.timezone},
    )
    if form.is_bound and form.is_valid():
        actions.set_preferences(
            person=person,
            shortcuts=Shortcuts(form.cleaned_data["shortcuts"]),
            timezone=form.cleaned_data["timezone"],
        )
        messages.success(request, "Your settings are saved.")
        return redirect("desk-settings")
    return TemplateResponse(
        request, "desk/settings.html", {"form": form, "now": now}, status=422 if form.errors else 200
    )
