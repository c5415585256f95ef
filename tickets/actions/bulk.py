from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db import transaction

from core.problems import Refused, Stale
from tickets.actions.locking import lock
from tickets.bulk import CHANGED, Outcome
from tickets.models import Ticket


@transaction.atomic
def change_each(
    *,
    tickets: Sequence[Ticket],
    versions: Mapping[str, int],
    act: Callable[[Ticket], object],
    beside: Sequence[Ticket] = (),
) -> list[Outcome]:
    """Change several tickets, each by itself: one that is refused, or changed meanwhile, stops no other.

    `versions` are those that were looked at, by the ticket's key. Rows are locked in the order of their
    ids, so that two who change the same tickets wait for each other and do not stand in each other's way. Where
    each change reaches the tickets `beside` as well, all are locked before the first one is changed.
    """
    if beside:
        for ticket in _in_order([*tickets, *beside]):
            lock(ticket)
    became = {ticket.pk: _change(ticket, versions[ticket.key], act) for ticket in _in_order(tickets)}
    return [became[ticket.pk] for ticket in tickets]


def _in_order(tickets: Sequence[Ticket]) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: ticket.pk)


def _change(ticket: Ticket, version: int, act: Callable[[Ticket], object]) -> Outcome:
    try:
        with transaction.atomic():
            act(lock(ticket, expected_version=version))
    except Stale:
        return Outcome(key=ticket.key, reason=CHANGED)
    except Refused as refused:
        return Outcome(key=ticket.key, reason=refused.reason)
    return Outcome(key=ticket.key)
