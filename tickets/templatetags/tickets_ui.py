"""How tickets look in lists: severity, the chip of the next deadline, whose move it is, the desk's rail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from core.templatetags.ui import say_when
from customers.models import DeskPerson
from tickets import access
from tickets.models import Ticket
from tickets.queues import SOON, VIEWS
from tickets.severity import Severity

register = template.Library()

OBJECTIVES = {"respond": "Respond", "update": "Update", "restore": "Restore", "resolve": "Resolve"}


@register.inclusion_tag("tickets/severity.html")
def severity(value: int, word: bool = False) -> dict[str, Any]:
    """Show a severity as number, bars and ink; never as a colour."""
    bars = [(i * 3, round(8 - i * 2.4, 1), round(3 + i * 2.4, 1), i > 4 - value) for i in range(4)]
    return {
        "value": value,
        "label": Severity(value).label,
        "name": Severity(value).name,
        "word": word,
        "bars": bars,
    }


@register.inclusion_tag("tickets/clock_chip.html")
def clock_chip(ticket: Ticket, now: datetime, sentence: bool = False) -> dict[str, Any]:
    """Show the next promise of a ticket, as the clocks' floor wrote it down for lists."""
    objective = OBJECTIVES.get(ticket.next_objective, "")
    due = ticket.next_due_at
    chip: dict[str, Any] = {"objective": objective, "due": due, "sentence": sentence, "said": ""}
    if not ticket.is_with_desk and ticket.is_open:
        return chip | {"look": "notyet", "icon": "new", "text": "Our clocks have not started"}
    if not ticket.has_cover:
        return chip | {"look": "none", "icon": "", "text": "Best effort"}
    if ticket.clock_state == "paused":
        return chip | {"look": "paused", "icon": "pause", "text": "Paused"}
    if due is None:
        return chip | {"look": "met", "icon": "check", "text": "Nothing due"}
    chip["said"] = say_when(due, now)
    if ticket.clock_state == "missed" or due <= now:
        return chip | {"look": "missed", "icon": "stop", "text": f"Missed by {say_span(now, due)}"}
    look = "soon" if due - now <= SOON else "ok"
    return chip | {"look": look, "icon": "clock", "text": f"{say_span(due, now)} left"}


def say_span(later: datetime, earlier: datetime) -> str:
    """Return a length of time as short as a list has room for; the page's script says it the same way."""
    seconds = max(0, int((later - earlier).total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days}d {hours}h"
    if hours:
        return f"{hours}h {minutes:02d}m"
    return f"{minutes}:{left:02d}"


@register.inclusion_tag("tickets/state.html")
def ticket_state(ticket: Ticket) -> dict[str, Any]:
    """Show where a ticket stands, as a sign and in words."""
    if ticket.is_on_hold and ticket.is_open:
        waits = {
            "customer_reply": ("chat", "With customer"),
            "customer_access": ("key", "With customer"),
            "vendor": ("vendor", "With vendor"),
            "agreed_wait": ("pause", "Agreed wait"),
        }
        sign, words = waits[ticket.hold_reason]
        return {"sign": sign, "words": words, "acts": False}
    signs = {"new": "new", "in_progress": "work", "restored": "check", "resolved": "check", "closed": "lock"}
    return {
        "sign": signs.get(ticket.status, "work"),
        "words": ticket.get_status_display(),
        "acts": ticket.status == "new",
    }


@register.inclusion_tag("desk/_rail.html", takes_context=True)
def desk_rail(context: template.Context) -> dict[str, Any]:
    """Show the desk's views with how many tickets each holds."""
    person = context.get("viewer_person")
    if not isinstance(person, DeskPerson):
        return {"views": [], "person": None}
    counts = access.queue_counts(person)
    here = context.get("view")
    return {
        "views": [(view, counts[view.name], here is view) for view in VIEWS.values()],
        "person": person,
    }
