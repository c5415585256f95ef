from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from tickets.actions.locking import lock, save
from tickets.events import SeverityEstablished
from tickets.lifecycle import Verb
from tickets.models import Ticket
from tickets.severity import Severity


@transaction.atomic
def establish_severity(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    severity: Severity,
    reason: str,
    expected_version: int | None = None,
) -> Ticket:
    """Record the engineer's severity and why; choosing the present one confirms it."""
    locked = lock(ticket, verb=Verb.ESTABLISH, expected_version=expected_version)
    reason = reason.strip()
    if not reason:
        raise Refused("Say why: the customer reads it.", field="reason")
    previous = locked.severity
    locked.severity = int(severity)
    locked.severity_verified_at = at
    locked.severity_verified_by = actor.name
    save(locked, at, "severity", "severity_verified_at", "severity_verified_by")
    publish(
        SeverityEstablished(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            severity=int(severity),
            previous=previous,
            reason=reason[:500],
            verified=True,
        )
    )
    return locked
