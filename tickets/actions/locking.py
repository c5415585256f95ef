"""What every verb begins and ends with."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.problems import Refused, Stale
from tickets.lifecycle import Status, Verb, check
from tickets.models import Ticket


class StaleTicket(Stale):
    """An edit of a ticket that changed since its page was loaded."""


def lock(ticket: Ticket, *, verb: Verb | None = None, expected_version: int | None = None) -> Ticket:
    """Return the ticket's row, locked and fresh; raises NotAllowed or StaleTicket."""
    locked = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "assignee", "aws_account", "requester")
        .get(pk=ticket.pk, customer_id=ticket.customer_id)
    )
    if expected_version is not None and locked.version != expected_version:
        raise StaleTicket(
            _(
                "This ticket changed while you were editing. Nothing was saved: look at what changed, then send again."
            )
        )
    if verb is not None:
        check_verb(locked, verb)
    return locked


def check_verb(ticket: Ticket, verb: Verb) -> None:
    """Raise NotAllowed, with the reason, unless a locked ticket allows the verb."""
    check(
        verb,
        status=Status(ticket.status),
        level=ticket.level,
        on_hold=ticket.is_on_hold,
        in_review=ticket.is_in_review,
        contested=ticket.is_contested,
        confirmed=ticket.is_confirmed,
    )


def required(text: str, message: str, *, field: str = "reason", most: int = 500) -> str:
    """Return a typed line without its blanks; raises Refused beside the field when nothing is left."""
    text = text.strip()
    if not text:
        raise Refused(message, field=field)
    return text[:most]


def save(ticket: Ticket, at: datetime, *changed: str) -> None:
    """Write the named columns of a locked ticket, and that it changed."""
    ticket.version += 1
    ticket.last_activity_at = max(at, ticket.last_activity_at)
    ticket.save(update_fields=[*changed, "version", "last_activity_at"])
