"""Dry runs as doors and workers get them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404

from reports.models import DryRun, DryRunMove, DryRunTally
from slas.attainment import Tally
from slas.events import METRIC_NAMES, say_metric
from tickets.models import Ticket, TicketQuerySet
from tickets.severity import Severity


def tickets_of(run: DryRun) -> TicketQuerySet:
    """Return the measured tickets in which a verdict can have fallen in a run's period, in no order."""
    found = Ticket.objects.with_cover().filter(opened_at__lt=run.until)
    found = found.filter(Q(closed_at=None) | Q(closed_at__gte=run.since))
    return found if run.about is None else found.of(run.about)


def dry_runs() -> QuerySet[DryRun]:
    """Return every dry run, the newest first."""
    return DryRun.objects.select_related("asked_by", "policy", "calendar", "about")


def get_dry_run(pk: int) -> DryRun:
    """Return a dry run, or 404."""
    found = dry_runs().filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such dry run.")
    return found


@dataclass(frozen=True, kw_only=True)
class Line:
    """One group of clocks: how they were kept, and how they would have been."""

    label: str
    now: Tally
    proposed: Tally

    @property
    def difference(self) -> str:
        """How many points of a percent it would be more or less, in words; '' where one of them is unknown."""
        if self.now.percent is None or self.proposed.percent is None:
            return ""
        points = round(self.proposed.percent - self.now.percent, 1)
        if not points:
            return "the same"
        return f"{abs(points)} points {'higher' if points > 0 else 'lower'}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a dry run has found so far."""

    whole: Line
    objectives: Sequence[tuple[Line, Sequence[Line]]]
    customers: Sequence[Line]
    appearing: int
    vanishing: int


def result_of(run: DryRun) -> Result:
    """Return what a dry run has found, in three queries."""
    rows = DryRunTally.objects.filter(run=run)
    by_objective = {
        (one["metric"], one["severity"]): _pair(one) for one in _summed(rows, "metric", "severity")
    }
    objectives = []
    for metric in METRIC_NAMES:
        lines = [
            _line(f"{say_metric(metric)}, {severity.label}", [by_objective[metric, severity.value]])
            for severity in Severity
            if (metric, severity.value) in by_objective
        ]
        if lines:
            pairs = [(one.now, one.proposed) for one in lines]
            objectives.append((_line(say_metric(metric), pairs), lines))
    moves = dict(
        DryRunMove.objects.filter(run=run)
        .values_list("appears")
        .annotate(number=Count("pk"))
        .order_by()
        .values_list("appears", "number")
    )
    return Result(
        whole=_line("All objectives", list(by_objective.values())),
        objectives=objectives,
        customers=[
            _line(str(one["customer__name"]), [_pair(one)]) for one in _summed(rows, "customer__name")
        ],
        appearing=moves.get(True, 0),
        vanishing=moves.get(False, 0),
    )


_COLUMNS = ("met", "missed", "excluded", "would_be_met", "would_be_missed", "would_be_excluded")


def _summed(rows: QuerySet[DryRunTally], *by: str) -> list[dict[str, object]]:
    sums = {f"sum_{name}": Sum(name) for name in _COLUMNS}
    return list(rows.values(*by).annotate(**sums).order_by(*by))


def _pair(one: dict[str, object]) -> tuple[Tally, Tally]:
    met, missed, excluded, *proposed = (int(str(one[f"sum_{name}"])) for name in _COLUMNS)
    return (
        Tally(met=met, missed=missed, excluded=excluded),
        Tally(met=proposed[0], missed=proposed[1], excluded=proposed[2]),
    )


def _line(label: str, pairs: Sequence[tuple[Tally, Tally]]) -> Line:
    return Line(
        label=label,
        now=sum((now for now, _ in pairs), Tally()),
        proposed=sum((proposed for _, proposed in pairs), Tally()),
    )


def moves_of(run: DryRun, *, appears: bool | None = None) -> QuerySet[DryRunMove]:
    """Return the misses that come and go, those that come first."""
    found = DryRunMove.objects.filter(run=run).select_related("ticket__customer")
    if appears is not None:
        found = found.filter(appears=appears)
    return found.order_by("-appears", "at", "pk")
