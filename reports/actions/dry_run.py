"""Try a proposed policy or calendar on the facts of past tickets, in the background; no clock is touched.

A worker takes a run by a lease and works in batches: what a batch found and how far it came are written
together, so that whoever takes over a run that lost its worker neither skips nor doubles a ticket.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from core.models import EventRecord
from core.problems import Refused
from core.tenancy import acting_as, worker_context
from customers.models import Customer, DeskPerson
from reports import dry_run as rules
from reports.access.dry_runs import tickets_of
from reports.models import DryRun, DryRunMove, DryRunTally, Reach, RunState
from slas.calendar import Calendar
from slas.clock import replay
from slas.documents import Policy, ReplayDocument, parse
from slas.drafts import CalendarDraft, PolicyDraft
from slas.facts import document_of, records_of_tickets
from slas.models import CalendarVersion, PolicyVersion
from slas.pins import PIN_TYPES
from slas.rulebook import Rulebook
from tickets.events import TicketOpened
from tickets.models import Ticket
from tickets.severity import Severity

logger = logging.getLogger(__name__)

#: Tickets of one batch: a cancellation is noticed, and the progress shown, after each.
BATCH = 200
#: How long a worker may be silent before another takes over.
LEASE = timedelta(minutes=2)
#: How long one task works on dry runs; what is left goes on at the next poke.
LONGEST_SECONDS = 15.0
#: So many may be unfinished at once.
MOST_AT_ONCE = 5
MOST_MONTHS = 24


# --- Asking -------------------------------------------------------------------------------------------
@transaction.atomic
def ask_policy(
    *,
    policy: PolicyVersion,
    draft: PolicyDraft,
    differs: Sequence[str],
    reach: Reach,
    person: DeskPerson,
    at: datetime,
    customer: Customer | None,
    months: int,
) -> DryRun:
    """Let a proposed policy be tried on the tickets of the last months."""
    return _ask(
        DryRun(policy=policy, content=draft.document, differs=list(differs), reach=reach),
        person=person,
        at=at,
        customer=customer,
        months=months,
    )


@transaction.atomic
def ask_calendar(
    *,
    calendar: CalendarVersion,
    draft: CalendarDraft,
    differs: Sequence[str],
    person: DeskPerson,
    at: datetime,
    customer: Customer | None,
    months: int,
) -> DryRun:
    """Let a proposed version of a calendar be tried on the tickets of the last months."""
    return _ask(
        DryRun(calendar=calendar, content=draft.dump, differs=list(differs)),
        person=person,
        at=at,
        customer=customer,
        months=months,
    )


def _ask(run: DryRun, *, person: DeskPerson, at: datetime, customer: Customer | None, months: int) -> DryRun:
    if not 1 <= months <= MOST_MONTHS:
        raise Refused(f"Enter a number of months from 1 to {MOST_MONTHS}.", field="months")
    if DryRun.objects.unfinished().count() >= MOST_AT_ONCE:
        raise Refused(f"{MOST_AT_ONCE} dry runs are not finished yet. Wait for one, or cancel it.")
    zone = ZoneInfo(person.timezone)
    first = rules.months_before(at.astimezone(zone).date(), months)
    run.asked_by, run.asked_at, run.about, run.months = person, at, customer, months
    run.since, run.until = datetime.combine(first, time(), tzinfo=zone), at
    run.total = tickets_of(run).count()
    run.save()
    return run


@transaction.atomic
def cancel(*, run: DryRun, person: DeskPerson, at: datetime) -> DryRun:
    """Stop a run; the batch that is being worked on is thrown away."""
    locked = _lock(run.pk)
    if locked.is_over:
        raise Refused("This dry run is over.")
    _end(locked, RunState.CANCELLED, at=at, by=person.name)
    return locked


def _lock(pk: int) -> DryRun:
    return DryRun.objects.select_for_update(no_key=True).get(pk=pk)


def _end(run: DryRun, state: RunState, *, at: datetime, by: str = "") -> None:
    run.state, run.ended_at, run.ended_by_name, run.lease, run.leased_until = state, at, by, "", None
    run.save(update_fields=["state", "ended_at", "ended_by_name", "lease", "leased_until"])


# --- Working ------------------------------------------------------------------------------------------
def work(*, batch: int = BATCH, seconds: float = LONGEST_SECONDS) -> int:
    """Work on dry runs until there is none to take or some seconds have passed; return how many batches it made.

    Any number of workers may do so at once: each run has one of them.
    """
    began, made = monotonic(), 0
    while (left := seconds - (monotonic() - began)) > 0 and (taken := take()) is not None:
        made += _work_on(taken, batch=batch, seconds=left)
    return made


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A run that a worker holds."""

    run_id: int
    lease: str


def take() -> Taken | None:
    """Take the oldest run that nobody works on, or None."""
    with acting_as(worker_context()) as now:
        run = DryRun.objects.free_at(now).select_for_update(skip_locked=True, no_key=True).first()
        if run is None:
            return None
        run.state, run.lease, run.leased_until = RunState.RUNNING, uuid4().hex, now + LEASE
        run.save(update_fields=["state", "lease", "leased_until"])
        return Taken(run_id=run.pk, lease=run.lease)


def _work_on(taken: Taken, *, batch: int, seconds: float) -> int:
    """Work on a run while it is ours and there is time, then let it go; return how many batches were made."""
    began, made = monotonic(), 0
    trial: Trial | None = None
    try:
        while monotonic() - began < seconds:
            with acting_as(worker_context()):
                trial = trial or Trial.of(taken.run_id)
            if not make_batch(taken, trial, size=batch):
                return made
            made += 1
    except Exception:
        logger.exception("dry run %s could not go on", taken.run_id)
        with acting_as(worker_context()) as now:
            run = _lock(taken.run_id)
            if run.lease == taken.lease:
                _end(run, RunState.FAILED, at=now)
        return made
    let_go(taken)
    return made


def let_go(taken: Taken) -> None:
    """Give a run back, for whoever takes it next."""
    with acting_as(worker_context()):
        run = _lock(taken.run_id)
        if run.lease == taken.lease and not run.is_over:
            run.lease, run.leased_until = "", None
            run.save(update_fields=["lease", "leased_until"])


def make_batch(taken: Taken, trial: Trial, *, size: int) -> bool:
    """Replay the next tickets and keep what was found; False once the run is over or another's."""
    began = monotonic()
    with acting_as(worker_context()):
        run = DryRun.objects.select_related("about").get(pk=taken.run_id)
        if run.is_over or run.lease != taken.lease:
            return False
        after = run.last_ticket_id
        tickets = list(tickets_of(run).filter(pk__gt=after).order_by("pk")[:size])
        found = trial.on(tickets)
    with acting_as(worker_context()) as now:
        run = _lock(taken.run_id)
        if run.is_over or run.lease != taken.lease or run.last_ticket_id != after:
            return False  # what was found counts only for whoever still holds the run
        if not tickets:
            _end(run, RunState.DONE, at=now)
            return False
        _keep(run, found)
        run.last_ticket_id = tickets[-1].pk
        run.seen += len(tickets)
        run.total = max(run.total, run.seen)
        run.reached += sum(one.is_reached for one in found)
        run.unread += len(tickets) - len(found)
        run.seconds += monotonic() - began
        run.leased_until = now + LEASE
        run.save(
            update_fields=[
                "last_ticket_id",
                "seen",
                "total",
                "reached",
                "unread",
                "seconds",
                "leased_until",
            ]
        )
    return True


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one ticket adds; `is_reached` says whether the proposal measures it."""

    ticket: Ticket
    outcome: rules.Outcome
    is_reached: bool


def _keep(run: DryRun, found: Sequence[Found]) -> None:
    """Add what a batch found to the sums, and write down which misses come and go; four statements."""
    tallies = {
        (one.customer_id, one.metric, one.severity): one
        for one in DryRunTally.objects.filter(
            run=run, customer_id__in={one.ticket.customer_id for one in found}
        )
    }
    known = set(tallies)
    for one in found:
        for sums, prefix in ((one.outcome.now, ""), (one.outcome.proposed, "would_be_")):
            for (metric, severity), count in sums.items():
                key = (one.ticket.customer_id, metric, int(Severity[severity]))
                row = tallies.setdefault(
                    key, DryRunTally(run=run, customer_id=key[0], metric=key[1], severity=key[2])
                )
                for name in _OUTCOMES:
                    column = f"{prefix}{name}"
                    setattr(row, column, getattr(row, column) + getattr(count, name))
    DryRunTally.objects.bulk_create([row for key, row in tallies.items() if key not in known])
    DryRunTally.objects.bulk_update(
        [row for key, row in tallies.items() if key in known],
        [f"{prefix}{name}" for prefix in ("", "would_be_") for name in _OUTCOMES],
    )
    DryRunMove.objects.bulk_create(
        [
            DryRunMove(
                customer_id=one.ticket.customer_id,
                run=run,
                ticket=one.ticket,
                metric=change.metric,
                cycle=change.cycle,
                severity=int(Severity[change.severity]),
                was=change.was,
                becomes=change.becomes,
                appears=change.appears,
                at=change.at,
            )
            for one in found
            for change in one.outcome.changes
        ]
    )


_OUTCOMES = ("met", "missed", "excluded")


# --- One ticket under the proposal ----------------------------------------------------------------------
class ProposedBook(Rulebook):
    """Reads what facts name, with the proposal's content in the place of what it would replace.

    Each version keeps its own name, so that the facts of a ticket name the same policies in both replays.
    """

    def __init__(self, run: DryRun) -> None:
        super().__init__()
        self._run = run
        self._columns: dict[str, Any] = {} if run.calendar is None else CalendarDraft(**run.content).columns

    def policy(self, pk: int) -> PolicyVersion:
        real = super().policy(pk)
        if not self.replaces_policy(real):
            return real
        return PolicyVersion(name=real.name, version=real.version, document=self._run.content)

    def calendar(self, pk: int) -> CalendarVersion:
        real = super().calendar(pk)
        if not self.replaces_calendar(real):
            return real
        return CalendarVersion(name=real.name, region=real.region, version=real.version, **self._columns)

    def replaces_policy(self, real: PolicyVersion) -> bool:
        base = self._run.policy
        return base is not None and (self._run.reach == Reach.EVERY or base.name == real.name)

    def replaces_calendar(self, real: CalendarVersion) -> bool:
        base = self._run.calendar
        return base is not None and (base.name, base.region) == (real.name, real.region)

    def replaces_any(self, pins: Sequence[Mapping[str, Any]]) -> bool:
        """Tell whether the proposal would have measured a ticket of some pins at any time."""
        return any(
            self.replaces_policy(super(ProposedBook, self).policy(pin["policy_id"]))
            or self.replaces_calendar(super(ProposedBook, self).calendar(pin["business_hours_id"]))
            or self.replaces_calendar(super(ProposedBook, self).calendar(pin["always_id"]))
            for pin in pins
        )


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the proposal puts in the place of a ticket's policies and calendars."""

    policies: Mapping[str, Policy]
    calendars: Mapping[str, Calendar]


@dataclass(kw_only=True)
class Trial:
    """A proposal with what is read once for many tickets."""

    since: datetime
    until: datetime
    proposed: ProposedBook
    book: Rulebook = field(default_factory=Rulebook)
    _terms: dict[object, Terms | None] = field(default_factory=dict)

    @classmethod
    def of(cls, run_id: int) -> Trial:
        run = DryRun.objects.select_related("policy", "calendar").get(pk=run_id)
        return cls(since=run.since, until=run.until, proposed=ProposedBook(run))

    def on(self, tickets: Sequence[Ticket]) -> list[Found]:
        """Replay tickets with and without the proposal; one that cannot be read is left out and logged."""
        return list(self._each(tickets))

    def _each(self, tickets: Sequence[Ticket]) -> Iterator[Found]:
        records = records_of_tickets(tickets) if tickets else {}
        for ticket in tickets:
            try:
                yield self._one(ticket, records[ticket.pk])
            except Exception:
                logger.exception("a dry run could not replay ticket %s", ticket.pk)

    def _one(self, ticket: Ticket, records: Sequence[EventRecord]) -> Found:
        document = parse(document_of(records, as_of=self.until, book=self.book))
        before = replay(document)
        terms = self._terms_for(records, document)
        after = (
            before
            if terms is None
            else replay(rules.under(document, policies=terms.policies, calendars=terms.calendars))
        )
        return Found(
            ticket=ticket,
            outcome=rules.compare(before, after, since=self.since, until=self.until),
            is_reached=terms is not None,
        )

    def _terms_for(self, records: Sequence[EventRecord], document: ReplayDocument) -> Terms | None:
        """Return what the proposal puts in the place of a ticket's terms, None where it does not reach it.

        Tickets of the same pins share them: thousands do.
        """
        told = [one for one in records if one.type in PIN_TYPES or one.type == TicketOpened.type_name]
        pins = [one.payload for one in told if one.type in PIN_TYPES]
        kinds = [one.payload["kind"] for one in told if one.type == TicketOpened.type_name]
        key = (
            tuple(kinds),
            tuple(document.policies),
            tuple((pin["policy_id"], pin["business_hours_id"], pin["always_id"]) for pin in pins),
            tuple(pin["timezone"] for pin in pins),
        )
        if key not in self._terms:
            self._terms[key] = None
            if self.proposed.replaces_any(pins):
                read = parse(document_of(told, as_of=self.until, book=self.proposed))
                self._terms[key] = Terms(policies=read.policies, calendars=read.calendars)
        return self._terms[key]
