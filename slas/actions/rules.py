from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from core.events import publish_all, publish_desk
from core.models import EventRecord
from core.problems import Refused, Stale
from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from customers.access import desk_actor
from slas.actions.clocks import refresh_locked
from slas.actions.closing import plan_closing
from slas.actions.reaching import take_turns
from slas.drafts import CalendarDraft, DraftError, PolicyDraft
from slas.events import CalendarPublished, PolicyPublished, VerdictCorrected
from slas.facts import in_order, records_of_tickets
from slas.models import CalendarVersion, PolicyVersion, RuleChange
from slas.pins import pins_in, pins_of_version, replaced_by, tickets_pinned_to
from slas.previews import replay_of
from slas.rulebook import Rulebook
from slas.verdicts import changed_verdicts
from tickets.lifecycle import Status
from tickets.models import Ticket

logger = logging.getLogger(__name__)

#: So many tickets are reached in the transaction that publishes; more are left to the sweep.
AT_ONCE = 50
BATCH = 200
#: Tickets that share their statements. They stay locked until the transaction of their batch ends.
TOGETHER = 50


# --- Publishing ---------------------------------------------------------------------------------------
@transaction.atomic
def publish_calendar(
    *,
    name: str,
    region: str,
    draft: CalendarDraft,
    note: str,
    base: int,
    actor: Actor,
    at: datetime,
    effective_at: datetime | None = None,
) -> CalendarVersion:
    """Publish the next version of a calendar, which holds from an instant on, or from now.

    `base` is the number of the version that it was written from, 0 for a new calendar. Raises Stale where
    that is no longer the newest one, and Refused for an instant in the past: that is a correction.
    """
    since = (effective_at or at).astimezone(UTC)
    if since < at:
        raise Refused("This is in the past. Propose a correction instead.", field="effective_at")
    version = write_version(
        name=name, region=region, draft=draft, note=note, base=base, since=since, actor=actor, at=at
    )
    change = RuleChange.objects.create(calendar=version, effective_at=since)
    if since <= at:
        reach_now(change, at=at)
    return version


def write_version(
    *,
    name: str,
    region: str,
    draft: CalendarDraft,
    note: str,
    base: int,
    since: datetime,
    actor: Actor,
    at: datetime,
) -> CalendarVersion:
    """Write the next version of a calendar, in turn with everybody else; nothing is reached by it yet."""
    version = CalendarVersion(
        name=name,
        region=region,
        version=base + 1,
        effective_at=since,
        created_at=at,
        created_by_name=actor.name,
        note=note.strip()[:500],
        **draft.columns,
    )
    take_turns(version)
    check_next(version, draft)
    version.save(force_insert=True)
    publish_desk(
        CalendarPublished(
            at=at,
            actor=actor,
            calendar_id=version.pk,
            calendar=str(version),
            effective_at=since.isoformat(),
            reason=version.note,
        )
    )
    return version


def check_next(version: CalendarVersion, draft: CalendarDraft) -> None:
    """Raise Stale or Refused unless a version may follow the newest one of its family."""
    newest = CalendarVersion.objects.of_family(version.name, version.region).first()
    if version.version != (1 if newest is None else newest.version + 1):
        raise Stale("Someone published another version meanwhile. Nothing was saved: look at it first.")
    if not version.note:
        raise Refused("Say why, in a line.", field="note")
    try:
        draft.check()
    except DraftError as error:
        raise Refused(error.message, field=error.part) from None
    if newest is None:
        return
    if newest.draft.digest == draft.digest:
        raise Refused(f"Nothing differs from version {newest.version}.")
    if version.effective_at < newest.effective_at:
        raise Refused(
            f"Version {newest.version} holds only from a later moment on. Choose that one or a later one.",
            field="effective_at",
        )


@transaction.atomic
def publish_policy(
    *,
    name: str,
    draft: PolicyDraft,
    note: str,
    base: int,
    actor: Actor,
    at: datetime,
    effective_at: datetime | None = None,
    only_check: bool = False,
) -> PolicyVersion:
    """Publish the next version of a policy; running tickets keep theirs, and so does every agreement.

    With `only_check` nothing is written, for a preview. Raises Stale where another version came between,
    and Refused for an instant in the past.
    """
    since = effective_at or at
    if since < at:
        raise Refused("Choose now or a later time: what was promised stays promised.", field="effective_at")
    if not note.strip():
        raise Refused("Say why, in a line.", field="note")
    try:
        draft.check()
    except DraftError as error:
        raise Refused(error.message, field=error.part) from None
    take_turns(CalendarVersion(name=f"policy {name}"))
    newest = PolicyVersion.objects.filter(name=name).order_by("-version").first()
    if base != (0 if newest is None else newest.version):
        raise Stale("Someone published another version meanwhile. Nothing was saved: look at it first.")
    if newest is not None and newest.document == draft.document:
        raise Refused(f"Nothing differs from version {newest.version}.")
    if newest is not None and since < newest.effective_at:
        raise Refused(
            f"Version {newest.version} holds only from a later moment on. Choose that one or a later one.",
            field="effective_at",
        )
    version = PolicyVersion(
        name=name,
        version=base + 1,
        document=draft.document,
        effective_at=since,
        created_at=at,
        created_by_name=actor.name,
        note=note.strip()[:500],
        content_hash=draft.digest,
    )
    if only_check:
        return version
    version.save(force_insert=True)
    publish_desk(
        PolicyPublished(
            at=at,
            actor=actor,
            policy_id=version.pk,
            policy=str(version),
            effective_at=since.isoformat(),
            reason=version.note,
        )
    )
    return version


# --- Reaching tickets ---------------------------------------------------------------------------------
def reach_now(change: RuleChange, *, at: datetime) -> None:
    """Reach the tickets of a change in this transaction if they are few; else the sweep does."""
    if len(_to_reach(change)[: AT_ONCE + 1]) <= AT_ONCE:
        reach_some(change, at=at, limit=AT_ONCE + 1)


def sweep_changes(*, limit: int = BATCH) -> int:
    """Let every change that has begun to hold reach its tickets; return how many were reached."""
    total = 0
    while (done := _sweep_once(limit)) is not None:
        total += done
    return total


def _sweep_once(limit: int) -> int | None:
    """Take one batch of the first change that nobody is at; None when there is nothing to get on with.

    Changes of one calendar go in the order in which they hold.
    """
    with acting_as(worker_context()) as now:
        before = RuleChange.objects.filter(
            applied_at=None,
            calendar__name=OuterRef("calendar__name"),
            calendar__region=OuterRef("calendar__region"),
            calendar__version__lt=OuterRef("calendar__version"),
        )
        due = RuleChange.objects.due_by(now).filter(~Exists(before))
        for change in due.select_for_update(of=("self",), skip_locked=True, no_key=True):
            take_turns(change.calendar)
            was = change.last_ticket_id
            done = reach_some(change, at=now, limit=limit)
            # That other tickets wait first now is no progress: a sweep would go round for ever.
            if done or change.applied_at is not None or was != change.last_ticket_id:
                return done
    return None


def reach_some(change: RuleChange, *, at: datetime, limit: int) -> int:
    """Reach the next tickets of a locked change, and mark it as applied after the last one.

    A ticket that is busy or fails waits for another time and does not hold up the others.
    """
    pending = list(_to_reach(change)[:limit])
    again = change.waiting_ids[:limit]
    replaced = replaced_by(change.calendar)
    reached: set[int] = set()
    asked = [*again, *pending]
    for place in range(0, len(asked), TOGETHER):
        reached |= _reach_together(change, asked[place : place + TOGETHER], replaced, at=at)
    waiting = [pk for pk in asked if pk not in reached]
    change.waiting_ids = [*change.waiting_ids[limit:], *waiting]
    if pending:
        change.last_ticket_id = pending[-1]
    if len(pending) < limit and not change.waiting_ids:
        change.applied_at = at
    change.save(update_fields=["waiting_ids", "last_ticket_id", "applied_at"])
    return len(reached)


def _to_reach(change: RuleChange) -> QuerySet[Ticket, int]:
    """Return the ids of the tickets that a change has not come to."""
    tickets = tickets_pinned_to(
        replaced_by(change.calendar),
        since=change.effective_at,
        with_finished=change.correction_id is not None,
    )
    return tickets.filter(pk__gt=change.last_ticket_id).values_list("pk", flat=True)


def _reach_together(
    change: RuleChange, ticket_ids: Sequence[int], replaced: Collection[int], *, at: datetime
) -> set[int]:
    """Reach several tickets in one savepoint; one that fails spoils it, so then each has its own."""
    try:
        with transaction.atomic():
            return _reach(change, ticket_ids, replaced, at=at)
    except Exception:
        if len(ticket_ids) == 1:
            logger.exception("%s could not reach ticket %s", change.calendar, ticket_ids[0])
            return set()
        logger.warning(
            "%s could not reach %s tickets together", change.calendar, len(ticket_ids), exc_info=True
        )
    return set().union(*(_reach_together(change, [pk], replaced, at=at) for pk in ticket_ids))


def _reach(
    change: RuleChange, ticket_ids: Sequence[int], replaced: Collection[int], *, at: datetime
) -> set[int]:
    """Append a change to the logs of the tickets that nobody else holds, and return their ids.

    A correction goes with it for each verdict that it changes.
    """
    tickets = list(
        Ticket.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(pk__in=ticket_ids)
        .order_by("pk")
    )
    found = records_of_tickets(tickets)
    pins = {
        ticket.pk: pins_of_version(
            pins_in(found[ticket.pk]),
            change.calendar,
            replaced=replaced,
            since=change.effective_at,
            until=ticket.closed_at,
        )
        for ticket in tickets
    }
    changed = [ticket for ticket in tickets if pins[ticket.pk]]
    if not changed:
        return {ticket.pk for ticket in tickets}
    added: dict[int, list[EventRecord]] = {ticket.pk: [] for ticket in changed}
    for record in publish_all([event for ticket in changed for event in pins[ticket.pk]]):
        added[record.ticket_id or 0].append(record)
    book = Rulebook()
    publish_all(
        [
            correction
            for ticket in changed
            for correction in _corrections(
                ticket, change, found[ticket.pk], added[ticket.pk], at=at, book=book
            )
        ]
    )
    refresh_locked(changed, at=at)
    for ticket in changed:
        if ticket.status == Status.RESOLVED and ticket.resolved_at is not None:
            plan_closing(ticket_id=ticket.pk, customer_id=ticket.customer_id, at=ticket.resolved_at)
    return {ticket.pk for ticket in tickets}


def _corrections(
    ticket: Ticket,
    change: RuleChange,
    records: Sequence[EventRecord],
    added: Sequence[EventRecord],
    *,
    at: datetime,
    book: Rulebook,
) -> Iterator[VerdictCorrected]:
    """Yield a correction of each verdict that is another now, in the name of whoever approved it.

    Nobody approves a version that begins now or later. Where it comes to a ticket late, a verdict by the
    hours before it may have been told meanwhile, and is taken back; what is missed only now is news.
    """
    correction = change.correction
    if correction is None:
        actor, key = SYSTEM, f"calendar-late:{change.pk}"
    else:
        assert correction.decided_by is not None
        actor, key = desk_actor(correction.decided_by), f"calendar-corrected:{correction.pk}"
    before = replay_of(records, as_of=at, book=book)
    after = replay_of(in_order([*records, *added]), as_of=at, book=book)
    for verdict in changed_verdicts(before, after):
        if correction is None and verdict.was_open:
            continue
        yield VerdictCorrected(
            at=at,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            actor=actor,
            source_key=f"{key}:{ticket.pk}:{verdict.metric}:{verdict.cycle}",
            metric=verdict.metric,
            cycle=verdict.cycle,
            was=verdict.was,
            now=verdict.now,
            cause="calendar",
        )
