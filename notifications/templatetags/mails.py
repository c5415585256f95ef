"""Which mails the person who looks gets, as a part of the page of their own settings."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from notifications.forms import TopicsForm
from notifications.preferences import topics_of_member, topics_of_person
from notifications.topics import FIXED_FOR_MEMBERS, FIXED_FOR_THE_DESK, OF_MEMBERS, OF_THE_DESK

register = template.Library()


@register.inclusion_tag("notifications/_mails.html", takes_context=True)
def mail_choices(context: template.Context) -> dict[str, Any]:
    """Show the person's choices of mail, and what always comes."""
    member, person = context.get("viewer_member"), context.get("viewer_person")
    failed = context.get("topics_form")
    if member is not None:
        form = failed or TopicsForm(offered=OF_MEMBERS, initial={"topics": topics_of_member(member)})
        action = reverse("you-mails", kwargs={"customer": member.customer.slug})
        fixed = FIXED_FOR_MEMBERS
    else:
        assert person is not None
        form = failed or TopicsForm(offered=OF_THE_DESK, initial={"topics": topics_of_person(person)})
        action, fixed = reverse("desk-mail-choices"), FIXED_FOR_THE_DESK
    return {"form": form, "action": action, "fixed": fixed, "csrf_token": context.get("csrf_token")}
