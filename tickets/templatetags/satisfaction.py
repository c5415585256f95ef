"""The question after the end, inside the customer's page of a ticket."""

from __future__ import annotations

from django import template

from customers.models import Member
from tickets import access
from tickets.models import Satisfaction, Ticket

register = template.Library()


@register.simple_tag(takes_context=True)
def my_rating(context: template.Context, ticket: Ticket) -> Satisfaction | None:
    """Return what the viewing member answered about a ticket, if anything."""
    member: Member = context["viewer_member"]
    return access.find_rating(ticket, member)
