"""What ties a ticket to words, to others, to steps and to people, inside its page."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import template

from customers.models import DeskPerson, Member
from tickets import relation_access as access
from tickets.models import Ticket
from tickets.timeline import Entry

register = template.Library()


def _panel(context: template.Context, *names: str) -> dict[str, Any]:
    """Return what every panel of the desk's ticket page shows beside its own, with the forms it offers."""
    failed = context["failed"]
    return {
        "ticket": context["ticket"],
        "now": context["now"],
        "may": context["may"],
        "forms": {name: context["forms"][name] for name in names},
        "opened": [name for name in names if name in failed],
        "csrf_token": context.get("csrf_token"),
        "viewer_person": context.get("viewer_person"),
    }


@register.inclusion_tag("desk/_tags.html", takes_context=True)
def ticket_tags(context: template.Context) -> dict[str, Any]:
    """Show the desk the tags of the page's ticket."""
    return _panel(context, "tag", "untag") | {"tags": access.tags_of(context["ticket"])}


@register.inclusion_tag("desk/_links.html", takes_context=True)
def ticket_links(context: template.Context) -> dict[str, Any]:
    """Show the desk what the page's ticket is linked to, and what was merged into it."""
    ticket: Ticket = context["ticket"]
    linked = access.links_of(ticket)
    return _panel(context, "link", "unlink", "merge") | {
        "linked": _by_kind(linked),
        "is_major": any(one.kind == "parent" for one in linked),
        "merged": access.merged_into_it(ticket),
        "went_to": access.where_it_went(ticket),
    }


@register.inclusion_tag("portal/_links.html", takes_context=True)
def member_links(context: template.Context) -> dict[str, Any]:
    """Show a member what the page's ticket is linked to, as far as they may read it."""
    ticket: Ticket = context["ticket"]
    member = context["viewer_member"]
    assert isinstance(member, Member)
    return {
        "linked": _by_kind(access.links_for_member(member, ticket)),
        "went_to": access.where_it_went(ticket, member),
        "ticket": ticket,
    }


def _by_kind(linked: list[access.Linked]) -> list[tuple[str, list[Ticket]]]:
    """Return linked tickets under what this one is to them; links come sorted by that."""
    grouped = groupby(linked, key=lambda one: one.kind)
    return [(kind.label, [one.ticket for one in some]) for kind, some in grouped]


@register.inclusion_tag("desk/_checklist.html", takes_context=True)
def ticket_checklist(context: template.Context) -> dict[str, Any]:
    """Show the desk the steps on the page's ticket."""
    items = list(access.items_of(context["ticket"]))
    return _panel(context, "checklist", "step", "tick") | {
        "items": items,
        "done": sum(item.is_done for item in items),
    }


@register.inclusion_tag("desk/_people.html", takes_context=True)
def ticket_people(context: template.Context) -> dict[str, Any]:
    """Show the desk who is concerned with the page's ticket, on both sides."""
    ticket: Ticket = context["ticket"]
    person = context["viewer_person"]
    assert isinstance(person, DeskPerson)
    desk_followers = access.desk_followers_of(ticket)
    return _panel(context, "follower", "unfollower") | {
        "followers": access.followers_of(ticket),
        "desk_followers": desk_followers,
        "follows": person in desk_followers,
    }


@register.inclusion_tag("desk/_facts.html", takes_context=True)
def customer_facts(context: template.Context) -> dict[str, Any]:
    """Show the desk what it should know about the customer of the page's ticket."""
    ticket: Ticket = context["ticket"]
    return {
        "ticket": ticket,
        "customer": ticket.customer,
        "contacts": access.contacts_of(ticket.customer),
        "recent": access.recent_of(ticket),
        "now": context["now"],
        "viewer_person": context.get("viewer_person"),
    }


@register.inclusion_tag("tickets/_findings.html", takes_context=True)
def ticket_findings(context: template.Context) -> dict[str, Any]:
    """Show what was found and done on the page's ticket; both sides read it."""
    return {
        "findings": access.findings_of(context["ticket"]),
        "now": context["now"],
        "in_portal": context.get("viewer_person") is None,
    }


@register.filter
def only_messages(entries: list[Entry]) -> list[Entry]:
    """Keep the conversation of a ticket's story, without its facts."""
    return [entry for entry in entries if entry.kind == "message"]
