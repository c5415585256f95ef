"""What people type into the long forms, so that a test names only what it is about."""

from __future__ import annotations

from typing import Any

from factory.base import DictFactory

from tickets.models import Ticket


class _Report(DictFactory):
    subject = "Orders do not go out"
    environment = "production"
    work = "degraded"
    workaround = "yes"
    affected = "team"
    security = "none"
    description = "The **queue** grows since 9."
    to = "level_1"


def report(**changes: Any) -> dict[str, Any]:
    """Return the answers of a report whose severity is proposed as P3, for the customer's own Level 1."""
    return dict(_Report.build(**changes))


def passing(ticket: Ticket, **changes: Any) -> dict[str, Any]:
    """Return the answers with which Level 1 passes a ticket on as its page shows it, with the least said."""
    answers = {
        "version": ticket.version,
        "environment": ticket.environment,
        "work": ticket.work,
        "workaround": "yes" if ticket.has_workaround else "no",
        "affected": ticket.affected,
        "security": ticket.security,
        "checked": "Restarted it, no change.",
    }
    return answers | changes
