"""What the SLO report reads beside the sums: goals, customers, exclusions, causes, and what is open now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth

from core.models import EventRecord
from customers.models import Customer, DeskPerson, Service
from reports.access import misses as miss_access
from reports.access.renewals import Renewal, renewals
from reports.access.scopes import Asked, Behind, clocks_in, months_later, open_in
from reports.figures import Cell, Scope
from reports.models import MonthlyVerdicts, Upkeep
from slas.exclusion_access import decisions_waiting
from slas.models import Agreement, Exclusion, MissCause, MissExplanation
from slas.tallies import Tally
from tickets.events import ContestAnswered, HoldContested, ReviewAsked, ReviewDecided, SeverityEstablished
from tickets.models import Ticket

#: So many of the latest misses are shown.
LATEST = 6


def services_to_choose(slug: str) -> QuerySet[Service]:
    """Return the services of a customer, those included that are no longer in use."""
    found = Service.objects.order_by("name", "pk")
    return found.filter(customer__slug=slug) if slug else found


def customers_of(scope: Scope) -> dict[int, Customer]:
    """Return the customers that are asked for, by id."""
    found = Customer.objects.all()
    if scope.customers is not None:
        found = found.filter(pk__in=scope.customers)
    return {one.pk: one for one in found}


def goals_by_customer(scope: Scope) -> dict[int, Mapping[str, int]]:
    """Return the goals of each customer's agreement on the last day of the period; without one it has none."""
    day = scope.until - timedelta(days=1)
    found = Agreement.objects.in_force_on(day)
    if scope.customers is not None:
        found = found.filter(customer_id__in=scope.customers)
    return dict(found.order_by("starts_on").values_list("customer_id", "goals"))


def common_goals(goals: Collection[Mapping[str, int]]) -> tuple[dict[str, int], set[str]]:
    """Return the goal of each metric, the strictest where customers have different ones, and of which they have."""
    found: dict[str, int] = {}
    differing: set[str] = set()
    for one in goals:
        for metric, goal in one.items():
            if found.setdefault(metric, goal) != goal:
                differing.add(metric)
                found[metric] = max(found[metric], goal)
    return found, differing


def by_customer_and_month(
    scope: Scope, customers: Collection[int], since: date, until: date
) -> dict[tuple[int, str, date], Tally]:
    """Return how often objectives were kept by some customers in whole months, in one statement."""
    rows = (
        MonthlyVerdicts.objects.in_days(since, until)
        .narrowed(
            customers=frozenset(customers),
            severities=scope.severities,
            services=scope.services,
            metrics=scope.metrics,
        )
        .order_by()
        .annotate(month=TruncMonth("day"))
        .values_list("customer_id", "metric", "month")
        .annotate(sum_met=Sum("met"), sum_missed=Sum("missed"))
    )
    return {(pk, metric, month): Tally(met=met, missed=missed) for pk, metric, month, met, missed in rows}


def is_rebuilding() -> bool:
    """Tell whether some customer's sums are being made anew."""
    return Upkeep.objects.rebuilding().exists()


# --- What is behind -----------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A reason for which time was left out: how many exclusions, who approved how many, and what is contested."""

    reason: str
    label: str
    number: int
    approvers: Sequence[tuple[str, int]]
    contested: int


def left_out(asked: Asked) -> list[LeftOut]:
    """Return the exclusions in force that share time with the period, by reason, most of them first."""
    scope = asked.scope()
    begins, ends = (
        datetime.combine(day, time.min, tzinfo=ZoneInfo(asked.zone)) for day in (asked.since, asked.until)
    )
    found = Exclusion.objects.counting_in(begins, ends)
    narrowed = {
        "customer__in": scope.customers,
        "ticket__severity__in": scope.severities,
        "ticket__service__in": scope.services,
    }
    found = found.filter(**{name: sorted(values) for name, values in narrowed.items() if values is not None})
    groups: dict[str, Counter[str]] = {}
    contested: Counter[str] = Counter()
    waits = Q(contested_at__isnull=False, answered_at=None)
    for reason, name, number, disputed in (
        found.order_by()
        .values_list("reason", "decided_by__name")
        .annotate(number=Count("pk"), disputed=Count("pk", filter=waits))
    ):
        groups.setdefault(reason, Counter())[name or "nobody"] += number
        contested[reason] += disputed
    return sorted(
        (
            LeftOut(
                reason=reason,
                label=reason_name(reason),
                number=counted.total(),
                approvers=counted.most_common(),
                contested=contested[reason],
            )
            for reason, counted in groups.items()
        ),
        key=lambda one: (-one.number, one.label),
    )


def reason_name(reason: str) -> str:
    """Return the name of a reason for which time is left out."""
    return str(dict(Exclusion._meta.get_field("reason").choices or ()).get(reason, reason))


def causes_of_misses(scope: Scope) -> list[tuple[str, str, int]]:
    """Return the causes of misses with their names, the most frequent first; '' is for those not said yet."""
    said = MissExplanation.objects.filter(
        customer_id=OuterRef("customer_id"),
        ticket_id=OuterRef("ticket_id"),
        metric=OuterRef("metric"),
        cycle=OuterRef("cycle"),
    )
    rows = (
        clocks_in(scope, Behind(outcome="missed"))
        .annotate(said_cause=Coalesce(Subquery(said.values("cause")[:1]), Value("")))
        .order_by()
        .values_list("said_cause")
        .annotate(number=Count("pk"))
    )
    names = dict(MissCause.choices)
    listed = [(cause, str(names.get(cause, "No cause said yet")), number) for cause, number in rows]
    return sorted(listed, key=lambda row: (row[0] == "", -row[2], row[1]))


def latest_misses(scope: Scope) -> list[Any]:
    """Return the latest misses, each with its ticket and the cause that was said."""
    said = MissExplanation.objects.filter(
        customer_id=OuterRef("customer_id"),
        ticket_id=OuterRef("ticket_id"),
        metric=OuterRef("metric"),
        cycle=OuterRef("cycle"),
    )
    return list(
        clocks_in(scope, Behind(outcome="missed"))
        .annotate(
            said_cause=Coalesce(Subquery(said.values("cause")[:1]), Value("")),
            said_action=Coalesce(Subquery(said.values("action")[:1]), Value("")),
        )
        .select_related("ticket__customer")
        .order_by("-breached_at", "-pk")[:LATEST]
    )


@dataclass(frozen=True, kw_only=True)
class OpenNow:
    """The desk's open tickets: by age and next mover, and some counts."""

    numbers: Mapping[tuple[int, str], int]
    total: int
    past_due: int
    on_hold: int


def open_now(asked: Asked, now: datetime) -> OpenNow:
    """Return what is open, in two statements."""
    found: Any = open_in(asked, now)
    numbers = {
        (age, mover): number
        for age, mover, number in found.order_by().values_list("age", "mover").annotate(number=Count("pk"))
    }
    counts = found.aggregate(
        past_due=Count("pk", filter=Q(next_due_at__lte=now)), on_hold=Count("pk", filter=~Q(hold_reason=""))
    )
    return OpenNow(numbers=numbers, total=sum(numbers.values()), **counts)


@dataclass(frozen=True, kw_only=True)
class ToDecide:
    """What waits for somebody who leads the desk."""

    decisions: int
    overdue_misses: int
    renewals: Sequence[Renewal]


def to_decide(asked: Asked, now: datetime) -> ToDecide:
    """Return what waits: decisions about clocks, misses of which something is late, and notice dates."""
    exclusions, restorations = decisions_waiting()
    zone = ZoneInfo(asked.zone)
    begins, ends = (datetime.combine(day, time.min, tzinfo=zone) for day in (asked.since, asked.until))
    overdue = miss_access.misses(
        miss_access.Asked(
            since=begins,
            until=ends,
            now=now,
            today=now.astimezone(zone).date(),
            customer=asked.customer,
            standing="overdue",
        )
    )
    return ToDecide(
        decisions=exclusions.count() + restorations.count(),
        overdue_misses=overdue.count(),
        renewals=[one for one in renewals(now) if asked.customer in (None, one.agreement.customer)],
    )


# --- Work ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Load:
    """What one person of the desk has: open tickets, those of them old or past due, and those resolved in the period."""

    person: DeskPerson | None
    open: int
    old: int
    past_due: int
    resolved: int


def workload(asked: Asked, now: datetime, old_after: timedelta) -> list[Load]:
    """Return who has how much, most open tickets first; nobody's are last."""
    found: Any = open_in(asked, now)
    opened = {
        pk: (number, old, late)
        for pk, number, old, late in found.order_by()
        .values_list("assignee_id")
        .annotate(
            number=Count("pk"),
            old=Count("pk", filter=Q(opened_at__lte=now - old_after)),
            late=Count("pk", filter=Q(next_due_at__lte=now)),
        )
    }
    begins, ends = (
        datetime.combine(day, time.min, tzinfo=ZoneInfo(asked.zone)) for day in (asked.since, asked.until)
    )
    resolved_rows = Ticket.objects.with_desk().filter(resolved_at__gte=begins, resolved_at__lt=ends)
    if asked.customer is not None:
        resolved_rows = resolved_rows.filter(customer=asked.customer)
    if asked.severity is not None:
        resolved_rows = resolved_rows.filter(severity=asked.severity)
    if asked.service is not None:
        resolved_rows = resolved_rows.filter(service=asked.service)
    resolved = dict(resolved_rows.order_by().values_list("assignee_id").annotate(number=Count("pk")))
    people = DeskPerson.objects.in_bulk([pk for pk in {*opened, *resolved} if pk is not None])
    loads = [
        Load(
            person=None if pk is None else people[pk],
            open=opened.get(pk, (0, 0, 0))[0],
            old=opened.get(pk, (0, 0, 0))[1],
            past_due=opened.get(pk, (0, 0, 0))[2],
            resolved=resolved.get(pk, 0),
        )
        for pk in {*opened, *resolved}
    ]
    return sorted(
        loads,
        key=lambda one: (one.person is None, -one.open, -one.resolved, one.person.name if one.person else ""),
    )


@dataclass(frozen=True, kw_only=True)
class Disagreements:
    """How often severities were changed and disputed in a period."""

    raised: int
    lowered: int
    confirmed: int
    reviews: int
    reviews_changed: int
    reviews_kept: int
    holds_contested: int
    holds_answered: int


def disagreements(asked: Asked) -> Disagreements:
    """Return what the facts of the period say of severities and contested holds, in one statement."""
    begins, ends = (
        datetime.combine(day, time.min, tzinfo=ZoneInfo(asked.zone)) for day in (asked.since, asked.until)
    )
    kinds = (SeverityEstablished, ReviewAsked, ReviewDecided, HoldContested, ContestAnswered)
    found = EventRecord.objects.filter(
        type__in=[kind.type_name for kind in kinds], occurred_at__gte=begins, occurred_at__lt=ends
    )
    if asked.customer is not None:
        found = found.filter(customer_id=asked.customer.pk)
    counted: Counter[tuple[str, str]] = Counter()
    rows = found.order_by().values_list("type", F("payload__severity"), F("payload__previous"))
    for kind, severity, previous, number in rows.annotate(number=Count("pk")):
        counted[kind, _moved(severity, previous)] += number

    def count(kind: type[Any], *moves: str) -> int:
        return sum(
            number for (name, move), number in counted.items() if name == kind.type_name and move in moves
        )

    return Disagreements(
        raised=count(SeverityEstablished, "raised"),
        lowered=count(SeverityEstablished, "lowered"),
        confirmed=count(SeverityEstablished, "kept"),
        reviews=count(ReviewAsked, "raised", "lowered", "kept"),
        reviews_changed=count(ReviewDecided, "raised", "lowered"),
        reviews_kept=count(ReviewDecided, "kept"),
        holds_contested=count(HoldContested, ""),
        holds_answered=count(ContestAnswered, ""),
    )


def _moved(severity: Any, previous: Any) -> str:
    if severity is None or previous is None:
        return ""
    if severity == previous:
        return "kept"
    return "raised" if severity < previous else "lowered"


def months_to(until: date, number: int) -> list[date]:
    """Return the first days of so many months, the last one being that of the day before `until`."""
    last = (until - timedelta(days=1)).replace(day=1)
    return [months_later(last, place - number + 1) for place in range(number)]


def cells_by_metric(cells: Mapping[Cell, Tally]) -> dict[str, Tally]:
    """Return tallies of all severities together, by metric."""
    found: dict[str, Tally] = {}
    for (metric, _), tally in cells.items():
        found[metric] = found.get(metric, Tally()) + tally
    return found
