"""Small pieces of a review's page."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def ticket_link(key: str, customer: str = "") -> SafeString:
    """Link to a ticket by its reference: at the desk, or in the portal of a customer where one is named."""
    number = key.rpartition("-")[2]
    if not customer:
        address = reverse("desk-ticket", kwargs={"key": key})
    elif number.isascii() and number.isdigit():
        address = reverse("portal-ticket", kwargs={"customer": customer, "number": int(number)})
    else:
        return format_html('<span class="mono">{}</span>', key)
    return format_html('<a class="mono nw" href="{}">{}</a>', address, key)
