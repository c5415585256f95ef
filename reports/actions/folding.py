from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection

from core.models import EventRecord, Heartbeat
from core.tenancy import acting_as, worker_context
from reports.folding import (
    Amounts,
    Ended,
    Happened,
    Key,
    Sum,
    Verdict,
    amounts_of,
    by_month,
    difference,
    dump,
    load,
    order,
)
from reports.models import (
    FOLDED,
    Contribution,
    DailyTickets,
    DailyVerdicts,
    MissTimes,
    MonthlyTickets,
    MonthlyVerdicts,
    Unfolded,
)
from slas.facts import records_of_tickets
from slas.models import Clock
from slas.pins import PIN_TYPES
from slas.previews import replay_of
from tickets import events as tickets
from tickets.models import Ticket

logger = logging.getLogger(__name__)

#: Changes that one transaction counts; nobody who works on a ticket waits for it.
BATCH = 200
#: How long a sweep goes on; another one is poked every few seconds.
LONGEST_SECONDS = 4.0
RETRY_AFTER = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)

SumModel = (
    type[DailyVerdicts] | type[MonthlyVerdicts] | type[DailyTickets] | type[MonthlyTickets] | type[MissTimes]
)
#: Which table has a kind of sum by day, and which by month.
DAILY: Mapping[Sum, SumModel] = {
    Sum.VERDICTS: DailyVerdicts,
    Sum.TICKETS: DailyTickets,
    Sum.MISSES: MissTimes,
}
MONTHLY: Mapping[Sum, SumModel] = {Sum.VERDICTS: MonthlyVerdicts, Sum.TICKETS: MonthlyTickets}


def _numbers_of(model: SumModel) -> tuple[str, ...]:
    counting = ("IntegerField", "BigIntegerField")
    return tuple(one.name for one in model._meta.concrete_fields if one.get_internal_type() in counting)


#: The columns that are added up.
NAMES = {kind: _numbers_of(model) for kind, model in DAILY.items()}
_KEYS = {
    Sum.VERDICTS: {"metric": "text"},
    Sum.TICKETS: {},
    Sum.MISSES: {"at": "timestamptz", "metric": "text"},
}
_LIFE = {
    tickets.TicketOpened.type_name: "opened",
    tickets.TicketReachedDesk.type_name: "reached",
    tickets.TicketReturned.type_name: "returned",
    tickets.TicketResolved.type_name: "resolved",
    tickets.TicketReopened.type_name: "reopened",
    tickets.TicketClosed.type_name: "ended",
    tickets.TicketMerged.type_name: "ended",
}


# --- The sweep ----------------------------------------------------------------------------------------
def fold(*, batch: int = BATCH, seconds: float = LONGEST_SECONDS) -> int:
    """Count what has changed until nothing is left; return how many changes were dealt with.

    Any number of sweeps may run at once: each takes changes and tickets that no other holds.
    """
    began, dealt = monotonic(), 0
    while count := _fold_batch(batch):
        dealt += count
        if monotonic() - began >= seconds:
            return dealt
    with acting_as(worker_context()) as now:
        if not Unfolded.objects.due_by(now).exists():
            Heartbeat.objects.update_or_create(name=FOLDED, defaults={"at": now})
    return dealt


def _fold_batch(size: int) -> int:
    """Count some changes in one transaction; one that fails spoils the batch, so then each ticket has its own."""
    claimed: list[Unfolded] = []
    try:
        with acting_as(worker_context()) as now:
            claimed = list(Unfolded.objects.due_by(now).claimed()[:size])
            return _fold_claimed(claimed, at=now)
    except Exception:
        logger.warning("%s changes could not be counted together", len(claimed), exc_info=True)
    return sum(_fold_one(*ids) for ids in sorted({(one.customer_id, one.ticket_id) for one in claimed}))


def _fold_claimed(claimed: Sequence[Unfolded], *, at: datetime) -> int:
    if not claimed:
        return 0
    held = lock_contributions({(one.customer_id, one.ticket_id) for one in claimed}, skip=True)
    fold_locked(held, at=at)
    counted = {one.ticket_id for one in held}
    done = [one.pk for one in claimed if one.ticket_id in counted]
    Unfolded.objects.filter(pk__in=done).delete()
    return len(done)


def _fold_one(customer_id: int, ticket_id: int) -> int:
    """Count one ticket; one that fails is put off and logged, and does not hold up the others."""
    mine = Unfolded.objects.filter(customer_id=customer_id, ticket_id=ticket_id)
    try:
        with acting_as(worker_context()) as now:
            return _fold_claimed(list(mine.due_by(now).claimed()), at=now)
    except Exception:
        logger.exception("ticket %s cannot be counted", ticket_id)
    with acting_as(worker_context()) as now:
        for one in mine.due_by(now).claimed():
            one.failures += 1
            one.next_try_at = now + min(RETRY_AFTER * one.failures, LONGEST_RETRY)
            one.save(update_fields=["failures", "next_try_at"])
    return 1


def lock_contributions(ids: Iterable[tuple[int, int]], *, skip: bool) -> list[Contribution]:
    """Lock the rows of tickets, given as (customer, ticket), making those that there are not; in one order always.

    With `skip`, rows that somebody else holds are left out.
    """
    wanted = sorted(ids)
    Contribution.objects.bulk_create(
        [Contribution(customer_id=customer, ticket_id=ticket) for customer, ticket in wanted],
        ignore_conflicts=True,
    )
    rows = Contribution.objects.filter(
        customer_id__in={customer for customer, _ in wanted}, ticket_id__in=[ticket for _, ticket in wanted]
    )
    rows = rows.claimed() if skip else rows.select_for_update(no_key=True)
    return list(rows.order_by("customer_id", "ticket_id"))


def fold_locked(held: Sequence[Contribution], *, at: datetime) -> None:
    """Count tickets again whose contributions the caller has locked, and move the sums by what has changed."""
    if not held:
        return
    changes: dict[int, dict[Key, Counter[str]]] = {}
    changed: list[Contribution] = []
    now_amounts = amounts_now(held)
    for one in held:
        new = now_amounts[one.ticket_id]
        moved = difference(new, load(one.parts))
        one.folded_at = at
        if moved:
            one.parts = dump(new)
            sums = changes.setdefault(one.customer_id, {})
            for key, numbers in moved.items():
                _add_to(sums, key, numbers)
        changed.append(one)
    Contribution.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["customer", "ticket"],
        update_fields=["parts", "folded_at"],
    )
    if changes:
        share_sums(changes)
        add_to_sums(changes)


def _add_to(sums: dict[Key, Counter[str]], key: Key, numbers: Mapping[str, int]) -> None:
    held = sums.setdefault(key, Counter())
    for name, number in numbers.items():
        held[name] += number


# --- What a ticket adds now ---------------------------------------------------------------------------
def amounts_now(held: Sequence[Contribution]) -> dict[int, dict[Key, Counter[str]]]:
    """Return what tickets add to the sums by their clocks and facts, by ticket id, in three statements."""
    found = {
        ticket.pk: ticket
        for ticket in Ticket.objects.filter(
            customer_id__in={one.customer_id for one in held}, pk__in=[one.ticket_id for one in held]
        ).select_related("customer")
    }
    records = records_of_tickets(list(found.values()))
    verdicts: dict[int, list[Verdict]] = {}
    for clock in Clock.objects.of_tickets(found.values()).judged():
        at = clock.breached_at if clock.outcome == "missed" else clock.stopped_at
        if at is None:
            continue
        verdicts.setdefault(clock.ticket_id, []).append(
            Verdict(
                metric=clock.metric,
                severity=clock.severity,
                outcome=clock.outcome,
                at=at,
                waived=clock.waived,
                is_stopped=clock.stopped_at is not None,
                used_seconds=clock.consumed_seconds,
                target_seconds=clock.target_seconds,
            )
        )
    return {
        pk: amounts_of(
            severity=ticket.severity,
            service=ticket.service_id,
            zone=ticket.customer.timezone,
            verdicts=verdicts.get(pk, ()),
            life=[
                Happened(kind=_LIFE[record.type], at=record.occurred_at)
                for record in records[pk]
                if record.type in _LIFE
            ],
            ended=_end_of(ticket, records[pk]),
        )
        for pk, ticket in found.items()
    }


def _end_of(ticket: Ticket, records: Sequence[EventRecord]) -> Ended | None:
    """Return when a ticket of the desk's ended and whose its time was; None while it is open.

    The parties' seconds are all the time from the opening, so they tell the end as well. Whose the time was
    does not depend on what is promised, so the replay is spared the clocks.
    """
    if ticket.is_open or ticket.reached_desk_at is None:
        return None
    after = records[-1].occurred_at + timedelta(seconds=1)
    bare = [one for one in records if one.type not in PIN_TYPES]
    seconds = vars(replay_of(bare, as_of=after).ledger)
    opened = next(one.occurred_at for one in records if one.type == tickets.TicketOpened.type_name)
    end = opened + timedelta(seconds=sum(seconds.values()))
    return Ended(at=end, seconds=seconds) if end < after else None


# --- The sums -----------------------------------------------------------------------------------------
def share_sums(customers: Iterable[int]) -> None:
    """Wait while somebody sums up one of these customers anew, and keep them waiting."""
    _lock("pg_advisory_xact_lock_shared", customers)


def own_sums(customer_id: int) -> None:
    """Let nobody else move a customer's sums until this transaction has ended."""
    _lock("pg_advisory_xact_lock", [customer_id])


def _lock(function: str, customers: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {function}(hashtextextended('sums:' || id, 0)) FROM unnest(%s::bigint[]) AS id",  # noqa: S608 — a name of ours
            [sorted(customers)],
        )


def add_to_sums(changes: Mapping[int, Amounts]) -> None:
    """Add amounts to the sums of customers, by day and by month."""
    monthly = {customer: by_month(amounts) for customer, amounts in changes.items()}
    for kind, model in DAILY.items():
        _upsert(model._meta.db_table, kind, changes)
    for kind, month_model in MONTHLY.items():
        _upsert(month_model._meta.db_table, kind, monthly)


def _upsert(table: str, kind: Sum, changes: Mapping[int, Amounts]) -> None:
    """Add amounts of one kind to a table's rows; rows are taken in one order, so that sweeps take turns."""
    rows = [
        _row(customer, key, numbers)
        for customer, amounts in sorted(changes.items())
        for key, numbers in sorted(amounts.items(), key=lambda item: order(item[0]))
        if key.sum is kind
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_STATEMENTS[kind].format(table=table), [json.dumps(rows)])


def _row(customer: int, key: Key, numbers: Mapping[str, int]) -> dict[str, object]:
    row: dict[str, object] = {
        "customer_id": customer,
        "day": key.day.isoformat(),
        "severity": key.severity,
        "service_id": key.service,
        **dict.fromkeys(NAMES[key.sum], 0),
    }
    row |= {name: getattr(key, name) for name in _KEYS[key.sum]}
    return {**row, **numbers}


def _statement(kind: Sum) -> str:
    keys = {"customer_id": "bigint", "day": "date", **_KEYS[kind], "severity": "int", "service_id": "bigint"}
    numbers = dict.fromkeys(NAMES[kind], "bigint")
    moved = [f"{name} = held.{name} + excluded.{name}" for name in numbers]
    columns = ", ".join([*keys, *numbers])
    types = ", ".join(f"{name} {sql}" for name, sql in {**keys, **numbers}.items())
    return (
        f"INSERT INTO {{table}} AS held ({columns}) SELECT {columns}"  # noqa: S608 — names of ours
        f" FROM jsonb_to_recordset(%s::jsonb) AS given({types})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(moved)}"
    )


_STATEMENTS = {kind: _statement(kind) for kind in Sum}
