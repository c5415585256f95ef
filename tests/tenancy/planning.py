"""A promise of a ticket was missed and is followed, and a dry run has found something of the customer's."""

from __future__ import annotations

from core.tenancy import acting_as, worker_context
from reports.models import DryRun, DryRunMove, DryRunTally, MissAction, MissStep
from slas.models import PolicyVersion
from tests.cast import Cast, House
from tickets.models import Ticket


def plan(cast: Cast, house: House, ticket: Ticket) -> None:
    """Give a customer one of everything that managers plan by."""
    with acting_as(worker_context()) as now:
        entry = MissAction.objects.create(
            customer=house.customer,
            ticket=ticket,
            metric="respond",
            cycle=9,
            severity=1,
            missed_at=now,
            owner=cast.engineer,
        )
        MissStep.objects.create(
            customer=house.customer, entry=entry, at=now, by_name="Desk Manager", status="open"
        )
        policy = PolicyVersion.objects.order_by("pk")[0]
        run = DryRun.objects.create(
            asked_by=cast.manager,
            asked_at=now,
            policy=policy,
            content=policy.document,
            months=1,
            since=now,
            until=now,
            state="done",
        )
        DryRunTally.objects.create(customer=house.customer, run=run, metric="respond", severity=1, met=1)
        DryRunMove.objects.create(
            customer=house.customer,
            run=run,
            ticket=ticket,
            metric="respond",
            cycle=1,
            severity=1,
            was="met",
            becomes="missed",
            appears=True,
            at=now,
        )
