"""Whether a channel still takes messages; one that fails again and again is paused, and the leads are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F

from core.events import publish_desk
from core.tenancy import SYSTEM
from customers.access import active_desk_leads
from notifications.events import ChannelChanged
from notifications.models import Audience, Channel, Notification

#: So many attempts in a row that fail, whichever message they are of, pause a channel.
PAUSE_AFTER = 10


def note_arrival(channel: Channel) -> None:
    """Begin to count a channel's failures again."""
    Channel.objects.filter(pk=channel.pk, failures_in_row__gt=0).update(failures_in_row=0)


def note_failure(channel: Channel, *, at: datetime, is_gone: bool) -> bool:
    """Count a failure, and tell whether it paused the channel; one that is gone for good is paused at once."""
    Channel.objects.filter(pk=channel.pk).update(failures_in_row=F("failures_in_row") + 1)
    running = Channel.objects.filter(pk=channel.pk, is_active=True, paused_at=None)
    if not is_gone:
        running = running.filter(failures_in_row__gte=PAUSE_AFTER)
    if not running.update(paused_at=at):
        return False
    publish_desk(ChannelChanged(at=at, actor=SYSTEM, channel_id=channel.pk, kind="paused"))
    return True


def news_of_pause(row: Notification, *, at: datetime) -> Iterator[dict[str, Any]]:
    """Return what each desk lead is told of a channel that was just paused, as `queue` takes it."""
    channel = row.channel
    assert channel is not None
    link = f"{settings.PORTAL_BASE_URL}/desk/admin/channels/{channel.pk}/"
    for person in active_desk_leads():
        yield {
            # The outbox files a message under a customer; only the desk reads this one.
            "customer_id": row.customer_id,
            "audience": Audience.DESK,
            "kind": "channel_paused",
            "dedupe_key": f"channel-paused:{channel.pk}:{at:%Y%m%dT%H%M%SZ}:desk:{person.pk}",
            "recipient_email": person.user.email,
            "recipient_name": person.name,
            "person_id": person.pk,
            "is_urgent": True,
            "subject": f"The channel {channel.name} is paused: it does not take messages",
            "body": (
                f"{channel.name} ({channel.get_kind_display()}) did not take messages: {row.last_error}.\n\n"
                "Alerts to it are kept, and go out when it is switched on again.\n\n"
                f"See what happened, and switch it on: {link}\n"
            ),
            "occurred_at": at,
            "deliver_after": at,
        }
