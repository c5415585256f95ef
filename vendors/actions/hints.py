"""Pushes: what they say is not believed, so all that follows from one is that we look for ourselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from core.problems import Refused
from vendors.actions.sync import look_soon
from vendors.adapters import adapter_for
from vendors.adapters.base import Invalid
from vendors.models import AccountLink, PushHint, PushKey
from vendors.pacing import LEAST_GAP

_USED_EVERY = timedelta(minutes=1)


@transaction.atomic
def take_push(*, key: PushKey, body: bytes, at: datetime) -> int:
    """Note what a push hints at, and let the account be looked at; return how many hints were new.

    `key` is the one that it showed. Raises Refused for what is no push, and for one about another account.
    """
    link = key.link
    try:
        hints = list(adapter_for(link).parse_push(body))
    except Invalid:
        raise Refused("This is not an event about a case.") from None
    if any(hint.account_number != link.account_number for hint in hints):
        raise Refused("This is about another account.")
    if any(not hint.event_id or len(hint.event_id) > 120 for hint in hints):
        raise Refused("This event has no id that could be kept.")
    before = PushHint.objects.filter(customer_id=link.customer_id, link=link)
    known = set(
        before.filter(event_id__in=[hint.event_id for hint in hints]).values_list("event_id", flat=True)
    )
    new = [hint for hint in hints if hint.event_id not in known]
    PushHint.objects.bulk_create(
        [
            PushHint(
                customer_id=link.customer_id,
                link=link,
                event_id=hint.event_id,
                external_id=hint.external_id[:120],
                display_id=hint.display_id[:40],
                name=hint.name[:60],
                received_at=at,
            )
            for hint in new
        ],
        ignore_conflicts=True,
    )
    if new:
        _look(link, at)
    if key.last_used_at is None or key.last_used_at <= at - _USED_EVERY:
        PushKey.objects.filter(pk=key.pk, customer_id=link.customer_id).update(last_used_at=at)
    return len(new)


def _look(link: AccountLink, at: datetime) -> None:
    """Let an account be looked at, but not more often than makes sense, however many pushes come."""
    soonest = at if link.last_polled_at is None else max(at, link.last_polled_at + LEAST_GAP)
    look_soon(link_id=link.pk, customer_id=link.customer_id, at=soonest)
