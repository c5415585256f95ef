"""Which adapter speaks for a link, and which account its calls are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from vendors.adapters.aws import roles
from vendors.adapters.aws.adapter import AwsAdapter
from vendors.adapters.base import Target, VendorAdapter
from vendors.adapters.manual import ManualAdapter
from vendors.models import AccountLink, Way

__all__ = ["adapter_for", "standing_in", "target_of"]

_AWS: VendorAdapter = AwsAdapter()
_MANUAL: VendorAdapter = ManualAdapter()
_standing_in: ContextVar[VendorAdapter | None] = ContextVar("standing_in", default=None)


@contextmanager
def standing_in(adapter: VendorAdapter) -> Iterator[None]:
    """Let another adapter answer in the place of AWS in the block: a demonstration replays what was answered."""
    token = _standing_in.set(adapter)
    try:
        yield
    finally:
        _standing_in.reset(token)


def adapter_for(link: AccountLink) -> VendorAdapter:
    """Return what makes the calls of a link; by hand where the link or its vendor is."""
    if link.is_manual or link.vendor.way == Way.MANUAL:
        return _MANUAL
    return _standing_in.get() or _AWS


def target_of(link: AccountLink) -> Target:
    """Return the account that calls of a link are about: from the link alone, never from what anybody typed."""
    role = roles.role_of(link.role_arn)
    return Target(
        link_id=link.pk,
        customer_slug=link.customer.slug,
        account_number=link.account_number,
        role_arn=link.role_arn,
        external_id=link.external_id,
        partition=role.partition if role else "aws",
        reads_only=link.reads_only,
    )
