"""What a page shows of a ticket's alerts, and which breaches nobody was called about."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from core.models import EventRecord
from escalations.models import Escalation
from slas.events import ObjectiveBreached
from tickets.models import Ticket


def running_alerts(ticket: Ticket) -> list[Escalation]:
    """Return the alerts of a ticket that nobody has taken yet, oldest first."""
    return list(
        Escalation.objects.running()
        .filter(customer_id=ticket.customer_id, ticket=ticket, steps_taken__gt=0)
        .order_by("began_at", "pk")
    )


def breaches_without_ladder(*, since: datetime) -> QuerySet[EventRecord]:
    """Return the breaches recorded since an instant that started no ladder; there should be none."""
    ladders = Escalation.objects.filter(
        customer_id=OuterRef("customer_id"), dedupe_key=OuterRef("source_key")
    )
    return EventRecord.objects.filter(
        ~Exists(ladders), type=ObjectiveBreached.type_name, recorded_at__gte=since
    )
