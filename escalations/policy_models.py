"""Escalation policies and the versions of what they say."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import OuterRef, Subquery

from escalations.ladder import Trigger
from escalations.policy import Standing, Terms


class TriggerChoice(models.TextChoices):
    """What starts a ladder, as people read it."""

    CRITICAL_ARRIVED = Trigger.CRITICAL_ARRIVED.value, "P1 Critical at the desk, not acknowledged"
    AT_RISK = Trigger.AT_RISK.value, "Objective at risk"
    BREACHED = Trigger.BREACHED.value, "Objective missed"
    MANUAL = Trigger.MANUAL.value, "Duty manager called by hand"
    HOLD_REVIEW = Trigger.HOLD_REVIEW.value, "Hold past its review time"
    HAND_OVER_WAITING = Trigger.HAND_OVER_WAITING.value, "Hand-over not accepted"
    LEVEL_3_WAITING = Trigger.LEVEL_3_WAITING.value, "Level 3 has not accepted"
    UPDATE_NEAR = Trigger.UPDATE_NEAR.value, "Promised update near"
    VENDOR_WAITING = Trigger.VENDOR_WAITING.value, "Vendor case waiting on us"


class PolicyQuerySet(models.QuerySet["EscalationPolicy"]):
    """Named sets of escalation policies."""

    def in_force(self) -> PolicyQuerySet:
        return self.filter(off_at=None)

    def for_triggers(self, *triggers: Trigger) -> PolicyQuerySet:
        return self.filter(trigger__in=triggers)

    def with_versions(self) -> PolicyQuerySet:
        """Fetch every version in one query more."""
        return self.prefetch_related("versions")

    def with_newest(self) -> PolicyQuerySet:
        """Add the number and the document of each policy's newest version, in the same query."""
        newest = EscalationPolicyVersion.objects.filter(policy=OuterRef("pk")).order_by("-version")
        return self.annotate(
            newest_id=Subquery(newest.values("pk")[:1]),
            newest_document=Subquery(newest.values("document")[:1]),
        )


class EscalationPolicy(models.Model):
    """Whom the desk calls about one kind of matter; its newest version says so, until it is switched off."""

    name = models.CharField(max_length=60, unique=True)
    trigger = models.CharField(max_length=20, choices=TriggerChoice.choices)
    created_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True, blank=True)
    off_by = models.CharField(max_length=150, blank=True)

    objects: ClassVar[PolicyQuerySet] = PolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> Trigger:
        return Trigger(self.trigger)

    @property
    def newest(self) -> EscalationPolicyVersion:
        """Its version in force; a query, unless it was made by `with_versions`."""
        return list(self.versions.all())[-1]


class EscalationPolicyVersion(models.Model):
    """What a policy says from when it was made on, until the next version is.

    Nobody may change a version or take one away, the desk's role in the database included.
    """

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    document = models.JSONField()
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=150)
    note = models.CharField(max_length=200)

    class Meta:
        ordering = ["policy_id", "version"]
        constraints = [models.UniqueConstraint(fields=["policy", "version"], name="policyversion_escalation")]

    def __str__(self) -> str:
        return f"version {self.version} of escalation policy {self.policy_id}"

    @property
    def terms(self) -> Terms:
        return Terms.load(self.document)


def standing_of(policy: Any) -> Standing:
    """Return what a policy fetched by `with_newest` says now."""
    return Standing(
        policy_id=policy.pk,
        version_id=policy.newest_id,
        name=policy.name,
        trigger=policy.kind,
        terms=Terms.load(policy.newest_document),
    )
