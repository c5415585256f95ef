"""Why a message that is due is not sent by itself: something says it better, or its reader is left in peace.

Nothing is lost by it: the row stays, and names when it is sent or the message that says it as well. A message
that was tried before is never held, because it may have arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from notifications.models import (
    DeliveryAttempt,
    DeskQuiet,
    MemberQuiet,
    Notification,
    State,
    Waits,
    Way,
)
from notifications.quiet import Quiet

DIGEST = "digest"
_WINDOW = timedelta(hours=1)
#: How much of each message a digest repeats.
_KEPT = 600


def hold(row: Notification, now: datetime) -> bool:
    """Hold a locked message back if there is a reason, and tell whether there was."""
    if row.channel is not None and not row.channel.takes_messages:
        row.state = State.DEAD
        row.last_error = "ChannelIsOff" if not row.channel.is_active else "ChannelIsPaused"
        row.save(update_fields=["state", "last_error"])
        return True
    later = _later(row, now)
    if later is not None and not _was_tried(row):
        _tell_with(row, later)
        return True
    if row.way != Way.EMAIL or row.is_urgent or _was_tried(row):
        return False
    quiet = _quiet_of(row)
    until = quiet.until(now) if quiet is not None else None
    if until is not None:
        row.deliver_after, row.waits = until, Waits.QUIET
        row.save(update_fields=["deliver_after", "waits"])
        return True
    return row.kind != DIGEST and _limit(row, now)


def _was_tried(row: Notification) -> bool:
    return DeliveryAttempt.objects.filter(customer_id=row.customer_id, notification_id=row.pk).exists()


def _tell_with(row: Notification, other: Notification) -> None:
    row.state, row.told_with, row.waits = State.TOLD, other, ""
    row.save(update_fields=["state", "told_with", "waits"])


def _later(row: Notification, now: datetime) -> Notification | None:
    """Return the latest message of the same matter to the same receiver that is due as well.

    After an outage a ladder's steps come due together; the last of them says all that the others did.
    """
    if not row.matter:
        return None
    return (
        Notification.objects.due_by(now)
        .filter(
            customer_id=row.customer_id,
            matter=row.matter,
            kind=row.kind,
            recipient_email=row.recipient_email,
            channel=row.channel,
            pk__gt=row.pk,
        )
        .order_by("-pk")
        .first()
    )


# --- Quiet hours -------------------------------------------------------------------------------------
def _quiet_of(row: Notification) -> Quiet | None:
    if row.person_id is not None:
        of_person = DeskQuiet.objects.filter(person_id=row.person_id).select_related("person").first()
        return of_person.in_zone(of_person.person.timezone) if of_person else None
    if row.member_id is not None:
        of_member = (
            MemberQuiet.objects.filter(customer_id=row.customer_id, member_id=row.member_id)
            .select_related("member__customer")
            .first()
        )
        return of_member.in_zone(of_member.member.zone) if of_member else None
    return None


# --- So many an hour ---------------------------------------------------------------------------------
def _limit(row: Notification, now: datetime) -> bool:
    """Put a message into a digest once its reader has had enough mails within the hour."""
    lately = Notification.objects.filter(
        recipient_email=row.recipient_email, way=Way.EMAIL, state=State.SENT, sent_at__gt=now - _WINDOW
    )
    about_it = lately.filter(customer_id=row.customer_id, ticket_id=row.ticket_id)
    if row.ticket_id is not None and about_it.count() >= settings.MAILS_AN_HOUR_PER_TICKET:
        _tell_with(row, _digest(row, about_it, now, ticket_id=row.ticket_id))
        return True
    if lately.count() >= settings.MAILS_AN_HOUR:
        _tell_with(row, _digest(row, lately, now, ticket_id=None))
        return True
    return False


def _digest(
    row: Notification, sent: QuerySet[Notification], now: datetime, *, ticket_id: int | None
) -> Notification:
    """Return the digest that is being gathered for a reader, or begin one; it goes when the hour allows it.

    One that a worker has just now, or has tried to send, is complete.
    """
    gathered = (
        Notification.objects.filter(
            customer_id=row.customer_id,
            audience=row.audience,
            kind=DIGEST,
            recipient_email=row.recipient_email,
            ticket_id=ticket_id,
            state=State.QUEUED,
        )
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("pk")
    )
    for one in gathered:
        if not _was_tried(one):
            return one
    first = sent.order_by("sent_at").values_list("sent_at", flat=True)[:1].get() or now
    return Notification.objects.create(
        customer_id=row.customer_id,
        audience=row.audience,
        kind=DIGEST,
        dedupe_key=f"digest:{row.pk}",
        ticket_id=ticket_id,
        recipient_email=row.recipient_email,
        recipient_name=row.recipient_name,
        member_id=row.member_id,
        person_id=row.person_id,
        subject="",
        body="",
        occurred_at=row.occurred_at,
        deliver_after=first + _WINDOW,
        thread=row.thread if ticket_id is not None else "",
    )


def fill(digest: Notification) -> None:
    """Write into a digest what was gathered in it; the same whenever it is asked after the first attempt."""
    rows = list(
        Notification.objects.filter(customer_id=digest.customer_id, told_with=digest).order_by(
            "occurred_at", "pk"
        )
    )
    digest.subject = _subject(rows, is_about_one=digest.ticket_id is not None)
    digest.body = "".join(
        f"{row.subject}\n{row.occurred_at:%Y-%m-%d %H:%M} UTC\n\n{_short(row.body)}\n\n\n" for row in rows
    )
    digest.save(update_fields=["subject", "body"])


def _subject(rows: Sequence[Notification], *, is_about_one: bool) -> str:
    """Return such as '14 more about ACME-128': the subject of a mail about a ticket begins with its key."""
    keys = {row.subject.partition(" ")[0] for row in rows}
    about = f" about {keys.pop()}" if is_about_one and len(keys) == 1 else ""
    return f"{len(rows)} more{about or (' messages' if len(rows) != 1 else ' message')}"


def _short(body: str) -> str:
    text = body.strip()
    return text if len(text) <= _KEPT else f"{text[:_KEPT]}…"
