"""Typed facts: an append-only log in the database, and the handlers that act on each fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db import connection
from django.utils import translation

from core.models import DeskRecord, EventRecord
from core.tenancy import Actor, ActorKind

T = TypeVar("T", "Event", "DeskEvent")


class Audience(StrEnum):
    """Who may read a fact: everyone concerned, only the desk, or only the customer's own people."""

    PUBLIC = "public"
    DESK = "desk"
    CUSTOMER = "customer"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that became true at `at`; subclasses add ids and short values, never bodies."""

    type_name: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1
    audience: ClassVar[Audience] = Audience.PUBLIC

    at: datetime
    customer_id: int
    actor: Actor
    ticket_id: int | None = None
    source_key: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(_types, cls)

    def payload(self) -> dict[str, Any]:
        """Return the fields that the subclass added."""
        return _added_fields(self, Event)

    def sentence(self) -> str:
        """Return what a ticket's timeline says of this fact; empty when it says nothing."""
        return ""


@dataclass(frozen=True, kw_only=True)
class DeskEvent:
    """Something that became true of the desk itself (staff, policies, calendars) and of no customer."""

    type_name: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1

    at: datetime
    actor: Actor

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(_desk_types, cls)

    def payload(self) -> dict[str, Any]:
        """Return the fields that the subclass added."""
        return _added_fields(self, DeskEvent)

    def sentence(self) -> str:
        """Return what the administration's activity says of this fact; empty when its name says it."""
        return ""


_types: dict[str, type[Event]] = {}
_desk_types: dict[str, type[DeskEvent]] = {}


def _register(known: dict[str, type[T]], cls: type[T]) -> None:
    """Let a type of fact be found by its name, which no other type may have."""
    name: str = cls.type_name
    if name and known.setdefault(name, cls).__qualname__ != cls.__qualname__:
        raise TypeError(f"two events are called {name}")


def _added_fields(event: Event | DeskEvent, base: type[Event | DeskEvent]) -> dict[str, Any]:
    common = {f.name for f in fields(base)}
    return {f.name: getattr(event, f.name) for f in fields(event) if f.name not in common}


E = TypeVar("E", bound=Event)
Handler = Callable[[E], None]
_handlers: dict[type[Event], list[Callable[[Any], None]]] = {}


def subscribe(event_type: type[E], handler: Handler[E]) -> None:
    """Run `handler` for each published event of exactly this type, in order of subscription."""
    listed = _handlers.setdefault(event_type, [])
    if handler not in listed:
        listed.append(handler)


def publish(event: Event) -> EventRecord:
    """Write the fact to the log and run its handlers, all in the caller's transaction.

    A fact whose `source_key` the customer's log already holds is returned as it stands there, and no
    handler runs.
    """
    [record] = publish_all([event])
    return record


def publish_all(events: Sequence[Event]) -> list[EventRecord]:
    """Write several facts to the log, then run the handlers of each in the order given.

    It does what publishing them one after another would do, in as many statements as for one.
    """
    _require_transaction()
    known = _known(events)
    records: list[EventRecord] = []
    new: list[tuple[Event, EventRecord]] = []
    for event in events:
        key = (event.customer_id, event.source_key)
        record = known.get(key)
        if record is None:
            record = _record(event)
            new.append((event, record))
            if event.source_key is not None:
                known[key] = record
        records.append(record)
    _number([record for _, record in new])
    EventRecord.objects.bulk_create(record for _, record in new)
    # What handlers write, such as mails, is for other readers than whoever acts, whose language this may be.
    with translation.override(settings.LANGUAGE_CODE):
        for event, _ in new:
            for handler in _handlers.get(type(event), ()):
                handler(event)
    return records


def publish_desk(event: DeskEvent) -> DeskRecord:
    """Write a fact about the desk to the desk's own log, in the caller's transaction."""
    _require_transaction()
    return DeskRecord.objects.create(
        type=event.type_name,
        schema_version=event.schema_version,
        occurred_at=event.at,
        actor_kind=event.actor.kind.value,
        actor_id=event.actor.id,
        actor_name=event.actor.name,
        payload=event.payload(),
    )


def load_event(record: EventRecord) -> Event:
    """Rebuild the typed event of a record; raises KeyError for a type that no app defines any more."""
    return _types[record.type](
        at=record.occurred_at,
        customer_id=record.customer_id,
        actor=Actor(kind=ActorKind(record.actor_kind), id=record.actor_id, name=record.actor_name),
        ticket_id=record.ticket_id,
        source_key=record.source_key,
        **record.payload,
    )


def load_desk_event(record: DeskRecord) -> DeskEvent:
    """Rebuild the typed fact of a desk's record; raises KeyError for a type that no app defines any more."""
    return _desk_types[record.type](
        at=record.occurred_at,
        actor=Actor(kind=ActorKind(record.actor_kind), id=record.actor_id, name=record.actor_name),
        **record.payload,
    )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a fact is published inside the transaction of the change it describes")


def _known(events: Iterable[Event]) -> dict[tuple[int, str | None], EventRecord]:
    """Return the records of the keys that the log already holds.

    Whoever publishes one of the keys at this moment is waited for, so that the second finds what the
    first wrote.
    """
    keys = sorted({(event.customer_id, event.source_key) for event in events if event.source_key is not None})
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key",
            [[f"fact:{customer_id}:{source_key}" for customer_id, source_key in keys]],
        )
    customers, source_keys = {key[0] for key in keys}, {key[1] for key in keys}
    found = EventRecord.objects.filter(customer_id__in=customers, source_key__in=source_keys)
    return {(record.customer_id, record.source_key): record for record in found}


def _record(event: Event) -> EventRecord:
    return EventRecord(
        customer_id=event.customer_id,
        ticket_id=event.ticket_id,
        type=event.type_name,
        schema_version=event.schema_version,
        occurred_at=event.at,
        actor_kind=event.actor.kind.value,
        actor_id=event.actor.id,
        actor_name=event.actor.name,
        audience=event.audience.value,
        payload=event.payload(),
        source_key=event.source_key,
    )


def _number(records: Iterable[EventRecord]) -> None:
    """Give each record its ticket's next number; counting rows would be wrong where some are hidden by audience."""
    by_ticket: dict[tuple[int, int], list[EventRecord]] = {}
    for record in records:
        if record.ticket_id is not None:
            by_ticket.setdefault((record.customer_id, record.ticket_id), []).append(record)
    if not by_ticket:
        return
    wanted = [(customer, ticket, len(by_ticket[customer, ticket])) for customer, ticket in sorted(by_ticket)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_eventstream (customer_id, ticket_id, last_seq)
            SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[])
            ON CONFLICT (customer_id, ticket_id)
            DO UPDATE SET last_seq = core_eventstream.last_seq + excluded.last_seq
            RETURNING customer_id, ticket_id, last_seq
            """,
            [list(column) for column in zip(*wanted, strict=True)],
        )
        for customer_id, ticket_id, last in cursor.fetchall():
            numbered = by_ticket[customer_id, ticket_id]
            for seq, record in enumerate(numbered, start=last - len(numbered) + 1):
                record.seq = seq
