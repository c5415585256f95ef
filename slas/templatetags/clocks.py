"""Clocks and promises inside the pages of lower floors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse

from customers.models import Customer
from slas.access import agreement_in_force, firing
from slas.merge_preview import preview_inheriting
from slas.presenters import ClockView, clock_story, promises
from slas.sentences import tell
from slas.words import say_checked
from tickets.models import Kind, Ticket
from tickets.severity import Severity

register = template.Library()


@register.inclusion_tag("slas/ticket_clocks.html", takes_context=True)
def ticket_clocks(context: template.Context, ticket: Ticket) -> dict[str, Any]:
    """Show every promise of a ticket, what its clock reads, and why."""
    now: datetime = context["now"]
    story = clock_story(ticket=ticket, at=now) if ticket.has_cover else None
    side, place = (
        ("desk", {"key": ticket.key})
        if context.get("viewer_person") is not None
        else ("portal", {"customer": ticket.customer.slug, "number": ticket.number})
    )
    return {
        "ticket": ticket,
        "now": now,
        "clocks": [] if story is None else story.newest,
        "earlier": [] if story is None else story.earlier,
        "to_evidence": reverse(f"{side}-evidence", kwargs=place),
        "to_clocks": reverse(f"{side}-clocks", kwargs=place),
    }


@register.inclusion_tag("slas/report_promises.html", takes_context=True)
def report_promises(
    context: template.Context,
    customer: Customer,
    severity: Severity | None,
    to_desk: bool,
    kind: str = Kind.INCIDENT,
) -> dict[str, Any]:
    """Show, before a report or a request is sent, what it would be promised, or that nothing is."""
    now: datetime = context["now"]
    found = [] if severity is None else promises(customer=customer, severity=severity, at=now, kind=kind)
    return {
        "is_request": kind == Kind.REQUEST,
        "now": now,
        "severity": severity,
        "agreement": agreement_in_force(customer, now),
        "promises": found,
        "starts_now": to_desk or severity is Severity.P1,
        "customer": customer,
    }


@register.inclusion_tag("slas/clocks_checked.html", takes_context=True)
def clocks_checked(context: template.Context) -> dict[str, Any]:
    """Show the desk that somebody looks at the clocks, or that nobody does."""
    found = firing(context["now"])
    return {"firing": found, "said": say_checked(found.checked_ago, lag=found.lag, is_late=found.is_late)}


@register.simple_tag(takes_context=True)
def told(context: template.Context, clock: ClockView) -> list[str]:
    """Return a clock's life in sentences."""
    return tell(clock, now=context["now"])


@register.inclusion_tag("slas/_merge_preview.html", takes_context=True)
def merge_preview(context: template.Context, ticket: Ticket, start: datetime) -> dict[str, Any]:
    """Show what counting from an earlier start would do to a ticket's deadlines."""
    now: datetime = context["now"]
    return {
        "changes": preview_inheriting(ticket, start=start, at=now),
        "has_cover": ticket.has_cover,
        "start": start,
        "now": now,
    }
