"""Exclusions, earlier restorations and waivers inside the pages of lower floors."""

from __future__ import annotations

from typing import Any

from django import template

from slas.exclusion_panel import Panel
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("slas/ticket_exclusions.html", takes_context=True)
def ticket_exclusions(context: template.RequestContext, ticket: Ticket) -> dict[str, Any]:
    """Show what of a ticket is outside the agreement or is asked to be, and what the viewer may do about it."""
    panel = Panel(
        ticket=ticket,
        now=context["now"],
        person=context.get("viewer_person"),
        member=context.get("viewer_member"),
    )
    return {
        "panel": panel,
        "ticket": ticket,
        "now": panel.now,
        "viewer_person": panel.person,
        "csrf_token": context.get("csrf_token"),
    }
