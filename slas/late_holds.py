"""Holds that were opened when a promise was about to be missed, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from core.events import load_event
from core.models import EventRecord
from slas.clock import ClockResult, replay
from slas.documents import parse
from slas.facts import document_of, types_of_facts
from slas.rulebook import Rulebook
from slas.severity_preview import LABELS
from tickets.events import TicketHeld
from tickets.models import HoldChoice, Ticket

#: How close to the due instant a hold must have been opened to be in the report.
WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class LateHold:
    """One clock that a hold stopped shortly before its target was used up.

    `due_at` is when it would have been missed without the hold; `became` is what it reads now.
    """

    ticket: Ticket
    held_at: datetime
    who: str
    reason: str
    note: str
    objective: str
    due_at: datetime
    became: str

    @property
    def seconds_before(self) -> int:
        return int((self.due_at - self.held_at).total_seconds())


def holds_before_breaches(*, since: datetime, until: datetime, now: datetime) -> list[LateHold]:
    """Return the holds opened in [since, until) within 15 minutes before a due instant, oldest first.

    The number of queries does not depend on the number of holds.
    """
    held = EventRecord.objects.filter(
        type=TicketHeld.type_name, occurred_at__gte=since, occurred_at__lt=until, occurred_at__lte=now
    )
    ids = {pk for pk in held.values_list("ticket_id", flat=True) if pk is not None}
    tickets = Ticket.objects.filter(pk__in=ids).select_related("customer").in_bulk()
    book = Rulebook()
    found: list[LateHold] = []
    facts = EventRecord.objects.filter(ticket_id__in=ids, type__in=types_of_facts()).order_by(
        "ticket_id", "occurred_at", "seq"
    )
    for ticket_id, records in groupby(facts, key=lambda record: record.ticket_id):
        if ticket_id is not None and ticket_id in tickets:
            found += _of_ticket(tickets[ticket_id], list(records), since, until, now, book)
    return sorted(found, key=lambda hold: (hold.held_at, hold.ticket.pk, hold.due_at))


def _of_ticket(
    ticket: Ticket,
    records: Sequence[EventRecord],
    since: datetime,
    until: datetime,
    now: datetime,
    book: Rulebook,
) -> Iterable[LateHold]:
    final: dict[tuple[str, int], ClockResult] | None = None
    for record in records:
        if record.type != TicketHeld.type_name or not since <= record.occurred_at < min(until, now):
            continue
        event = load_event(record)
        assert isinstance(event, TicketHeld)
        for clock in _stopped_late(record, records, book):
            if final is None:
                final = _clocks(records, now, book)
            assert clock.due_at is not None
            yield LateHold(
                ticket=ticket,
                held_at=record.occurred_at,
                who=record.actor_name,
                reason=str(HoldChoice(event.reason).label),
                note=event.note,
                objective=LABELS[clock.metric],
                due_at=clock.due_at,
                became=_became(final.get((clock.metric.value, clock.cycle))),
            )


def _stopped_late(held: EventRecord, records: Sequence[EventRecord], book: Rulebook) -> Iterable[ClockResult]:
    """Yield the clocks, as they read without the hold, that it stopped within 15 minutes of being due."""
    at = held.occurred_at
    known = [record for record in records if record.occurred_at <= at]
    without = _clocks([record for record in known if record.pk != held.pk], at, book)
    soon = {
        key: clock
        for key, clock in without.items()
        if clock.state == "running"
        and clock.outcome == "pending"
        and clock.due_at is not None
        and clock.due_at - at <= WITHIN
    }
    if not soon:
        return
    with_it = _clocks(known, at, book)
    yield from (clock for key, clock in soon.items() if with_it[key].state == "paused")


def _clocks(
    records: Sequence[EventRecord], as_of: datetime, book: Rulebook
) -> dict[tuple[str, int], ClockResult]:
    document = parse(document_of(records, as_of=as_of, book=book))
    return {(clock.metric.value, clock.cycle): clock for clock in replay(document).clocks}


def _became(clock: ClockResult | None) -> str:
    if clock is None:
        return "Never was: the log was corrected"
    if clock.breached_at is not None:
        return "Missed, waived" if clock.waived else "Missed"
    if clock.outcome == "pending":
        return "Still stopped" if clock.state == "paused" else "Running"
    return clock.outcome.capitalize()
