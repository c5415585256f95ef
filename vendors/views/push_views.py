"""The address at which a customer's event rule tells that a case may have changed. Nobody signs in here."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.problems import Refused
from core.tenancy import acting_as, worker_context
from vendors.access.pushes import key_of_push
from vendors.actions.hints import take_push
from vendors.pushing import KEY_HEADER

#: An event of AWS has some two kilobytes.
MOST_BYTES = 64 * 1024
#: What one link may send within a minute; what is more is sent again by the vendor, and polling goes on anyway.
MOST_A_MINUTE = 120


@csrf_exempt
@require_POST
@never_cache
def inbound_vendor(request: HttpRequest, token: str) -> HttpResponse:
    """Take a push: the word in the address and the key in the header are the permission, and nothing is believed."""
    with acting_as(worker_context()) as now:
        key = key_of_push(token, request.headers.get(KEY_HEADER, ""), now)
    if key is None:
        return _answer(401, "The address or the key is not right.")
    if _is_too_often(key.link_id):
        return _answer(429, "Too many events. Send them later.")
    body = _body(request)
    if body is None:
        return _answer(413, "This is too large for an event.")
    try:
        with acting_as(worker_context()) as now:
            take_push(key=key, body=body, at=now)
    except Refused as refusal:
        return _answer(400, refusal.reason)
    return HttpResponse(status=202)


def _body(request: HttpRequest) -> bytes | None:
    """Return what was sent; None when it is more than an event can be, of which no more is read."""
    said = request.headers.get("Content-Length", "")
    if said.isdigit() and int(said) > MOST_BYTES:
        return None
    body = request.read(MOST_BYTES + 1)
    return None if len(body) > MOST_BYTES else body


def _is_too_often(link_id: int) -> bool:
    name = f"push:{link_id}"
    if cache.add(name, 1, timeout=60):
        return False
    try:
        return cache.incr(name) > MOST_A_MINUTE
    except ValueError:  # the minute ended in between
        return False


def _answer(status: int, reason: str) -> JsonResponse:
    return JsonResponse({"detail": reason}, status=status)
