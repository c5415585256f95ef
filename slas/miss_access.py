"""Which promises of a ticket were missed, and what was said about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from core.events import load_event
from core.models import EventRecord
from slas.calendar import Calendar
from slas.events import AgreementAttached, say_metric
from slas.models import CalendarVersion, Clock, MissExplanation
from slas.pins import PIN_TYPES, pin_records, pins_in
from tickets.models import Ticket

#: The cause of a miss is due within two business days, of eight hours each, in seconds.
CAUSE_WITHIN = 2 * 8 * 3600


@dataclass(frozen=True, kw_only=True)
class Miss:
    """One missed objective; `cause_due_at` is by when its cause should be said."""

    metric: str
    cycle: int
    missed_at: datetime
    explanation: MissExplanation | None
    cause_due_at: datetime | None

    @property
    def key(self) -> str:
        """What a form knows it by."""
        return f"{self.metric}:{self.cycle}"

    @property
    def label(self) -> str:
        name = say_metric(self.metric)
        return f"{name} {self.cycle}" if self.cycle > 1 else name


def misses_of(ticket: Ticket, now: datetime) -> list[Miss]:
    """Return what a ticket has missed and nobody waived, in the order in which it was missed.

    A clock whose target is used up counts before the sweep has looked at it.
    """
    if not ticket.has_cover:
        return []
    gone = Q(outcome="missed") | Q(state="running", outcome="pending", due_at__lt=now)
    clocks = list(Clock.objects.of_tickets([ticket]).filter(gone, waived=False))
    if not clocks:
        return []
    said = {
        (one.metric, one.cycle): one
        for one in MissExplanation.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
    }
    hours = _business_hours(ticket) if len(said) < len(clocks) else None
    misses = []
    for clock in clocks:
        missed_at = clock.breached_at or clock.due_at
        assert missed_at is not None
        explanation = said.get((clock.metric, clock.cycle))
        wanted = explanation is None and hours is not None
        misses.append(
            Miss(
                metric=clock.metric,
                cycle=clock.cycle,
                missed_at=missed_at,
                explanation=explanation,
                cause_due_at=hours.add(missed_at, CAUSE_WITHIN) if wanted and hours is not None else None,
            )
        )
    return sorted(misses, key=lambda miss: (miss.missed_at, miss.metric, miss.cycle))


def unexplained(misses: Sequence[Miss]) -> list[Miss]:
    """Return those of which nobody has said why."""
    return [miss for miss in misses if miss.explanation is None]


def causes_due(clocks: Sequence[Clock]) -> dict[int, datetime]:
    """Return by when the cause of each missed clock should be said, by the clock's id; three questions for all."""
    pins: dict[tuple[int, int], AgreementAttached] = {}
    records = EventRecord.objects.filter(
        customer_id__in={one.customer_id for one in clocks},
        ticket_id__in={one.ticket_id for one in clocks},
        type__in=PIN_TYPES,
    ).order_by("occurred_at", "seq")
    for record in records:
        event = load_event(record)
        if isinstance(event, AgreementAttached) and event.ticket_id is not None:
            pins[event.customer_id, event.ticket_id] = event
    versions = CalendarVersion.objects.in_bulk({pin.business_hours_id for pin in pins.values()})
    found = {}
    for clock in clocks:
        pin = pins.get((clock.customer_id, clock.ticket_id))
        if pin is not None and clock.breached_at is not None:
            hours = Calendar.from_dict(versions[pin.business_hours_id].document(pin.timezone))
            found[clock.pk] = hours.add(clock.breached_at, CAUSE_WITHIN)
    return found


def _business_hours(ticket: Ticket) -> Calendar | None:
    """Return the business hours that a ticket is measured by."""
    pins = pins_in(pin_records(ticket_id=ticket.pk, customer_id=ticket.customer_id))
    if not pins:
        return None
    version = CalendarVersion.objects.get(pk=pins[-1].business_hours_id)
    return Calendar.from_dict(version.document(pins[-1].timezone))
