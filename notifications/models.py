"""The outbox: what is to be sent, and every attempt to send it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from customers.models import Customer, DeskPerson, Member
from notifications.topics import Topic

#: A message is stuck once it has waited this long past its time, or has failed this often.
STUCK_AFTER = timedelta(minutes=1)
STUCK_FAILURES = 5


class State(models.TextChoices):
    """Where a notification stands."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    DEAD = "dead", "Given up"


class Audience(models.TextChoices):
    """Whose people a notification is for."""

    CUSTOMER = "public", "The customer"
    DESK = "desk", "The desk"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Named sets of notifications."""

    def due_by(self, now: datetime) -> NotificationQuerySet:
        return self.filter(state=State.QUEUED, deliver_after__lte=now).order_by("deliver_after", "pk")

    def dead(self) -> NotificationQuerySet:
        return self.filter(state=State.DEAD)

    def stuck_by(self, now: datetime) -> NotificationQuerySet:
        """Keep what should have arrived by now and is still tried."""
        waits = models.Q(deliver_after__lte=now - STUCK_AFTER) | models.Q(failures__gte=STUCK_FAILURES)
        return self.filter(waits, state=State.QUEUED)


class Notification(models.Model):
    """A message to one person; the dedupe key makes it one, however often it is asked for.

    `occurred_at` is when the matter became true, such as the due instant of a missed objective.
    `attempts_settled` is the number of the last attempt whose outcome is known: an attempt after it ended
    together with its process, which counts as a failure.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    kind = models.CharField(max_length=40)
    dedupe_key = models.CharField(max_length=200)
    ticket_id = models.BigIntegerField(null=True)
    recipient_email = models.EmailField()
    recipient_name = models.CharField(max_length=150)
    subject = models.CharField(max_length=250)
    body = models.TextField()
    occurred_at = models.DateTimeField()
    deliver_after = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    failures = models.PositiveSmallIntegerField(default=0)
    attempts_settled = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[NotificationQuerySet] = NotificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "dedupe_key"], name="notification_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="notification_tenant"),
        ]
        indexes = [
            models.Index(
                fields=["deliver_after", "id"], condition=models.Q(state="queued"), name="notification_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_email}"

    @property
    def message_key(self) -> str:
        """A name for the message that every attempt shares, so that a receiver can be asked for it."""
        return hashlib.sha256(f"{self.customer_id}:{self.dedupe_key}".encode()).hexdigest()[:40]


class DeliveryAttempt(models.Model):
    """An attempt to send, committed before the sending begins."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    notification = models.ForeignKey(
        Notification, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    number = models.PositiveSmallIntegerField()
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "notification", "number"], name="attempt_number")
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class MemberMute(models.Model):
    """That a member is not mailed about a topic; without a row they are."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    topic = models.CharField(max_length=10, choices=Topic.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "member", "topic"], name="membermute_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic} off for {self.member_id}"


class DeskMute(models.Model):
    """That a desk person is not mailed about a topic; without a row they are."""

    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=10, choices=Topic.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "topic"], name="deskmute_once")]

    def __str__(self) -> str:
        return f"{self.topic} off for {self.person_id}"
