"""What a desk person hands over at the end of a shift, and who has it then."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from customers.models import Customer, DeskPerson
from tickets.models.tickets import Ticket


class Handover(models.Model):
    """One person's tickets, handed over in one act; each line says to whom."""

    given_by = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"handed over by {self.given_by_id}"


class HandoverLineQuerySet(models.QuerySet["HandoverLine"]):
    """Named sets of what was handed over."""

    def to_accept(self, person: DeskPerson) -> HandoverLineQuerySet:
        """Keep what a person was handed and has not accepted yet."""
        return self.filter(taken_by=person, accepted_at=None)

    def given_since(self, person: DeskPerson, since: datetime) -> HandoverLineQuerySet:
        """Keep what a person handed over since an instant."""
        return self.filter(handover__given_by=person, handover__at__gte=since)


class HandoverLine(models.Model):
    """One ticket that was handed over; `next_due_at` is what was due next at that moment."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="lines")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    taken_by = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    next_due_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)

    objects: ClassVar[HandoverLineQuerySet] = HandoverLineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "handover", "ticket"], name="handoverline_once")
        ]
        indexes = [
            models.Index(
                fields=["taken_by", "handover"],
                condition=models.Q(accepted_at=None),
                name="handoverline_to_accept",
            )
        ]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id} to {self.taken_by_id}"
