"""What the bar over the queue's table offers."""

from __future__ import annotations

from django import template
from django.db.models import QuerySet

from customers.access import active_desk_people
from customers.models import DeskPerson

register = template.Library()


@register.simple_tag
def bulk_people() -> QuerySet[DeskPerson]:
    """Return the desk people to whom the selected tickets can be given."""
    return active_desk_people()
