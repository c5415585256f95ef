"""A year of ended tickets of 200 customers, with as many judged clocks as a played one has, made in SQL; and the sums of them.

The sums are made here as counting ticket by ticket would make them, which takes a worker half an hour for a
million tickets. `python -m benchmarks.portal benchmarks.reports_inside 100000` makes another number of tickets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, transaction

from benchmarks import rows
from core.tenancy import SYSTEM, acting_as, worker_context
from customers import actions as customers
from customers.models import MemberRole
from reports.folding import BUCKETS
from tickets.models import Ticket

CUSTOMERS, SERVICES = 200, 3
#: A number from 0 to 999 that has nothing to do with the ticket's own, for each of some purposes.
_CHANCE = "((n * 2654435761 + {seed} * 40503) % 1000003 % 1000)"
_SEVERITY = (
    f"CASE WHEN {_CHANCE.format(seed=2)} < 20 THEN 1 WHEN {_CHANCE.format(seed=2)} < 200 THEN 2"
    f" WHEN {_CHANCE.format(seed=2)} < 700 THEN 3 ELSE 4 END"
)
_CLOCK = f"({_CHANCE.format(seed=5)} * 31 + played.id * 577) % 1000"
_OUTCOME = f"CASE WHEN {_CLOCK} < 50 THEN 'missed' WHEN {_CLOCK} < 60 THEN 'excluded' ELSE 'met' END"
_DAY = "({at} AT TIME ZONE 'Australia/Sydney')::date"
_PARTIES = ("customer_l1", "desk", "customer", "vendor", "agreed_wait", "excluded", "after_restore")


@dataclass(frozen=True, kw_only=True)
class House:
    """One customer with who reports and what they report about."""

    customer: int
    member: int
    services: tuple[int, ...]


def houses() -> list[House]:
    """Introduce the customers."""
    return list(_houses())


def _houses() -> Iterator[House]:
    for number in range(CUSTOMERS):
        user = customers.create_user(email=f"lead@bench-{number}.example", password=None)
        with acting_as(worker_context()) as now:
            customer = customers.create_customer(
                name=f"Customer {number}",
                slug=f"bench-{number}",
                key=f"BE{number:03d}",
                timezone="Australia/Sydney",
                region="NSW",
                actor=SYSTEM,
                at=now,
            )
            member = customers.add_member(
                customer=customer, user=user, name="A Lead", role=MemberRole.LEAD, actor=SYSTEM, at=now
            )
            services = [
                customers.add_service(customer=customer, name=f"Service {one}") for one in range(SERVICES)
            ]
        yield House(customer=customer.pk, member=member.pk, services=tuple(one.pk for one in services))


def fill(ticket: Ticket, among: list[House], count: int) -> None:
    """Add so many ended tickets of the last twelve months with their clocks, then the sums."""
    turn = f"1 + n % {len(among)}"
    services = [service for house in among for service in house.services]
    opened = f"date_trunc('second', now() - interval '365 days' * (({count} - n + 1.0) / {count}) - interval '3 days')"
    common = {"customer_id": f"(ARRAY{[house.customer for house in among]})[{turn}]", "severity": _SEVERITY}
    stop = f"{opened} + make_interval(mins => ({_CLOCK})::int)"
    columns = {
        "tickets_ticket": {
            **common,
            "requester_id": f"(ARRAY{[house.member for house in among]})[{turn}]",
            "service_id": f"(ARRAY{services})[1 + (n % {len(among)}) * {SERVICES} + n / 7 % {SERVICES}]",
            "aws_account_id": "NULL",
            "assignee_id": "NULL",
            "status": "'closed'",
            "opened_at": opened,
            "reached_desk_at": opened,
            "last_activity_at": opened,
            "closed_at": f"{opened} + interval '1 day'",
        },
        "slas_clock": {
            **common,
            "state": "'stopped'",
            "outcome": _OUTCOME,
            "started_at": opened,
            "stopped_at": stop,
            "breached_at": f"CASE WHEN {_CLOCK} < 50 THEN {stop} END",
            "consumed_seconds": f"played.target_seconds * (CASE WHEN {_CLOCK} < 50 THEN 100 + {_CHANCE.format(seed=6)} / 20"
            f" ELSE {_CHANCE.format(seed=7)} / 10 END) / 100",
            "waived": f"{_CLOCK} < 5",
        },
    }
    rows.copy(
        ticket,
        count,
        batch=5,
        tables=("tickets_ticket", "slas_clock"),
        overrides={
            (table, name): sql.replace("%", "%%")
            for table, named in columns.items()
            for name, sql in named.items()
        },
    )
    _sum_up(rows.number(5, 0))


def _sum_up(above: int) -> None:
    """Make the sums of the tickets with higher ids."""
    at = "CASE clock.outcome WHEN 'missed' THEN clock.breached_at ELSE clock.stopped_at END"
    bucket = f"least({BUCKETS - 1}, greatest(CASE clock.outcome WHEN 'missed' THEN 20 ELSE 0 END,"
    bucket += " ceil(clock.consumed_seconds * 20.0 / clock.target_seconds)::int - 1))"
    used = ", ".join(
        f"count(*) FILTER (WHERE bucket = {one} AND outcome <> 'excluded')" for one in range(BUCKETS)
    )
    judged = (
        f"SELECT clock.customer_id, {_DAY.format(at=at)} AS day, {at} AS at, clock.metric, clock.severity,"
        f" ticket.service_id, clock.outcome, clock.waived, {bucket} AS bucket FROM slas_clock AS clock"
        " JOIN tickets_ticket AS ticket ON ticket.id = clock.ticket_id AND ticket.customer_id = clock.customer_id"
        f" WHERE clock.ticket_id > {above} AND clock.outcome IN ('met', 'missed', 'excluded')"
    )
    quarter = "date_bin('15 minutes', at, '2000-01-01 00:00:00Z')"
    time = ", ".join(f"sum(3600 * (1 + (id + {n}) % 9))" for n in range(len(_PARTIES)))
    month = ", ".join(f"sum(used_{one})" for one in range(BUCKETS))
    uses = ", ".join(f"used_{one}" for one in range(BUCKETS))
    verdicts = "met, missed, waived, excluded"
    tickets = "opened, reached, returned, resolved, reopened, ended"
    parties = ", ".join(f"time_{party}" for party in _PARTIES)
    _execute(
        f"INSERT INTO reports_dailyverdicts (customer_id, day, metric, severity, service_id, {verdicts}, {uses})"
        " SELECT customer_id, day, metric, severity, service_id, count(*) FILTER (WHERE outcome = 'met'),"
        " count(*) FILTER (WHERE outcome = 'missed'), count(*) FILTER (WHERE outcome = 'missed' AND waived),"
        f" count(*) FILTER (WHERE outcome = 'excluded'), {used} FROM ({judged}) AS judged"
        " GROUP BY 1, 2, 3, 4, 5",
        "INSERT INTO reports_misstimes (customer_id, day, at, metric, severity, service_id, number)"
        f" SELECT customer_id, day, {quarter}, metric, severity, service_id, count(*) FROM ({judged}) AS judged"
        " WHERE outcome = 'missed' GROUP BY 1, 2, 3, 4, 5, 6",
        f"INSERT INTO reports_dailytickets (customer_id, day, severity, service_id, {tickets}, {parties})"
        f" SELECT customer_id, {_DAY.format(at='closed_at')}, severity, service_id, count(*), count(*),"
        " count(*) FILTER (WHERE id % 23 = 0), count(*), count(*) FILTER (WHERE id % 19 = 0), count(*),"
        f" {time} FROM tickets_ticket WHERE id > {above} GROUP BY 1, 2, 3, 4",
        f"INSERT INTO reports_monthlyverdicts (customer_id, day, metric, severity, service_id, {verdicts}, {uses})"
        f" SELECT customer_id, date_trunc('month', day)::date, metric, severity, service_id, sum(met), sum(missed),"
        f" sum(waived), sum(excluded), {month} FROM reports_dailyverdicts GROUP BY 1, 2, 3, 4, 5",
        f"INSERT INTO reports_monthlytickets (customer_id, day, severity, service_id, {tickets}, {parties})"
        " SELECT customer_id, date_trunc('month', day)::date, severity, service_id,"
        f" {', '.join(f'sum({name})' for name in f'{tickets}, {parties}'.split(', '))}"
        " FROM reports_dailytickets GROUP BY 1, 2, 3, 4",
    )


def _execute(*statements: str) -> None:
    tables = ("dailyverdicts", "misstimes", "dailytickets", "monthlyverdicts", "monthlytickets")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_desk")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else millions of checks wait in memory
        for statement in statements:
            cursor.execute(statement)
    with connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) reports_{table}")
