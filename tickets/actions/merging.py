from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from tickets.actions.affected import bring_affected
from tickets.actions.flow import HOLD_COLUMNS, forget_hold
from tickets.actions.following import bring_followers
from tickets.actions.locking import check_verb, lock, save
from tickets.events import TicketMerged, TicketTookOver
from tickets.lifecycle import Status, Verb
from tickets.models import ResolutionCode, Ticket


@transaction.atomic
def merge(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    into: Ticket,
    inherit_start: bool = False,
    expected_version: int | None = None,
) -> Ticket:
    """End a ticket for good: it goes on in another one of its customer. Return the one that it ended in.

    Its clocks are cancelled, and whoever follows it follows the other. With `inherit_start` the other's open
    clocks count from when this one reached the desk.
    """
    for one in sorted((ticket, into), key=lambda one: one.pk):
        lock(one)  # in the order of ids, so that nobody waits in a circle
    source = lock(ticket, verb=Verb.MERGE, expected_version=expected_version)
    target = lock(into)
    check_target(source, target)
    start = earlier_start(source, target)
    if inherit_start and start is None:
        raise Refused(f"{target.key} reached the desk first: there is nothing to inherit.", field="inherit")
    source.status = Status.CLOSED.value
    source.closed_at = at
    source.closes_at = None
    source.resolution_code = ResolutionCode.MERGED.value
    source.merged_into = target
    forget_hold(source)
    save(source, at, "status", "closed_at", "closes_at", "resolution_code", "merged_into", *HOLD_COLUMNS)
    save(target, at)
    bring_followers(source=source, target=target)
    bring_affected(source=source, target=target)
    publish(
        TicketMerged(
            at=at,
            customer_id=source.customer_id,
            ticket_id=source.pk,
            actor=actor,
            into_id=target.pk,
            key=target.key,
        )
    )
    publish(
        TicketTookOver(
            at=at,
            customer_id=target.customer_id,
            ticket_id=target.pk,
            actor=actor,
            source_id=source.pk,
            key=source.key,
            inherit_start_at=start.isoformat() if inherit_start and start is not None else "",
        )
    )
    return target


def check_target(source: Ticket, target: Ticket) -> None:
    """Raise Refused, with the reason, unless one ticket can be merged into another."""
    check_verb(source, Verb.MERGE)
    if source.pk == target.pk:
        raise Refused("Choose another ticket than this one.", field="into")
    if source.customer_id != target.customer_id:
        raise Refused(
            f"{target.key} is another customer's. Link the two instead: only tickets of one customer are merged.",
            field="into",
        )
    if not target.is_open:
        raise Refused(f"{target.key} has ended. Reopen it first, or choose an open one.", field="into")
    if not target.is_with_desk:
        raise Refused(f"{target.key} is with the customer's Level 1, not with the desk.", field="into")


def earlier_start(source: Ticket, target: Ticket) -> datetime | None:
    """Return when the source reached the desk, where that was before the target did."""
    mine, theirs = source.reached_desk_at, target.reached_desk_at
    return mine if mine is not None and theirs is not None and mine < theirs else None
