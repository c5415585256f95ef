"""Missed promises inside the ticket's pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from slas.miss_access import misses_of, unexplained
from slas.miss_forms import ExplainForm
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("slas/ticket_misses.html", takes_context=True)
def ticket_misses(context: template.Context, ticket: Ticket) -> dict[str, Any]:
    """Show what a ticket has missed and why; the desk says it here."""
    now: datetime = context["now"]
    person = context.get("viewer_person")
    misses = misses_of(ticket, now)
    return {
        "ticket": ticket,
        "misses": misses,
        "left": unexplained(misses),
        "form": None if person is None else ExplainForm(misses=misses, timezone=person.timezone),
        "csrf_token": context.get("csrf_token"),
        "viewer_person": person,
        "now": now,
    }
