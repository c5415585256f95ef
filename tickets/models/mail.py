"""Mail that came in, before and after it became part of a ticket; only the desk sees it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models


class MailState(models.TextChoices):
    """Where an incoming mail stands."""

    WAITING = "waiting", "To be read"
    TAKEN = "taken", "On a ticket"
    HELD = "held", "For a person to decide"
    ASIDE = "aside", "Kept aside"
    DISCARDED = "discarded", "Thrown away"


class IncomingMailQuerySet(models.QuerySet["IncomingMail"]):
    """Named sets of incoming mails."""

    def due_by(self, now: datetime) -> IncomingMailQuerySet:
        return self.filter(state=MailState.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")

    def in_state(self, state: str) -> IncomingMailQuerySet:
        return self.filter(state=state)

    def from_since(self, sender: str, moment: datetime) -> IncomingMailQuerySet:
        """Keep what one sender wrote since and became a part of a ticket."""
        return self.filter(sender=sender, state=MailState.TAKEN, received_at__gt=moment)

    def newest_first(self) -> IncomingMailQuerySet:
        return self.order_by("-received_at", "-pk")

    def settled_before(self, moment: datetime) -> IncomingMailQuerySet:
        """Keep what has been dealt with and whose original is still kept."""
        done = (MailState.TAKEN, MailState.ASIDE, MailState.DISCARDED)
        return self.filter(state__in=done, received_at__lt=moment).exclude(stored_name="")


class IncomingMail(models.Model):
    """One mail as it arrived; `key` makes it one, however often it is delivered.

    The original is kept outside the database under `stored_name`, for a while. `reason` says why it is not
    on a ticket. `attempts` is counted before each reading, so that a mail that ends the worker is not read
    for ever.
    """

    key = models.CharField(max_length=64, unique=True)
    mailbox = models.CharField(max_length=100)
    envelope = models.JSONField(default=list)
    sender = models.CharField(max_length=254)
    sender_name = models.CharField(max_length=150, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    size = models.PositiveIntegerField()
    stored_name = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    opened_ticket = models.BooleanField(default=False)
    ticket_key = models.CharField(max_length=30, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)

    objects: ClassVar[IncomingMailQuerySet] = IncomingMailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=models.Q(state="waiting"),
                name="incomingmail_due",
            ),
            models.Index(fields=["state", "-received_at", "-id"], name="incomingmail_state"),
            models.Index(fields=["sender", "received_at"], name="incomingmail_sender"),
        ]

    def __str__(self) -> str:
        return f"mail from {self.sender}"

    @property
    def is_open(self) -> bool:
        """Whether a person may still decide what becomes of it."""
        return self.state in (MailState.HELD, MailState.ASIDE, MailState.DISCARDED) and bool(self.stored_name)
