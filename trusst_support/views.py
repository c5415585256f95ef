"""What a container's probes and a monitor outside ask; no secret is told, and nobody signs in."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.response import TemplateResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.tenancy import acting_as, worker_context
from customers.doors import desk_door
from customers.models import DeskPerson
from slas.access import firing
from trusst_support import auditor, status

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this process answers; it asks nobody else, so that a slow database restarts no container."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served, and beside it whether the auditor is heard and the clocks are looked at.

    A silent auditor or a late sweep is for people to look at: taking every server out of service would not help.
    """
    try:
        silent = auditor.is_silent()
        with acting_as(worker_context()) as now:
            clocks = firing(now)
    except DatabaseError:
        logger.exception("the database does not answer")
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse(
        {
            "status": "ok",
            "auditor": "silent" if silent else "ok",
            "clocks": "late" if clocks.is_late else "ok",
            "clocks_checked_at": clocks.checked_at,
            "clocks_lag_seconds": int(clocks.lag.total_seconds()),
        }
    )


@require_safe
@desk_door()
def desk_status(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show the desk how the portal itself is doing."""
    return TemplateResponse(request, "desk/status.html", {"status": status.status(), "now": now})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give a monitor the portal's figures; it shows the word in METRICS_TOKEN as a bearer."""
    word = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(word, settings.METRICS_TOKEN):
        raise Http404("Nothing is told without the right word.")
    return HttpResponse(
        status.metrics(status.status()), content_type="text/plain; version=0.0.4; charset=utf-8"
    )
