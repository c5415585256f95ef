"""The keys of the desk's pages: the list of them, and the mark of a control that a key presses."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tickets.keyboard import ACTIONS, GO_TO, GROUPS

register = template.Library()


@register.inclusion_tag("desk/_shortcuts.html")
def shortcuts() -> dict[str, Any]:
    """List every shortcut with what it does."""
    return {"groups": GROUPS}


@register.simple_tag
def key_to(name: str) -> SafeString:
    """Mark a link of the rail, by the name of its view or page, with the keys that press it."""
    return _mark(GO_TO.get(name))


@register.simple_tag
def key_for(name: str) -> SafeString:
    """Mark what opens a form of a ticket's page, by the action's name, with the key that presses it."""
    return _mark(ACTIONS.get(name))


def _mark(code: str | None) -> SafeString:
    return format_html(' data-key="{}"', code) if code else SafeString("")
