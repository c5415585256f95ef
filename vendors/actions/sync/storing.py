"""What a look found of one case, stored in one transaction with the mark of how far it was read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.events import publish
from core.tenancy import Actor, ActorKind, acting_as, worker_context
from tickets.actions import lock
from tickets.models import Ticket
from vendors.actions.receiving import TIMES, store_messages
from vendors.actions.sync.effects import act_on
from vendors.actions.sync.looking import Look
from vendors.actions.telling import tell_owner
from vendors.adapters.base import Received, Snapshot
from vendors.events import VendorCaseMissing, VendorCaseMoved
from vendors.models import CaseStatus, VendorCase
from vendors.states import CaseState

logger = logging.getLogger(__name__)


def store_safely(case: VendorCase, found: Look, *, reopen_days: int | None) -> None:
    """Store what a look found of a case; a case that cannot be stored is logged, and does not hold up the others.

    Where its messages should have been read and were not, nothing is stored: the next look finds it as it was.
    """
    if case.pk in found.unread or case.pk in found.skipped:
        return
    if case.pk not in found.seen and case.pk not in found.missing:
        return
    if case.pk not in found.messages and _is_as_before(case, found, reopen_days):
        return
    try:
        with acting_as(worker_context()) as now:
            row, ticket = _lock(case)
            if row.seen_at is not None and row.seen_at > found.begun_at:
                return  # another look, which began later, was quicker
            if case.pk in found.missing:
                _missing(row, found.begun_at, now)
            else:
                store(
                    case=row,
                    ticket=ticket,
                    snapshot=found.seen[case.pk],
                    messages=found.messages.get(case.pk),
                    seen_at=found.begun_at,
                    at=now,
                    reopen_days=reopen_days,
                )
    except Exception:
        logger.exception("vendor case %s could not be stored", case.pk)


def _is_as_before(case: VendorCase, found: Look, reopen_days: int | None) -> bool:
    """Tell whether a look, which read no messages, found a case as it is known; that it was seen, the caller notes."""
    if case.pk in found.missing:
        return case.is_missing
    snapshot = found.seen[case.pk]
    state = _settled(case, snapshot.state, found.begun_at, reopen_days)
    as_known = (snapshot.raw_status[:60], state) == (case.raw_status, case.standing)
    return as_known and not case.is_missing and not _new_words(case, snapshot)


def _lock(case: VendorCase) -> tuple[VendorCase, Ticket]:
    """Lock a ticket and then its case, in the order that every verb keeps."""
    ticket = lock(case.ticket)
    row = (
        VendorCase.objects.select_for_update(no_key=True, of=("self",))
        .select_related("vendor", "link")
        .get(pk=case.pk, customer_id=case.customer_id)
    )
    row.ticket = ticket
    return row, ticket


def store(
    *,
    case: VendorCase,
    ticket: Ticket,
    snapshot: Snapshot,
    messages: Sequence[Received] | None,
    seen_at: datetime,
    at: datetime,
    reopen_days: int | None,
) -> None:
    """Bring a locked case to what the vendor tells of it; None when its messages were not read this time.

    What has become true is published, and what follows from it for the ticket is done.
    """
    was, was_since = case.standing, case.state_since
    words = _new_words(case, snapshot)
    for name, value in words.items():
        setattr(case, name, value)
    new = store_messages(case=case, ticket=ticket, messages=messages or (), at=at)
    moved = _move(case, snapshot, seen_at=seen_at, reopen_days=reopen_days)
    if messages is not None:
        case.read_at = seen_at
    case.seen_at = seen_at
    case.is_missing = False
    case.save(update_fields=[*words, *TIMES, *_SEEN, *(_MOVED if moved else ())])
    if moved:
        _publish_move(case, was, at)
    act_on(case=case, ticket=ticket, new=new, was=was, was_since=was_since, moved=moved, at=at)


_SEEN = ["seen_at", "read_at", "is_missing"]
_MOVED = ["raw_status", "state", "state_since", "resolved_after", "resolved_at", "version"]


def _new_words(case: VendorCase, snapshot: Snapshot) -> dict[str, Any]:
    """Return what a vendor says of a case, beside its status, that is new; what we do not know is kept as it came."""
    values: dict[str, Any] = {
        "display_id": snapshot.display_id[:40],
        "subject": snapshot.subject[:250],
        "severity": snapshot.severity[:40],
        "service": snapshot.service[:120],
        "category": snapshot.category[:120],
        "opened_by": snapshot.opened_by[:150],
        "opened_at": snapshot.opened_at,
        "extra": {**case.extra, **snapshot.extra},
    }
    if case.target_seconds is None and snapshot.target_seconds is not None:
        values |= {
            "target_seconds": snapshot.target_seconds,
            "target_source": f"what {case.vendor.name} says of this case",
        }
    new = {name: value for name, value in values.items() if value and value != getattr(case, name)}
    if "severity" in new and case.severity:
        new["severity_name"] = snapshot.severity[:60]
    return new


def _move(case: VendorCase, snapshot: Snapshot, *, seen_at: datetime, reopen_days: int | None) -> bool:
    """Put a case where the vendor has it, and tell whether it was elsewhere, or under another of its words."""
    raw, state = snapshot.raw_status[:60], _settled(case, snapshot.state, seen_at, reopen_days)
    was = case.standing
    if (raw, state) == (case.raw_status, was):
        return False
    after = snapshot.changed_at or case.seen_at or case.read_at
    case.raw_status = raw
    if state is not was:
        case.state, case.state_since = state.value, snapshot.changed_at or seen_at
        case.version += 1
        if state.is_over and not was.is_over:
            case.resolved_at = snapshot.changed_at or seen_at
            case.resolved_after = after or case.opened_at
        elif not state.is_over:
            case.resolved_at = case.resolved_after = None
    CaseStatus.objects.create(
        customer_id=case.customer_id,
        case=case,
        raw_status=raw,
        state=state.value,
        at=snapshot.changed_at or seen_at,
        after=after,
    )
    return True


def _settled(case: VendorCase, told: CaseState, seen_at: datetime, reopen_days: int | None) -> CaseState:
    """Return where a case stands: one that was resolved is closed once it can no longer be opened again."""
    if told is not CaseState.RESOLVED or not case.standing.is_over or reopen_days is None:
        return told
    if case.standing is CaseState.CLOSED:
        return CaseState.CLOSED
    ended = case.resolved_at is not None and case.resolved_at + timedelta(days=reopen_days) <= seen_at
    return CaseState.CLOSED if ended else told


def _publish_move(case: VendorCase, was: CaseState, at: datetime) -> None:
    """Publish that a case moved; that a resolved one can no longer be opened again is for our own books."""
    if was.is_over and case.standing.is_over:
        return
    publish(
        VendorCaseMoved(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=vendor_actor(case),
            case_id=case.pk,
            vendor=case.vendor.name,
            display_id=case.display_id,
            raw=case.raw_status,
            was=was.value,
            now=case.state,
        )
    )


def vendor_actor(case: VendorCase) -> Actor:
    return Actor(kind=ActorKind.VENDOR, id=None, name=case.vendor.name)


def _missing(case: VendorCase, seen_at: datetime, at: datetime) -> None:
    """Mark a case that the vendor no longer knows, and tell the desk once."""
    if case.is_missing:
        return
    case.is_missing = True
    case.seen_at = seen_at
    case.save(update_fields=["is_missing", "seen_at"])
    publish(
        VendorCaseMissing(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=vendor_actor(case),
            case_id=case.pk,
            vendor=case.vendor.name,
            display_id=case.display_id,
        )
    )
    tell_owner(
        case,
        at=at,
        key=f"vendor-missing:{case.pk}:{at:%Y%m%dT%H%M%S}",
        what=f"{case.vendor.name} does not know case {case.display_id} any more",
        body=f"{case.vendor.name} answers that there is no case {case.display_id}. What it said so far stays here. "
        "Look in the account itself.",
    )
