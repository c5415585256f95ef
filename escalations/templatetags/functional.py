"""Level 3 inside the pages of lower floors: a ticket's way through the levels, and teams."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.ui import icon
from customers.models import DeskPerson, Team
from escalations import functional_access as access
from escalations.functional_panel import Panel
from tickets.lifecycle import TOP_LEVEL
from tickets.models import Ticket

register = template.Library()


@register.simple_tag
def escalate_button(ticket: Ticket) -> SafeString:
    """Show the button, with its key, that leads to what the desk may do about a ticket's level."""
    if not (ticket.is_open and ticket.is_with_desk):
        return SafeString("")
    to, said = (
        ("back-reason", "Back from Level 3…") if ticket.level == TOP_LEVEL else ("escalate-to", "Escalate…")
    )
    return format_html('<a class="btn" href="#{}" data-key="e">{} {}</a>', to, icon("up"), said)


@register.simple_tag
def level_3_team_ids() -> set[int]:
    """Return the ids of the teams that are Level 3, for the list of teams."""
    return access.marked_team_ids()


@register.inclusion_tag("escalations/_escalation_path.html", takes_context=True)
def escalation_path(context: template.RequestContext, ticket: Ticket) -> dict[str, Any]:
    """Show the desk who has had a ticket at which level, and what it may do about that."""
    person = context["viewer_person"]
    assert isinstance(person, DeskPerson)
    panel = context.get("panel")
    is_page = isinstance(panel, Panel)
    shown = panel if isinstance(panel, Panel) else Panel(ticket=ticket, person=person)
    return {
        "panel": shown,
        "opened": next(iter(shown.failed or (shown.forms if is_page else ())), ""),
        "ticket": ticket,
        "now": context["now"],
        "csrf_token": context.get("csrf_token"),
        "viewer_person": person,
    }


@register.inclusion_tag("escalations/_level_3_mark.html", takes_context=True)
def level_3_mark(context: template.RequestContext, team: Team) -> dict[str, Any]:
    """Show whether a team is Level 3, with the button to change that."""
    marked = access.marked_team_ids()
    return {
        "team": team,
        "is_level_3": team.pk in marked,
        "none_is": not marked,
        "csrf_token": context.get("csrf_token"),
    }
