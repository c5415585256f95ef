"""What has to be so before the portal serves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from vendors.adapters.aws.clients import check_endpoint


def check_support_endpoint(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an address that stands in for AWS unless it is this machine's own."""
    if not settings.AWS_SUPPORT_ENDPOINT:
        return []
    try:
        check_endpoint(settings.AWS_SUPPORT_ENDPOINT)
    except ValueError as error:
        return [Error(str(error), id="vendors.E001")]
    return []
