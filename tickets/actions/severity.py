from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.tenancy import Actor
from tickets.actions.flow import reach_desk
from tickets.actions.locking import lock, required, save
from tickets.events import ImpactReassessed, SeverityEstablished
from tickets.lifecycle import Verb
from tickets.models import Ticket
from tickets.severity import Impact, Severity, propose


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
    reason = required(reason, "Say why: the customer reads it.")
    fact = set_severity(locked, actor=actor, at=at, severity=severity, reason=reason)
    save(locked, at, *SEVERITY_COLUMNS)
    publish(fact)
    return locked


SEVERITY_COLUMNS = ("severity", "severity_verified_at", "severity_verified_by")


def set_severity(
    ticket: Ticket,
    *,
    actor: Actor,
    at: datetime,
    severity: Severity,
    reason: str,
    in_review: bool = False,
) -> SeverityEstablished:
    """Put a severity on a locked ticket, to be saved, and return the fact to publish after that."""
    previous = ticket.severity
    ticket.severity = int(severity)
    ticket.severity_verified_at = at
    ticket.severity_verified_by = actor.name
    return SeverityEstablished(
        at=at,
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        actor=actor,
        severity=int(severity),
        previous=previous,
        reason=reason,
        verified=True,
        in_review=in_review,
    )


@transaction.atomic
def reassess_impact(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    impact: Impact,
    reason: str,
    expected_version: int | None = None,
) -> Ticket:
    """Answer the impact questions again, with what changed; the answers propose a severity.

    The severity in force stays as it is, unless the ticket is at Level 1 and nobody has established one:
    there the proposal is the severity, and a critical ticket goes to the desk as it would when filed.
    """
    locked = lock(ticket, verb=Verb.REASSESS, expected_version=expected_version)
    reason = required(reason, _("Say what changed: the desk reads it."))
    proposed, previous = propose(impact), locked.proposed_severity
    applied = not locked.is_with_desk and not locked.is_verified
    answers = impact_values(impact)
    for name, value in answers.items():
        setattr(locked, name, value)
    locked.proposed_severity = int(proposed)
    if applied:
        locked.severity = int(proposed)
    save(locked, at, "proposed_severity", "severity", *answers)
    publish(
        ImpactReassessed(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            severity=int(proposed),
            previous=previous,
            applied=applied,
            reason=reason,
            **answers,
        )
    )
    if applied and proposed is Severity.P1:
        reach_desk(locked, actor=actor, at=at)
    return locked


def impact_values(impact: Impact) -> dict[str, Any]:
    """Return the answers under the names that a ticket's columns and facts have for them."""
    return {
        "environment": impact.environment.value,
        "work": impact.work.value,
        "has_workaround": impact.has_workaround,
        "affected": impact.affected.value,
        "security": impact.security.value,
    }
