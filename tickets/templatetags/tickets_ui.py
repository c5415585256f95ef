"""How tickets look in lists: severity, the chip of the next deadline, whose move it is, the desk's rail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core.now import database_now
from core.templatetags.ui import draw_when, draw_when_short, icon
from customers.models import DeskPerson
from tickets import counting
from tickets.filters import address_of
from tickets.lifecycle import Verb
from tickets.live import Marks
from tickets.models import StatusChoice, Ticket, WorkChoice
from tickets.queues import SOON, VIEWS
from tickets.severity import Environment, Impact, Severity, Work, least_for_security, propose
from tickets.standing import Standing, standing_of

register = template.Library()

OBJECTIVES = {
    "respond": lazy("Respond"),
    "update": lazy("Update"),
    "restore": lazy("Restore"),
    "resolve": lazy("Resolve"),
}


@register.simple_tag
def severity(value: int, word: bool = False) -> SafeString:
    """Show a severity as number, bars and ink; never as a colour."""
    return _drawn(value, word, Severity(value).label)


@cache
def _drawn(value: int, word: bool, label: str) -> SafeString:
    """Draw a severity once for each of its names: those of every language."""
    bars = [(i * 3, round(8 - i * 2.4, 1), round(3 + i * 2.4, 1), i > 4 - value) for i in range(4)]
    return render_to_string(
        "tickets/severity.html",
        {
            "value": value,
            "label": label,
            "name": Severity(value).name,
            "word": word,
            "bars": bars,
        },
    )


@register.simple_tag
def clock_chip(ticket: Ticket, now: datetime, sentence: bool = False) -> SafeString:
    """Show the next promise of a ticket, as the clocks' floor wrote it down for lists.

    Drawn without a template, for a list has one in every row.
    """
    chip = _chip(ticket, now, sentence=sentence)
    objective, due, text = chip["objective"], chip["due"], chip["text"]
    before = format_html('<span class="obj">{}</span>\n', objective) if objective and not sentence else ""
    sign = icon(chip["icon"]) if chip["icon"] else ""
    if due is None:
        said = format_html("{} {}", objective, text) if sentence and objective else text
        return format_html(
            '{}<span class="clock {}">{}<span>{}</span></span>', before, chip["look"], sign, said
        )
    return format_html(
        '{}<span class="clock {}">{}{}<time datetime="{}" data-due>{}</time></span>\n<span class="due">{}</span>',
        before,
        chip["look"],
        sign,
        format_html("<span>{}</span>\n", objective) if sentence and objective else "",
        timezone.localtime(due).isoformat(),
        text,
        format_html("{} {}", _("by"), draw_when(due, now)) if sentence else draw_when_short(due, now),
    )


def _chip(ticket: Ticket, now: datetime, *, sentence: bool) -> dict[str, Any]:
    """Return the objective, the look, the words and the due time of a ticket's chip."""
    objective = OBJECTIVES.get(ticket.next_objective, "")
    due = ticket.next_due_at
    chip: dict[str, Any] = {"objective": objective, "due": None}
    if not ticket.is_with_desk and ticket.is_open:
        return chip | {"look": "notyet", "icon": "new", "text": _("Our clocks have not started")}
    if not ticket.has_cover:
        return chip | {"look": "none", "icon": "", "text": _("Best effort")}
    if ticket.clock_state == "paused":
        if sentence:
            chip["objective"] = ""
            return chip | {"look": "paused", "icon": "pause", "text": standing_of(ticket, now).promises[0]}
        return chip | {"look": "paused", "icon": "pause", "text": _say_pause(ticket, now)}
    if due is None:
        return chip | {"look": "met", "icon": "check", "text": _("Nothing due")}
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


def _say_pause(ticket: Ticket, now: datetime) -> str:
    """Say for whom the clock stands still, and for how long."""
    if ticket.held_at is None:
        return "Paused"
    return f"{_AWAITED[ticket.hold_reason]}, {say_span(now, ticket.held_at)}"


@register.simple_tag(takes_context=True)
def standing(context: template.Context, ticket: Ticket) -> Standing:
    """Return how a ticket stands for its customer, in sentences."""
    return standing_of(ticket, context["now"])


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
    marks = context.get("marks")
    move = marks.moves.get(ticket.pk) if isinstance(marks, Marks) else None
    if move is not None and move.is_ours:
        return _state_sign("vendor", move.words, acts=True)
    return _state_sign(*_state(ticket), acts=ticket.status == "new")


@lru_cache(maxsize=64)
def _state_sign(sign: str, words: str, *, acts: bool) -> SafeString:
    return render_to_string("tickets/state.html", {"sign": sign, "words": words, "acts": acts})


#: What `get_status_display` looks up among all choices, each made hashable, for every row.
_STATUSES = dict(StatusChoice.choices)


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
    return signs.get(ticket.status, "work"), str(_STATUSES[ticket.status])


@register.simple_tag
def count_mark(name: str, text: str, words: str = "", hot: bool = False) -> SafeString:
    """Show a count beside a name of the rail; one that needs words to be understood says nothing of nothing.

    Its id lets it be replaced while the page is open.
    """
    text = "" if words and text == "0" else text
    return format_html(
        '<span class="push{}" id="n-{}">{}{}</span>',
        " hot" if hot and text else "",
        name,
        text,
        format_html('<span class="vh"> {}</span>', words) if words and text else "",
    )


@register.inclusion_tag("desk/_rail.html", takes_context=True)
def desk_rail(context: template.Context) -> dict[str, Any]:
    """Show the desk's views with how many tickets each holds."""
    person = context.get("viewer_person")
    if not isinstance(person, DeskPerson):
        return {"views": [], "person": None, "place": ""}
    now = context.get("now") or database_now()
    here, saved = context.get("view"), context["request"].GET.get("saved", "")
    counts = context.get("counts") or counting.count_beside(person, now)
    return {
        "counts": counts,
        "views": [(view, counts.views[view.name], here is view and not saved) for view in VIEWS.values()],
        "saved": [
            (
                view,
                f"{address_of(view.filters)}&saved={view.pk}",
                counts.saved.get(view.pk, ""),
                saved == str(view.pk),
            )
            for view in counts.kept
        ],
        "person": person,
        "reads_reports": person.decides,
        "place": context["request"].resolver_match.url_name,
        "now": now,
    }


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that a page offers to do with a ticket; shown while the lifecycle allows its verb."""

    name: str
    verb: Verb
    title: str | Promise = ""
    button: str | Promise
    warning: str | Promise = ""
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
    Action(name="solve", verb=Verb.RESOLVE, button=lazy("Solved by Level 1"), icon="check"),
    Action(name="confirm", verb=Verb.CLOSE, button=lazy("Yes, it is fixed: close it"), icon="check"),
    Action(name="reopen", verb=Verb.REOPEN, button=lazy("Still broken")),
    Action(name="withdraw", verb=Verb.WITHDRAW, button=lazy("Withdraw my review")),
    Action(name="follow", verb=Verb.FOLLOW, button=lazy("Follow this ticket"), icon="bell"),
    Action(name="unfollow", verb=Verb.UNFOLLOW, button=lazy("Stop following"), icon="bell"),
    Action(name="privacy", verb=Verb.PRIVACY, button=lazy("Keep it private"), icon="lock"),
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
        title=lazy("Contest this hold"),
        button=lazy("Contest the hold"),
        warning=lazy("A desk lead reads it and answers. The clock stays as it is until then."),
    ),
    Action(
        name="reassess",
        verb=Verb.REASSESS,
        title=lazy("The impact has changed"),
        button=lazy("Send the new answers"),
        warning=lazy(
            "Your answers propose a severity. Once the desk has the ticket, an engineer establishes it."
        ),
    ),
    Action(
        name="review",
        verb=Verb.REVIEW,
        title=lazy("Ask for a review of the severity"),
        button=lazy("Ask for a review"),
        warning=lazy("A desk lead reads it, decides, and tells you why."),
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
    (lazy("No way around"), Environment.PRODUCTION, False),
    (lazy("Way around"), Environment.PRODUCTION, True),
    (lazy("Not production"), Environment.NON_PRODUCTION, None),
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
                "button": _("No longer keep it private")
                if action.verb is Verb.PRIVACY and ticket.is_private
                else action.button,
                "look": action.look,
                "icon": action.icon,
                "form": context["forms"][action.name],
                "url": reverse(f"portal-ticket-{action.name}", kwargs=place),
            }
            for action in _MEMBER_ACTIONS
            if action.verb in context["may"]
            # While it is asked whether it works again, the other answer stands beside the question.
            and not (action.verb is Verb.REOPEN and Verb.CONFIRM in context["may"])
        ],
    }
