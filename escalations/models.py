"""Running and finished escalations."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from customers.models import Customer
from escalations.ladder import Step
from tickets.models import Ticket


class State(models.TextChoices):
    """Where an escalation stands."""

    RUNNING = "running", "Waiting for someone"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    FINISHED = "finished", "Finished"


class EscalationQuerySet(models.QuerySet["Escalation"]):
    """Named sets of escalations."""

    def running(self) -> EscalationQuerySet:
        return self.filter(state=State.RUNNING)

    def due_by(self, now: datetime) -> EscalationQuerySet:
        return self.running().filter(next_step_at__lte=now).order_by("next_step_at", "pk")


class Escalation(models.Model):
    """One matter that needs a person, on a snapshot of its ladder.

    `began_at` is when the matter became true, such as the due instant; steps count from there.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    trigger = models.CharField(max_length=20)
    about = models.CharField(max_length=200)
    dedupe_key = models.CharField(max_length=150)
    began_at = models.DateTimeField()
    snapshot = models.JSONField()
    steps_taken = models.PositiveSmallIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)

    objects: ClassVar[EscalationQuerySet] = EscalationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "dedupe_key"], name="escalation_once"),
            models.UniqueConstraint(fields=["customer", "id"], name="escalation_tenant"),
        ]
        indexes = [
            models.Index(fields=["customer", "ticket"], name="escalation_ticket"),
            models.Index(
                fields=["next_step_at", "id"], condition=models.Q(state="running"), name="escalation_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} on {self.ticket_id}"

    @property
    def steps(self) -> list[Step]:
        return [Step.load(stored) for stored in self.snapshot]
