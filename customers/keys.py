"""When single keys do something on a customer's pages.

It is kept in the browser, not with the person: which keys collide depends on the machine and on the speech
input or the screen reader on it, and a choice that is lost is made again in one step.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from customers.models import Shortcuts

COOKIE = "single-keys"
_KEPT_FOR = timedelta(days=365)


def keys_of(request: HttpRequest) -> Shortcuts:
    """Return when single keys do something in this browser: always, until somebody said otherwise."""
    kept = request.COOKIES.get(COOKIE, "")
    return Shortcuts(kept) if kept in Shortcuts else Shortcuts.ON


def keep_keys(answer: HttpResponseBase, keys: Shortcuts) -> None:
    """Keep in the browser when single keys do something."""
    answer.set_cookie(
        COOKIE,
        keys.value,
        max_age=_KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
