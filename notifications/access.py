"""What the pages of messages show, each look-up its own permission check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from customers.models import DeskPerson, Member
from notifications.holding import DIGEST
from notifications.models import Channel, DeliveryAttempt, Notification, State

#: The states by which the desk's list is filtered; stuck is a queued message that should have arrived.
STUCK = "stuck"
#: No count of unread messages is worth more than this.
MOST_COUNTED = 100


def channels() -> QuerySet[Channel]:
    """Return every channel, for the desk."""
    return Channel.objects.all()


def channels_in_use() -> QuerySet[Channel]:
    """Return the channels to which messages may be sent."""
    return Channel.objects.filter(is_active=True)


def get_channel(pk: int) -> Channel:
    """Return a channel, or 404."""
    channel = Channel.objects.filter(pk=pk).first()
    if channel is None:
        raise Http404("There is no such channel.")
    return channel


def secrets_of(address: str, now: datetime) -> list[str]:
    """Return what messages to an address may be signed with, for a receiver of this machine."""
    found = Channel.objects.filter(address=address).exclude(secret="")
    return [secret for channel in found for secret in channel.secrets_at(now)]


def deliveries_of(channel: Channel) -> QuerySet[Notification]:
    """Return what was sent to a channel, the newest first, with each attempt."""
    return _with_attempts(Notification.objects.filter(channel=channel).order_by("-pk"))


def get_delivery(channel: Channel, pk: int) -> Notification:
    """Return a message that was sent to a channel, or 404."""
    row = Notification.objects.filter(channel=channel, pk=pk).first()
    if row is None:
        raise Http404("There is no such message to this channel.")
    return row


def messages(state: str, now: datetime) -> QuerySet[Notification]:
    """Return the messages of a state, the newest first; all of them when there is no such state."""
    rows = Notification.objects.select_related("customer", "channel").order_by("-pk")
    if state == STUCK:
        return rows.filter(pk__in=Notification.objects.stuck_by(now).values("pk"))
    return rows.filter(state=state) if state in State.values else rows


def count_given_up() -> int:
    """Return how many messages were given up."""
    return Notification.objects.dead().count()


def get_message(pk: int) -> Notification:
    """Return a message with its attempts, or 404."""
    rows = Notification.objects.select_related("customer", "channel", "told_with")
    row = _with_attempts(rows).filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such message.")
    return row


def gathered_in(row: Notification) -> QuerySet[Notification]:
    """Return the messages that one message says as well."""
    return Notification.objects.filter(customer_id=row.customer_id, told_with=row).order_by("pk")


def _with_attempts(rows: QuerySet[Notification]) -> QuerySet[Notification]:
    return rows.prefetch_related(
        Prefetch("attempts", queryset=DeliveryAttempt.objects.order_by("number"), to_attr="tried")
    )


# --- One's own ---------------------------------------------------------------------------------------
def notices_of_person(person: DeskPerson) -> QuerySet[Notification]:
    """Return what a desk person was told, the newest first."""
    return Notification.objects.filter(person=person).exclude(kind=DIGEST).order_by("-pk")


def notices_of_member(member: Member) -> QuerySet[Notification]:
    """Return what a member was told, the newest first."""
    own = Notification.objects.filter(customer_id=member.customer_id, member=member)
    return own.exclude(kind=DIGEST).order_by("-pk")


def count_unread(rows: QuerySet[Notification]) -> int:
    """Return how many of one's messages were not read, counting no further than is shown."""
    return rows.filter(read_at=None).order_by()[:MOST_COUNTED].count()


def unread_of(person: DeskPerson) -> QuerySet[Notification]:
    """Return the messages that a desk person has not read, for the count beside their place."""
    return notices_of_person(person).filter(read_at=None)


def mark_read(rows: QuerySet[Notification], *, at: datetime, ids: Sequence[int] | None = None) -> int:
    """Mark one's own messages as read, all of them or those of the ids; it concerns nobody else."""
    wanted = rows.filter(read_at=None) if ids is None else rows.filter(read_at=None, pk__in=ids)
    return wanted.order_by().update(read_at=at)
