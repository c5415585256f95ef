"""How much is left of the promise to restore, as a bar and in words."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.ui import icon
from tickets.models import Ticket
from tickets.templatetags.tickets_ui import say_span

register = template.Library()

#: How wide the bar is inside its frame, and from which share on it says that little is left.
_WIDTH, _LITTLE = 52, 0.75


@register.simple_tag(takes_context=True)
def restore_left(context: template.Context, ticket: Ticket) -> SafeString:
    """Show what is left to restore service, as the clocks' floor wrote it down for lists."""
    now: datetime = context["now"]
    match ticket.restore_state:
        case "running" if ticket.restore_due_at is not None and ticket.restore_due_at > now:
            share = used_share(ticket, now)
            return format_html(
                '{}<time class="nw" datetime="{}" data-due>{} left</time>',
                _bar(share, "soon" if share >= _LITTLE else "ok"),
                f"{ticket.restore_due_at:%Y-%m-%dT%H:%M:%S%z}",
                say_span(ticket.restore_due_at, now),
            )
        case "paused":
            left = (ticket.restore_target_seconds or 0) - (ticket.restore_used_seconds or 0)
            return format_html(
                '{}<span class="stopped">{} {}<span class="vh">, the clock is stopped</span></span>',
                _bar(used_share(ticket, now), ""),
                say_seconds(left),
                icon("pause", 12),
            )
        case "running" | "missed":
            return format_html('<span class="k-missed hs-1">{}Missed</span>', icon("alert", 14))
        case "met":
            return format_html('<span class="k-later hs-1 muted">{}Met</span>', icon("check", 14))
        case "none":
            return SafeString('<span class="muted">No target</span>')
    return SafeString("")


def used_share(ticket: Ticket, now: datetime) -> float:
    """Return which share of the time to restore is used, from 0 to 1.

    What was counted before the clock ran on is exact; from there the bar goes evenly to the due instant, hours
    in which the calendar is closed included.
    """
    target, used = ticket.restore_target_seconds, ticket.restore_used_seconds
    if not target or used is None:
        return 0.0
    share = used / target
    if ticket.restore_from_at is not None and ticket.restore_due_at is not None:
        length = (ticket.restore_due_at - ticket.restore_from_at).total_seconds()
        gone = (now - ticket.restore_from_at).total_seconds() / length if length > 0 else 1.0
        share += (1 - share) * gone
    return min(1.0, max(0.0, share))


def say_seconds(seconds: int) -> str:
    """Return a stopped clock's time; seconds would look as if they went by."""
    hours, minutes = divmod(max(0, seconds) // 60, 60)
    if hours >= _DAY:
        return f"{hours // _DAY}d {hours % _DAY}h"
    return f"{hours}h {minutes:02d}m" if hours else f"{minutes}m"


_DAY = 24


def _bar(share: float, look: str) -> SafeString:
    return format_html(
        '<svg width="56" height="10" viewBox="0 0 56 10" aria-hidden="true">'
        '<rect class="m-track" x=".5" y=".5" width="55" height="9" rx="3"/>'
        '<rect class="m-used {}" x="2" y="2" width="{}" height="6" rx="1.5"/></svg>',
        look,
        round(_WIDTH * share, 1),
    )
