"""What is kept while somebody writes on a ticket: drafts, files, canned replies, mentions, and who is there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from customers.models import Customer, DeskPerson
from tickets.models.tickets import Message, Ticket, new_file_token


class ModeChoice(models.TextChoices):
    """For whom a text is written."""

    REPLY = "reply", "Reply"
    NOTE = "note", "Note"
    VENDOR = "vendor", "Reply to a vendor"


class SideChoice(models.TextChoices):
    """On which side of the portal whoever writes is; rows of one side are hidden from the other."""

    DESK = "desk", "The desk"
    CUSTOMER = "customer", "The customer"


class DraftQuerySet(models.QuerySet["Draft"]):
    """Named sets of drafts."""

    def by(self, ticket: Ticket, side: str, author_id: int | None) -> DraftQuerySet:
        """Keep what one person has begun to write on a ticket."""
        return self.filter(
            customer_id=ticket.customer_id, ticket=ticket, audience=side, author_id=author_id or 0
        )


class Draft(models.Model):
    """A text that somebody has begun and not sent; one for each person, ticket and mode.

    `author_id` is a desk person's or a member's id, as `audience` says. `taken_by_name` is who took a copy over last,
    so that the author is told while the text is there.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    audience = models.CharField(max_length=10, choices=SideChoice.choices)
    author_id = models.BigIntegerField()
    author_name = models.CharField(max_length=150)
    mode = models.CharField(max_length=8, choices=ModeChoice.choices)
    body = models.TextField()
    saved_at = models.DateTimeField()
    taken_by_name = models.CharField(max_length=150, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DraftQuerySet] = DraftQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "ticket", "audience", "author_id", "mode"], name="draft_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mode} that {self.author_name} has begun"


class StagedFileQuerySet(models.QuerySet["StagedFile"]):
    """Named sets of files that wait for their message."""

    def by(self, ticket: Ticket, side: str, author_id: int | None) -> StagedFileQuerySet:
        """Keep what one person has chosen on a ticket."""
        return self.filter(
            customer_id=ticket.customer_id, ticket=ticket, audience=side, author_id=author_id or 0
        )


class StagedFile(models.Model):
    """A file that somebody chose before the message that it goes with was sent; it is thrown away after a day."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    audience = models.CharField(max_length=10, choices=SideChoice.choices)
    author_id = models.BigIntegerField()
    mode = models.CharField(max_length=8, choices=ModeChoice.choices)
    token = models.CharField(max_length=43, default=new_file_token)
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    stored_name = models.CharField(max_length=100)
    expires_at = models.DateTimeField()

    objects: ClassVar[StagedFileQuerySet] = StagedFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["customer", "token"], name="stagedfile_token")]
        indexes = [
            models.Index(fields=["customer", "ticket"], name="stagedfile_ticket"),
            models.Index(fields=["customer", "expires_at"], name="stagedfile_expiry"),
        ]

    def __str__(self) -> str:
        return self.name


class CannedReplyQuerySet(models.QuerySet["CannedReply"]):
    """Named sets of canned replies."""

    def active(self) -> CannedReplyQuerySet:
        return self.filter(is_active=True)


class CannedReply(models.Model):
    """A text that the desk writes often; its variables are filled from the ticket."""

    name = models.CharField(max_length=60, unique=True)
    body = models.TextField()
    mode = models.CharField(max_length=8, choices=ModeChoice.choices, default=ModeChoice.REPLY)
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=150)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[CannedReplyQuerySet] = CannedReplyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Mention(models.Model):
    """A desk person whom an internal note names; `said` is the name as it was typed."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    said = models.CharField(max_length=121)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "message", "person"], name="mention_once")]
        indexes = [models.Index(fields=["customer", "ticket"], name="mention_ticket")]

    def __str__(self) -> str:
        return self.said


class PresenceState(models.TextChoices):
    """What a person does with a ticket's page."""

    VIEWING = "viewing", "is viewing"
    IDLE = "idle", "is idle"
    REPLYING = "replying", "is replying"


class Presence(models.Model):
    """That a desk person has a ticket's page open; it counts for a minute after `seen_at`."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=PresenceState.choices)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ticket", "person"], name="presence_once")]
        indexes = [
            models.Index(fields=["ticket", "seen_at"], name="presence_ticket"),
            models.Index(fields=["seen_at"], name="presence_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"

    @property
    def is_replying(self) -> bool:
        return self.state == PresenceState.REPLYING

    @property
    def is_idle(self) -> bool:
        return self.state == PresenceState.IDLE


class ThenChoice(models.TextChoices):
    """Where a desk person wants to be after a reply was sent."""

    STAY = "stay", "Stay on the ticket"
    NEXT = "next", "Go to the next due ticket"


class ReplyHabit(models.Model):
    """Where a desk person went after their last reply, or what they set; without a row they stay."""

    person = models.OneToOneField(DeskPerson, on_delete=models.PROTECT, related_name="+")
    then = models.CharField(max_length=4, choices=ThenChoice.choices, default=ThenChoice.STAY)

    def __str__(self) -> str:
        return f"{self.person_id}: {self.then}"
