"""The vendors that the desk works with, their plans, and the times that they publish."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Way(models.TextChoices):
    """How a vendor is reached."""

    AWS = "aws", "AWS Support's interface"
    MANUAL = "manual", "By mail or telephone"


class Vendor(models.Model):
    """A third party with which the desk acts for customers; `contact` says how people reach it by hand."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.MANUAL)
    contact = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SupportPlan(models.Model):
    """A plan that a vendor sells, and from when until when it meets what customers agree to hold.

    Dates are whole days in UTC, the last one excluded. Empty `accepted_from`: never accepted.
    `offered_until` is the day on which the vendor no longer has it.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(max_length=60)
    rank = models.PositiveSmallIntegerField()
    takes_cases = models.BooleanField(default=True)
    severities = models.JSONField(default=list)
    offered_until = models.DateField(null=True, blank=True)
    accepted_from = models.DateField(null=True, blank=True)
    accepted_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["vendor_id", "rank"]
        constraints = [models.UniqueConstraint(fields=["vendor", "name"], name="supportplan_name")]

    def __str__(self) -> str:
        return self.name


class VendorTarget(models.Model):
    """The time to a first response that a vendor publishes for a plan and severity, from a day on.

    `in_business_hours` counts the vendor's own hours, which the portal cannot measure. `is_confirmed` once a
    person has compared it with what the vendor publishes. Rows are added, never changed.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="targets")
    plan = models.CharField(max_length=60)
    severity = models.CharField(max_length=40)
    seconds = models.PositiveIntegerField()
    in_business_hours = models.BooleanField(default=False)
    valid_from = models.DateField()
    source = models.CharField(max_length=200)
    is_confirmed = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["vendor_id", "plan", "seconds", "-valid_from", "-id"]
        constraints = [models.CheckConstraint(condition=Q(seconds__gt=0), name="vendortarget_positive")]
        indexes = [models.Index(fields=["vendor", "plan", "severity", "-valid_from"], name="vendortarget_of")]

    def __str__(self) -> str:
        return f"{self.plan} {self.severity}: {self.seconds} s"
