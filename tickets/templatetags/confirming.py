"""The question whether a restored ticket works again, inside the customer's pages."""

from __future__ import annotations

from typing import Any

from django import template

from tickets.lifecycle import Verb
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("portal/_does_it_work.html", takes_context=True)
def does_it_work(context: template.RequestContext, ticket: Ticket, look: str = "") -> dict[str, Any]:
    """Ask whether a restored ticket works again, with a button for each answer; nothing once it was answered."""
    return {
        "ticket": ticket,
        "look": look,
        "is_asked": ticket.may(Verb.CONFIRM),
        "csrf_token": context.get("csrf_token"),
    }
