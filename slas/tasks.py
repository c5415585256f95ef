from __future__ import annotations

from celery import shared_task

from slas import actions


@shared_task(name="slas.tasks.sweep_due_clocks")
def sweep_due_clocks() -> int:
    """Look at every ticket whose clocks have something due, then end."""
    return actions.sweep()
