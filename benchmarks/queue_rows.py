"""A desk's whole past, made in SQL: tickets of 200 customers, one in ten open, each with five messages.

Every row has the columns of one ticket that was reported and answered through the portal's own actions.
Numbers are scattered by a hash, so that what is rare in one column is not rare in another by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connections, transaction

from benchmarks import rows
from core.now import database_now, standing_at
from core.tenancy import SYSTEM, acting_as, worker_context
from customers import access
from customers import actions as customers
from customers.models import DeskPerson, DeskRole, Member, MemberRole
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.severity import Environment, Impact, Work

CUSTOMERS, ENGINEERS, MESSAGES = 200, 25, 5
_AT_ONCE = 100_000
#: A number from 0 to 999 that has nothing to do with the ticket's own, for each of some purposes.
_CHANCE = "((n * 2654435761 + {seed} * 40503) % 1000003 % 1000)"
_OPEN = "n % 10 = 0"
_STATUS = (
    f"CASE WHEN {_OPEN} THEN (ARRAY['new', 'in_progress', 'in_progress', 'on_hold', 'restored'])"
    "[1 + (n / 10) % 5] ELSE 'closed' END"
)
_HELD = f"{_OPEN} AND (n / 10) % 5 = 3"
_DUE = f"CASE WHEN {_OPEN} AND NOT ({_HELD}) THEN now() + make_interval(mins => ((n / 10 * 7919) % 20160 - 300)::int) END"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who and what the benchmark reads as."""

    engineer: DeskPerson
    member: Member
    ticket: Ticket


def people() -> Desk:
    """Introduce everybody, and play one ticket."""
    began = database_now(using="owner") - timedelta(hours=1)
    with standing_at(began):
        engineers = [_engineer(number) for number in range(ENGINEERS)]
        members = [_member(number) for number in range(CUSTOMERS)]
        with acting_as(access.member_context(members[0])) as now:
            ticket = tickets.open_ticket(
                customer=members[0].customer,
                actor=access.member_actor(members[0]),
                at=now,
                requester=members[0],
                subject="Orders do not go out",
                description="Since this morning.",
                impact=Impact(environment=Environment.PRODUCTION, work=Work.DEGRADED, has_workaround=False),
                to_desk=True,
            )
        for number in range(MESSAGES - 1):
            with acting_as(access.desk_context(engineers[0])) as now:
                tickets.post_reply(
                    ticket=ticket,
                    actor=access.desk_actor(engineers[0]),
                    at=now,
                    body=f"News {number}: we are looking.",
                )
    return Desk(engineer=engineers[0], member=members[0], ticket=ticket)


def fill(desk: Desk, count: int, *, batch: int) -> None:
    """Add so many tickets with their messages and searchable words."""
    customer_of, member_of = (_one_of(_ids("customers_member", column)) for column in ("customer_id", "id"))
    engineer_of = _one_of(_ids("customers_deskperson", "id"), at=_CHANCE.format(seed=1))
    rows.copy(
        desk.ticket,
        count,
        batch=batch,
        tables=("tickets_ticket",),
        overrides=_ticket(count, customer_of, member_of, engineer_of),
    )
    first = rows.number(batch, 1)
    for start in range(first, first + count, _AT_ONCE):
        _add_words(start, min(start + _AT_ONCE, first + count))
    with connections["owner"].cursor() as cursor:
        for table in ("tickets_ticket", "tickets_message", "tickets_tickettext"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _ticket(count: int, customer_of: str, member_of: str, engineer_of: str) -> Mapping[tuple[str, str], str]:
    """Return the SQL of the columns in which the tickets differ."""
    opened = (
        f"now() - make_interval(mins => (({count} - n) * {3 * 365 * 24 * 60}::bigint / {count})::int + 60)"
    )
    severity, owned, review = (_CHANCE.format(seed=seed) for seed in (2, 3, 4))
    columns = {
        "customer_id": customer_of,
        "requester_id": member_of,
        "service_id": "NULL",
        "aws_account_id": "NULL",
        "subject": "'Report ' || n || ' of something slow'",
        "status": _STATUS,
        "level": f"CASE WHEN {severity} % 7 = 0 THEN 3 ELSE 2 END",
        "severity": f"CASE WHEN {severity} < 20 THEN 1 WHEN {severity} < 200 THEN 2 WHEN {severity} < 700 THEN 3 ELSE 4 END",
        "assignee_id": f"CASE WHEN {owned} < 700 THEN {engineer_of} END",
        "hold_reason": f"CASE WHEN {_HELD} THEN (ARRAY['customer_reply', 'customer_access', 'vendor', 'agreed_wait'])"
        "[1 + (n / 50) % 4] ELSE '' END",
        "held_at": f"CASE WHEN {_HELD} THEN now() - interval '1 hour' END",
        "hold_review_at": f"CASE WHEN {_HELD} THEN now() + make_interval(mins => {review}::int - 20) END",
        "opened_at": opened,
        "reached_desk_at": opened,
        "last_activity_at": f"{opened} + make_interval(mins => {review}::int)",
        "closed_at": f"CASE WHEN NOT ({_OPEN}) THEN {opened} + interval '1 day' END",
        "next_due_at": _DUE,
        "next_objective": f"CASE WHEN {_OPEN} THEN 'update' ELSE '' END",
        "clock_state": f"CASE WHEN {_HELD} THEN 'paused' WHEN {_OPEN} THEN 'running' ELSE 'none' END",
        "has_cover": "true",
    }
    return {("tickets_ticket", name): sql.replace("%", "%%") for name, sql in columns.items()}


def _add_words(first: int, end: int) -> None:
    """Add the messages of the tickets of these ids, and what finds them.

    Every text has 'slow'; one in a hundred tickets has the same 'term', one in ten thousand the same 'word'.
    """
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_desk")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else millions of checks wait in memory
        cursor.execute(
            "INSERT INTO tickets_message (customer_id, ticket_id, author_kind, author_id, author_name, body,"
            " audience, automatic, at, quoted, by_mail, vendor)"
            " SELECT customer_id, id, CASE WHEN m %% 2 = 1 THEN 'member' ELSE 'desk' END, 1, 'Somebody',"
            " 'Message ' || m || ' about ' || subject, 'public', false, opened_at + make_interval(mins => m), '', false, ''"
            " FROM tickets_ticket, generate_series(1, %s) AS m WHERE id >= %s AND id < %s ORDER BY id, m",
            [MESSAGES, first, end],
        )
        cursor.execute(
            "INSERT INTO tickets_tickettext (customer_id, ticket_id, audience, vector)"
            " SELECT customer_id, id, 'public', strip(to_tsvector('english', subject || ' term' || id %% 100"
            " || ' word' || id %% 10007 || words.said)) FROM tickets_ticket,"
            " LATERAL (SELECT string_agg(' v' || (id * 7919 * k * k %% 40009) %% (20 * k * k), '') AS said"
            "          FROM generate_series(1, 25) AS k) AS words"
            " WHERE id >= %s AND id < %s ORDER BY id",
            [first, end],
        )


def _ids(table: str, column: str) -> list[int]:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_desk")
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def _one_of(values: list[int], *, at: str = "(n / 10)") -> str:
    """Return the SQL that takes one of some values for each ticket; ten in a row, of which one is open, are alike."""
    return f"(ARRAY{values})[1 + {at} % {len(values)}]"


def _engineer(number: int) -> DeskPerson:
    user = customers.create_user(email=f"engineer-{number}@bench.example", password=None)
    with acting_as(worker_context()) as now:
        return customers.add_desk_person(
            user=user,
            name=f"Engineer {number}",
            role=DeskRole.ENGINEER,
            timezone="Australia/Sydney",
            actor=SYSTEM,
            at=now,
        )


def _member(number: int) -> Member:
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
        return customers.add_member(
            customer=customer, user=user, name="A Lead", role=MemberRole.LEAD, actor=SYSTEM, at=now
        )
