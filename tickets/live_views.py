"""What pages of the desk ask again and again: did anything change, and what is to be shown instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import access, actions, counting, filters, live, reading_access
from tickets.looks import look_at
from tickets.models import Ticket
from tickets.paging import Page
from tickets.queue_views import PAGE_SIZE
from tickets.queues import group_rows
from tickets.timeline import timeline

#: How much of the conversation a peek shows.
PEEKED = 3


@require_safe
@desk_door()
def queue_live(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Tell a page of the queue which of its rows changed, came and went since it was last told.

    `rows` is what the page shows (see `live.parse_known`), `counts` the digest of the counts beside them; the
    rest of the query is the page's own.
    """
    known = live.parse_known(request.GET.get("rows", ""))
    asked = filters.read(request.GET, person=person, now=now, is_shown=False)
    page = asked.page(size=PAGE_SIZE)
    listed = page.rows
    counts = _counts(request, asked, page)
    ids = {ticket.pk for ticket in listed}
    absent = [pk for pk in known if pk not in ids]
    # A row that is not on the page any more may only have moved; it is gone when it left the list.
    moved = list(asked.tickets().filter(pk__in=absent).with_people()) if absent else []
    came = live.arrived([ticket.pk for ticket in listed], known, has_more=len(known) >= PAGE_SIZE)
    shown = [ticket for ticket in (*listed, *moved) if ticket.pk in known]
    marks = live.marks_of(shown, person, now)
    current = {ticket.pk: live.digest(ticket, marks, now) for ticket in shown}
    gone = [pk for pk in absent if pk not in current]
    changed = [ticket for ticket in shown if current[ticket.pk] != known[ticket.pk]]
    return _answer(
        request,
        now,
        state=(current, came, gone, counts and counts.digest),
        is_quiet=not (changed or came or gone or counts),
        news=lambda: {
            "html": _rows(request, changed, marks, now) + _beside(request, counts),
            "known": {ticket.pk: current[ticket.pk] for ticket in changed},
            "gone": gone,
            "notice": f"Show {len(came)} new ticket{'' if len(came) == 1 else 's'}" if came else "",
            "say": live.say(changed, len(came), now),
            "late": live.count_missed(shown, now),
        },
    )


@require_safe
@desk_door()
def ticket_live(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Tell a ticket's page that there are new messages, that it changed, and how its clocks stand."""
    ticket = access.get_ticket_for_desk(person, key)
    known = live.parse_known(request.GET.get("rows", "")).get(ticket.pk, "")
    current = live.digest(ticket, live.Marks(), now)
    came = reading_access.count_after(ticket, _number(request.GET.get("seen")))
    changed = request.GET.get("version") != str(ticket.version)
    notice = ""
    if came:
        notice = f"{came} new message{'' if came == 1 else 's'}. Show {'it' if came == 1 else 'them'}"
    elif changed:
        notice = "This ticket has changed. Show it"
    return _answer(
        request,
        now,
        state=(current, came, changed),
        is_quiet=current == known and not notice,
        news=lambda: {
            "html": render_to_string(
                "desk/_ticket_live.html", {"ticket": ticket, "now": now, "viewer_person": person}, request
            )
            if current != known
            else "",
            "known": {ticket.pk: current},
            "gone": [],
            "notice": notice,
            "say": live.say([ticket] if current != known else [], 0, now) or notice,
            "late": 0,
        },
    )


@require_safe
@desk_door()
def ticket_peek(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Show the main facts, the clocks and the last messages of a ticket beside the list."""
    ticket = look_at(access.get_ticket_for_desk(person, key), person=person, at=now)
    return TemplateResponse(
        request,
        "desk/_peek.html",
        {
            "ticket": ticket,
            "entries": [entry for entry in timeline(ticket) if entry.kind == "message"][-PEEKED:],
            "may": access.verbs_of_desk(person, ticket),
            "now": now,
        },
    )


@require_POST
@desk_door()
def ticket_read(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Note that somebody has read a ticket, and go back to where they were."""
    ticket = access.get_ticket_for_desk(person, key)
    actions.mark_read(ticket=ticket, person=person, at=now)
    if request.POST.get("quietly"):
        return HttpResponse(status=204)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect("desk-ticket", key=ticket.key)
    return redirect(back)


def _rows(request: HttpRequest, tickets: Sequence[Ticket], marks: live.Marks, now: datetime) -> str:
    return "".join(
        render_to_string("desk/_queue_row.html", {"ticket": ticket, "marks": marks, "now": now}, request)
        for ticket in tickets
    )


def _counts(request: HttpRequest, asked: filters.Asked, page: Page) -> counting.Counts | None:
    """Return the counts beside the queue and over its groups, unless the page shows just these."""
    known = request.GET.get("counts")
    if known is None:
        return None
    groups = group_rows(page.rows, now=asked.now, searched=asked.is_by_age)
    counts = counting.count_beside(
        asked.person, asked.now, asked=asked, groups=counting.headings(groups, page)
    )
    return None if counts.digest == known else counts


def _beside(request: HttpRequest, counts: counting.Counts | None) -> str:
    return "" if counts is None else render_to_string("desk/_counts.html", {"counts": counts}, request)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _answer(
    request: HttpRequest,
    now: datetime,
    *,
    state: object,
    is_quiet: bool,
    news: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """Answer 304 to a page that knows, 204 to one that has nothing to learn, and the news otherwise."""
    tag = f'"{sha256(repr(state).encode()).hexdigest()[:16]}"'
    before = request.headers.get("If-None-Match")
    answer: HttpResponse
    if before == tag:
        answer = HttpResponse(status=304)
    elif is_quiet and before is None:
        answer = HttpResponse(status=204)
    else:
        answer = JsonResponse(news())
    answer["ETag"] = tag
    answer["Live-At"] = f"{timezone.localtime(now):%H:%M}"
    return answer
