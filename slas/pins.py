"""What a ticket is measured by over its life: attachments and changes of calendars, read from its log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.events import load_event
from core.models import EventRecord
from core.tenancy import SYSTEM
from slas.events import AgreementAttached, CalendarChanged
from slas.models import CalendarVersion
from tickets.models import Ticket, TicketQuerySet

PIN_TYPES = (AgreementAttached.type_name, CalendarChanged.type_name)


def pin_records(*, ticket_id: int, customer_id: int) -> QuerySet[EventRecord]:
    """Return the records that say what measures a ticket, in the order in which they hold."""
    return EventRecord.objects.filter(
        customer_id=customer_id, ticket_id=ticket_id, type__in=PIN_TYPES
    ).order_by("occurred_at", "seq")


def pins_in(records: Iterable[EventRecord]) -> list[AgreementAttached]:
    """Return the pins among a ticket's records, in the order in which they hold."""
    events = [
        load_event(record)
        for record in sorted(records, key=lambda one: (one.occurred_at, one.seq or 0))
        if record.type in PIN_TYPES
    ]
    return [event for event in events if isinstance(event, AgreementAttached)]


def source_key(calendar_id: int, ticket_id: int, at: datetime) -> str:
    """Return the key that makes a version reach a ticket's pin once, whoever applies it."""
    return f"calendar:{calendar_id}:{ticket_id}:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def pins_of_change(
    pins: Sequence[AgreementAttached],
    *,
    calendar_id: int,
    calendar: str,
    replaced: Collection[int],
    since: datetime,
    until: datetime | None,
    reason: str,
) -> list[CalendarChanged]:
    """Return what a new version of a calendar adds to a ticket's log.

    Every pin of a version that it replaces is pinned again from `since` on, or from its own instant where
    that is later. A pin that was over by then is left alone, as is a ticket that had ended by `until`.
    """
    added = []
    for place, pin in enumerate(pins):
        if not {pin.business_hours_id, pin.always_id} & set(replaced):
            continue
        at = max(pin.at, since)
        is_over = place + 1 < len(pins) and pins[place + 1].at <= at
        if is_over or (until is not None and until <= at):
            continue
        added.append(
            CalendarChanged(
                at=at,
                customer_id=pin.customer_id,
                ticket_id=pin.ticket_id,
                actor=SYSTEM,
                source_key=source_key(calendar_id, pin.ticket_id or 0, at),
                agreement_id=pin.agreement_id,
                agreement_number=pin.agreement_number,
                policy_id=pin.policy_id,
                business_hours_id=calendar_id if pin.business_hours_id in replaced else pin.business_hours_id,
                always_id=calendar_id if pin.always_id in replaced else pin.always_id,
                timezone=pin.timezone,
                calendar=calendar,
                reason=reason,
            )
        )
    return added


def pins_of_version(
    pins: Sequence[AgreementAttached],
    version: CalendarVersion,
    *,
    replaced: Collection[int],
    since: datetime,
    until: datetime | None,
) -> list[CalendarChanged]:
    """Return what a published version of a calendar adds to a ticket's log."""
    return pins_of_change(
        pins,
        calendar_id=version.pk,
        calendar=str(version),
        replaced=replaced,
        since=since,
        until=until,
        reason=version.note,
    )


def replaced_by(version: CalendarVersion) -> list[int]:
    """Return the ids of the versions of a family that came before one."""
    return list(
        CalendarVersion.objects.of_family(version.name, version.region)
        .filter(version__lt=version.version)
        .values_list("pk", flat=True)
    )


def tickets_pinned_to(calendars: Collection[int], *, since: datetime, with_finished: bool) -> TicketQuerySet:
    """Return the tickets that some versions measure, those with the desk and not closed unless all are wanted.

    All means also the ones that ended after an instant, and those that were returned to Level 1.
    """
    pins = EventRecord.objects.filter(
        Q(payload__business_hours_id__in=list(calendars)) | Q(payload__always_id__in=list(calendars)),
        type__in=PIN_TYPES,
        customer_id=OuterRef("customer_id"),
        ticket_id=OuterRef("pk"),
    )
    tickets = Ticket.objects.filter(Exists(pins)).order_by("pk")
    if with_finished:
        return tickets.filter(Q(closed_at=None) | Q(closed_at__gt=since))
    return tickets.with_desk().filter(closed_at=None)
