"""Requests for access or approval inside the pages about tickets, and how many wait."""

from __future__ import annotations

from typing import Any

from django import template

from core.now import database_now
from core.tenancy import is_acting
from customers.models import Member
from tickets import approval_access as access
from tickets.approval_panel import cards_on
from tickets.models import ApprovalRequest, Ticket

register = template.Library()


@register.simple_tag(takes_context=True)
def count_to_answer(context: template.Context) -> int:
    """Return how many requests wait for the viewing member; none on an error page, which may ask nothing."""
    member: Member = context["viewer_member"]
    if not is_acting():
        return 0
    return access.count_to_answer(member, context.get("now") or database_now())


@register.simple_tag(takes_context=True)
def approvals_to_answer(context: template.Context) -> list[ApprovalRequest]:
    """Return the requests that wait for the viewing member, the oldest first."""
    return list(access.to_answer(context["viewer_member"], context["now"]))


@register.inclusion_tag("tickets/_approvals.html", takes_context=True)
def ticket_approvals(context: template.RequestContext, ticket: Ticket) -> dict[str, Any]:
    """Show what the desk asked on a ticket, and what the viewer may do about it."""
    now, member, person = context["now"], context.get("viewer_member"), context.get("viewer_person")
    return {
        "cards": cards_on(ticket, now=now, member=member, person=person),
        "ticket": ticket,
        "now": now,
        "viewer_member": member,
        "viewer_person": person,
        "csrf_token": context.get("csrf_token"),
    }
