from __future__ import annotations

from celery import shared_task

from trusst_support import auditor, status


@shared_task(name="trusst_support.tasks.audit")
def audit() -> int:
    """Look for what should have happened and has not, then end; return how many kinds of fault there are.

    The monitor outside hears of it only while there is none.
    """
    faults = auditor.audit()
    if not faults:
        status.ping()
    return len(faults)
