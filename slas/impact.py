"""What a calendar's new content would do to the tickets it measures; every one is replayed, nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.models import EventRecord
from slas.clock import replay
from slas.differences import Difference, differences
from slas.documents import parse
from slas.events import say_clock, say_verdict
from slas.facts import document_of, records_of_tickets
from slas.models import CalendarVersion
from slas.pins import pins_in, pins_of_change, replaced_by, tickets_pinned_to
from slas.rulebook import DRAFT, Rulebook
from tickets.models import Ticket

_BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One clock of one ticket that would read differently."""

    key: str
    subject: str
    difference: Difference

    @property
    def label(self) -> str:
        return say_clock(self.difference.metric, self.difference.cycle)

    @property
    def was(self) -> str:
        return say_verdict(self.difference.was)

    @property
    def becomes(self) -> str:
        return say_verdict(self.difference.becomes)


@dataclass(frozen=True, kw_only=True)
class Impact:
    """Every clock that would read differently, of how many tickets that were replayed."""

    tickets: int
    moved: Sequence[Moved]

    @property
    def clocks(self) -> int:
        return len(self.moved)

    @property
    def verdicts(self) -> Sequence[Moved]:
        return [one for one in self.moved if one.difference.changes_verdict]


def impact_of(draft: CalendarVersion, *, now: datetime) -> Impact:
    """Replay every ticket that a draft of a calendar would reach, with and without it.

    A draft that begins in the past reaches finished tickets too. One that begins later is read as of its
    instant, as if nothing else happened until then.
    """
    replaced = replaced_by(draft)
    is_correction = draft.effective_at < now
    tickets = tickets_pinned_to(replaced, since=draft.effective_at, with_finished=is_correction)
    as_of = max(now, draft.effective_at)
    book = Rulebook(draft)
    moved: list[Moved] = []
    count = 0
    for ticket, records in _with_records(list(tickets.select_related("customer"))):
        count += 1
        added = _records_of_change(ticket, records, draft, replaced)
        if not added:
            continue
        before = replay(parse(document_of(records, as_of=as_of, book=book)))
        both = sorted([*records, *added], key=lambda one: (one.occurred_at, one.seq or 0))
        after = replay(parse(document_of(both, as_of=as_of, book=book)))
        moved += [
            Moved(key=ticket.key, subject=ticket.subject, difference=one)
            for one in differences(before, after)
        ]
    return Impact(tickets=count, moved=moved)


def _with_records(tickets: Sequence[Ticket]) -> Iterator[tuple[Ticket, list[EventRecord]]]:
    """Yield each ticket with its records; one question for a batch of tickets."""
    for at in range(0, len(tickets), _BATCH):
        some = tickets[at : at + _BATCH]
        found = records_of_tickets(some)
        yield from ((ticket, found[ticket.pk]) for ticket in some)


def _records_of_change(
    ticket: Ticket, records: Sequence[EventRecord], draft: CalendarVersion, replaced: Sequence[int]
) -> list[EventRecord]:
    """Return what the draft would add to a ticket's log, as records that are never saved."""
    last = max((record.seq or 0 for record in records), default=0)
    events = pins_of_change(
        pins_in(records),
        calendar_id=DRAFT,
        calendar=str(draft),
        replaced=replaced,
        since=draft.effective_at,
        until=ticket.closed_at,
        reason=draft.note,
    )
    return [
        EventRecord(
            customer_id=event.customer_id,
            ticket_id=event.ticket_id,
            seq=last + number,
            type=event.type_name,
            occurred_at=event.at,
            actor_kind=event.actor.kind.value,
            actor_name=event.actor.name,
            payload=event.payload(),
        )
        for number, event in enumerate(events, start=1)
    ]
