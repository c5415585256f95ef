"""Views of the queue that the desk's people save."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from customers.models import DeskPerson


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Named sets of saved views."""

    def for_person(self, person: DeskPerson) -> SavedViewQuerySet:
        """Keep one's own views and the shared ones, the shared ones last."""
        mine = self.filter(Q(owner=person) | Q(is_shared=True), deleted_at=None)
        return mine.order_by("is_shared", "position", "pk")

    def deleted_since(self, person: DeskPerson, moment: datetime) -> SavedViewQuerySet:
        """Keep what a person may still bring back: one's own and, for leads, the shared ones, the newest first."""
        theirs = Q(owner=person, is_shared=False)
        if person.leads:
            theirs |= Q(is_shared=True)
        return self.filter(theirs, deleted_at__gte=moment).order_by("-deleted_at", "-pk")


class SavedView(models.Model):
    """A named set of filters; `filters` is what the address says, each name with its values.

    One that is deleted can be brought back for a while; see `actions.delete_view`.
    """

    owner = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    filters = models.JSONField(default=dict)
    is_shared = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(is_shared=False, deleted_at=None),
                name="savedview_own_name",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(is_shared=True, deleted_at=None),
                name="savedview_shared_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may_be_changed_by(self, person: DeskPerson) -> bool:
        """Tell whether a person may rename, move, share or delete it: one's own, and the shared ones for leads."""
        return person.leads if self.is_shared else self.owner_id == person.pk
