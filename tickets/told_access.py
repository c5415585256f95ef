"""Tickets by their ids, for pages that list what somebody was told."""

from __future__ import annotations

from collections.abc import Iterable

from customers.models import Member
from tickets.models import Ticket


def tickets_of_ids(ids: Iterable[int | None], *, member: Member | None) -> dict[int, Ticket]:
    """Return those of the tickets that the reader may open, by id: a member's own, or any for the desk."""
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    rows = Ticket.objects.select_related("customer").filter(pk__in=wanted)
    if member is not None:
        rows = rows.filter(customer_id=member.customer_id).visible_to(member)
    return {ticket.pk: ticket for ticket in rows}
