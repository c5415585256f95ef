"""When single keys do something, as a part of the page of a member's own settings."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from customers.keys import keys_of
from customers.models import Member
from customers.portal_forms import KeysForm

register = template.Library()


@register.inclusion_tag("customers/_keys.html", takes_context=True)
def keys_choice(context: template.RequestContext) -> dict[str, Any]:
    """Let whoever works Level 1 turn the keys of its queue off."""
    member = context["viewer_member"]
    assert isinstance(member, Member)
    return {
        "shows": member.works_level_1,
        "form": context.get("keys_form") or KeysForm(initial={"keys": keys_of(context["request"])}),
        "action": reverse("you-keys", kwargs={"customer": member.customer.slug}),
        "csrf_token": context.get("csrf_token"),
    }
