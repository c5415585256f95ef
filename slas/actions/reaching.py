"""How a calendar's new version reaches one ticket: facts on its log, at the instants from which they hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q

from core.events import publish_all
from slas.models import CalendarVersion, RuleChange
from slas.pins import pin_records, pins_in, pins_of_version, replaced_by
from tickets.models import Ticket


def hold_still(families: Iterable[CalendarVersion]) -> None:
    """Let no version of some calendars begin to reach tickets until this transaction has ended.

    A ticket that is being attached is not to be seen by a change yet, and would be forgotten by it.
    """
    for name in sorted({one.family for one in families}):
        _lock("pg_advisory_xact_lock_shared", name)


def take_turns(calendar: CalendarVersion) -> None:
    """Wait for whoever attaches a ticket to a calendar, or changes it, and keep others waiting."""
    _lock("pg_advisory_xact_lock", calendar.family)


def _lock(function: str, family: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"calendar:{family}"])


def catch_up(ticket: Ticket, families: Iterable[CalendarVersion], *, at: datetime) -> None:
    """Apply to a ticket what has reached the others since the instant it is attached at.

    Its transaction read `at` before it had to wait for the change.
    """
    for family in families:
        begun = RuleChange.objects.filter(
            Q(applied_at__isnull=False) | Q(last_ticket_id__gte=ticket.pk),
            calendar__name=family.name,
            calendar__region=family.region,
            effective_at__gt=at,
        ).select_related("calendar")
        for change in begun.order_by("effective_at", "pk"):
            version = change.calendar
            records = pin_records(ticket_id=ticket.pk, customer_id=ticket.customer_id)
            publish_all(
                pins_of_version(
                    pins_in(records),
                    version,
                    replaced=replaced_by(version),
                    since=change.effective_at,
                    until=ticket.closed_at,
                )
            )
