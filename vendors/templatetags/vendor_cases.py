"""Vendors' cases on a ticket's page of the desk: the button, the panel, and what stands above a vendor's message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.ui import icon
from tickets.lifecycle import Verb
from tickets.models import Ticket
from tickets.timeline import Entry
from vendors.access import cases as access
from vendors.forms.cases import say_length
from vendors.models import Outgoing, VendorCase
from vendors.states import SendKind, SendState, Turn

register = template.Library()

_TURNS = {
    Turn.VENDOR: "{vendor} has the next move",
    Turn.US: "{vendor} waits for us",
    Turn.NOBODY: "Nobody has to act",
    Turn.UNKNOWN: "We do not know whose move it is",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One case of the panel, with what is not sent yet and what may be done."""

    case: VendorCase
    unsettled: list[Outgoing]
    now: datetime

    @property
    def turn(self) -> str:
        """Whose move it is, in words; while it is not made, how far it got."""
        if not self.case.is_made:
            return self._sending
        return _TURNS[self.case.standing.turn].format(vendor=self.case.vendor.name)

    @property
    def _sending(self) -> str:
        opening = next((row for row in self.unsettled if row.kind == SendKind.OPEN), None)
        if opening is None:
            return "To be sent"
        return "Not opened" if opening.state == SendState.REFUSED else str(opening.get_state_display())

    @property
    def is_ours(self) -> bool:
        """Tell whether somebody of the desk has to act."""
        return self.case.standing.turn is Turn.US or any(
            row.state == SendState.REFUSED for row in self.unsettled
        )

    @property
    def plan_words(self) -> str:
        """What was known of the plan when the case was opened."""
        return {"met": "takes cases", "not_met": "takes no cases"}.get(self.case.finding, "not seen")

    @property
    def published(self) -> str:
        """The vendor's own time to a first response, in its own words."""
        if self.case.target_seconds is None:
            return ""
        length = say_length(self.case.target_seconds)
        return f"{length} of its business hours" if self.case.target_in_business_hours else length

    @property
    def is_past_reopening(self) -> bool:
        return access.is_past_reopening(self.case, self.now)

    @property
    def may_resolve(self) -> bool:
        return self.case.is_made and self.case.is_open

    @property
    def refused_opening(self) -> Outgoing | None:
        """The request for the case that was refused, which can be corrected."""
        refused = (
            row for row in self.unsettled if row.kind == SendKind.OPEN and row.state == SendState.REFUSED
        )
        return next(refused, None)


@register.simple_tag(takes_context=True)
def vendor_case_button(context: template.Context, ticket: Ticket) -> SafeString:
    """Show the button, with its key, that leads to a new case or, with one, to writing to it."""
    if not ticket.may(Verb.ASK):
        return SafeString("")
    cases = access.writable(access.shown_cases(ticket), context["now"])
    if cases:
        return format_html(
            '<a class="btn" href="#vendor-body" data-key="v">{} Reply to {}</a>',
            icon("vendor"),
            _short(cases[0].vendor.name),
        )
    return format_html(
        '<a class="btn" href="{}" data-key="v">{} AWS case…</a>',
        reverse("desk-ticket-vendor-case", kwargs={"key": ticket.key}),
        icon("vendor"),
    )


def _short(name: str) -> str:
    """Return a vendor's name as a button has room for it."""
    return name.removesuffix(" Support")


@register.inclusion_tag("vendors/cases/_panel.html", takes_context=True)
def vendor_case_panel(context: template.RequestContext, ticket: Ticket) -> dict[str, Any]:
    """Show the desk a ticket's cases, whose move each is, and what can be done."""
    now: datetime = context["now"]
    cases = access.shown_cases(ticket)
    unsettled = access.unsettled_of(cases)
    may_open = ticket.may(Verb.ASK)
    return {
        "shown": [Shown(case=case, unsettled=unsettled[case.pk], now=now) for case in cases],
        "ticket": ticket,
        "may_open": may_open,
        "why_not": "" if cases or not may_open else _why_not(ticket),
        "csrf_token": context.get("csrf_token"),
        "viewer_person": context.get("viewer_person"),
        "now": now,
    }


def _why_not(ticket: Ticket) -> str:
    """Return why no case can be sent for a ticket's account; nothing where it names none."""
    if ticket.aws_account is None:
        return ""
    return access.why_not(access.link_of_account(ticket), ticket.aws_account.declared_plan)


@register.inclusion_tag("vendors/cases/_message.html", takes_context=True)
def vendor_message(context: template.RequestContext, entry: Entry) -> dict[str, Any]:
    """Say above a message to whom or from whom it is, who reads it, and how sending or sharing it stands."""
    marks = access.shown_marks(context["ticket"])
    row = marks.sending.get(entry.message_id or 0)
    received = marks.received.get(entry.message_id or 0)
    case_id = row.case_id if row is not None else received.case_id if received is not None else 0
    return {
        "entry": entry,
        "row": row,
        "received": received,
        "number": marks.numbers.get(case_id, ""),
        "now": context["now"],
    }
