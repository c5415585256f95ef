"""The managers' figures, each from one statement for whole months and one for the days around them.

A customer's days are its own, in its time zone: a month's figures are those of the customer's agreement,
whoever looks. Only the hours of misses are told in the zone that is asked for. What a figure is made of is in
reports.folding; as of when it is, `freshness` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Sum, Value
from django.db.models.functions import TruncMonth

from core.models import Heartbeat
from core.tenancy import acting_as, worker_context
from reports.folding import BUCKETS
from reports.models import (
    FOLDED,
    DailyTickets,
    DailyVerdicts,
    MissTimes,
    MonthlyTickets,
    MonthlyVerdicts,
    SumsQuerySet,
    Unfolded,
)
from slas.attainment import Tally
from slas.ledger import Party

Cell = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is asked: the days [since, until), each customer's own; None means all that the context may see.

    `zone` is where the hours of misses are told.
    """

    since: date
    until: date
    zone: str
    customers: frozenset[int] | None = None
    severities: frozenset[int] | None = None
    metrics: frozenset[str] | None = None
    services: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """The share, rounded down; None where there is no whole."""
        return None if self.whole == 0 else self.part * 1000 // self.whole / 10


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """When everything that had changed was last counted, and how many tickets have changed since."""

    as_of: datetime | None
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Flow:
    """How many tickets were opened, reached the desk, were resolved, and ended in any way."""

    opened: int = 0
    reached: int = 0
    resolved: int = 0
    ended: int = 0


def attainment(scope: Scope) -> dict[Cell, Tally]:
    """Return how often each objective was kept, by metric and severity."""
    return _tallies(scope, Value(0)).get(0, {})


def attainment_by(scope: Scope, key: Literal["month", "customer", "service"]) -> dict[Any, dict[Cell, Tally]]:
    """Return `attainment` for each month (its first day), customer (id) or service (id; None for none)."""
    return _tallies(scope, _KEYS[key])


def misses_by_hour(scope: Scope) -> dict[tuple[int, int], int]:
    """Return how many misses fell on each weekday (0 is Monday) and two-hour slot (0 to 11) in the scope's zone."""
    rows = MissTimes.objects.in_days(scope.since, scope.until).narrowed(
        customers=scope.customers,
        severities=scope.severities,
        services=scope.services,
        metrics=scope.metrics,
    )
    by_instant = rows.order_by().values("at").annotate(misses=Sum("number"))
    try:
        instants, values = by_instant.query.sql_with_params()
    except EmptyResultSet:  # no customer, or nothing else, is asked for
        return {}
    # Many misses share an instant, and reading it in a zone is what takes time: so each is read once.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT date_part('isodow', local)::int - 1, date_part('hour', local)::int / 2, sum(misses)::int"  # noqa: S608 — the ORM's own statement
            f" FROM (SELECT at AT TIME ZONE %s AS local, misses FROM ({instants}) AS instants) AS there"
            " GROUP BY 1, 2 HAVING sum(misses) <> 0",
            [scope.zone, *values],
        )
        return {(weekday, slot): misses for weekday, slot, misses in cursor.fetchall()}


def share_used(scope: Scope) -> dict[str, list[int]]:
    """Return by metric how much of the allowed time ended clocks had used: 24 buckets of 5 %, then one for more.

    The first twenty are the clocks in time, and all others missed.
    """
    sums = {f"sum_{place}": Sum(f"used_{place}") for place in range(BUCKETS)}
    found: dict[str, list[int]] = {}
    for rows in _verdicts(scope):
        for metric, *numbers in rows.values_list("metric").annotate(**sums):
            held = found.setdefault(metric, [0] * BUCKETS)
            found[metric] = [a + (b or 0) for a, b in zip(held, numbers, strict=True)]
    return {metric: numbers for metric, numbers in found.items() if any(numbers)}


def time_of(scope: Scope, key: Literal["severity", "customer", "month"]) -> dict[Any, dict[str, int]]:
    """Return the seconds of each party, from opening to end, of the desk's tickets that ended in the period."""
    sums = {f"sum_{party}": Sum(f"time_{party}") for party in Party}
    found: dict[Any, dict[str, int]] = {}
    for rows in _tickets(scope):
        for name, *seconds in rows.annotate(by=_KEYS[key]).values_list("by").annotate(**sums):
            held = found.setdefault(name, {party.value: 0 for party in Party})
            for party, number in zip(Party, seconds, strict=True):
                held[party.value] += int(number)
    return {name: held for name, held in found.items() if any(held.values())}


def reopened(scope: Scope) -> Share:
    """Return how many of the resolutions in the period did not last: the ticket was reopened, whenever."""
    sums = _ticket_sums(scope, "reopened", "resolved")
    return Share(part=sums["reopened"], whole=sums["resolved"])


def bounced(scope: Scope) -> Share:
    """Return how many of the tickets that reached the desk in the period it gave back to Level 1, whenever."""
    sums = _ticket_sums(scope, "returned", "reached")
    return Share(part=sums["returned"], whole=sums["reached"])


def flow(scope: Scope) -> Flow:
    """Return how many tickets came and went in the period."""
    return Flow(**_ticket_sums(scope, "opened", "reached", "resolved", "ended"))


def freshness() -> Freshness:
    """Return as of when the figures are; only the portal itself reads its heartbeats."""
    waiting = Unfolded.objects.values("customer_id", "ticket_id").distinct().count()
    with acting_as(worker_context()):
        as_of = Heartbeat.objects.filter(name=FOLDED).values_list("at", flat=True).first()
    return Freshness(as_of=as_of, waiting=waiting)


# --- Which rows ---------------------------------------------------------------------------------------
_KEYS: dict[str, Any] = {
    "month": TruncMonth("day"),
    "customer": F("customer_id"),
    "service": F("service_id"),
    "severity": F("severity"),
}


@dataclass(frozen=True, kw_only=True)
class Span:
    """Whole months [first, last) and the days around them; without a whole month all are days."""

    months: tuple[date, date] | None
    days: tuple[tuple[date, date], ...]


def span_of(since: date, until: date) -> Span:
    """Return which months a period covers as a whole, and which days are left."""
    first = since if since.day == 1 else _next_month(since)
    last = until.replace(day=1)
    if first >= last:
        return Span(months=None, days=((since, until),) if since < until else ())
    return Span(
        months=(first, last),
        days=tuple((begin, end) for begin, end in ((since, first), (last, until)) if begin < end),
    )


def _verdicts(scope: Scope) -> Iterator[SumsQuerySet[Any]]:
    yield from _rows(scope, MonthlyVerdicts.objects.all(), DailyVerdicts.objects.all(), metrics=scope.metrics)


def _tickets(scope: Scope) -> Iterator[SumsQuerySet[Any]]:
    yield from _rows(scope, MonthlyTickets.objects.all(), DailyTickets.objects.all())


def _rows(
    scope: Scope,
    monthly: SumsQuerySet[Any],
    daily: SumsQuerySet[Any],
    *,
    metrics: frozenset[str] | None = None,
) -> Iterator[SumsQuerySet[Any]]:
    """Yield the sums that a period is made of: those of its months, and those of the days around."""
    span = span_of(scope.since, scope.until)
    found = []
    if span.months is not None:
        found.append(monthly.in_days(*span.months))
    if span.days:
        found.append(daily.in_any_days(span.days))
    for rows in found:
        yield rows.narrowed(
            customers=scope.customers,
            severities=scope.severities,
            services=scope.services,
            metrics=metrics,
        ).order_by()


def _tallies(scope: Scope, key: Any) -> dict[Any, dict[Cell, Tally]]:
    found: dict[Any, dict[Cell, Tally]] = {}
    for rows in _verdicts(scope):
        for name, metric, severity, met, missed, waived, excluded in (
            rows.annotate(by=key)
            .values_list("by", "metric", "severity")
            .annotate(
                met_=Sum("met"), missed_=Sum("missed"), waived_=Sum("waived"), excluded_=Sum("excluded")
            )
        ):
            tally = Tally(met=met, missed=missed, waived=waived, excluded=excluded)
            if tally != Tally():
                cells = found.setdefault(name, {})
                cells[metric, severity] = cells.get((metric, severity), Tally()) + tally
    return found


def _ticket_sums(scope: Scope, *names: str) -> dict[str, int]:
    found = dict.fromkeys(names, 0)
    for rows in _tickets(scope):
        for name, number in rows.aggregate(**{f"sum_{name}": Sum(name) for name in names}).items():
            found[name.removeprefix("sum_")] += number or 0
    return found


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
