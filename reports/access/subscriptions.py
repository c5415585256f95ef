"""Who gets the figures by mail."""

from __future__ import annotations

from customers.models import DeskPerson
from reports.models import ReportSubscription


def subscription_of(person: DeskPerson) -> ReportSubscription | None:
    """Return how often a person gets the figures, if at all."""
    return ReportSubscription.objects.filter(person=person).first()
