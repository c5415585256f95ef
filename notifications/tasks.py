from __future__ import annotations

from celery import shared_task

from notifications import actions, desk_invitations


@shared_task(name="notifications.tasks.deliver_due")
def deliver_due() -> int:
    """Deliver every notification that is due, then end."""
    return actions.deliver_due()


@shared_task(name="notifications.tasks.mail_desk_invitations")
def mail_desk_invitations() -> int:
    """Send every invitation to the desk that was not sent yet, then end."""
    return desk_invitations.mail_waiting()
