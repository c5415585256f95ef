"""Typed facts: an append-only log in the database, and the handlers that act on each fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from django.db import connection

from core.models import EventRecord
from core.tenancy import Actor, ActorKind


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
        if cls.type_name:
            known = _types.setdefault(cls.type_name, cls)
            if known is not cls and known.__qualname__ != cls.__qualname__:
                raise TypeError(f"two events are called {cls.type_name}")

    def payload(self) -> dict[str, Any]:
        """Return the fields that the subclass added."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _BASE_FIELDS}

    def sentence(self) -> str:
        """Return what a ticket's timeline says of this fact; empty when it says nothing."""
        return ""


_types: dict[str, type[Event]] = {}
_BASE_FIELDS = frozenset(f.name for f in fields(Event))

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
    if not connection.in_atomic_block:
        raise RuntimeError("a fact is published inside the transaction of the change it describes")
    if event.source_key is not None:
        known = EventRecord.objects.filter(customer_id=event.customer_id, source_key=event.source_key).first()
        if known is not None:
            return known
    record = EventRecord.objects.create(
        customer_id=event.customer_id,
        ticket_id=event.ticket_id,
        seq=None if event.ticket_id is None else _next_seq(event.customer_id, event.ticket_id),
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
    for handler in _handlers.get(type(event), ()):
        handler(event)
    return record


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


def _next_seq(customer_id: int, ticket_id: int) -> int:
    """Take the ticket's next number; counting rows would be wrong where some are hidden by audience."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_eventstream (customer_id, ticket_id, last_seq) VALUES (%s, %s, 1)
            ON CONFLICT (customer_id, ticket_id) DO UPDATE SET last_seq = core_eventstream.last_seq + 1
            RETURNING last_seq
            """,
            [customer_id, ticket_id],
        )
        seq: int = cursor.fetchone()[0]
    return seq
