"""The outbox: what is to be sent, and every attempt to send it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from django.db import models

from customers.models import Customer, DeskPerson, Member
from notifications.quiet import Quiet
from notifications.topics import Topic

#: A message is stuck once it has waited this long past its time, or has failed this often.
STUCK_AFTER = timedelta(minutes=1)
STUCK_FAILURES = 5


class State(models.TextChoices):
    """Where a notification stands."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    TOLD = "told", "Told with another"
    DEAD = "dead", "Given up"


class Audience(models.TextChoices):
    """Whose people a notification is for."""

    CUSTOMER = "public", "The customer"
    DESK = "desk", "The desk"


class Way(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", "E-mail"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    WEBHOOK = "webhook", "Signed webhook"


class Waits(models.TextChoices):
    """Why a message is not sent although it is due."""

    QUIET = "quiet", "Waits for the end of the reader's quiet hours"


class Channel(models.Model):
    """An address outside to which messages go, the same for all customers; only the desk knows of it.

    `generation` counts the secrets; the one before the last still signs until `previous_until`.
    `failures_in_row` begins again with each message that arrives; a channel with too many is paused.
    """

    kind = models.CharField(max_length=7, choices=[one for one in Way.choices if one[0] != Way.EMAIL])
    name = models.CharField(max_length=60, unique=True)
    #: Never shown again: whoever knows it can write into the chat.
    address = models.CharField(max_length=2000)
    secret = models.CharField(max_length=80, blank=True)
    previous_secret = models.CharField(max_length=80, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    generation = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    failures_in_row = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def takes_messages(self) -> bool:
        return self.is_active and self.paused_at is None

    @property
    def host(self) -> str:
        """Where it leads to, without the part that is a secret."""
        return urlsplit(self.address).netloc

    def secrets_at(self, now: datetime) -> list[str]:
        """Return what a message is signed with, the newest secret first."""
        is_kept = self.previous_until is not None and now < self.previous_until
        return [self.secret, self.previous_secret] if is_kept else [self.secret]


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Named sets of notifications."""

    def due_by(self, now: datetime) -> NotificationQuerySet:
        return self.filter(state=State.QUEUED, deliver_after__lte=now).order_by("deliver_after", "pk")

    def dead(self) -> NotificationQuerySet:
        return self.filter(state=State.DEAD)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

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
    #: What answers to it belong to; '' for a mail that is not answered.
    thread = models.CharField(max_length=80, blank=True, default="")
    way = models.CharField(max_length=7, choices=Way.choices, default=Way.EMAIL)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    payload = models.JSONField(default=dict, blank=True)
    #: Whom it is for, so that they read it in the portal as well; the address alone for anybody else.
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+"
    )
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    #: Whether it wakes somebody: it waits for no quiet hours, and no limit holds it.
    is_urgent = models.BooleanField(default=False)
    #: What it is about, such as one ladder: of several that are due at once, the latest is sent.
    matter = models.CharField(max_length=80, blank=True, default="")
    waits = models.CharField(max_length=5, choices=Waits.choices, blank=True, default="")
    #: The message that says it as well, such as a digest.
    told_with = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+"
    )

    objects: ClassVar[NotificationQuerySet] = NotificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "dedupe_key"], name="notification_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="notification_tenant"),
        ]
        indexes = [
            models.Index(
                fields=["deliver_after", "id"], condition=models.Q(state="queued"), name="notification_due"
            ),
            models.Index(fields=["customer", "member", "-id"], name="notification_of_member"),
            models.Index(fields=["person", "-id"], name="notification_of_person"),
            models.Index(fields=["recipient_email", "sent_at"], name="notification_sent_to"),
            models.Index(fields=["channel", "-id"], name="notification_of_channel"),
            models.Index(fields=["customer", "told_with"], name="notification_told_with"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_email or self.recipient_name}"

    @property
    def about(self) -> str:
        """The kind in words, for the desk."""
        return self.kind.replace("_", " ").capitalize()

    @property
    def message_key(self) -> str:
        """A name for the message that every attempt shares, so that a receiver can be asked for it."""
        return hashlib.sha256(f"{self.customer_id}:{self.dedupe_key}".encode()).hexdigest()[:40]


class DeliveryAttempt(models.Model):
    """An attempt to send, committed before the sending begins; `outcome` says what became of it.

    An attempt without one ended together with its process, or is under way.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    notification = models.ForeignKey(
        Notification, on_delete=models.PROTECT, db_constraint=False, related_name="attempts"
    )
    number = models.PositiveSmallIntegerField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=80, blank=True, default="")

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


class QuietTime(models.Model):
    """From when to when, and on which days, mails that can wait are kept; in the person's own zone.

    `days` has a digit for each day on which it begins, Monday being 0.
    """

    begins = models.TimeField()
    ends = models.TimeField()
    days = models.CharField(max_length=7)

    class Meta:
        abstract = True

    def in_zone(self, zone: str) -> Quiet:
        days = frozenset(int(day) for day in self.days)
        return Quiet(begins=self.begins, ends=self.ends, days=days, zone=zone)


class MemberQuiet(QuietTime):
    """A member's quiet hours; without a row they have none."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "member"], name="memberquiet_once")]

    def __str__(self) -> str:
        return f"quiet hours of {self.member_id}"


class DeskQuiet(QuietTime):
    """A desk person's quiet hours; without a row they have none."""

    person = models.OneToOneField(DeskPerson, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"quiet hours of {self.person_id}"
