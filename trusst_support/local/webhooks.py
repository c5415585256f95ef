"""The other side of a webhook, on this machine: it keeps what arrives, and whether it was signed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.tenancy import acting_as, worker_context
from notifications.access import secrets_of
from notifications.signing import is_signed

PATH = "/local/webhooks/"
_MOST = 100


@dataclass(frozen=True)
class Arrived:
    """One message as it arrived."""

    id: str
    at: str
    times: int
    body: str

    @property
    def what(self) -> str:
        try:
            said: Any = json.loads(self.body)
            return str(said["data"]["text"])
        except (ValueError, TypeError, KeyError):
            return ""


def address() -> str:
    """Return the address that a channel of this machine leads to."""
    return f"{settings.PORTAL_BASE_URL}{PATH}"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponseBase:
    """Take a message, or list what has arrived, the newest first."""
    if request.method != "POST":
        return TemplateResponse(request, "local/webhooks.html", {"arrived": _arrived()})
    headers = {name.lower(): value for name, value in request.headers.items()}
    with acting_as(worker_context()) as now:
        signed = is_signed(secrets_of(address(), now), headers, request.body, now=now)
    if not signed:
        return HttpResponse("The signature is not ours.\n", status=401, content_type="text/plain")
    message_id = headers["webhook-id"]
    if not message_id.isalnum():
        return HttpResponse("The id is none.\n", status=400, content_type="text/plain")
    place = _place() / f"{message_id}.json"
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    earlier = json.loads(place.read_text())["times"] if place.exists() else 0
    kept = {
        "id": message_id,
        "at": f"{now:%Y-%m-%d %H:%M:%S}",
        "times": earlier + 1,
        "body": request.body.decode("utf-8", "replace"),
    }
    place.write_text(json.dumps(kept))
    return HttpResponse(status=204)


def _place() -> Path:
    return Path(settings.PORTAL_MAIL_DIR).parent / "webhooks"


def _arrived() -> list[Arrived]:
    found = [Arrived(**json.loads(path.read_text())) for path in _place().glob("*.json")]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)[:_MOST]
