"""What makes the desk's pages live: the bar that says so, the marks of a row, and the strip of keys."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers.models import DeskPerson
from tickets import counting, live, reading_access
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("desk/_live.html", takes_context=True)
def live_queue(context: template.RequestContext) -> dict[str, Any]:
    """Keep the rows of the page up to date; the page goes on without it where there is no script."""
    request, now = context["request"], context["now"]
    rows = [ticket for group in context["groups"] for ticket in group.rows]
    marks: live.Marks = context["marks"]
    counts: counting.Counts = context["counts"]
    query = request.GET.copy()
    query["counts"] = counts.digest
    return {
        "url": f"{reverse('desk-queue-live')}?{query.urlencode()}",
        "here": request.get_full_path(),
        "known": live.format_known({ticket.pk: live.digest(ticket, marks, now) for ticket in rows}),
        "at": f"{timezone.localtime(now):%H:%M}",
        "late": live.count_missed(rows, now),
    }


@register.inclusion_tag("desk/_live.html", takes_context=True)
def live_ticket(context: template.RequestContext) -> dict[str, Any]:
    """Keep a ticket's clocks up to date, and say when somebody wrote or changed something."""
    ticket, now = context["ticket"], context["now"]
    seen = max((entry.message_id or 0 for entry in context["entries"]), default=0)
    address = reverse("desk-ticket-live", kwargs={"key": ticket.key})
    return {
        "url": f"{address}?seen={seen}&version={ticket.version}",
        "here": context["request"].get_full_path(),
        "known": live.format_known({ticket.pk: live.digest(ticket, live.Marks(), now)}),
        "at": f"{timezone.localtime(now):%H:%M}",
        "late": 0,
    }


@register.simple_tag(takes_context=True)
def row_marks(context: template.Context, ticket: Ticket) -> SafeString:
    """Show what is new on a row, that a vendor has a case, and who else has it open; on most rows it is nothing."""
    marks: live.Marks = context.get("marks") or live.Marks()
    unread, here = marks.unread.get(ticket.pk, 0), marks.here.get(ticket.pk, ())
    move = marks.moves.get(ticket.pk)
    turn = "" if move is None or move.is_ours else move.words  # what is ours stands where the state does
    if not unread and not here and not turn:
        return format_html('<span class="hs-1" id="{}-here"></span>', ticket.row_id)
    return render_to_string(
        "desk/_row_marks.html",
        {"ticket": ticket, "now": context["now"], "unread": unread, "here": here, "turn": turn},
    )


@register.inclusion_tag("desk/_read.html", takes_context=True)
def read_mark(context: template.RequestContext) -> dict[str, Any]:
    """Note that the page's ticket is read: by itself with a script, by a button without one."""
    person = context["viewer_person"]
    assert isinstance(person, DeskPerson)
    ticket: Ticket = context["ticket"]
    return {
        "csrf_token": context.get("csrf_token"),
        "ticket": ticket,
        "unread": reading_access.new_replies([ticket], person).get(ticket.pk, 0),
    }


@register.inclusion_tag("desk/_row_keys.html", takes_context=True)
def row_keys(context: template.RequestContext) -> dict[str, Any]:
    """Show what can be done with the row that the keyboard is on; the script shows it once there is one."""
    return {"csrf_token": context.get("csrf_token"), "here": context["request"].get_full_path()}
