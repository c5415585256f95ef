"""A fact is published in the transaction of the change it describes, once, and its handlers with it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core import events
from core.events import Audience, Event, load_event, publish, publish_all, subscribe
from core.models import EventRecord
from core.tenancy import SYSTEM, acting_as, worker_context
from tests.cast import START, Cast, file_ticket
from tests.conftest import Clock
from tests.core.two_connections import at_once, backend, wait_until_blocked
from tickets.models import Ticket

two_connections = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    """A fact of these tests only."""

    type_name: ClassVar[str] = "tests.lamp_lit"
    audience: ClassVar[Audience] = Audience.DESK
    colour: str
    watts: int | None = None


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[LampLit]:
    """Collect what a subscribed handler hears."""
    monkeypatch.setattr(events, "_handlers", dict(events._handlers))
    heard: list[LampLit] = []
    subscribe(LampLit, heard.append)
    return heard


def lamp(customer_id: int, *, at: datetime = START, ticket_id: int | None = None, key: str = "") -> LampLit:
    return LampLit(
        at=at,
        customer_id=customer_id,
        ticket_id=ticket_id,
        actor=SYSTEM,
        source_key=key or None,
        colour="red",
    )


def lamps() -> list[EventRecord]:
    with acting_as(worker_context()):
        return list(EventRecord.objects.filter(type=LampLit.type_name).order_by("pk"))


@two_connections
def test_publishing_outside_a_transaction_is_refused(real_cast: Cast, heard: list[LampLit]) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        publish(lamp(real_cast.acme.customer.pk))
    assert (lamps(), heard) == ([], [])


def test_handlers_run_in_order_in_the_same_transaction(cast: Cast, heard: list[LampLit]) -> None:
    order: list[str] = []
    subscribe(LampLit, lambda event: order.append(f"second sees {EventRecord.objects.count()}"))
    with acting_as(worker_context()):
        before = EventRecord.objects.count()
        publish(lamp(cast.acme.customer.pk))
        assert heard == [lamp(cast.acme.customer.pk)]
        assert order == [f"second sees {before + 1}"]


def test_handlers_run_in_the_portals_own_language_whoever_acts(cast: Cast, heard: list[LampLit]) -> None:
    spoken: list[str | None] = []
    subscribe(LampLit, lambda event: spoken.append(translation.get_language()))
    with acting_as(worker_context()), translation.override("de"):
        publish(lamp(cast.acme.customer.pk))
        spoken.append(translation.get_language())
    assert spoken == ["en-au", "de"]


def test_the_same_handler_subscribed_twice_runs_once(cast: Cast, heard: list[LampLit]) -> None:
    subscribe(LampLit, heard.append)
    with acting_as(worker_context()):
        publish(lamp(cast.acme.customer.pk))
    assert len(heard) == 1


@two_connections
def test_a_failing_handler_takes_the_fact_with_it(real_cast: Cast, heard: list[LampLit]) -> None:
    def fail(event: LampLit) -> None:
        raise LookupError("no clock could be started")

    subscribe(LampLit, fail)
    with pytest.raises(LookupError), acting_as(worker_context()):
        publish(lamp(real_cast.acme.customer.pk))
    assert len(heard) == 1  # the first handler ran, and what it wrote would be gone too
    assert lamps() == []


def test_a_source_key_makes_a_fact_one_and_runs_no_handler_twice(cast: Cast, heard: list[LampLit]) -> None:
    acme = cast.acme.customer.pk
    with acting_as(worker_context()):
        first = publish(lamp(acme, key="import:7"))
        again = publish(lamp(acme, at=START + timedelta(hours=1), key="import:7"))
    assert again.pk == first.pk
    assert again.occurred_at == START
    assert len(heard) == 1
    assert len(lamps()) == 1


def test_a_source_key_belongs_to_one_customer(cast: Cast, heard: list[LampLit]) -> None:
    with acting_as(worker_context()):
        publish(lamp(cast.acme.customer.pk, key="import:7"))
        publish(lamp(cast.globex.customer.pk, key="import:7"))
    assert [record.customer_id for record in lamps()] == [cast.acme.customer.pk, cast.globex.customer.pk]
    assert len(heard) == 2


def test_facts_without_a_source_key_are_never_one(cast: Cast, heard: list[LampLit]) -> None:
    with acting_as(worker_context()):
        publish(lamp(cast.acme.customer.pk))
        publish(lamp(cast.acme.customer.pk))
    assert len(lamps()) == 2


@two_connections
def test_one_key_published_by_two_connections_at_once_is_one_fact(
    real_cast: Cast, heard: list[LampLit]
) -> None:
    acme = real_cast.acme.customer.pk
    pid: list[int] = []
    wrote = threading.Event()

    def first() -> None:
        with acting_as(worker_context()):
            publish(lamp(acme, key="import:7"))
            pid.append(backend())
            wrote.set()
            wait_until_blocked(pid[0])

    def second() -> None:
        assert wrote.wait(20)
        with acting_as(worker_context()):
            publish(lamp(acme, key="import:7"))

    assert at_once(first, second) == []
    assert len(lamps()) == 1
    assert len(heard) == 1


@two_connections
def test_two_connections_number_a_tickets_facts_without_a_gap(real_cast: Cast) -> None:
    ticket = file_ticket(real_cast.acme.requester)
    with acting_as(worker_context()):
        before = EventRecord.objects.filter(ticket_id=ticket.pk).count()
    pid: list[int] = []
    wrote = threading.Event()

    def first() -> None:
        with acting_as(worker_context()):
            publish(lamp(ticket.customer_id, ticket_id=ticket.pk))
            pid.append(backend())
            wrote.set()
            wait_until_blocked(pid[0])  # the second is at the counter and waits there

    def second() -> None:
        assert wrote.wait(20)
        with acting_as(worker_context()):
            publish(lamp(ticket.customer_id, ticket_id=ticket.pk))

    assert at_once(first, second) == []
    assert seqs(ticket) == list(range(1, before + 3))


@two_connections
def test_a_fact_that_is_rolled_back_leaves_no_gap(real_cast: Cast) -> None:
    ticket = file_ticket(real_cast.acme.requester)
    before = seqs(ticket)
    with acting_as(worker_context()):
        publish(lamp(ticket.customer_id, ticket_id=ticket.pk))
        transaction.set_rollback(True)
    assert seqs(ticket) == before
    with acting_as(worker_context()):
        publish(lamp(ticket.customer_id, ticket_id=ticket.pk))
    assert seqs(ticket) == [*before, len(before) + 1]


def seqs(ticket: Ticket) -> list[int | None]:
    with acting_as(worker_context()):
        records = EventRecord.objects.filter(customer_id=ticket.customer_id, ticket_id=ticket.pk)
        return list(records.order_by("seq").values_list("seq", flat=True))


def test_each_ticket_counts_its_own_facts(cast: Cast) -> None:
    one, other = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    assert seqs(one) == list(range(1, len(seqs(one)) + 1))
    assert seqs(other) == seqs(one)


def test_a_fact_about_no_ticket_has_no_number(cast: Cast) -> None:
    with acting_as(worker_context()):
        assert publish(lamp(cast.acme.customer.pk)).seq is None


def test_when_it_became_true_and_when_it_was_written_are_two_columns(cast: Cast, clock: Clock) -> None:
    yesterday = clock.now - timedelta(days=1)
    with acting_as(worker_context()), connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [before] = cursor.fetchone()
        record = publish(lamp(cast.acme.customer.pk, at=yesterday))
        record.refresh_from_db()
        cursor.execute("SELECT clock_timestamp()")
        [after] = cursor.fetchone()
    assert record.occurred_at == yesterday
    assert before < record.recorded_at < after  # the database's own time, which no test freezes


def test_a_record_gives_its_event_back(cast: Cast) -> None:
    event = lamp(cast.acme.customer.pk, key="import:7")
    with acting_as(worker_context()):
        record = publish(event)
        record.refresh_from_db()
        assert load_event(record) == event
    assert (record.audience, record.schema_version) == ("desk", 1)
    assert record.payload == {"colour": "red", "watts": None}


def test_a_record_of_a_type_that_nobody_defines_is_a_key_error() -> None:
    record = EventRecord(type="gone.long_ago", payload={}, actor_kind="system", occurred_at=START)
    with pytest.raises(KeyError, match=r"gone\.long_ago"):
        load_event(record)


def test_two_events_cannot_share_a_name() -> None:
    with pytest.raises(TypeError, match=r"two events are called tests\.lamp_lit"):

        @dataclass(frozen=True, kw_only=True)
        class Other(Event):
            type_name: ClassVar[str] = "tests.lamp_lit"


def test_the_instant_of_a_fact_is_kept_in_utc(cast: Cast) -> None:
    with acting_as(worker_context()):
        record = publish(lamp(cast.acme.customer.pk, at=START))
        record.refresh_from_db()
    assert record.occurred_at == datetime(2026, 3, 2, 23, 0, tzinfo=UTC)


# --- Several at once ---------------------------------------------------------------------------------
def test_several_facts_are_numbered_and_heard_in_the_order_given(cast: Cast, heard: list[LampLit]) -> None:
    acme, globex = cast.acme.customer.pk, cast.globex.customer.pk
    facts = [
        lamp(acme, ticket_id=801),
        lamp(globex, ticket_id=802),
        lamp(acme, ticket_id=801, at=START - timedelta(hours=1)),
        lamp(acme),
    ]
    with acting_as(worker_context()):
        publish(lamp(acme, ticket_id=801))
        records = publish_all(facts)
    assert [record.seq for record in records] == [2, 1, 3, None]
    assert heard[1:] == facts
    assert [record.pk for record in lamps()][1:] == [record.pk for record in records]


def test_equal_facts_without_a_key_are_two_and_with_one_are_one(cast: Cast, heard: list[LampLit]) -> None:
    acme = cast.acme.customer.pk
    with acting_as(worker_context()):
        [old] = publish_all([lamp(acme, key="known")])
        plain, again, first, second, known = publish_all(
            [lamp(acme), lamp(acme), lamp(acme, key="new"), lamp(acme, key="new"), lamp(acme, key="known")]
        )
    assert plain.pk != again.pk
    assert (first.pk, known.pk) == (second.pk, old.pk)
    assert len(lamps()) == len(heard) == 4


def test_each_customers_key_is_its_own_among_several(cast: Cast, heard: list[LampLit]) -> None:
    acme, globex = cast.acme.customer.pk, cast.globex.customer.pk
    with acting_as(worker_context()):
        publish_all([lamp(acme, key="a"), lamp(globex, key="b")])
        publish_all([lamp(acme, key="b"), lamp(globex, key="a")])
    assert [(one.customer_id, one.source_key) for one in lamps()] == [
        (acme, "a"),
        (globex, "b"),
        (acme, "b"),
        (globex, "a"),
    ]


def test_nine_facts_take_as_many_statements_as_one(cast: Cast) -> None:
    costs = []
    for batch, count in enumerate((1, 9)):
        facts = [lamp(cast.acme.customer.pk, ticket_id=810 + n, key=f"{batch}:{n}") for n in range(count)]
        with acting_as(worker_context()), CaptureQueriesContext(connection) as captured:
            publish_all(facts)
        costs.append(len(captured))
    assert costs == [4, 4]  # turns, what is known, numbers, rows


def test_no_facts_are_no_statement(cast: Cast) -> None:
    with acting_as(worker_context()), CaptureQueriesContext(connection) as captured:
        assert publish_all([]) == []
    assert len(captured) == 0
