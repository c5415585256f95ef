from __future__ import annotations

import logging
from datetime import timedelta
from time import monotonic

from core.models import Heartbeat
from core.tenancy import acting_as, worker_context
from slas.access import SWEEP
from slas.actions.clocks import refresh_locked
from slas.models import Watch

logger = logging.getLogger(__name__)

#: Tickets that one transaction looks at: whoever works on one of them waits for all of them, a tenth of a second.
BATCH = 50
#: How long a sweep goes on. Beat pokes one every two seconds, so in a backlog two of them overlap, and the pokes
#: that send the alerts still have their turn before they expire.
LONGEST_SECONDS = 3.0
RETRY_AFTER = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)


def sweep(*, batch: int = BATCH, seconds: float = LONGEST_SECONDS) -> int:
    """Look at tickets whose clocks have something due until there is none; return how many were dealt with.

    Any number of sweeps may run at once: each takes tickets that no other holds. It ends early after
    some seconds. What is due is compared with the database's clock; the process's own only tells how long
    this has taken.
    """
    began, dealt = monotonic(), 0
    while count := _sweep_batch(batch):
        dealt += count
        if monotonic() - began >= seconds:
            break
    with acting_as(worker_context()) as now:
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=SWEEP, at=now)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["at"],
        )
    return dealt


def _sweep_batch(size: int) -> int:
    """Look at some tickets in one transaction; one that fails spoils the batch, so then each has its own."""
    claimed: list[int] = []
    try:
        with acting_as(worker_context()) as now:
            watches = list(Watch.objects.due_by(now).claimed()[:size])
            claimed = [watch.pk for watch in watches]
            if watches:
                refresh_locked([watch.ticket for watch in watches], at=now)
    except Exception:
        logger.warning("%s tickets could not be looked at together", len(claimed), exc_info=True)
        return sum(_sweep_one(pk) for pk in claimed)
    return len(claimed)


def _sweep_one(watch_id: int) -> bool:
    """Look at one ticket; one that fails is put off and logged, and does not hold up the others."""
    try:
        with acting_as(worker_context()) as now:
            watch = Watch.objects.due_by(now).claimed().filter(pk=watch_id).first()
            if watch is None:
                return False
            refresh_locked([watch.ticket], at=now)
    except Exception:
        logger.exception("watch %s could not be checked", watch_id)
        _put_off(watch_id)
    return True


def _put_off(watch_id: int) -> None:
    """Look again later, a minute later each time; its count of failures is what the auditor sees."""
    with acting_as(worker_context()) as now:
        watch = Watch.objects.due_by(now).select_for_update(no_key=True).filter(pk=watch_id).first()
        if watch is None:
            return
        watch.failures += 1
        watch.next_check_at = now + min(RETRY_AFTER * watch.failures, LONGEST_RETRY)
        watch.save(update_fields=["failures", "next_check_at"])
