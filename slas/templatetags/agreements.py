"""What the pages of lower floors say about a customer's agreement."""

from __future__ import annotations

from typing import Any

from django import template

from customers.models import Customer
from slas.access import agreement_in_force

register = template.Library()


@register.inclusion_tag("slas/_agreement_facts.html", takes_context=True)
def agreement_facts(context: template.Context, customer: Customer) -> dict[str, Any]:
    """Show whether a customer has an agreement in force, and its term, as lines of a list."""
    return {"agreement": agreement_in_force(customer, context["now"])}
