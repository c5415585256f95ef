"""Who is affected by a ticket and what is known of it, inside its page."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse

from tickets.affected_access import affected_by
from tickets.article_access import articles_on
from tickets.markdown import render
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("portal/_affected.html", takes_context=True)
def member_affected(context: template.Context) -> dict[str, Any]:
    """Show a member whom the page's ticket affects, and let them say that it affects them too."""
    ticket: Ticket = context["ticket"]
    return {
        "ticket": ticket,
        "affected": affected_by(ticket),
        "may": context["may"],
        "forms": {name: context["forms"][name] for name in ("affect", "unaffect")},
        "csrf_token": context.get("csrf_token"),
        "now": context["now"],
    }


@register.inclusion_tag("desk/_affected.html", takes_context=True)
def ticket_affected(context: template.Context) -> dict[str, Any]:
    """Show the desk whom the page's ticket affects; evidence for its severity, which nothing is computed from."""
    ticket: Ticket = context["ticket"]
    return {"ticket": ticket, "affected": affected_by(ticket), "now": context["now"]}


@register.inclusion_tag("portal/_known.html", takes_context=True)
def member_articles(context: template.Context) -> dict[str, Any]:
    """Show a member the articles that are tied to the page's ticket."""
    ticket: Ticket = context["ticket"]
    return {"articles": articles_on(ticket, customer=True), "slug": ticket.customer.slug}


@register.inclusion_tag("desk/_known.html", takes_context=True)
def ticket_articles(context: template.Context) -> dict[str, Any]:
    """Show the desk the articles that are tied to the page's ticket, each with a link for a reply."""
    ticket: Ticket = context["ticket"]
    return {
        "articles": [
            (article, f"[{article.title}]({_address(ticket, article.ref)})" if article.is_published else "")
            for article in articles_on(ticket)
        ]
    }


def _address(ticket: Ticket, ref: str) -> str:
    path = reverse("portal-article", kwargs={"customer": ticket.customer.slug, "article": ref})
    return f"{settings.PORTAL_BASE_URL}{path}"


@register.simple_tag
def as_article(text: str) -> str:
    """Show an article's text."""
    return render(text)
