"""Who is looking, for the layouts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone


def viewer(request: HttpRequest) -> dict[str, Any]:
    """Name the signed-in member or desk person and their time zone to every template."""
    return {
        "viewer_member": getattr(request, "member", None),
        "viewer_person": getattr(request, "person", None),
        "viewer_timezone": timezone.get_current_timezone_name(),
    }
