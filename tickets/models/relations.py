"""What ties tickets to words, to each other, to people of the desk and to steps to go through."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from customers.models import Customer, DeskPerson, Service
from tickets.models.tickets import AudienceChoice, Kind, Ticket

#: The longest step of a checklist, and the most steps of one.
STEP_LENGTH = 200


class TagQuerySet(models.QuerySet["Tag"]):
    """Named sets of tags."""

    def active(self) -> TagQuerySet:
        return self.filter(is_active=True)


class Tag(models.Model):
    """A word of the desk's list by which tickets are found; customers do not see it."""

    name = models.CharField(max_length=40, unique=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[TagQuerySet] = TagQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TicketTag(models.Model):
    """That a ticket has a tag."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="tagged")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, db_index=False, related_name="tagged")
    at = models.DateTimeField()

    class Meta:
        ordering = ["tag__name"]
        constraints = [models.UniqueConstraint(fields=["customer", "ticket", "tag"], name="tickettag_once")]
        indexes = [models.Index(fields=["tag", "ticket"], name="tickettag_tag")]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id} has tag {self.tag_id}"


class LinkKind(models.TextChoices):
    """What a ticket is to the one it is linked to."""

    DUPLICATE_OF = "duplicate_of", "Duplicate of"
    DUPLICATED_BY = "duplicated_by", "Has the duplicate"
    RELATED = "related", "Related to"
    CHILD = "child", "Part of"
    PARENT = "parent", "Major incident over"


#: The same link, read from its other end.
OPPOSITE = {
    LinkKind.DUPLICATE_OF: LinkKind.DUPLICATED_BY,
    LinkKind.DUPLICATED_BY: LinkKind.DUPLICATE_OF,
    LinkKind.RELATED: LinkKind.RELATED,
    LinkKind.CHILD: LinkKind.PARENT,
    LinkKind.PARENT: LinkKind.CHILD,
}


class TicketLink(models.Model):
    """One end of a link; the other end is the other ticket's row of the same `pair`.

    Each end belongs to its own ticket's customer, so that no row refers into another customer. Ends of a link
    between two customers are kept for the desk: members do not learn that there is one.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="links")
    pair = models.CharField(max_length=41)
    kind = models.CharField(max_length=14, choices=LinkKind.choices)
    audience = models.CharField(max_length=10, choices=AudienceChoice.choices)
    at = models.DateTimeField()
    made_by_name = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "pair"], name="ticketlink_once"),
        ]
        indexes = [models.Index(fields=["pair"], name="ticketlink_pair")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pair}"


class ChecklistQuerySet(models.QuerySet["Checklist"]):
    """Named sets of checklists."""

    def active(self) -> ChecklistQuerySet:
        return self.filter(is_active=True)


class Checklist(models.Model):
    """Steps that the desk goes through; `steps` is a list of lines.

    It is put on every ticket of `kind` that reaches the desk, and on those of the services it is tied to;
    without either somebody chooses it.
    """

    name = models.CharField(max_length=80, unique=True)
    steps = models.JSONField(default=list)
    kind = models.CharField(max_length=10, choices=Kind.choices, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[ChecklistQuerySet] = ChecklistQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ServiceChecklist(models.Model):
    """That tickets about a customer's service get a checklist."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="services")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "service", "checklist"], name="servicechecklist_once")
        ]

    def __str__(self) -> str:
        return f"service {self.service_id} has checklist {self.checklist_id}"


class ChecklistItem(models.Model):
    """A step on a ticket; `checklist_name` is whose step it was, empty for one that somebody added here."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="checklist"
    )
    audience = models.CharField(max_length=10, choices=AudienceChoice.choices, default=AudienceChoice.DESK)
    checklist_name = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=STEP_LENGTH)
    done_at = models.DateTimeField(null=True)
    done_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["customer", "ticket"], name="checklistitem_ticket")]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class DeskFollower(models.Model):
    """A desk person who follows a ticket."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="desk_followers"
    )
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, db_index=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "person"], name="deskfollower_once")
        ]
        indexes = [models.Index(fields=["person", "ticket"], name="deskfollower_person")]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.ticket_id}"


class Findings(models.Model):
    """What was wrong with a ticket's service and what was done; the workaround apart from the fix."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    cause = models.CharField(max_length=500, blank=True)
    workaround = models.CharField(max_length=500, blank=True)
    fix = models.CharField(max_length=500, blank=True)
    stated_at = models.DateTimeField()
    stated_by_name = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ticket"], name="findings_once")]

    def __str__(self) -> str:
        return f"findings on ticket {self.ticket_id}"
