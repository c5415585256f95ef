"""What is asked of the figures, and the clocks and tickets that lie behind a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.utils.http import urlencode

from customers.models import Customer, Service
from reports.figures import Scope
from reports.folding import BUCKETS
from reports.models import Contribution
from slas.ledger import Party
from slas.models import Clock, ClockQuerySet, Exclusion, MissExplanation
from tickets.lifecycle import HoldReason
from tickets.models import Ticket, TicketQuerySet
from tickets.models.tickets import AWAITED_FROM_CUSTOMER

#: Which clocks a list can be narrowed to.
OUTCOMES = ("judged", "met", "missed", "waived", "excluded")
#: What can be asked of tickets, each as reports.folding counts it; open ones are asked of the tickets themselves.
COUNTED = ("opened", "reached", "returned", "resolved", "reopened", "ended")
FIRST_OVER = 20


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A report as its address says it: the days [since, until), and more where something is named."""

    since: date
    until: date
    zone: str
    customer: Customer | None = None
    severity: int | None = None
    metric: str = ""
    service: Service | None = None
    compare: str = ""

    def scope(self) -> Scope:
        """Return what is asked of the figures."""
        return Scope(
            since=self.since,
            until=self.until,
            zone=self.zone,
            customers=None if self.customer is None else frozenset({self.customer.pk}),
            severities=None if self.severity is None else frozenset({self.severity}),
            metrics=frozenset({self.metric}) if self.metric else None,
            services=None if self.service is None else frozenset({self.service.pk}),
        )

    def before(self) -> Asked | None:
        """Return what it is compared with; None where nothing is."""
        match self.compare:
            case "previous":
                since, until = previous(self.since, self.until)
            case "year":
                since, until = (months_later(day, -12) for day in (self.since, self.until))
            case _:
                return None
        return replace(self, since=since, until=until)

    def query(self, **changes: object) -> str:
        """Return the end of an address that asks the same, with some of it changed; '' takes away."""
        asked: dict[str, object] = {
            "since": self.since.isoformat(),
            "until": (self.until - timedelta(days=1)).isoformat(),
            "customer": "" if self.customer is None else self.customer.slug,
            "severity": self.severity or "",
            "metric": self.metric,
            "service": "" if self.service is None else self.service.pk,
            "compare": self.compare,
        }
        return urlencode(
            {name: str(value) for name, value in (asked | changes).items() if value not in ("", None)}
        )


def months_later(day: date, months: int) -> date:
    """Return the same day of another month, or its last day where it is shorter."""
    place = day.year * 12 + day.month - 1 + months
    first = date(place // 12, place % 12 + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(day.day, length))


def previous(since: date, until: date) -> tuple[date, date]:
    """Return the period before: the same days of the month before, whole months before whole months, else as many days."""
    if since.day == 1:
        months = (until.year - since.year) * 12 + until.month - since.month
        if until.day == 1:
            return months_later(since, -months), since
        if months == 0:
            return months_later(since, -1), min(months_later(until, -1), since)
    return since - (until - since), since


# --- Clocks -------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Behind:
    """Which clocks are behind a number: how they ended, when they were missed, how much they used, and why."""

    outcome: str = "judged"
    weekday: int | None = None
    slot: int | None = None
    bucket: int | None = None
    cause: str = ""
    reason: str = ""


def zones(scope: Scope) -> dict[str, list[int]]:
    """Return the customers that are asked for, by their time zones."""
    found: dict[str, list[int]] = {}
    rows = Customer.objects.order_by("pk")
    if scope.customers is not None:
        rows = rows.filter(pk__in=scope.customers)
    for pk, zone in rows.values_list("pk", "timezone"):
        found.setdefault(zone, []).append(pk)
    return found


def clocks_in(scope: Scope, behind: Behind) -> ClockQuerySet:
    """Return the clocks behind a figure: those whose verdict fell on the customer's own days of the period."""
    found: Any = Clock.objects.filter(_fell(scope, behind.outcome)).annotate(
        judged_at=Case(When(outcome="missed", then=F("breached_at")), default=F("stopped_at"))
    )
    narrowed = {
        "severity__in": scope.severities,
        "metric__in": scope.metrics,
        "ticket__service__in": scope.services,
    }
    found = found.filter(**{name: sorted(values) for name, values in narrowed.items() if values is not None})
    if behind.weekday is not None:
        found = found.annotate(weekday=ExtractIsoWeekDay("breached_at", tzinfo=ZoneInfo(scope.zone))).filter(
            weekday=behind.weekday + 1
        )
    if behind.slot is not None:
        found = found.annotate(hour=ExtractHour("breached_at", tzinfo=ZoneInfo(scope.zone))).filter(
            hour__in=(behind.slot * 2, behind.slot * 2 + 1)
        )
    if behind.bucket is not None:
        found = found.filter(_used(behind.bucket))
    if behind.cause:
        said = MissExplanation.objects.filter(
            customer_id=OuterRef("customer_id"),
            ticket_id=OuterRef("ticket_id"),
            metric=OuterRef("metric"),
            cycle=OuterRef("cycle"),
        )
        found = (
            found.filter(~Exists(said))
            if behind.cause == "none"
            else found.filter(Exists(said.filter(cause=behind.cause)))
        )
    if behind.reason:
        found = found.filter(Exists(_exclusions_of_row().filter(reason=behind.reason)))
    clocks: ClockQuerySet = found
    return clocks


def latest_verdicts(scope: Scope, behind: Behind, after: tuple[datetime, int] | None, size: int) -> list[Any]:
    """Return clocks behind a figure with their tickets, the latest verdict first, from after a place of the list."""
    found: Any = clocks_in(scope, behind).select_related("ticket__customer")
    if after is not None:
        at, pk = after
        found = found.filter(Q(judged_at__lt=at) | Q(judged_at=at, pk__lt=pk))
    return list(found.order_by("-judged_at", "-pk")[:size])


def _exclusions_of_row() -> QuerySet[Exclusion]:
    return Exclusion.objects.in_force().filter(
        customer_id=OuterRef("customer_id"), ticket_id=OuterRef("ticket_id")
    )


def _fell(scope: Scope, outcome: str) -> Q:
    """Return the condition that a verdict of a kind fell on a day of the period, in each customer's zone."""
    wanted = Q(pk__in=())
    for zone, customers in zones(scope).items():
        begins, ends = (
            datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)) for day in (scope.since, scope.until)
        )
        missed = Q(outcome="missed", breached_at__gte=begins, breached_at__lt=ends)
        stopped = Q(stopped_at__gte=begins, stopped_at__lt=ends)
        match outcome:
            case "missed":
                one = missed
            case "waived":
                one = missed & Q(waived=True)
            case "met" | "excluded":
                one = stopped & Q(outcome=outcome)
            case _:
                one = missed | stopped & Q(outcome="met")
        wanted |= Q(customer_id__in=customers) & one
    return wanted


def _used(bucket: int) -> Q:
    """Return the condition that a stopped clock's share of the allowed time is in a bucket, as reports.folding puts it."""
    stopped = Q(stopped_at__isnull=False, target_seconds__gt=0)
    spent = F("target_seconds") * Value(1.0) / FIRST_OVER
    above = Q(consumed_seconds__gt=spent * bucket)
    within = Q(consumed_seconds__lte=spent * (bucket + 1))
    if bucket < FIRST_OVER:
        met = stopped & Q(outcome="met") & within
        return met & above if bucket else met
    missed = stopped & Q(outcome="missed")
    if bucket == BUCKETS - 1:
        return missed & above
    return missed & within & (above if bucket > FIRST_OVER else Q())


# --- Tickets ------------------------------------------------------------------------------------------
class _Matches(Func):
    """Tell whether a JSON column has something that a path names."""

    function = "jsonb_path_exists"
    template = "%(function)s(%(expressions)s::jsonpath)"
    output_field = BooleanField()


def counted_in(scope: Scope, what: str, party: str = "") -> QuerySet[Contribution]:
    """Return what tickets contribute that were opened, resolved, ended and so on in the period, the newest ones first."""
    assert what in COUNTED
    tests = [
        '@[0] == "tickets"',
        f'@[1] >= "{scope.since.isoformat()}"',
        f'@[1] < "{scope.until.isoformat()}"',
        f"@[6].{what} > 0",
        *_any_of(2, scope.severities),
        *_any_of(3, scope.services),
        *([f"@[6].time_{Party(party).value} > 0"] if party else []),
    ]
    # Strict, as a lax path would look for these inside each part.
    path = f"strict $[*] ? ({' && '.join(tests)})"
    # Nothing that happened before a ticket was opened is counted; a day more, as it is another day elsewhere.
    latest = datetime.combine(scope.until + timedelta(days=1), time.min, tzinfo=ZoneInfo("UTC"))
    found = Contribution.objects.filter(_Matches(F("parts"), Value(path)), ticket__opened_at__lt=latest)
    if scope.customers is not None:
        found = found.filter(customer_id__in=sorted(scope.customers))
    return found.select_related("ticket__customer", "ticket__assignee").order_by("-ticket_id")


def _any_of(place: int, values: frozenset[int] | None) -> Iterator[str]:
    if values is not None:
        yield f"({' || '.join(f'@[{place}] == {int(value)}' for value in sorted(values)) or 'false'})"


def ended_parts(entry: Contribution, scope: Scope) -> Mapping[str, int]:
    """Return the seconds of each party that a ticket adds to a period."""
    found: dict[str, int] = {}
    for kind, day, *_, numbers in entry.parts:
        if kind == "tickets" and scope.since.isoformat() <= day < scope.until.isoformat():
            for party in Party:
                if seconds := numbers.get(f"time_{party.value}", 0):
                    found[party.value] = found.get(party.value, 0) + seconds
    return found


#: Up to how many days old; the last one is for all above.
AGES = (1, 3, 7, 14, 30)
OLD = 7
MOVER = Case(
    When(hold_reason=HoldReason.VENDOR.value, then=Value("vendor")),
    When(hold_reason__in=AWAITED_FROM_CUSTOMER, then=Value("customer")),
    When(hold_reason=HoldReason.AGREED_WAIT.value, then=Value("agreed_wait")),
    When(status="restored", confirmed_at=None, then=Value("customer")),
    default=Value("desk"),
)


def age_of(now: datetime) -> Case:
    """Return the place of a ticket's age among AGES."""
    whens = [
        When(opened_at__gt=now - timedelta(days=days), then=Value(place)) for place, days in enumerate(AGES)
    ]
    return Case(*whens, default=Value(len(AGES)))


def open_in(
    asked: Asked,
    now: datetime,
    *,
    age: int | None = None,
    mover: str = "",
    assignee: int | None = None,
) -> TicketQuerySet:
    """Return the desk's open tickets that are asked for, with their age and who has the next move.

    An assignee of 0 asks for those that nobody has.
    """
    found = Ticket.objects.with_desk().open()
    if assignee is not None:
        found = found.filter(assignee=assignee or None)
    if asked.customer is not None:
        found = found.filter(customer=asked.customer)
    if asked.severity is not None:
        found = found.filter(severity=asked.severity)
    if asked.service is not None:
        found = found.filter(service=asked.service)
    aged: Any = found.annotate(age=age_of(now), mover=MOVER)
    if age is not None:
        aged = aged.filter(age=age)
    rows: TicketQuerySet = aged.filter(mover=mover) if mover else aged
    return rows
