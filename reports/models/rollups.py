"""Daily and monthly sums of what tickets contribute to the managers' figures, and what keeps them exact.

The sums are a cache of `Contribution`, and that is one of clocks and facts; `rebuild_rollups` makes both anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Cast, Concat

from customers.models import Customer, Service
from tickets.models import Ticket

#: The heartbeat of the sweep: when everything that had changed was counted.
FOLDED = "figures"
#: The heartbeat of the nightly comparison of figures with clocks and facts.
CHECKED = "figures-check"
Sums = TypeVar("Sums", bound="_Sums")


class UnfoldedQuerySet(models.QuerySet["Unfolded"]):
    """Named sets of changes that are not counted yet."""

    def due_by(self, now: datetime) -> UnfoldedQuerySet:
        return self.filter(Q(next_try_at=None) | Q(next_try_at__lte=now)).order_by("pk")

    def claimed(self) -> UnfoldedQuerySet:
        """Lock each, and leave out those that another sweep holds."""
        return self.select_for_update(skip_locked=True)

    def failing(self) -> UnfoldedQuerySet:
        return self.filter(failures__gt=0)


class Unfolded(models.Model):
    """That something of a ticket has changed which its figures may show; whoever acts only adds a row.

    Rows are not shared between changes: a change that is recorded while a sweep counts the one before it is
    counted next. Ids are plain columns, so that a reply waits for nobody.
    """

    customer_id = models.BigIntegerField()
    ticket_id = models.BigIntegerField()
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(null=True)

    objects: ClassVar[UnfoldedQuerySet] = UnfoldedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["customer_id", "ticket_id"], name="unfolded_ticket")]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id}"


class ContributionQuerySet(models.QuerySet["Contribution"]):
    """Named sets of contributions."""

    def claimed(self) -> ContributionQuerySet:
        """Lock each, and leave out those that another sweep holds."""
        return self.select_for_update(skip_locked=True, no_key=True)

    def differing(self) -> ContributionQuerySet:
        return self.filter(differs_since__isnull=False)

    def worth_checking(self, *, since: datetime, sample: int, draw: str) -> ContributionQuerySet:
        """Keep those folded since an instant or found wrong before, and a sample of the others.

        The same `draw` always takes the same sample of the same rows.
        """
        lot = MD5(Concat(models.Value(draw), Cast("pk", models.CharField())))
        drawn = self.order_by(lot).values("pk")[:sample]
        worth = Q(folded_at__gte=since) | Q(differs_since__isnull=False) | Q(pk__in=drawn)
        return self.settled().filter(worth)

    def waiting(self) -> ContributionQuerySet:
        """Keep those of tickets that have changed since."""
        return self.filter(models.Exists(self._changes()))

    def settled(self) -> ContributionQuerySet:
        """Leave out those of tickets that have changed since."""
        return self.filter(~models.Exists(self._changes()))

    def _changes(self) -> UnfoldedQuerySet:
        return Unfolded.objects.filter(
            customer_id=models.OuterRef("customer_id"), ticket_id=models.OuterRef("ticket_id")
        )


class Contribution(models.Model):
    """What one ticket adds to the sums now; `parts` is as reports.folding.dump writes it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    parts = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    folded_at = models.DateTimeField(null=True)
    differs_since = models.DateTimeField(null=True)

    objects: ClassVar[ContributionQuerySet] = ContributionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ticket"], name="contribution_ticket")]
        indexes = [models.Index(fields=["folded_at"], name="contribution_folded")]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id}"


class UpkeepQuerySet(models.QuerySet["Upkeep"]):
    """Named sets of customers' upkeep."""

    def differing(self) -> UpkeepQuerySet:
        return self.filter(differs_since__isnull=False)

    def rebuilding(self) -> UpkeepQuerySet:
        return self.filter(rebuilding_since__isnull=False)


class Upkeep(models.Model):
    """How a customer's sums are kept right: how far a rebuild has come, and since when a check finds them wrong."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="+")
    rebuilding_since = models.DateTimeField(null=True)
    last_ticket_id = models.BigIntegerField(default=0)
    differs_since = models.DateTimeField(null=True)

    objects: ClassVar[UpkeepQuerySet] = UpkeepQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"sums of customer {self.customer_id}"


# --- The sums -----------------------------------------------------------------------------------------
class SumsQuerySet(models.QuerySet[Sums]):
    """Named sets of sums."""

    def in_days(self, since: date, until: date) -> SumsQuerySet[Sums]:
        return self.filter(day__gte=since, day__lt=until)

    def in_any_days(self, spans: Iterable[tuple[date, date]]) -> SumsQuerySet[Sums]:
        """Keep what lies in one of some spans of days."""
        wanted = Q()
        for since, until in spans:
            wanted |= Q(day__gte=since, day__lt=until)
        return self.filter(wanted)

    def narrowed(
        self,
        *,
        customers: frozenset[int] | None,
        severities: frozenset[int] | None,
        services: frozenset[int] | None,
        metrics: frozenset[str] | None = None,
    ) -> SumsQuerySet[Sums]:
        """Keep what somebody asks for; None asks for all."""
        asked = {
            "customer__in": customers,
            "severity__in": severities,
            "service__in": services,
            "metric__in": metrics,
        }
        return self.filter(**{name: sorted(values) for name, values in asked.items() if values is not None})


class _Sums(models.Model):
    """One row for what is counted together; `day` is the customer's own day, or the first of its month."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    severity = models.PositiveSmallIntegerField()
    service = models.ForeignKey(
        Service,
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day} P{self.severity}"


class _Verdicts(_Sums):
    """How many clocks ended how; `waived` are among the missed.

    `used_…` is how many of the ended ones had used how much of the allowed time, as reports.folding.bucket_of
    says. They are columns: an array would be unpacked for each number that is taken from it.
    """

    metric = models.CharField(max_length=10)
    met = models.IntegerField(default=0)
    missed = models.IntegerField(default=0)
    waived = models.IntegerField(default=0)
    excluded = models.IntegerField(default=0)
    used_0 = models.IntegerField(default=0)
    used_1 = models.IntegerField(default=0)
    used_2 = models.IntegerField(default=0)
    used_3 = models.IntegerField(default=0)
    used_4 = models.IntegerField(default=0)
    used_5 = models.IntegerField(default=0)
    used_6 = models.IntegerField(default=0)
    used_7 = models.IntegerField(default=0)
    used_8 = models.IntegerField(default=0)
    used_9 = models.IntegerField(default=0)
    used_10 = models.IntegerField(default=0)
    used_11 = models.IntegerField(default=0)
    used_12 = models.IntegerField(default=0)
    used_13 = models.IntegerField(default=0)
    used_14 = models.IntegerField(default=0)
    used_15 = models.IntegerField(default=0)
    used_16 = models.IntegerField(default=0)
    used_17 = models.IntegerField(default=0)
    used_18 = models.IntegerField(default=0)
    used_19 = models.IntegerField(default=0)
    used_20 = models.IntegerField(default=0)
    used_21 = models.IntegerField(default=0)
    used_22 = models.IntegerField(default=0)
    used_23 = models.IntegerField(default=0)
    used_24 = models.IntegerField(default=0)

    class Meta:
        abstract = True


class _Tickets(_Sums):
    """What happened to tickets, and whose time it was until they ended, booked on the day of the end.

    `reopened` and `returned` are booked on the day of the resolution, or of the arrival, that did not last.
    """

    opened = models.IntegerField(default=0)
    reached = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    resolved = models.IntegerField(default=0)
    reopened = models.IntegerField(default=0)
    ended = models.IntegerField(default=0)
    time_customer_l1 = models.BigIntegerField(default=0)
    time_desk = models.BigIntegerField(default=0)
    time_customer = models.BigIntegerField(default=0)
    time_vendor = models.BigIntegerField(default=0)
    time_agreed_wait = models.BigIntegerField(default=0)
    time_excluded = models.BigIntegerField(default=0)
    time_after_restore = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


def _constraints(name: str, *more: str) -> list[models.BaseConstraint]:
    fields = ["customer", "day", *more, "severity", "service"]
    return [models.UniqueConstraint(fields=fields, name=f"{name}_key", nulls_distinct=False)]


class DailyVerdicts(_Verdicts):
    """Verdicts of a day."""

    objects: ClassVar[SumsQuerySet[DailyVerdicts]] = SumsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = _constraints("dailyverdicts", "metric")
        indexes = [models.Index(fields=["day"], name="dailyverdicts_day")]


class MonthlyVerdicts(_Verdicts):
    """Verdicts of a month, so that a year is read from few rows."""

    objects: ClassVar[SumsQuerySet[MonthlyVerdicts]] = SumsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = _constraints("monthlyverdicts", "metric")
        indexes = [models.Index(fields=["day"], name="monthlyverdicts_day")]


class DailyTickets(_Tickets):
    """What happened to tickets on a day."""

    objects: ClassVar[SumsQuerySet[DailyTickets]] = SumsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = _constraints("dailytickets")
        indexes = [models.Index(fields=["day"], name="dailytickets_day")]


class MonthlyTickets(_Tickets):
    """What happened to tickets in a month."""

    objects: ClassVar[SumsQuerySet[MonthlyTickets]] = SumsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = _constraints("monthlytickets")
        indexes = [models.Index(fields=["day"], name="monthlytickets_day")]


class MissTimes(_Sums):
    """When promises were missed: `at` is the instant, down to a quarter of an hour, which every zone keeps whole."""

    metric = models.CharField(max_length=10)
    at = models.DateTimeField()
    number = models.IntegerField(default=0)

    objects: ClassVar[SumsQuerySet[MissTimes]] = SumsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = _constraints("misstimes", "at", "metric")
        indexes = [models.Index(fields=["day"], name="misstimes_day")]
