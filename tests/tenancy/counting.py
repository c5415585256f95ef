"""A customer's tickets are in the managers' figures."""

from __future__ import annotations

from core.tenancy import acting_as, worker_context
from customers.models import Service
from reports.models import (
    Contribution,
    DailyTickets,
    DailyVerdicts,
    MissTimes,
    MonthlyTickets,
    MonthlyVerdicts,
    Upkeep,
)
from tests.cast import House
from tickets.models import Ticket


def count(house: House, ticket: Ticket) -> None:
    """Give a customer one row of every sum; that the ticket changed and waits to be counted, its facts have said."""
    with acting_as(worker_context()) as now:
        service = Service.objects.get(customer=house.customer)
        Contribution.objects.create(customer=house.customer, ticket=ticket)
        Upkeep.objects.create(customer=house.customer)
        key = {"customer": house.customer, "day": now.date(), "severity": 1, "service": service}
        DailyVerdicts.objects.create(**key, metric="respond", met=1)
        MonthlyVerdicts.objects.create(**key, metric="respond", met=1)
        DailyTickets.objects.create(**key, opened=1)
        MonthlyTickets.objects.create(**key, opened=1)
        MissTimes.objects.create(**key, metric="respond", at=now, number=1)
