"""Who beside the requester is affected by what a ticket is about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from customers.models import Customer, Member
from tickets.models.tickets import Ticket


class AffectedPersonQuerySet(models.QuerySet["AffectedPerson"]):
    """Named sets of affected people."""

    def on(self, ticket: Ticket) -> AffectedPersonQuerySet:
        """Keep those of a ticket; its requester counts as affected without a row, whoever that is by now."""
        return self.filter(customer_id=ticket.customer_id, ticket=ticket).exclude(
            member_id=ticket.requester_id
        )


class AffectedPerson(models.Model):
    """A member who said that a ticket affects them too; `note` is what they see themselves."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    objects: ClassVar[AffectedPersonQuerySet] = AffectedPersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "member"], name="affectedperson_once")
        ]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id} affects member {self.member_id}"
