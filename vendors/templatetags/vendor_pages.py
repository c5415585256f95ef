"""Vendors' cases inside pages: tabs, lengths and verdicts in words, and what a customer reads on its ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.models import AwsAccount, Member
from slas.words import say_seconds
from tickets.models import Ticket
from vendors import clocks
from vendors.access import pages as access
from vendors.models import VendorCase
from vendors.models.directory import Way
from vendors.performance import Group
from vendors.states import CaseState, Turn

register = template.Library()


# --- The desk's pages ----------------------------------------------------------------------------------
#: Address and name of each tab; the accounts and the directory have pages of their own.
_TABS = (
    ("/desk/vendors/", "Cases"),
    ("/desk/vendors/performance/", "Performance"),
    ("/desk/vendors/accounts/", "Accounts"),
    ("/desk/vendors/directory/", "Directory"),
)


@register.inclusion_tag("vendors/pages/_tabs.html", takes_context=True)
def vendor_tabs(context: template.RequestContext) -> dict[str, Any]:
    """Show the pages about vendors, with the present one marked."""
    here: str = context["request"].path
    at = max((address for address, _name in _TABS if here.startswith(address)), key=len, default="")
    return {"tabs": [(address, name, address == at) for address, name in _TABS]}


@register.filter
def how_long(took: timedelta | None) -> str:
    """Say a length of time in its two largest units."""
    return "" if took is None else say_seconds(round(took.total_seconds()))


@register.filter
def seconds(number: int | None) -> str:
    """Say a number of seconds as a length of time."""
    return "" if number is None else say_seconds(number)


#: Who has the next move, for the desk.
_TURNS = {
    Turn.VENDOR: "The vendor has the next move",
    Turn.US: "We have the next move",
    Turn.NOBODY: "Nobody has to act",
    Turn.UNKNOWN: "Not known whose move it is",
}
_TURNS_SHORT = {Turn.VENDOR: "Vendor", Turn.US: "Us", Turn.NOBODY: "After the end", Turn.UNKNOWN: "Not known"}
#: How a turn is drawn: full, dashed, faint.
_LOOKS = {Turn.VENDOR: "m-used", Turn.US: "m-left", Turn.NOBODY: "b-closed", Turn.UNKNOWN: "m-track"}


@register.filter
def turn_of(case: VendorCase) -> str:
    """Say whose move it is on a case."""
    if not case.is_made:
        return "It is still to be sent"
    return _TURNS[case.standing.turn]


@register.filter
def turn_name(turn: Turn) -> str:
    """Name whose turn it was, for a table."""
    return _TURNS_SHORT[turn]


@register.filter
def turn_look(turn: Turn) -> str:
    """Return how a turn is drawn."""
    return _LOOKS[turn]


@register.filter
def state_name(state: CaseState) -> str:
    """Name a status in our words."""
    return str(access.say_state(state))


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A verdict as a sign and in words."""

    icon: str
    text: str


@register.filter
def verdict(response: clocks.Response) -> Chip:
    """Say how a first response stands against the vendor's published time; never as a promise of ours."""
    took = how_long(response.took)
    match response.verdict:
        case clocks.Verdict.WITHIN:
            return Chip(icon="check", text=f"Answered in {took}, within the published time")
        case clocks.Verdict.LATE:
            return Chip(icon="warn", text=f"Answered in {took}, after the published time")
        case clocks.Verdict.OVERDUE:
            return Chip(icon="warn", text="No answer within the published time")
        case clocks.Verdict.PENDING:
            return Chip(icon="clock", text="No answer yet")
        case clocks.Verdict.UNMEASURABLE:
            said = f"Answered in {took}" if took else "No answer yet"
            return Chip(
                icon="clock",
                text=f"{said}; a time in the vendor's business hours cannot be measured",
            )
        case _:
            said = f"Answered in {took}" if took else "No answer yet"
            return Chip(icon="clock", text=f"{said}; the vendor publishes no time for this")


@register.filter
def console_of(case: VendorCase) -> str:
    """Return the address of a case in AWS's console, or '' where there is none."""
    arn = case.link.role_arn
    if case.vendor.way != Way.AWS or not case.display_id or (arn and not arn.startswith("arn:aws:")):
        return ""
    return f"https://support.console.aws.amazon.com/support/home#/case/?{urlencode({'displayId': case.display_id})}"


@register.simple_tag
def figure_query(group: Group, period: str, only: str = "") -> str:
    """Return the address of the cases that a figure counts, after its question mark."""
    named = {"vendor": group.vendor, "plan": group.plan, "severity": group.severity, "only": only}
    return f"{urlencode(named)}&{period}"


# --- A customer's ticket -------------------------------------------------------------------------------
#: Where a case stands, as its customer reads it: 'us' would be the desk, and they would be in doubt.
_FOR_MEMBERS: dict[CaseState, str | Promise] = {
    CaseState.NEW: lazy("%(vendor)s has it, and has not started yet"),
    CaseState.VENDOR_WORKING: lazy("%(vendor)s is working on it"),
    CaseState.WAITING_ON_US: lazy("%(vendor)s waits for an answer of the Trusst desk"),
    CaseState.WAITING_ON_VENDOR: lazy("The Trusst desk has answered, and waits for %(vendor)s"),
    CaseState.SOLUTION_OFFERED: lazy("%(vendor)s offers a solution, which the Trusst desk looks at"),
    CaseState.RESOLVED: lazy("%(vendor)s has resolved it"),
    CaseState.CLOSED: lazy("%(vendor)s has closed it"),
    CaseState.UNKNOWN: lazy("The Trusst desk is finding out where it stands"),
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A case as its customer reads it."""

    case: VendorCase
    words: str
    since: datetime | None
    response: clocks.Response | None


@register.inclusion_tag("portal/_vendor_cases.html", takes_context=True)
def ticket_vendor_cases(context: template.RequestContext, ticket: Ticket) -> dict[str, Any]:
    """Show a customer what a vendor has been asked for its ticket, and whose move it is."""
    now: datetime = context["now"]
    member = context.get("viewer_member")
    cases = access.cases_on_ticket(ticket)
    return {
        "ticket": ticket,
        "vendors": _by_vendor(cases, now),
        "lacking": _lacking(ticket, cases),
        "observed_at": _observed_at(ticket, cases),
        "may_see_accounts": isinstance(member, Member) and member.works_level_1,
        "now": now,
    }


def _by_vendor(cases: list[VendorCase], now: datetime) -> dict[str, list[Shown]]:
    shown: dict[str, list[Shown]] = {}
    for case in cases:
        words = str(_FOR_MEMBERS[case.standing]) % {"vendor": case.vendor.name}
        reading = access.read_clocks(case, (), now=now)
        shown.setdefault(case.vendor.name, []).append(
            Shown(
                case=case,
                words=words,
                since=case.state_since,
                response=None if reading is None else reading.response,
            )
        )
    return shown


def _lacking(ticket: Ticket, cases: list[VendorCase]) -> AwsAccount | None:
    """Return the account whose plan takes no cases, if the ticket is about one."""
    if ticket.aws_account is not None and ticket.aws_account.lacks_plan:
        return ticket.aws_account
    return next((case.link.account for case in cases if case.lacked_plan_at is not None), None)


def _observed_at(ticket: Ticket, cases: list[VendorCase]) -> datetime | None:
    if ticket.aws_account is not None and ticket.aws_account.lacks_plan:
        return ticket.aws_account.checked_at
    return next((case.lacked_plan_at for case in cases if case.lacked_plan_at is not None), None)


@register.filter
def member_verdict(response: clocks.Response) -> str:
    """Say to a customer how long a vendor's first response took."""
    took = how_long(response.took)
    if response.took is not None:
        return _("after %(length)s") % {"length": took}
    if response.automatic_at is not None:
        return _("an automatic answer only, so far")
    return _("none yet")
