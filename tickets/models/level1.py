"""What a customer's Level 1 goes through before it passes a ticket on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from customers.models import Customer, Service
from tickets.models.relations import STEP_LENGTH
from tickets.models.tickets import Ticket


class LevelOneStepQuerySet(models.QuerySet["LevelOneStep"]):
    """Named sets of steps."""

    def of(self, customer: Customer) -> LevelOneStepQuerySet:
        return self.filter(customer=customer)

    def about(self, service: Service | None) -> LevelOneStepQuerySet:
        """Keep the steps of one service, or those of every ticket."""
        return self.filter(service=service)

    def for_ticket(self, ticket: Ticket) -> LevelOneStepQuerySet:
        """Keep the steps of every ticket and those of the ticket's service."""
        own = models.Q(service_id=None) | models.Q(service_id=ticket.service_id)
        return self.filter(own, customer_id=ticket.customer_id)


class LevelOneStep(models.Model):
    """A step of a customer's own checklist, for tickets about one service or, without one, for all.

    What was done on a ticket is a `ChecklistItem` that only the customer's people see.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    text = models.CharField(max_length=STEP_LENGTH)
    position = models.PositiveSmallIntegerField()

    objects: ClassVar[LevelOneStepQuerySet] = LevelOneStepQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = [models.F("service_id").asc(nulls_first=True), "position", "pk"]
        indexes = [models.Index(fields=["customer", "service"], name="levelonestep_service")]

    def __str__(self) -> str:
        return self.text
