from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from escalations.access import running_alerts
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("escalations/ticket_alerts.html", takes_context=True)
def ticket_alerts(context: RequestContext, ticket: Ticket) -> dict[str, Any]:
    """Show the alerts of a ticket that wait for someone, with the button to take them."""
    return {
        "alerts": running_alerts(ticket),
        "ticket": ticket,
        "csrf_token": context.get("csrf_token"),
    }
