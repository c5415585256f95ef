"""What other rooms may ask about agreements."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from customers.models import Customer
from slas.models import Agreement


def agreement_in_force(customer: Customer, at: datetime) -> Agreement | None:
    """Return the agreement under which a ticket would be measured if it reached the desk now."""
    for agreement in (
        Agreement.objects.filter(customer=customer)
        .select_related("policy", "business_hours", "always")
        .order_by("-starts_on")
    ):
        day = at.astimezone(ZoneInfo(agreement.timezone)).date()
        if agreement.starts_on <= day <= agreement.ends_on:
            return agreement
    return None
