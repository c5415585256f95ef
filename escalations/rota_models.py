"""Rotas, the versions of their plans, overrides, and the addresses at which calendars fetch them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from customers.models import DeskPerson
from escalations.rota import Override, Plan, Timeline, read_plan


class RotaQuerySet(models.QuerySet["Rota"]):
    """Named sets of rotas."""

    def running(self) -> RotaQuerySet:
        return self.filter(retired_at=None)

    def with_plans(self) -> RotaQuerySet:
        """Fetch in two queries more what a timeline is made of."""
        return self.prefetch_related("versions", "overrides__person")


class Rota(models.Model):
    """Who of the desk is on call when: its versions and overrides say so, until it is retired."""

    name = models.CharField(max_length=60, unique=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.CharField(max_length=150, blank=True)

    objects: ClassVar[RotaQuerySet] = RotaQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def timeline(self) -> Timeline:
        """What it says of every instant; two queries, unless they were made by `with_plans`."""
        return Timeline(
            plans=tuple((version.effective_at, version.plan) for version in self.versions.all()),
            overrides=tuple(one.served for one in self.overrides.all() if one.was_served),
            ends_at=self.retired_at,
        )


class RotaVersion(models.Model):
    """A plan of a rota, from an instant on until one that was made later begins.

    Nobody may change a version or take one away, the desk's role in the database included: what is past stays
    as it was.
    """

    rota = models.ForeignKey(Rota, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    document = models.JSONField()
    effective_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=150)
    note = models.CharField(max_length=200)

    class Meta:
        ordering = ["rota_id", "version"]
        constraints = [models.UniqueConstraint(fields=["rota", "version"], name="rotaversion_number")]

    def __str__(self) -> str:
        return f"version {self.version} of rota {self.rota_id}"

    @property
    def plan(self) -> Plan:
        return read_plan(self.document)

    @property
    def zone(self) -> str:
        zone: str = self.document["timezone"]
        return zone

    @property
    def layers(self) -> list[dict[str, Any]]:
        """Its layers as they are stored."""
        return list(self.document["layers"])


class RotaOverrideQuerySet(models.QuerySet["RotaOverride"]):
    """Named sets of overrides."""

    def serving_at(self, at: datetime) -> RotaOverrideQuerySet:
        """Keep what holds at an instant, the one that wins first."""
        return self.filter(starts_at__lte=at, ends_at__gt=at, withdrawn_at=None).order_by("-pk")


class RotaOverride(models.Model):
    """That somebody is on call instead of whoever it would be; one that is withdrawn ends at that instant."""

    rota = models.ForeignKey(Rota, on_delete=models.PROTECT, related_name="overrides")
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_name = models.CharField(max_length=150, blank=True)

    objects: ClassVar[RotaOverrideQuerySet] = RotaOverrideQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="rotaoverride_ends_later"),
        ]
        indexes = [models.Index(fields=["rota", "ends_at"], name="rotaoverride_rota")]

    def __str__(self) -> str:
        return f"{self.person_id} instead on rota {self.rota_id}"

    @property
    def stopped_at(self) -> datetime:
        """When it ends, or ended because it was withdrawn."""
        return self.ends_at if self.withdrawn_at is None else min(self.ends_at, self.withdrawn_at)

    @property
    def was_served(self) -> bool:
        """Tell whether it holds at any instant at all."""
        return self.stopped_at > self.starts_at

    @property
    def served(self) -> Override:
        return Override(id=self.pk, person=self.person_id, since=self.starts_at, until=self.stopped_at)


class RotaFeed(models.Model):
    """An address at which a calendar program fetches a rota, or somebody's own shifts where there is none.

    The nonce is part of what is signed: another one makes the old address stop working. It is one person's
    and stops with them.
    """

    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    rota = models.ForeignKey(Rota, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=32)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "rota"], name="rotafeed_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk} of {self.person_id}"
