"""Agreements, the versions they pin, and the cache of clocks.

Calendar and policy versions hold no customer's data and are never edited: a change is a new version.
Clocks are a cache of a replay; the fact log is the truth.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models

from customers.models import Customer, validate_timezone
from tickets.models import Ticket


class CalendarVersion(models.Model):
    """Opening hours as local wall-clock shifts, with the public holidays of one region; no time zone."""

    name = models.CharField(max_length=40)
    region = models.CharField(max_length=8, blank=True)
    version = models.PositiveSmallIntegerField()
    weekly = models.JSONField()
    holidays = models.JSONField(default=list)

    class Meta:
        ordering = ["name", "region", "version"]
        constraints = [models.UniqueConstraint(fields=["name", "region", "version"], name="calendar_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.region} v{self.version}".replace("  ", " ")

    def document(self, timezone: str) -> dict[str, Any]:
        """Return the calendar as a replay document has it, in a customer's zone."""
        return {"timezone": timezone, "weekly": self.weekly, "holidays": self.holidays}


class PolicyVersion(models.Model):
    """What is promised for each severity: the objectives, the reopening window, the attainment goal."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    document = models.JSONField()
    goal_percent = models.PositiveSmallIntegerField(default=95)

    class Meta:
        ordering = ["name", "version"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="policy_version")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Named sets of agreements."""

    def in_force_on(self, day: date) -> AgreementQuerySet:
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Agreement(models.Model):
    """The signed annual term that pins a policy version; without one nothing is promised."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    business_hours = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    always = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    timezone = models.CharField(max_length=60, validators=[validate_timezone])
    starts_on = models.DateField()
    ends_on = models.DateField()
    notice_on = models.DateField(null=True, blank=True)

    objects: ClassVar[AgreementQuerySet] = AgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="agreement_number"),
            models.UniqueConstraint(fields=["customer", "id"], name="agreement_tenant"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="agreement_term"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ClockQuerySet(models.QuerySet["Clock"]):
    """Named sets of clocks."""

    def running(self) -> ClockQuerySet:
        return self.filter(state="running")

    def missed(self) -> ClockQuerySet:
        return self.filter(outcome="missed")

    def overdue_by(self, now: datetime) -> ClockQuerySet:
        """Keep clocks whose target was used up by now and which nobody has looked at since."""
        return self.running().filter(outcome="pending", due_at__lte=now)

    def breached_since(self, moment: datetime) -> ClockQuerySet:
        return self.filter(breached_at__gte=moment)


class Clock(models.Model):
    """What a replay said of one objective on one ticket when it was last asked: a cache.

    `generation` counts the times when more changed than the seconds that went by.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="clocks")
    metric = models.CharField(max_length=10)
    cycle = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField()
    target_seconds = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    at_risk_at = models.DateTimeField(null=True)
    consumed_seconds = models.PositiveIntegerField()
    as_of = models.DateTimeField()
    generation = models.PositiveIntegerField(default=1)

    objects: ClassVar[ClockQuerySet] = ClockQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "ticket", "metric", "cycle"], name="clock_cycle")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="running", outcome="pending"), name="clock_open"
            ),
            models.Index(
                fields=["breached_at"],
                condition=models.Q(breached_at__isnull=False),
                name="clock_breached",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.cycle}"


class WatchQuerySet(models.QuerySet["Watch"]):
    """Named sets of watches."""

    def due_by(self, now: datetime) -> WatchQuerySet:
        return self.filter(next_check_at__lte=now).order_by("next_check_at", "pk")

    def failing(self) -> WatchQuerySet:
        return self.filter(failures__gt=0)


class Watch(models.Model):
    """When a ticket's clocks must next be looked at; one narrow row for each ticket, for the sweep."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    next_check_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[WatchQuerySet] = WatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ticket"], name="watch_ticket")]
        indexes = [
            models.Index(
                fields=["next_check_at", "id"],
                condition=models.Q(next_check_at__isnull=False),
                name="watch_due",
            )
        ]

    def __str__(self) -> str:
        return f"watch on {self.ticket_id}"
