"""How tickets look in lists: severity, the chip of the next deadline, whose move it is, the desk's rail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from core.now import database_now
from customers.models import DeskPerson
from tickets import access
from tickets.filters import Asked, Offers, address_of, read
from tickets.handover_access import waiting_count
from tickets.lifecycle import Verb
from tickets.models import SavedView, Ticket, TicketQuerySet, WorkChoice
from tickets.queues import SOON, VIEWS
from tickets.severity import Environment, Impact, Severity, Work, least_for_security, propose

register = template.Library()

OBJECTIVES = {"respond": "Respond", "update": "Update", "restore": "Restore", "resolve": "Resolve"}


@register.simple_tag
@cache
def severity(value: int, word: bool = False) -> SafeString:
    """Show a severity as number, bars and ink; never as a colour."""
    bars = [(i * 3, round(8 - i * 2.4, 1), round(3 + i * 2.4, 1), i > 4 - value) for i in range(4)]
    return render_to_string(
        "tickets/severity.html",
        {
            "value": value,
            "label": Severity(value).label,
            "name": Severity(value).name,
            "word": word,
            "bars": bars,
        },
    )


@register.inclusion_tag("tickets/clock_chip.html")
def clock_chip(ticket: Ticket, now: datetime, sentence: bool = False) -> dict[str, Any]:
    """Show the next promise of a ticket, as the clocks' floor wrote it down for lists."""
    objective = OBJECTIVES.get(ticket.next_objective, "")
    due = ticket.next_due_at
    chip: dict[str, Any] = {"objective": objective, "due": None, "sentence": sentence, "now": now}
    if not ticket.is_with_desk and ticket.is_open:
        return chip | {"look": "notyet", "icon": "new", "text": "Our clocks have not started"}
    if not ticket.has_cover:
        return chip | {"look": "none", "icon": "", "text": "Best effort"}
    if ticket.clock_state == "paused":
        return chip | {"look": "paused", "icon": "pause", "text": _say_pause(ticket, now, sentence)}
    if due is None:
        return chip | {"look": "met", "icon": "check", "text": "Nothing due"}
    chip["due"] = due
    if ticket.clock_state == "missed" or due <= now:
        return chip | {"look": "missed", "icon": "stop", "text": f"Missed by {say_span(now, due)}"}
    look = "soon" if due - now <= SOON else "ok"
    return chip | {"look": look, "icon": "clock", "text": f"{say_span(due, now)} left"}


_AWAITED = {
    "customer_reply": "Customer",
    "customer_access": "Access",
    "vendor": "Vendor",
    "agreed_wait": "Agreed wait",
}
_AWAITED_BY_US = {
    "customer_reply": "waiting for you",
    "customer_access": "waiting for access from you",
    "vendor": "waiting for a vendor",
    "agreed_wait": "agreed wait",
}


def _say_pause(ticket: Ticket, now: datetime, sentence: bool) -> str:
    """Say for whom the clock stands still, and for how long; to a member as the rest of a sentence."""
    if ticket.held_at is None:
        return "paused" if sentence else "Paused"
    span = say_span(now, ticket.held_at)
    if sentence:
        return f"paused, {_AWAITED_BY_US[ticket.hold_reason]} for {span}"
    return f"{_AWAITED[ticket.hold_reason]}, {span}"


@register.simple_tag(takes_context=True)
def left(context: template.Context, due: datetime) -> str:
    """Say how long it is until an instant, as the page's script goes on counting it."""
    return f"{say_span(due, context['now'])} left"


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


@register.filter
def is_late(ticket: Ticket, now: datetime) -> bool:
    """Tell whether a hold should have been looked at again by now."""
    return ticket.is_past_review(now)


@register.simple_tag(takes_context=True)
def ticket_state(context: template.Context, ticket: Ticket) -> SafeString:
    """Show where a ticket stands, as a sign and in words; to the desk first what somebody must look at."""
    if context.get("viewer_person") is not None and ticket.awaits_lead:
        return _state_sign("eye", "Lead decides", acts=True)
    if context.get("viewer_person") is not None and ticket.is_past_review(context["now"]):
        return _state_sign("bell", "Look again", acts=True)
    return _state_sign(*_state(ticket), acts=ticket.status == "new")


@lru_cache(maxsize=64)
def _state_sign(sign: str, words: str, *, acts: bool) -> SafeString:
    return render_to_string("tickets/state.html", {"sign": sign, "words": words, "acts": acts})


def _state(ticket: Ticket) -> tuple[str, str]:
    """Return the sign and the words for where a ticket stands."""
    if ticket.is_on_hold and ticket.is_open:
        waits = {
            "customer_reply": ("chat", "With customer"),
            "customer_access": ("key", "With customer"),
            "vendor": ("vendor", "With vendor"),
            "agreed_wait": ("pause", "Agreed wait"),
        }
        return waits[ticket.hold_reason]
    signs = {"new": "new", "in_progress": "work", "restored": "check", "resolved": "check", "closed": "lock"}
    return signs.get(ticket.status, "work"), str(ticket.get_status_display())


def say_count(number: int) -> str:
    """Return a count as it stands beside the queue, which stops at MANY."""
    return f"{access.MANY - 1}+" if number >= access.MANY else str(number)


#: So many saved views have their counts beside them; whoever keeps more sees the names of the others.
_COUNTED = 12


def _read_kept(
    context: template.Context, views: Sequence[SavedView], person: DeskPerson, now: datetime
) -> dict[str, TicketQuerySet]:
    """Return what saved views list, by their ids; one whose filters make no sense any more is left out."""
    if not views:
        return {}
    asked = context.get("asked")
    offers = asked.form.offers if isinstance(asked, Asked) else Offers.read()
    read_all = {
        str(view.pk): read(
            QueryDict(address_of(view.filters)), person=person, now=now, is_shown=False, offers=offers
        )
        for view in views
    }
    return {pk: one.tickets() for pk, one in read_all.items() if one.form.is_valid()}


@register.inclusion_tag("desk/_rail.html", takes_context=True)
def desk_rail(context: template.Context) -> dict[str, Any]:
    """Show the desk's views with how many tickets each holds."""
    person = context.get("viewer_person")
    if not isinstance(person, DeskPerson):
        return {"views": [], "person": None, "place": ""}
    now = context.get("now") or database_now()
    here, saved = context.get("view"), context["request"].GET.get("saved", "")
    views = list(access.saved_views(person))
    kept = _read_kept(context, views[:_COUNTED], person, now)
    counts = access.queue_counts(person, now, {"missed": access.missed(now), **kept})
    return {
        "views": [
            (view, say_count(counts[view.name]), here is view and not saved) for view in VIEWS.values()
        ],
        "missed": say_count(counts["missed"]) if counts["missed"] else "",
        "saved": [
            (
                view,
                f"{address_of(view.filters)}&saved={view.pk}",
                say_count(counts[str(view.pk)]) if str(view.pk) in counts else "",
                saved == str(view.pk),
            )
            for view in views
        ],
        "person": person,
        "reads_reports": person.decides,
        "handed": waiting_count(person),
        "place": context["request"].resolver_match.url_name,
        "now": now,
    }


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that a page offers to do with a ticket; shown while the lifecycle allows its verb."""

    name: str
    verb: Verb
    title: str = ""
    button: str
    warning: str = ""
    look: str = ""
    icon: str = ""
    previews: bool = False


_DESK_ACTIONS = (
    Action(name="decide", verb=Verb.DECIDE, title="Decide the review", button="Decide", previews=True),
    Action(name="answer", verb=Verb.ANSWER, title="Answer the contested hold", button="Answer"),
    Action(
        name="severity",
        verb=Verb.ESTABLISH,
        title="Establish severity",
        button="Establish severity",
        previews=True,
    ),
    Action(name="assign", verb=Verb.ASSIGN, title="Assign", button="Change owner"),
    Action(name="team", verb=Verb.ASSIGN, title="Give to a team", button="Change team"),
    Action(name="hold", verb=Verb.HOLD, title="Put on hold", button="Put on hold"),
    Action(
        name="ask",
        verb=Verb.ASK,
        title="Ask for access or approval",
        button="Ask the customer",
        warning="The ticket is on hold until they answer, you withdraw it, or the time is over.",
    ),
    Action(name="resume", verb=Verb.RESUME, title="End the hold", button="End the hold"),
    Action(name="restored", verb=Verb.RESTORE, title="Service is restored", button="Mark as restored"),
    Action(
        name="resolve",
        verb=Verb.RESOLVE,
        title="Resolve",
        button="Resolve",
        warning="It closes by itself 5 business days later, unless the customer answers.",
    ),
    Action(name="reopen", verb=Verb.REOPEN, title="Reopen", button="Reopen"),
    Action(name="return", verb=Verb.RETURN, title="Return to Level 1", button="Return to Level 1"),
    Action(
        name="close",
        verb=Verb.CLOSE,
        title="Close for good",
        button="Close for good",
        warning="A closed ticket cannot be reopened.",
    ),
)
_MEMBER_ACTIONS = (
    Action(name="solve", verb=Verb.RESOLVE, button="Solved by Level 1", icon="check"),
    Action(name="confirm", verb=Verb.CLOSE, button="Yes, it is fixed: close it", icon="check"),
    Action(name="reopen", verb=Verb.REOPEN, button="Still broken"),
    Action(name="withdraw", verb=Verb.WITHDRAW, button="Withdraw my review"),
    Action(name="follow", verb=Verb.FOLLOW, button="Follow this ticket", icon="bell"),
    Action(name="unfollow", verb=Verb.UNFOLLOW, button="Stop following", icon="bell"),
)


@register.inclusion_tag("desk/_actions.html", takes_context=True)
def desk_actions(context: template.RequestContext) -> dict[str, Any]:
    """Show what the desk can do with the page's ticket now, each with its form."""
    ticket: Ticket = context["ticket"]
    failed, typed = context["failed"], context["typed"]
    return {
        "csrf_token": context.get("csrf_token"),
        "now": context["now"],
        "to_preview": reverse("desk-ticket-severity-preview", kwargs={"key": ticket.key}),
        "actions": [
            {
                "name": action.name,
                "title": "Change the hold" if action.name == "hold" and ticket.is_on_hold else action.title,
                "button": action.button,
                "warning": action.warning,
                "form": context["forms"][action.name],
                "opened": action.name in failed or action.name in typed,
                "previews": action.previews,
                "preview": context["preview"] if action.name in typed else None,
                "url": reverse(f"desk-ticket-{action.name}", kwargs={"key": ticket.key}),
            }
            for action in _DESK_ACTIONS
            if action.verb in context["may"]
        ],
    }


#: What a member asks for in words of their own, each behind a line that opens.
_MEMBER_QUESTIONS = (
    Action(
        name="contest",
        verb=Verb.CONTEST,
        title="Contest this hold",
        button="Contest the hold",
        warning="A desk lead reads it and answers. The clock stays as it is until then.",
    ),
    Action(
        name="reassess",
        verb=Verb.REASSESS,
        title="The impact has changed",
        button="Send the new answers",
        warning="Your answers propose a severity. Once the desk has the ticket, an engineer establishes it.",
    ),
    Action(
        name="review",
        verb=Verb.REVIEW,
        title="Ask for a review of the severity",
        button="Ask for a review",
        warning="A desk lead reads it, decides, and tells you why.",
    ),
)


@register.inclusion_tag("portal/_questions.html", takes_context=True)
def member_questions(context: template.RequestContext) -> dict[str, Any]:
    """Show what a member can ask about the severity and the hold of the page's ticket now."""
    ticket: Ticket = context["ticket"]
    place = {"customer": ticket.customer.slug, "number": ticket.number}
    return {
        "csrf_token": context.get("csrf_token"),
        "questions": [
            {
                "name": action.name,
                "title": action.title,
                "button": action.button,
                "warning": action.warning,
                "form": context["forms"][action.name],
                "opened": action.name in context["failed"],
                "url": reverse(f"portal-ticket-{action.name}", kwargs=place),
            }
            for action in _MEMBER_QUESTIONS
            if action.verb in context["may"]
        ],
    }


#: The columns of the matrix: where it happens, and whether there is a way around it.
_MATRIX_COLUMNS = (
    ("No way around", Environment.PRODUCTION, False),
    ("Way around", Environment.PRODUCTION, True),
    ("Not production", Environment.NON_PRODUCTION, None),
)


@register.inclusion_tag("tickets/severity_matrix.html")
def severity_matrix(ticket: Ticket) -> dict[str, Any]:
    """Show which severity each answer proposes, with the customer's latest ones marked."""
    impact = ticket.impact
    rows = [
        (
            WorkChoice(work.value).label,
            [_cell(impact, work, environment, way) for _, environment, way in _MATRIX_COLUMNS],
        )
        for work in Work
    ]
    least = least_for_security(impact.security)
    return {
        "columns": [title for title, *_ in _MATRIX_COLUMNS],
        "rows": rows,
        "proposed": Severity(ticket.proposed_severity),
        "affected": ticket.get_affected_display(),
        "security": ticket.get_security_display() if least else "",
        "least": least,
    }


def _cell(
    impact: Impact, work: Work, environment: Environment, has_workaround: bool | None
) -> tuple[Severity, bool]:
    """Return what operations alone propose in a cell, and whether the customer's answers are in it."""
    ways = (has_workaround,) if has_workaround is not None else (True, False)
    here = (impact.environment, impact.work) == (environment, work) and impact.has_workaround in ways
    return propose(Impact(environment=environment, work=work, has_workaround=ways[0])), here


@register.inclusion_tag("portal/_actions.html", takes_context=True)
def member_actions(context: template.RequestContext) -> dict[str, Any]:
    """Show what a member can do with the page's ticket now."""
    ticket: Ticket = context["ticket"]
    place = {"customer": ticket.customer.slug, "number": ticket.number}
    return {
        "csrf_token": context.get("csrf_token"),
        "actions": [
            {
                "button": action.button,
                "look": action.look,
                "icon": action.icon,
                "form": context["forms"][action.name],
                "url": reverse(f"portal-ticket-{action.name}", kwargs=place),
            }
            for action in _MEMBER_ACTIONS
            if action.verb in context["may"]
        ],
    }
