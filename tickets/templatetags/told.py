"""The tickets that messages are about, for the pages that list messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from customers.models import Member
from tickets.models import Ticket
from tickets.told_access import tickets_of_ids

register = template.Library()


@dataclass(frozen=True, kw_only=True)
class Told:
    """A message, and the ticket it is about where the reader may open it."""

    row: Any
    key: str = ""
    url: str = ""


@register.simple_tag(takes_context=True)
def told_about(context: template.Context, rows: Iterable[Any]) -> list[Told]:
    """Return each message with its ticket, in one query for all."""
    listed = list(rows)
    member: Member | None = context.get("viewer_member")
    tickets = tickets_of_ids((row.ticket_id for row in listed), member=member)
    return [_told(row, tickets.get(row.ticket_id), member) for row in listed]


def _told(row: Any, ticket: Ticket | None, member: Member | None) -> Told:
    if ticket is None:
        return Told(row=row)
    if member is None:
        return Told(row=row, key=ticket.key, url=reverse("desk-ticket", kwargs={"key": ticket.key}))
    where = {"customer": member.customer.slug, "number": ticket.number}
    return Told(row=row, key=ticket.key, url=reverse("portal-ticket", kwargs=where))
