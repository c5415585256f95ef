"""How many messages the person who looks has not read, and their quiet hours."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.tenancy import is_acting
from notifications import access
from notifications.forms import QuietForm
from notifications.preferences import quiet_of_member, quiet_of_person

register = template.Library()


@register.inclusion_tag("notifications/_bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """Show a member where their messages are, with how many are unread; the desk has its rail for that."""
    member = context.get("viewer_member")
    match = getattr(context.get("request"), "resolver_match", None)
    if member is None or not is_acting():
        return {"url": ""}
    return {
        "url": reverse("portal-notices", kwargs={"customer": member.customer.slug}),
        "unread": access.count_unread(access.notices_of_member(member)),
        "most": access.MOST_COUNTED,
        "is_here": match is not None and match.url_name == "portal-notices",
    }


@register.inclusion_tag("notifications/_quiet.html", takes_context=True)
def quiet_choice(context: template.Context) -> dict[str, Any]:
    """Show the person's quiet hours, and what comes all the same."""
    member, person = context.get("viewer_member"), context.get("viewer_person")
    failed = context.get("quiet_form")
    if member is not None:
        form = failed or QuietForm(quiet=quiet_of_member(member))
        action, zone = reverse("you-quiet", kwargs={"customer": member.customer.slug}), member.zone
        pierces = _("Mails about critical tickets come all the same.")
    else:
        assert person is not None
        form = failed or QuietForm(quiet=quiet_of_person(person))
        action, zone = reverse("desk-quiet"), person.timezone
        pierces = _("Alerts that call you, and mails about critical tickets, come all the same.")
    return {
        "form": form,
        "action": action,
        "zone": zone,
        "pierces": pierces,
        "csrf_token": context.get("csrf_token"),
    }
