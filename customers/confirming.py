"""People prove once more who they are before something grave: the password is asked for again."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.problems import Refused
from customers.models import User


def has_confirmed(request: HttpRequest | Request) -> bool:
    """Tell whether the person typed their password again within the last minutes."""
    try:
        return _has_password(request) and _confirmed(request)
    except ReauthenticationRequired:
        return False


def ask_to_confirm(request: HttpRequest) -> None:
    """Send the person to the page that asks for the password; what they sent is done after it.

    Raises Refused for somebody without a password, who could not prove anything there.
    """
    if not _has_password(request):
        raise Refused(
            _("You have no password yet. Set one with “Forgot your password?” on the sign-in page.")
        )
    raise ReauthenticationRequired


def _has_password(request: HttpRequest | Request) -> bool:
    return isinstance(request.user, User) and request.user.has_usable_password()


@reauthentication_required  # type: ignore[untyped-decorator]
def _confirmed(request: HttpRequest | Request) -> bool:
    return True
