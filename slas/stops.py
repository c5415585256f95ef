"""Which of a ticket's clocks a hold stops, by the policy that measures the ticket."""

from __future__ import annotations

from slas.documents import DEFAULT_STOPS, Metric
from slas.drafts import kinds_of
from slas.models import Clock, PolicyVersion
from slas.pins import pin_records, pins_in
from tickets.lifecycle import HoldReason
from tickets.models import Ticket


def stopped_by(ticket: Ticket, reason: HoldReason) -> list[str]:
    """Return the objectives whose clocks are open and stand still during a hold; none without an agreement."""
    pins = pins_in(pin_records(ticket_id=ticket.pk, customer_id=ticket.customer_id))
    policy = PolicyVersion.objects.filter(pk=pins[-1].policy_id).first() if pins else None
    if policy is None:
        return []
    stopping = {
        Metric(one["metric"])
        for one in policy.document["objectives"]
        if one["severity"] == ticket.priority.name
        and ticket.kind in kinds_of(one)
        and reason.value in one.get("stops_while", DEFAULT_STOPS[Metric(one["metric"])])
    }
    clocks = Clock.objects.of_tickets([ticket]).exclude(state="stopped")
    still_open = set(clocks.values_list("metric", flat=True))
    return [metric.value for metric in Metric if metric in stopping and metric.value in still_open]
