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

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor, acting_as, worker_context
from notifications.events import MessageSentAgain
from notifications.models import Audience, DeliveryAttempt, Notification, State

logger = logging.getLogger(__name__)

LEDGER = "ledger"
MAX_FAILURES = 12
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(minutes=30)


class AttemptsLost(Exception):
    """Every attempt ended together with the process that made it."""


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
    return sum(_deliver_safely(pk) for pk in due)


def _deliver_safely(notification_id: int) -> bool:
    """Deliver one message; one that cannot even be tried is logged and does not hold up the others."""
    try:
        return deliver(notification_id=notification_id)
    except Exception:
        logger.exception("notification %s could not be tried", notification_id)
        return False


def deliver(*, notification_id: int) -> bool:
    """Deliver one message unless another worker has it or it is no longer due."""
    with acting_as(worker_context()) as now:
        row = (
            Notification.objects.due_by(now)
            .select_related("customer")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=notification_id)
            .first()
        )
        if row is None:
            return False
        number = _note_attempt(row)
        row.failures += number - 1 - row.attempts_settled
        row.attempts_settled = number
        try:
            _send_once(row, is_first=number == 1)
        except (OSError, SMTPException) as error:
            _failed(row, error, now)
        except Exception as error:  # whatever is wrong with this message must not hold up the others
            logger.exception("notification %s cannot be sent as it is", row.pk)
            _failed(row, error, now)
        else:
            row.state = State.SENT
            row.sent_at = now
            row.save(update_fields=["state", "sent_at", "failures", "attempts_settled"])
        return True


def _send_once(row: Notification, *, is_first: bool) -> None:
    """Send a message, unless an earlier attempt turns out to have arrived."""
    message = _message(row)
    has_message = getattr(message.connection, "has_message", None)
    if not is_first and has_message is not None and has_message(message.extra_headers["Message-ID"]):
        return
    if row.failures >= MAX_FAILURES:
        raise AttemptsLost
    message.send()


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
    # Doubling stops where it no longer matters, so that the number stays a length of time.
    row.deliver_after = now + min(_FIRST_WAIT * 2 ** min(row.failures - 1, 10), _LONGEST_WAIT)
    if row.failures >= MAX_FAILURES:
        row.state = State.DEAD
    row.save(update_fields=["failures", "attempts_settled", "last_error", "deliver_after", "state"])
    logger.warning("notification %s was not delivered (%s), failure %s", row.pk, row.last_error, row.failures)


@transaction.atomic
def send_again(*, notification_id: int, actor: Actor, at: datetime) -> None:
    """Put a message that was given up back into the outbox, to be tried as often as a new one.

    It keeps its Message-ID, so that a receiver that has it already is not sent it twice. Raises Refused for
    a message that was not given up.
    """
    row = Notification.objects.dead().select_for_update(no_key=True).filter(pk=notification_id).first()
    if row is None:
        raise Refused("Only a message that was given up is sent again.")
    row.state = State.QUEUED
    row.failures = 0
    row.deliver_after = at
    row.save(update_fields=["state", "failures", "deliver_after"])
    publish(
        MessageSentAgain(
            at=at,
            customer_id=row.customer_id,
            ticket_id=row.ticket_id,
            actor=actor,
            notification_id=row.pk,
        )
    )


def _message(row: Notification) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    choices = _where_to_choose(row)
    return EmailMessage(
        subject=row.subject,
        body=f"{row.body}\n-- \nChoose which mails you get: {choices}\n" if choices else row.body,
        to=[row.recipient_email],
        connection=get_connection(),
        headers={
            "Message-ID": f"<{row.message_key}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Occurred-At": row.occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        | ({"List-Unsubscribe": f"<{choices}>"} if choices else {}),
    )


def _where_to_choose(row: Notification) -> str:
    """Return where the reader turns mails off; '' for somebody invited, who has no such page yet."""
    if row.kind == "invitation":
        return ""
    page = "/desk/settings/" if row.audience == Audience.DESK else f"/c/{row.customer.slug}/you/"
    return f"{settings.PORTAL_BASE_URL}{page}#mails"
