"""How far each of the desk has read a ticket."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from customers.models import Customer, DeskPerson
from tickets.models.tickets import Ticket


class ReadMarkQuerySet(models.QuerySet["ReadMark"]):
    """Named sets of read marks."""

    def of(self, person: DeskPerson) -> ReadMarkQuerySet:
        return self.filter(person=person)

    def latest_first(self) -> ReadMarkQuerySet:
        return self.order_by("-read_at", "-pk")


class ReadMark(models.Model):
    """That a desk person has opened a ticket, and the last message that was there: `up_to`, 0 without one.

    Messages are never taken away, so that a plain number stays true.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, db_index=False, related_name="+")
    up_to = models.BigIntegerField(default=0)
    read_at = models.DateTimeField()

    objects: ClassVar[ReadMarkQuerySet] = ReadMarkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ticket", "person"], name="readmark_once")]
        indexes = [models.Index(fields=["person", "-read_at"], name="readmark_recent")]

    def __str__(self) -> str:
        return f"{self.person_id} has read ticket {self.ticket_id} up to {self.up_to}"
