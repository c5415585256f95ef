"""Queue a message, and deliver what is due, so that none is lost and none is doubled.

The order matters (it lost and repeated nothing in tests with killed and frozen workers): the attempt is
committed on a second connection first, the row stays locked while the message is sent, and after an
earlier attempt the receiver is asked before anything is sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core.events import publish
from core.now import database_now
from core.problems import Refused
from core.tenancy import Actor, acting_as, worker_context
from notifications import channel_health, holding, sending
from notifications.backoff import wait_after
from notifications.events import MessageSentAgain
from notifications.models import Audience, Channel, DeliveryAttempt, Notification, State

logger = logging.getLogger(__name__)

LEDGER = "ledger"
MAX_FAILURES = 12


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
    thread: str = "",
    member_id: int | None = None,
    person_id: int | None = None,
    is_urgent: bool = False,
    matter: str = "",
) -> None:
    """Put a message to one person into the outbox; a key that is there already changes nothing.

    An answer to it by mail arrives in its `thread`; without one it says nothing of answering. Whom it names by
    `member_id` or `person_id` reads it in the portal as well. An urgent one waits for no quiet hours and no
    limit. Of those about one `matter` that are due at once, only the latest is sent.
    """
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
                subject=_one_line(subject),
                body=body,
                occurred_at=occurred_at,
                deliver_after=deliver_after,
                thread=thread,
                member_id=member_id,
                person_id=person_id,
                is_urgent=is_urgent,
                matter=matter,
            )
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def queue_to_channel(
    *,
    channel_id: int,
    customer_id: int,
    ticket_id: int | None,
    kind: str,
    dedupe_key: str,
    subject: str,
    body: str,
    occurred_at: datetime,
    deliver_after: datetime,
    payload: Mapping[str, Any],
    matter: str = "",
) -> None:
    """Put a message to a chat or a webhook into the outbox; a key that is there already changes nothing.

    `payload` goes to a webhook as it is; of it a chat shows `ticket`, `title`, `severity`, `customer` and
    `url`. Only in the desk's context: nobody else knows the channels.
    """
    channel = Channel.objects.get(pk=channel_id)
    Notification.objects.bulk_create(
        [
            Notification(
                customer_id=customer_id,
                audience=Audience.DESK,
                kind=kind,
                dedupe_key=dedupe_key,
                ticket_id=ticket_id,
                recipient_email="",
                recipient_name=channel.name,
                subject=_one_line(subject),
                body=body,
                occurred_at=occurred_at,
                deliver_after=deliver_after,
                way=channel.kind,
                channel=channel,
                payload=dict(payload),
                is_urgent=True,
                matter=matter,
            )
        ],
        ignore_conflicts=True,
    )


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:250]


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
            .select_related("customer", "channel")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=notification_id)
            .first()
        )
        if row is None:
            return False
        if holding.hold(row, now):
            return True
        if row.kind == holding.DIGEST:
            holding.fill(row)
        number = _note_attempt(row)
        row.failures += number - 1 - row.attempts_settled
        row.attempts_settled = number
        try:
            outcome = sending.send_once(
                row, now=now, is_first=number == 1, may_send=row.failures < MAX_FAILURES
            )
        except sending.FAILURES as error:
            _failed(row, error, now)
        except Exception as error:  # whatever is wrong with this message must not hold up the others
            logger.exception("notification %s cannot be sent as it is", row.pk)
            _failed(row, error, now)
        else:
            row.state = State.SENT
            row.sent_at = now
            row.waits = ""
            row.save(update_fields=["state", "sent_at", "waits", "failures", "attempts_settled"])
            _note_outcome(row, outcome)
            if row.channel is not None:
                channel_health.note_arrival(row.channel)
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


def _note_outcome(row: Notification, outcome: str) -> None:
    """Write down what became of the attempt, together with the row it belongs to."""
    DeliveryAttempt.objects.filter(
        customer_id=row.customer_id, notification_id=row.pk, number=row.attempts_settled
    ).update(ended_at=database_now(), outcome=outcome)


def _failed(row: Notification, error: Exception, now: datetime) -> None:
    """Plan the next attempt, further away each time; after the last one the row is parked in sight."""
    row.failures += 1
    row.last_error = str(error) if isinstance(error, sending.NotTaken) else type(error).__name__
    row.deliver_after = now + wait_after(row.failures, key=row.dedupe_key)
    if row.failures >= MAX_FAILURES:
        row.state = State.DEAD
    row.save(update_fields=["failures", "attempts_settled", "last_error", "deliver_after", "state"])
    _note_outcome(row, row.last_error)
    logger.warning("notification %s was not delivered (%s), failure %s", row.pk, row.last_error, row.failures)
    if row.channel is None:
        return
    is_gone = isinstance(error, sending.NotTaken) and error.is_gone
    if channel_health.note_failure(row.channel, at=now, is_gone=is_gone):
        for message in channel_health.news_of_pause(row, at=now):
            queue(**message)


@transaction.atomic
def send_again(*, notification_id: int, actor: Actor, at: datetime) -> None:
    """Put a message that was given up back into the outbox, to be tried as often as a new one.

    It keeps its Message-ID, so that a receiver that has it already is not sent it twice. Raises Refused for
    a message that was not given up.
    """
    row = Notification.objects.dead().select_for_update(no_key=True).filter(pk=notification_id).first()
    if row is None:
        raise Refused("Only a message that was given up is sent again.")
    _put_back(row, actor=actor, at=at)


def send_all_again(*, actor: Actor, at: datetime, channel_id: int | None = None) -> int:
    """Put every message that was given up back into the outbox, or those to one channel; return how many."""
    rows = Notification.objects.dead().order_by("pk")
    if channel_id is not None:
        rows = rows.filter(channel_id=channel_id)
    with transaction.atomic():
        locked = list(rows.select_for_update(skip_locked=True, no_key=True)[:1000])
        for row in locked:
            _put_back(row, actor=actor, at=at)
    return len(locked)


@transaction.atomic
def replay(*, notification_id: int, actor: Actor, at: datetime) -> None:
    """Send a message to a channel once more, under the id it had; raises Refused for any other message."""
    row = (
        Notification.objects.filter(pk=notification_id, state=State.SENT, channel__isnull=False)
        .select_for_update(no_key=True, of=("self",))
        .first()
    )
    if row is None:
        raise Refused("Only a message that arrived at a channel is sent once more.")
    _put_back(row, actor=actor, at=at)


def _put_back(row: Notification, *, actor: Actor, at: datetime) -> None:
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
