"""Tickets by the million: copies, made in SQL, of one that was played through the portal's own actions.

A copy has every column and every fact that the played ticket has, so a replay works on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

from django.db import connections, transaction

from core.now import database_now, standing_at
from core.tenancy import SYSTEM, Actor, Context, acting_as, worker_context
from customers import access
from customers import actions as customers
from customers.models import DeskPerson, DeskRole, Member, MemberRole
from slas import actions as slas
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from tickets.severity import Environment, Impact, Severity, Work

#: How many facts and clocks the played ticket has; a benchmark that plays another one would lie.
FACTS, CLOCKS = 30, 5
#: When the third update of the played ticket falls due, in minutes from its opening.
DUE_AFTER = 240
_TABLES = ("tickets_ticket", "core_eventstream", "core_eventrecord", "slas_clock", "slas_watch")
#: Numbers of copies begin far above those of the played ticket, each batch at a multiple of this.
_APART = 10_000_000
_AT_ONCE = 100_000
#: Overrides of copied columns: SQL by table and column; `n` is the number of the copy, from 1.
Overrides = Mapping[tuple[str, str], str]


def play() -> Ticket:
    """Play a P2 ticket whose third update fell due unanswered a minute ago; nobody has looked since.

    The response was met, two updates were met, the third is about to be found missed, and restoration
    runs: five clocks, of which two are open.
    """
    began = database_now(using="owner") - timedelta(minutes=DUE_AFTER + 1)
    with standing_at(began - timedelta(days=1)):
        engineer, requester = _introduce()
    with standing_at(began), acting_as(access.member_context(requester)) as now:
        ticket = tickets.open_ticket(
            customer=requester.customer,
            actor=access.member_actor(requester),
            at=now,
            requester=requester,
            subject="Orders do not go out",
            description="Since this morning.",
            impact=Impact(environment=Environment.PRODUCTION, work=Work.DEGRADED, has_workaround=False),
        )
        tickets.pass_to_desk(ticket=ticket, actor=access.member_actor(requester), at=now)
    for after, person, verb in _story(engineer, requester):
        with standing_at(began + timedelta(minutes=after)), acting_as(_context(person)) as now:
            verb(ticket=ticket, actor=_actor(person), at=now)
    return ticket


Verb = Callable[..., object]


def _story(engineer: DeskPerson, requester: Member) -> list[tuple[int, DeskPerson | Member, Verb]]:
    """Return what happens after so many minutes, by whom: 27 facts, beside those of the opening."""
    answer = partial(tickets.post_reply, body="We are looking.")
    ask = partial(tickets.post_reply, body="Any news?")
    note = partial(tickets.post_internal_note, body="Looked at the logs.")
    confirm = partial(tickets.establish_severity, severity=Severity.P2, reason="As you said")
    wait = partial(tickets.hold, owner="Somebody", note="Asked in the ticket", evidence="Case 1")
    for_customer = partial(wait, reason=HoldReason.CUSTOMER_REPLY)
    for_access = partial(wait, reason=HoldReason.CUSTOMER_ACCESS)
    for_vendor = partial(wait, reason=HoldReason.VENDOR)
    return [
        (10, engineer, answer),
        *((after, engineer, note) for after in (15, 16, 17, 18)),
        (20, engineer, for_customer),
        (30, requester, ask),  # which ends the hold: two facts
        (40, engineer, confirm),
        (45, engineer, for_vendor),
        (55, engineer, tickets.resume),
        (60, engineer, answer),
        *((after, engineer, note) for after in (65, 70)),
        (75, engineer, for_access),
        (85, engineer, tickets.resume),
        (90, requester, ask),
        (120, engineer, answer),
        *((after, requester, ask) for after in (130, 140, 150)),
        (160, engineer, for_vendor),
        (170, engineer, tickets.resume),
        *((after, engineer, note) for after in (180, 190, 200, 210)),
    ]


def number(batch: int, copy_number: int) -> int:
    """Return the id of a copy, from 1, which is also its number for people."""
    return _APART * (batch + 1) + copy_number


def copy(
    ticket: Ticket,
    count: int,
    *,
    batch: int,
    overrides: Overrides | None = None,
    tables: tuple[str, ...] = _TABLES,
) -> None:
    """Add copies of a ticket with what belongs to it; each batch of copies has a number of its own."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_desk")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else millions of checks wait in memory
        for table in tables:
            columns = _columns(table)
            values = [(overrides or {}).get((table, name)) or _value(table, name, batch) for name in columns]
            own = "id" if table == "tickets_ticket" else "ticket_id"
            for first in range(1, count + 1, _AT_ONCE):
                cursor.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
                    f" FROM {table} AS played, generate_series(%s, %s) AS n WHERE played.{own} = %s",
                    [first, min(first + _AT_ONCE - 1, count), ticket.pk],
                )
    with connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def _columns(table: str) -> list[str]:
    """Return the columns of a table that a copy fills; the ids of what belongs to a ticket come by themselves."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped ORDER BY attnum",
            [table],
        )
        names = [row[0] for row in cursor.fetchall()]
    return [name for name in names if name != "id" or table == "tickets_ticket"]


def _value(table: str, column: str, batch: int) -> str:
    """Return the SQL of a copied column."""
    own = f"{number(batch, 0)} + n"
    match table, column:
        case ("tickets_ticket", "id" | "number") | (_, "ticket_id"):
            return own
        case _, "source_key":
            return f"played.source_key || ':' || ({own})"
    return f"played.{column}"


def _introduce() -> tuple[DeskPerson, Member]:
    users = [
        customers.create_user(email=email, password=None)
        for email in ("engineer@trusst.example", "requester@acme.example")
    ]
    with acting_as(worker_context()) as now:
        engineer = customers.add_desk_person(
            user=users[0],
            name="Engineer",
            role=DeskRole.ENGINEER,
            timezone="Australia/Sydney",
            actor=SYSTEM,
            at=now,
        )
        customer = customers.create_customer(
            name="Acme",
            slug="acme",
            key="ACME",
            timezone="Australia/Sydney",
            region="NSW",
            phone="",
            actor=SYSTEM,
            at=now,
        )
        requester = customers.add_member(
            customer=customer,
            user=users[1],
            name="Requester",
            role=MemberRole.COORDINATOR,
            actor=SYSTEM,
            at=now,
        )
        slas.sign_agreement(
            customer=customer,
            number="MS-1",
            starts_on=date(now.year - 1, 1, 1),
            ends_on=date(now.year + 1, 12, 31),
            actor=SYSTEM,
            at=now,
        )
    return engineer, requester


def _context(person: DeskPerson | Member) -> Context:
    return access.member_context(person) if isinstance(person, Member) else access.desk_context(person)


def _actor(person: DeskPerson | Member) -> Actor:
    return access.member_actor(person) if isinstance(person, Member) else access.desk_actor(person)
