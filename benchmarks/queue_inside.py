"""Lists of tickets, timed inside a portal of their own: the desk's queue and one customer's list.

Twenty customers have 5,000 tickets, three in five of them open. Each list is read as its page reads it,
under the role that the page puts on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter_ns
from typing import Any

from django.db import connections
from django.test import Client

from core.tenancy import SYSTEM, Context, acting_as, worker_context
from customers import access as people
from customers import actions as customers
from customers.models import Customer, DeskPerson, DeskRole, Member, MemberRole
from tickets import access
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.queues import VIEWS
from tickets.severity import Affected, Environment, SecurityRisk, Work

CUSTOMERS, TICKETS, PAGE, TIMES = 20, 5000, 100, 40
_OPEN = (Status.NEW, Status.IN_PROGRESS, Status.IN_PROGRESS)
_DONE = (Status.CLOSED, Status.RESOLVED)


def main(arguments: list[str]) -> None:
    """Load the rows and print the figures; runs inside `benchmarks.portal`."""
    person, member = _load()
    desk, own = people.desk_context(person), people.member_context(member)
    with acting_as(desk) as now:
        pass  # one instant for every question
    browser = Client(headers={"host": "localhost"})
    browser.force_login(person.user)
    found = {
        "page of the queue, portal_desk": _milliseconds(
            desk, lambda: list(access.queue(VIEWS["due"], person, now)[:PAGE])
        ),
        "counts beside the queue, portal_desk": _milliseconds(desk, lambda: access.queue_counts(person, now)),
        "page of a customer's list, portal_member": _milliseconds(
            own, lambda: list(access.list_for_member(member)[:PAGE])
        ),
        "whole queue page, HTTP": _median(lambda: browser.get("/desk/").content),
    }
    print(json.dumps([(f"queue of {TICKETS:,}: {name}", value) for name, value in found.items()]))


def _load() -> tuple[DeskPerson, Member]:
    user = customers.create_user(email="engineer@bench.example", password=None)
    with acting_as(worker_context()) as now:
        person = customers.add_desk_person(
            user=user,
            name="An Engineer",
            role=DeskRole.ENGINEER,
            timezone="Australia/Sydney",
            actor=SYSTEM,
            at=now,
        )
    members = [_take_on(number) for number in range(CUSTOMERS)]
    with acting_as(worker_context()):
        Ticket.objects.bulk_create(
            [_ticket(number, members[number % CUSTOMERS], now) for number in range(TICKETS)], batch_size=1000
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    return person, members[0]


def _take_on(number: int) -> Member:
    user = customers.create_user(email=f"lead@bench-{number}.example", password=None)
    with acting_as(worker_context()) as now:
        customer: Customer = customers.create_customer(
            name=f"Customer {number}",
            slug=f"bench-{number}",
            key=f"BE{number:02d}",
            timezone="Australia/Sydney",
            region="NSW",
            actor=SYSTEM,
            at=now,
        )
        return customers.add_member(
            customer=customer, user=user, name="A Lead", role=MemberRole.LEAD, actor=SYSTEM, at=now
        )


def _ticket(number: int, member: Member, now: datetime) -> Ticket:
    opened_at = now - timedelta(minutes=7 * number)
    statuses = (*_OPEN, *_DONE)
    status = statuses[number // CUSTOMERS % len(statuses)]
    return Ticket(
        customer_id=member.customer_id,
        number=number // CUSTOMERS + 1,
        subject=f"Report {number} of something slow",
        status=status,
        level=2,
        severity=number % 4 + 1,
        proposed_severity=number % 4 + 1,
        environment=Environment.PRODUCTION,
        work=Work.NUISANCE,
        affected=Affected.TEAM,
        security=SecurityRisk.NONE,
        requester=member,
        opened_at=opened_at,
        reached_desk_at=opened_at,
        last_activity_at=opened_at,
        next_due_at=opened_at + timedelta(days=30) if status in _OPEN else None,
        next_objective="restore" if status in _OPEN else "",
        clock_state="running" if status in _OPEN else "",
        has_cover=True,
    )


def _milliseconds(context: Context, question: Callable[[], Any]) -> str:
    def ask_as() -> None:
        with acting_as(context):
            question()

    return _median(ask_as)


def _median(question: Callable[[], Any]) -> str:
    question()
    costs = []
    for _ in range(TIMES):
        before = perf_counter_ns()
        question()
        costs.append((perf_counter_ns() - before) / 1_000_000)
    return f"{median(costs):.1f} ms"
