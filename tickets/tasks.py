from __future__ import annotations

import logging

from celery import shared_task
from django.db import DatabaseError

from core.problems import Refused
from core.tenancy import SYSTEM, acting_as, worker_context
from tickets import actions, mailbox
from tickets.models import Ticket

logger = logging.getLogger(__name__)


@shared_task(name="tickets.tasks.close_due_tickets")
def close_due_tickets(limit: int = 200) -> int:
    """Close every resolved ticket whose time to reopen has passed, then end."""
    with acting_as(worker_context()) as now:
        due = list(Ticket.objects.due_to_close().filter(closes_at__lte=now).order_by("closes_at")[:limit])
    return sum(_close(ticket) for ticket in due)


def _close(ticket: Ticket) -> bool:
    try:
        with acting_as(worker_context()) as now:
            locked = actions.lock(ticket)
            if locked.closes_at is None or locked.closes_at > now:
                return False
            actions.close(ticket=locked, actor=SYSTEM, at=now)
            return True
    except (Refused, DatabaseError):
        logger.exception("ticket %s could not be closed", ticket.pk)
        return False


@shared_task(name="tickets.tasks.tell_leads")
def tell_leads() -> int:
    """Mail the desk's leads about every question that waits for one of them, then end."""
    return actions.tell_leads()


@shared_task(name="tickets.tasks.read_mail")
def read_mail() -> int:
    """Deal with every mail that has come in, then end."""
    return actions.read_due()


@shared_task(name="tickets.tasks.fetch_mail")
def fetch_mail() -> int:
    """Fetch what is new in the mailbox at MAIL_IN_URL, then end."""
    return mailbox.fetch()


@shared_task(name="tickets.tasks.forget_mail")
def forget_mail() -> int:
    """Throw away originals of mails that were dealt with long ago, then end."""
    return actions.forget_mail()


@shared_task(name="tickets.tasks.sweep_staged_files")
def sweep_staged_files() -> int:
    """Throw away the files that nobody sent within a day and the reports that nobody sent in a week, then end."""
    return actions.sweep_staged() + actions.sweep_reports()


@shared_task(name="tickets.tasks.settle_approvals")
def settle_approvals() -> int:
    """End every request for an approval whose time is over, tell the desk of answers, then end."""
    return actions.settle_approvals()


@shared_task(name="tickets.tasks.put_due_checklists")
def put_due_checklists() -> int:
    """Put the desk's checklists on every ticket that has reached the desk since, then end."""
    return actions.put_due_checklists()
