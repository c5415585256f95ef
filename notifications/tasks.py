from __future__ import annotations

from celery import shared_task

from notifications import actions


@shared_task(name="notifications.tasks.deliver_due")
def deliver_due() -> int:
    """Deliver every notification that is due, then end."""
    return actions.deliver_due()
