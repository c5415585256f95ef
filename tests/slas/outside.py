"""What tests of exclusions, waivers and earlier restorations share: forms as people send them, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, Member
from slas.actions import measure
from slas.documents import ClockResult, Ledger
from slas.models import Exclusion
from tests.conftest import Browse
from tickets.models import Ticket

SYDNEY = ZoneInfo("Australia/Sydney")


def typed(moment: datetime) -> str:
    """Write an instant as the desk's people type it."""
    return moment.astimezone(SYDNEY).strftime("%Y-%m-%dT%H:%M")


def propose(client: Client, ticket: Ticket, **values: str) -> Any:
    """Send the proposal form, filled in but for what the test changes."""
    filled = {"reason": "customer_network", "evidence": "Ping from the site fails, see graph 7."} | values
    answer: Any = client.post(f"/desk/tickets/{ticket.key}/exclusions/propose/", filled)
    return answer


def decide(browse: Browse, person: DeskPerson, ticket: Ticket, name: str, **values: str) -> Any:
    """Open the page of the ticket's exclusions and send the form of a verb as it stands there."""
    client = browse(person)
    exclusion = newest(ticket)
    address = f"/desk/tickets/{ticket.key}/exclusions/"
    page = client.get(address)
    form = form_on(page, name, f"exclusion-{exclusion.pk}")
    filled = {key: str(value) for key, value in form.initial.items()} | {"reason": "Seen it."} | values
    answer: Any = client.post(f"{address}{exclusion.pk}/{name}/", filled)
    return answer


def form_on(page: Any, name: str, about: str) -> Any:
    """Return the form of a verb that a page offers."""
    for row in [*page.context["panel"].exclusions, *page.context["panel"].restorations]:
        for action in row.actions:
            if action.name == f"{name}-{about}":
                return action.form
    raise AssertionError(f"the page offers no {name} of {about}")


def contest(browse: Browse, member: Member, ticket: Ticket, **values: str) -> Any:
    """Press Contest on the customer's page."""
    exclusion = newest(ticket)
    answer: Any = browse(member).post(
        f"/c/{ticket.customer.slug}/tickets/{ticket.number}/exclusions/{exclusion.pk}/contest/",
        {"version": str(exclusion.version), "reason": "Our network was up."} | values,
    )
    return answer


def newest(ticket: Ticket) -> Exclusion:
    with acting_as(worker_context()):
        return Exclusion.objects.filter(customer_id=ticket.customer_id, ticket=ticket).order_by("pk").last()  # type: ignore[return-value]


def clock_of(ticket: Ticket, metric: str, cycle: int = 1) -> ClockResult:
    """Return a clock as the log has it now."""
    with acting_as(worker_context()) as now:
        clocks = measure(ticket, as_of=now)[0].clocks
    [found] = [one for one in clocks if (one.metric.value, one.cycle) == (metric, cycle)]
    return found


def ledger_of(ticket: Ticket) -> Ledger:
    with acting_as(worker_context()) as now:
        return measure(ticket, as_of=now)[0].ledger


def facts(ticket: Ticket, *types: str) -> list[tuple[str, datetime, dict[str, Any]]]:
    """Return the log's facts of some types: name, instant and what they say."""
    with acting_as(worker_context()):
        records = EventRecord.objects.filter(ticket_id=ticket.pk, type__in=[f"slas.{name}" for name in types])
        return [
            (record.type.removeprefix("slas."), record.occurred_at, record.payload)
            for record in records.order_by("seq")
        ]


def count_of_facts() -> int:
    with acting_as(worker_context()):
        return EventRecord.objects.count()
