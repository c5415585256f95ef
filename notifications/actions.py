"""Queue a message, and deliver what is due, so that none is lost and none is doubled.

The order matters (it lost and repeated nothing in tests with killed and frozen workers): the attempt is
committed on a second connection first, the row stays locked while the message is sent, and after an
earlier attempt the receiver is asked before anything is sent again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from core.tenancy import acting_as, worker_context
from notifications.models import DeliveryAttempt, Notification, State

logger = logging.getLogger(__name__)

LEDGER = "ledger"
MAX_FAILURES = 12
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(minutes=30)


@transaction.atomic
def queue(
    *,
    customer_id: int,
    audience: str,
    kind: str,
    dedupe_key: str,
    recipient_email: str,
    recipient_name: str,
    subject: str,
    body: str,
    occurred_at: datetime,
    deliver_after: datetime,
    ticket_id: int | None = None,
) -> None:
    """Put a message to one person into the outbox; a key that is there already changes nothing."""
    Notification.objects.bulk_create(
        [
            Notification(
                customer_id=customer_id,
                audience=audience,
                kind=kind,
                dedupe_key=dedupe_key,
                ticket_id=ticket_id,
                recipient_email=recipient_email,
                recipient_name=recipient_name,
                subject=" ".join(subject.split())[:250],
                body=body,
                occurred_at=occurred_at,
                deliver_after=deliver_after,
            )
        ],
        ignore_conflicts=True,
    )


def deliver_due(*, limit: int = 200) -> int:
    """Deliver what is due and return how many were dealt with."""
    with acting_as(worker_context()) as now:
        due = list(Notification.objects.due_by(now).values_list("pk", flat=True)[:limit])
    return sum(deliver(notification_id=pk) for pk in due)


def deliver(*, notification_id: int) -> bool:
    """Deliver one message unless another worker has it or it is no longer due."""
    with acting_as(worker_context()) as now:
        row = (
            Notification.objects.due_by(now)
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=notification_id)
            .first()
        )
        if row is None:
            return False
        number = _note_attempt(row)
        message = _message(row)
        try:
            asked = getattr(message.connection, "has_message", None)
            already_there = number > 1 and asked is not None and asked(message.extra_headers["Message-ID"])
            if not already_there:
                message.send()
        except (OSError, SMTPException) as error:
            _failed(row, error, now)
        else:
            row.state = State.SENT
            row.sent_at = now
            row.save(update_fields=["state", "sent_at"])
        return True


def _note_attempt(row: Notification) -> int:
    """Commit on a second connection that an attempt begins; return its number."""
    with acting_as(worker_context(), using=LEDGER) as now:
        earlier = DeliveryAttempt.objects.using(LEDGER).filter(
            customer_id=row.customer_id, notification_id=row.pk
        )
        number = earlier.count() + 1
        DeliveryAttempt.objects.using(LEDGER).create(
            customer_id=row.customer_id, notification_id=row.pk, number=number, begun_at=now
        )
    return number


def _failed(row: Notification, error: Exception, now: datetime) -> None:
    """Plan the next attempt, further away each time; after the last one the row is parked in sight."""
    row.failures += 1
    row.last_error = type(error).__name__
    row.deliver_after = now + min(_FIRST_WAIT * 2 ** (row.failures - 1), _LONGEST_WAIT)
    if row.failures >= MAX_FAILURES:
        row.state = State.DEAD
    row.save(update_fields=["failures", "last_error", "deliver_after", "state"])
    logger.warning("notification %s was not delivered (%s), failure %s", row.pk, row.last_error, row.failures)


def _message(row: Notification) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=row.subject,
        body=row.body,
        to=[row.recipient_email],
        connection=get_connection(),
        headers={
            "Message-ID": f"<{row.message_key}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Occurred-At": row.occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
