"""Whether promises were kept: verdicts that fell in a period, by objective and severity.

A clock belongs to the period in which its verdict fell: a miss at its breach, all others at their stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from customers.models import Customer
from slas.events import METRIC_NAMES, say_metric
from slas.models import Clock, Exclusion
from slas.tallies import ENOUGH, Tally, verdict_of
from tickets.severity import Severity

__all__ = ["ENOUGH", "LISTED", "Levels", "Line", "Miss", "Tally", "levels_of"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One objective at one severity, or at all of them."""

    label: str
    severity: Severity | None
    tally: Tally
    goal: int | None

    @property
    def verdict(self) -> str:
        """What the figure means: attained, not_attained, too_few, or none where nothing was judged."""
        return verdict_of(self.tally, self.goal)


@dataclass(frozen=True, kw_only=True)
class Miss:
    """One missed clock."""

    clock: Clock
    label: str
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class Levels:
    """A customer's promises in a period: the objectives in order, each with its severities, and what lies behind."""

    objectives: Sequence[tuple[Line, Sequence[Line]]]
    misses: Sequence[Miss]
    exclusions: Sequence[Exclusion]

    def by_metric(self) -> list[tuple[str, Sequence[Line]]]:
        """Return the lines of the severities of each objective, by what the objective is called in the code."""
        return [(metric, lines) for metric, (_, lines) in zip(METRIC_NAMES, self.objectives, strict=True)]

    @property
    def is_empty(self) -> bool:
        return not any(total.tally.judged or total.tally.excluded for total, _ in self.objectives)


def levels_of(customer: Customer, *, since: datetime, until: datetime, goals: Mapping[str, int]) -> Levels:
    """Return how a customer's promises were kept in [since, until), in three queries."""
    found: dict[tuple[str, int], Tally] = {}
    clocks = Clock.objects.of_customer(customer)
    for metric, severity, outcome, waived, number in (
        clocks.judged_in(since, until)
        .values_list("metric", "severity", "outcome", "waived")
        .annotate(number=Count("pk"))
        .order_by()
    ):
        one = Tally(
            met=number if outcome == "met" else 0,
            missed=number if outcome == "missed" else 0,
            waived=number if outcome == "missed" and waived else 0,
            excluded=number if outcome == "excluded" else 0,
        )
        found[metric, severity] = found.get((metric, severity), Tally()) + one
    return Levels(
        objectives=[_objective(metric, found, goals.get(metric)) for metric in METRIC_NAMES],
        misses=[
            Miss(clock=clock, label=say_metric(clock.metric), severity=Severity(clock.severity))
            for clock in clocks.judged_in(since, until)
            .missed()
            .select_related("ticket__customer")
            .order_by("-breached_at", "pk")[:LISTED]
        ],
        exclusions=list(
            Exclusion.objects.of_customer(customer)
            .counting_in(since, until)
            .select_related("ticket__customer", "decided_by")
            .order_by("-starts_at", "pk")[:LISTED]
        ),
    )


#: So many misses and exclusions are listed; a period with more is narrowed by its reader.
LISTED = 200


def _objective(
    metric: str, found: Mapping[tuple[str, int], Tally], goal: int | None
) -> tuple[Line, Sequence[Line]]:
    label = say_metric(metric)
    lines = [
        Line(label=label, severity=severity, tally=found[metric, severity.value], goal=goal)
        for severity in Severity
        if (metric, severity.value) in found
    ]
    return Line(
        label=label, severity=None, tally=sum((one.tally for one in lines), Tally()), goal=goal
    ), lines
