"""What another severity would change, before it is saved."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from customers.doors import desk_door
from customers.models import DeskPerson
from slas.severity_preview import preview_severity
from tickets.access import get_ticket_for_desk
from tickets.forms import SeverityChoiceForm
from tickets.severity import Severity
from tickets.views import desk_page_with

#: The forms of the ticket's page in which a severity is chosen.
_FORMS = ("severity", "decide")


@require_POST
@desk_door()
def severity_preview(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Show what a severity would do to each deadline; nothing is saved.

    A script gets only that part. Without one it is the ticket's page, with everything that was typed.
    """
    ticket = get_ticket_for_desk(person, key)
    chosen = SeverityChoiceForm(request.POST)
    preview = (
        preview_severity(ticket, severity=Severity(chosen.cleaned_data["severity"]), at=now)
        if chosen.is_valid()
        else None
    )
    if request.headers.get("HX-Request"):
        return TemplateResponse(
            request,
            "slas/_severity_preview.html",
            {"preview": preview, "now": now},
            status=200 if preview else 422,
        )
    asked = request.POST.get("form")
    name = asked if asked in _FORMS else _FORMS[0]
    return desk_page_with(request, person, ticket, now, name=name, preview=preview)
