from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from slas.events import ObjectiveWaived
from slas.previews import replayed
from tickets.actions import lock
from tickets.models import Ticket


@transaction.atomic
def waive_objective(
    *, ticket: Ticket, metric: str, cycle: int, actor: Actor, at: datetime, reason: str
) -> None:
    """Say that a missed objective is not held against the desk, and why; it stays missed.

    A waiver is given once and is not taken back. Raises Refused for a clock that was not missed.
    """
    locked = lock(ticket)
    reason = reason.strip()
    if not reason:
        raise Refused("Say why: the customer reads it.", field="reason")
    clocks = replayed(locked, as_of=at).clocks
    clock = next((one for one in clocks if (one.metric.value, one.cycle) == (metric, cycle)), None)
    if clock is None or clock.outcome != "missed":
        raise Refused("Only a missed objective is waived.", field="clock")
    if clock.waived:
        raise Refused("This objective was waived before.", field="clock")
    publish(
        ObjectiveWaived(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            source_key=f"waived:{locked.pk}:{metric}:{cycle}",
            metric=metric,
            cycle=cycle,
            reason=reason[:500],
        )
    )
