from __future__ import annotations

from celery import shared_task

from escalations import actions


@shared_task(name="escalations.tasks.advance_due_escalations")
def advance_due_escalations() -> int:
    """Climb every ladder whose next step is due, then end."""
    return actions.advance_due()
