"""What allauth asks the portal."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing up is by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
