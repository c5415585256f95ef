"""The managers' figures, timed inside a portal of their own: counting tickets, and reading a year of sums.

Counted are copies of one ticket that was played through the portal's own actions to its end. Read is a year
over all customers up to today, as the report page asks for it, and one customer's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median, quantiles
from time import perf_counter, process_time

from django.db import connections, transaction
from django.db.models import Sum

from benchmarks import report_rows, rows
from benchmarks.scale import scale
from core.models import EventRecord
from core.now import database_now
from core.tenancy import acting_as, worker_context
from customers import access
from customers.models import DeskPerson
from reports import figures
from reports.actions import folding, rebuilding
from reports.figures import Scope
from reports.models import (
    Contribution,
    DailyVerdicts,
    MissTimes,
    MonthlyVerdicts,
    Unfolded,
)
from slas import actions as slas
from slas.models import Clock, MissCause
from tickets import actions as tickets
from tickets.models import Ticket

ZONE = "Australia/Sydney"
_UNTIL_DONE = 3600.0
Figure = tuple[str, str]


def main(arguments: list[str]) -> None:
    """Play, copy, measure and print the figures; runs inside `benchmarks.portal`.

    An argument is the number of tickets that sums are made of, instead of the scale's.
    """
    ticket = rows.play()
    _end(ticket)
    count = int(arguments[0]) if arguments else scale().listed[-1]
    print(json.dumps([*_counting(ticket), *_reading(ticket, count)]))


def _end(ticket: Ticket) -> None:
    """Let the played ticket end: what it missed is explained, and it is resolved and closed."""
    with acting_as(worker_context()):
        engineer = DeskPerson.objects.get()
    actor = access.desk_actor(engineer)
    slas.sweep()
    with acting_as(access.desk_context(engineer)) as now:
        missed = Clock.objects.of_tickets([ticket]).missed()
        slas.explain_misses(
            ticket=ticket,
            actor=actor,
            at=now,
            misses=[f"{one.metric}:{one.cycle}" for one in missed],
            cause=MissCause.STAFFING,
            detail="Nobody was free",
        )
        tickets.resolve(ticket=ticket, actor=actor, at=now, code="fixed")
    with acting_as(access.desk_context(engineer)) as now:
        tickets.close(ticket=ticket, actor=actor, at=now)


# --- Counting -----------------------------------------------------------------------------------------
def _counting(ticket: Ticket) -> Iterator[Figure]:
    """Count copies for the first time, then once more with nothing changed, then all their sums anew."""
    count = scale().fired
    rows.copy(ticket, count, batch=0)
    with acting_as(worker_context()):
        facts = EventRecord.objects.filter(ticket_id=ticket.pk).count()
        clocks = Clock.objects.of_tickets([ticket]).count()
        Unfolded.objects.all().delete()
    what = f"reports: {count:,} ended tickets of {facts} facts and {clocks} clocks"
    worked = process_time()
    yield f"{what}, counted", f"{count / _fold(count):,.0f} a second"
    yield f"{what}, processor time of each in Python", f"{(process_time() - worked) * 1000 / count:.2f} ms"
    with acting_as(worker_context()):
        total = DailyVerdicts.objects.aggregate(n=Sum("met") + Sum("missed") + Sum("excluded"))["n"]
        judged = Clock.objects.of_tickets([ticket]).judged().count()
        assert (Contribution.objects.count(), total) == (count, count * judged), (total, judged)
    yield f"{what}, counted again", f"{count / _fold(count):,.0f} a second"
    with acting_as(worker_context()):
        began = perf_counter()
        rebuilding.sum_up(ticket.customer)
    yield f"reports: sums of {count:,} tickets made anew", f"{perf_counter() - began:.2f} s"


def _fold(count: int) -> float:
    """Say of all copies that they have changed, and return how many seconds a sweep takes to count them."""
    first = rows.number(0, 1)
    with acting_as(worker_context()):
        Unfolded.objects.bulk_create(
            [
                Unfolded(customer_id=customer, ticket_id=pk)
                for pk, customer in Ticket.objects.filter(pk__gte=first, pk__lt=first + count).values_list(
                    "pk", "customer_id"
                )
            ],
            batch_size=5_000,
        )
    began = perf_counter()
    assert folding.fold(seconds=_UNTIL_DONE) == count
    return perf_counter() - began


# --- Reading ------------------------------------------------------------------------------------------
def _reading(ticket: Ticket, count: int) -> Iterator[Figure]:
    """Time each figure of a page, and all of them together."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_desk")
        for table in ("dailyverdicts", "monthlyverdicts", "dailytickets", "monthlytickets", "misstimes"):
            cursor.execute(f"DELETE FROM reports_{table}")
    among = report_rows.houses()
    report_rows.fill(ticket, among, count)
    today = database_now().date()
    since = (today - timedelta(days=366)).replace(day=1)
    until = today + timedelta(days=1)
    with acting_as(worker_context()):
        judged = Clock.objects.filter(ticket_id__gt=rows.number(5, 0)).judged().count()
        counted = sum(
            tally.judged + tally.excluded
            for tally in figures.attainment(Scope(since=since, until=until, zone=ZONE)).values()
        )
        each = Clock.objects.of_tickets([ticket]).count()
        assert counted == judged == count * each, (counted, judged)
        sizes = [model.objects.count() for model in (MonthlyVerdicts, DailyVerdicts, MissTimes)]
    name = f"reports: year of {count:,} tickets, {judged:,} clocks"
    for label, size in zip(("months", "days", "misses"), sizes, strict=True):
        yield f"{name}: rows of {label}", f"{size:,}"
    for who, scope in (
        ("all customers", Scope(since=since, until=until, zone=ZONE)),
        (
            "one customer",
            Scope(since=since, until=until, zone=ZONE, customers=frozenset({among[7].customer})),
        ),
    ):
        for label, once in _page(scope).items():
            yield f"{name}, {who}: {label}", _times(once)
    yield f"{name}: attainment without sums", _times(lambda: _from_clocks(since, until), times=3)


def _page(scope: Scope) -> dict[str, Callable[[], object]]:
    """Return what a report page asks for, and all of it."""
    asked: dict[str, Callable[[], object]] = {
        "attainment": lambda: figures.attainment(scope),
        "attainment by month": lambda: figures.attainment_by(scope, "month"),
        "attainment by customer": lambda: figures.attainment_by(scope, "customer"),
        "misses by hour": lambda: figures.misses_by_hour(scope),
        "share used": lambda: figures.share_used(scope),
        "time by severity": lambda: figures.time_of(scope, "severity"),
        "time by customer": lambda: figures.time_of(scope, "customer"),
        "reopened": lambda: figures.reopened(scope),
        "bounced": lambda: figures.bounced(scope),
        "freshness": figures.freshness,
    }
    return asked | {"all of a page": lambda: [one() for one in asked.values()]}


def _from_clocks(since: date, until: date) -> object:
    """Answer what `attainment` answers from the clocks themselves."""
    return list(
        Clock.objects.judged()
        .filter(stopped_at__date__gte=since, stopped_at__date__lt=until)
        .values_list("metric", "severity", "outcome", "waived")
        .annotate(number=Sum("cycle"))
        .order_by()
    )


def _times(once: Callable[[], object], *, times: int | None = None) -> str:
    """Say how long it takes in a door's context, warm, and how much of that is this process's own work."""
    costs, work = [], []
    with acting_as(worker_context()):
        once()
        for _ in range(times or scale().times):
            began, worked = perf_counter(), process_time()
            once()
            costs.append((perf_counter() - began) * 1000)
            work.append((process_time() - worked) * 1000)
    slow = quantiles(costs, n=20, method="inclusive")[-1]
    return f"{median(costs):.1f} ms p50, {slow:.1f} ms p95, {median(work):.1f} ms in Python"
