"""What other rooms may ask about agreements and clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from core.models import EventRecord
from customers.models import Customer
from slas.models import Agreement, Clock


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


def breaches_without_fact(*, since: datetime) -> QuerySet[Clock]:
    """Return the clocks breached since an instant of which the log says nothing; there should be none."""
    key = Concat(
        Value("breached:"),
        Cast(OuterRef("ticket_id"), CharField()),
        Value(":"),
        OuterRef("metric"),
        Value(":"),
        Cast(OuterRef("cycle"), CharField()),
    )
    told = EventRecord.objects.filter(customer_id=OuterRef("customer_id"), source_key=key)
    return Clock.objects.breached_since(since).filter(~Exists(told))
