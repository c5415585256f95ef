"""Vendors resolve a case by themselves when nobody answers for some days: the desk is told before."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from tickets.actions import lock
from vendors.actions.sync.effects import ON_US, publish_waits, waits_key
from vendors.models import VendorCase

#: So long before that the desk is told again.
BEFORE = timedelta(days=4)


def remind_of_waiting(*, limit: int = 200) -> int:
    """Tell the desk again of cases that have waited for it so long that they may soon be resolved; return how many."""
    with acting_as(worker_context()) as now:
        waiting = VendorCase.objects.on_us().filter(state_since__lte=now - _after(), is_missing=False)
        due = [case for case in waiting.order_by("state_since", "pk")[:limit] if _is_due(case, now)]
    return sum(_remind(case) for case in due)


def _after() -> timedelta:
    return max(timedelta(days=settings.VENDOR_RESOLVES_AFTER_DAYS) - BEFORE, timedelta(days=1))


def _since(case: VendorCase) -> datetime:
    """Return from when a vendor counts: its last word, or since it has said that it waits."""
    return max(case.state_since, case.last_vendor_at or case.state_since)


def _is_due(case: VendorCase, now: datetime) -> bool:
    if _since(case) > now - _after():
        return False
    key = waits_key(case, _since(case), again=True)
    return not EventRecord.objects.filter(customer_id=case.customer_id, source_key=key).exists()


def _remind(case: VendorCase) -> bool:
    with acting_as(worker_context()) as now:
        lock(case.ticket)
        row = (
            VendorCase.objects.select_for_update(no_key=True, of=("self",))
            .select_related("vendor")
            .get(pk=case.pk, customer_id=case.customer_id)
        )
        if row.standing not in ON_US or not _is_due(row, now):
            return False
        publish_waits(row, since=_since(row), at=now, again=True)
        return True
