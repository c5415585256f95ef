"""What the customer's people thought of how a ticket was handled."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from customers.models import Customer, Member
from tickets.models.tickets import Ticket


class Score(models.IntegerChoices):
    """The answers, the best first."""

    VERY_GOOD = 5, lazy("Very good")
    GOOD = 4, lazy("Good")
    SO_SO = 3, lazy("So-so")
    POOR = 2, lazy("Poor")
    VERY_POOR = 1, lazy("Very poor")


class SatisfactionQuerySet(models.QuerySet["Satisfaction"]):
    """Named sets of answers."""

    def given_in(self, since: datetime, until: datetime) -> SatisfactionQuerySet:
        return self.filter(at__gte=since, at__lt=until)

    def on(self, ticket: Ticket) -> SatisfactionQuerySet:
        return self.filter(customer_id=ticket.customer_id, ticket=ticket)


class Satisfaction(models.Model):
    """One member's answer about one ticket; a later answer of theirs replaces it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    score = models.PositiveSmallIntegerField(choices=Score.choices)
    comment = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()

    objects: ClassVar[SatisfactionQuerySet] = SatisfactionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "member"], name="satisfaction_once"),
            models.CheckConstraint(condition=Q(score__range=(1, 5)), name="satisfaction_score"),
        ]
        indexes = [models.Index(fields=["at"], name="satisfaction_at")]

    def __str__(self) -> str:
        return f"{self.score} of 5"
