"""Acknowledge from the mail, without signing in: the signed address is the permission, for one person, once."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.problems import Refused
from core.tenancy import acting_as, worker_context
from customers.access import desk_context
from escalations.acknowledging import acknowledge_by_link, read_link

_PAGE = "desk/escalations/ack.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def acknowledge_by_mail(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show what the alert is about, and take it with the button; opening it takes nothing, as scanners open links."""
    try:
        with acting_as(worker_context()) as now:
            linked = read_link(token, at=now)
        person = linked.call.person
        with timezone.override(ZoneInfo(person.timezone)), acting_as(desk_context(person)) as now:
            shown = {"call": linked.call, "ladder": linked.call.escalation, "gone": linked.gone, "now": now}
            if request.method != "POST":
                return TemplateResponse(request, _PAGE, shown).render()
            try:
                acknowledge_by_link(token=token, at=now)
            except Refused as refused:
                answer = shown | {"gone": refused.reason}
                return TemplateResponse(request, _PAGE, answer, status=409).render()
            return TemplateResponse(request, _PAGE, shown | {"done": True}).render()
    except Refused as refused:
        return TemplateResponse(request, _PAGE, {"gone": refused.reason}, status=404)
