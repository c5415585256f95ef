"""What is looked up when many tickets are changed at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from customers.models import DeskPerson, Member
from tickets.models import Ticket, Watcher


def tickets_of(person: DeskPerson, keys: Iterable[str]) -> list[Ticket]:
    """Return the tickets of references for a desk person, in the order asked; unknown ones are left out."""
    wanted = list(keys)
    numbers: dict[str, set[int]] = defaultdict(set)
    for key in wanted:
        prefix, _, number = key.rpartition("-")
        if number.isascii() and number.isdigit() and len(number) <= _DIGITS:
            numbers[prefix].add(int(number))
    if not numbers:
        return []
    match = reduce(or_, (Q(customer__key=prefix, number__in=some) for prefix, some in numbers.items()))
    found = {
        ticket.key: ticket for ticket in Ticket.objects.filter(match).with_people().select_related("team")
    }
    return [found[key] for key in wanted if key in found]


_DIGITS = 9  # nine digits always fit the column


def readers_of_all(tickets: Sequence[Ticket]) -> list[tuple[Member, list[Ticket]]]:
    """Return who of the customers is mailed about which of the tickets, by name, in one query."""
    by_id = {ticket.pk: ticket for ticket in tickets if ticket.customer.is_active}
    told: dict[int, tuple[Member, dict[int, Ticket]]] = {}
    for ticket in by_id.values():
        told.setdefault(ticket.requester_id, (ticket.requester, {}))[1][ticket.pk] = ticket
    watching = Watcher.objects.filter(ticket_id__in=list(by_id)).select_related("member")
    for watcher in watching:
        told.setdefault(watcher.member_id, (watcher.member, {}))[1][watcher.ticket_id] = by_id[
            watcher.ticket_id
        ]
    return [
        (member, list(about.values()))
        for member, about in sorted(told.values(), key=lambda pair: pair[0].name)
        if member.is_active
    ]


def versions_of(tickets: Sequence[Ticket]) -> dict[str, int]:
    """Return the versions that tickets have now, by their keys."""
    now = dict(Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).values_list("pk", "version"))
    return {ticket.key: now[ticket.pk] for ticket in tickets}
