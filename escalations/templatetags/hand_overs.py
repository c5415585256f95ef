"""Level 1 and its hand-overs inside the pages about tickets."""

from __future__ import annotations

from typing import Any

from django import template

from customers.models import Member
from escalations.hand_over_access import on_ticket
from tickets.level1_access import checklist_of
from tickets.lifecycle import Verb
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("escalations/_ticket_hand_overs.html", takes_context=True)
def ticket_hand_overs(context: template.RequestContext, ticket: Ticket) -> dict[str, Any]:
    """Show what Level 1 handed over on a ticket, the newest first, and to the desk the button to accept it."""
    return {
        "hand_overs": list(on_ticket(ticket)),
        "ticket": ticket,
        "now": context["now"],
        "viewer_member": context.get("viewer_member"),
        "viewer_person": context.get("viewer_person"),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("escalations/_level_1.html", takes_context=True)
def level_1_panel(context: template.RequestContext, ticket: Ticket) -> dict[str, Any]:
    """Show who works Level 1 on a ticket, its checklist, and the way to the desk."""
    member: Member = context["viewer_member"]
    works = Verb.WORK_LEVEL_1 in context["may"]
    return {
        "ticket": ticket,
        "works": works,
        "is_mine": ticket.level1_owner_id == member.pk,
        "passes": Verb.PASS in context["may"],
        "steps": checklist_of(ticket) if works else [],
        "form": context["forms"]["level1-assign"],
        "is_failed": "level1-assign" in context["failed"],
        "slug": ticket.customer.slug,
        "now": context["now"],
        "csrf_token": context.get("csrf_token"),
    }
