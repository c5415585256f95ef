"""Clocks and promises inside the pages of lower floors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from customers.models import Customer
from slas.access import agreement_in_force
from slas.bars import bar
from slas.presenters import ClockView, clock_views, promises
from tickets.models import Ticket
from tickets.severity import Severity

register = template.Library()
_LOOKS = {"missed": "bad", "met": "ok", "at_risk": "soon"}


@register.inclusion_tag("slas/ticket_clocks.html", takes_context=True)
def ticket_clocks(context: template.Context, ticket: Ticket) -> dict[str, Any]:
    """Show every promise of a ticket, what its clock reads, and why."""
    now: datetime = context["now"]
    views = clock_views(ticket=ticket, now=now)
    return {
        "ticket": ticket,
        "now": now,
        "clocks": [
            (view, _LOOKS.get(view.tone, ""), bar(view.segments, now=now, due_at=_horizon(view)))
            for view in _latest_cycles(views)
        ],
        "earlier": [view for view in views if view not in _latest_cycles(views)],
        "is_desk": context.get("viewer_person") is not None,
        "customer": ticket.customer,
    }


def _horizon(view: ClockView) -> datetime | None:
    """Return up to when a bar shows what is left: the due instant, unless it is past."""
    return view.due_at if view.tone in ("running", "at_risk", "met") else None


def _latest_cycles(views: list[ClockView]) -> list[ClockView]:
    """Keep the newest cycle of each metric, in the order in which they were given."""
    newest: dict[str, ClockView] = {}
    for view in views:
        known = newest.get(view.metric)
        if known is None or view.cycle > known.cycle:
            newest[view.metric] = view
    return list(newest.values())


@register.inclusion_tag("slas/report_promises.html", takes_context=True)
def report_promises(
    context: template.Context, customer: Customer, severity: Severity | None, to_desk: bool
) -> dict[str, Any]:
    """Show, before a report is sent, what it would be promised, or that nothing is."""
    now: datetime = context["now"]
    return {
        "now": now,
        "severity": severity,
        "agreement": agreement_in_force(customer, now),
        "promises": [] if severity is None else promises(customer=customer, severity=severity, at=now),
        "starts_now": to_desk or severity is Severity.P1,
        "customer": customer,
    }
