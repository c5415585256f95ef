"""Connections of accounts inside pages: a state as a tag, what happened in words, and what a ticket says of a plan."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.models import EventRecord
from core.templatetags.ui import draw_when, icon
from customers.models import AwsAccount
from tickets.models import Ticket
from vendors.access import links as access
from vendors.link_words import explain
from vendors.models import AccountLink, FindingChoice
from vendors.states import LINK_WORDS, LinkState

register = template.Library()


@register.simple_tag
def link_tag(link: AccountLink | None) -> SafeString:
    """Show the state of a link as a word with an icon."""
    explained = explain(link)
    if explained.is_well:
        return format_html('<span class="tag">{} {}</span>', icon("check", 13), explained.name)
    is_wrong = link is not None and (
        bool(link.refusal) or link.standing in {LinkState.NO_PLAN, LinkState.DENIED, LinkState.UNREACHABLE}
    )
    if is_wrong and not explained.waits:
        return format_html('<span class="tag soont">{} {}</span>', icon("warn", 13), explained.name)
    return format_html('<span class="tag line">{} {}</span>', icon("help", 13), explained.name)


@register.simple_tag(takes_context=True)
def link_fact(context: template.Context, fact: EventRecord) -> SafeString:
    """Say what happened to a link, who did it and when."""
    return format_html(
        "{}: {} ({})",
        draw_when(fact.occurred_at, context.get("now") or fact.occurred_at),
        _said(fact),
        fact.actor_name,
    )


#: What a fact without values says, by its type or by its kind.
_SAID = {
    "vendors.link_added": "began to connect it",
    "vendors.link_rotated": "replaced the external ID",
    "vendors.push_key_made": "made a key for events",
    "push_key_revoked": "revoked a key for events",
    "role": "named another role",
    "manual": "switched to by hand",
    "automatic": "switched back to calls",
    "partner_led": "noted that a partner supports it",
}


def _said(fact: EventRecord) -> str:
    told = fact.payload
    if fact.type == "vendors.link_state_changed":
        evidence = f", {told['evidence']}" if told["evidence"] else ""
        return f"{LINK_WORDS[LinkState(told['now'])]}{evidence}"
    if fact.type == "vendors.plan_observed":
        finding, was = (FindingChoice(told[name]).label for name in ("finding", "was"))
        return f"{finding}; before: {str(was).lower()}. {told['evidence']}"
    return _SAID.get(told.get("kind") or fact.type, fact.type.partition(".")[2].replace("_", " "))


# --- The customer's page of accounts -------------------------------------------------------------------
@register.simple_tag
def account_links(accounts: Any) -> dict[int, AccountLink]:
    """Return the links of accounts by the account's id, in one question; pairs are as the page has them."""
    return access.links_of([pair[0] for pair in accounts])


@register.inclusion_tag("vendors/links/_account.html")
def account_link(
    account: AwsAccount, links: dict[int, AccountLink], now: Any, *, may_change: bool
) -> dict[str, Any]:
    """Show how an account of the customer is connected, since when, and what shows it."""
    link = links.get(account.pk)
    return {
        "account": account,
        "link": link,
        "explained": explain(link),
        "is_live": link is not None and link.standing is not LinkState.RETIRED,
        "may_change": may_change,
        "now": now,
    }


# --- Tickets -------------------------------------------------------------------------------------------
@register.inclusion_tag("vendors/links/_not_committed.html", takes_context=True)
def plan_commitment(context: template.Context, ticket: Ticket, place: str = "") -> dict[str, Any]:
    """Say on a ticket that nothing is committed for AWS, where its account was seen without the plan."""
    account = ticket.aws_account
    lacks = account is not None and account.lacks_plan and ticket.is_open
    return {"account": account if lacks else None, "place": place, "now": context.get("now")}
