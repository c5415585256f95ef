from __future__ import annotations

import logging
from datetime import timedelta

from core.tenancy import acting_as, worker_context
from slas.actions.clocks import refresh_clocks
from slas.models import Watch
from tickets.models import Ticket

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)


def sweep(*, limit: int = 500) -> int:
    """Look at every ticket whose clocks have something due; return how many were dealt with."""
    with acting_as(worker_context()) as now:
        due = list(Watch.objects.due_by(now).values_list("pk", flat=True)[:limit])
    return sum(_check_safely(pk) for pk in due)


def _check_safely(watch_id: int) -> bool:
    """Check one ticket; one that fails is put off and logged, and does not hold up the others."""
    try:
        return check(watch_id=watch_id)
    except Exception:
        logger.exception("watch %s could not be checked", watch_id)
        _put_off(watch_id)
        return False


def _put_off(watch_id: int) -> None:
    """Look again later, a minute later each time; its count of failures is what the auditor sees."""
    with acting_as(worker_context()) as now:
        watch = Watch.objects.due_by(now).select_for_update(no_key=True).filter(pk=watch_id).first()
        if watch is None:
            return
        watch.failures += 1
        watch.next_check_at = now + min(RETRY_AFTER * watch.failures, LONGEST_RETRY)
        watch.save(update_fields=["failures", "next_check_at"])


def check(*, watch_id: int) -> bool:
    """Look at one ticket's clocks if they are still due, unless someone else holds the ticket."""
    with acting_as(worker_context()) as now:
        watch = Watch.objects.due_by(now).filter(pk=watch_id).first()
        if watch is None:
            return False
        free = (
            Ticket.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=watch.ticket_id, customer_id=watch.customer_id)
            .exists()
        )
        if not free:
            return False
        refresh_clocks(ticket_id=watch.ticket_id, customer_id=watch.customer_id, at=now)
        return True
