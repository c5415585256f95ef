"""What an open page of Level 1's queue asks again and again: did anything change, and what is shown instead."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from customers.doors import member_door
from customers.models import LEVEL_1_ROLES, Member
from escalations import hand_over_access as access
from escalations import level1_queue
from escalations.models import HandOver
from tickets import live
from tickets.level1_access import group_of, still_open
from tickets.models import Ticket


@require_safe
@member_door(*LEVEL_1_ROLES)
def level_1_live(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Tell a page of Level 1's queue which of its rows changed, came and went since it was last told.

    `rows` is what the page shows (see `live.parse_known`); the rest of the query is the page's own. A row
    that is in another group by now stays where it is and shows how it stands.
    """
    known = live.parse_known(request.GET.get("rows", ""))
    rows = level1_queue.read(member, request.GET)
    listed = {ticket.pk: ticket for ticket in rows.tickets}
    absent = [pk for pk in known if pk not in listed]
    moved = still_open(member, absent) if absent else []
    handed = {**rows.handed, **(access.latest_of(moved, member) if moved else {})}
    shown = [ticket for ticket in (*listed.values(), *moved) if ticket.pk in known]
    current = {one.pk: level1_queue.digest(one, handed.get(one.pk), member, now) for one in shown}
    gone = [pk for pk in absent if pk not in current]
    changed = [ticket for ticket in shown if current[ticket.pk] != known[ticket.pk]]
    came = [
        pk
        for tickets in rows.found.values()
        for pk in live.arrived([one.pk for one in tickets], known, has_more=len(tickets) >= rows.most)
    ]
    tag = f'"{sha256(repr((current, came, gone)).encode()).hexdigest()[:16]}"'
    before = request.headers.get("If-None-Match")
    answer: HttpResponse
    if before == tag:
        answer = HttpResponse(status=304)
    elif before is None and not (changed or came or gone):
        answer = HttpResponse(status=204)
    else:
        answer = JsonResponse(
            {
                "html": "".join(_row(request, one, handed.get(one.pk), member, now) for one in changed),
                "known": {one.pk: current[one.pk] for one in changed},
                "gone": gone,
                "notice": _notice(len(came)),
                "say": _notice(len(came)),
                "late": 0,
            }
        )
    answer["ETag"] = tag
    answer["Live-At"] = f"{timezone.localtime(now):%H:%M}"
    return answer


def _notice(came: int) -> str:
    if not came:
        return ""
    return ngettext("Show %(number)s new ticket", "Show %(number)s new tickets", came) % {"number": came}


def _row(request: HttpRequest, ticket: Ticket, given: HandOver | None, member: Member, now: datetime) -> str:
    group = {"name": group_of(ticket, member)}
    return render_to_string(
        "escalations/_level_1_row.html",
        {"ticket": ticket, "given": given, "group": group, "slug": member.customer.slug, "now": now},
        request,
    )
