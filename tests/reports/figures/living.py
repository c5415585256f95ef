"""Tickets that live at random through the portal's own actions, and what a slow second count says of them.

The second count shares no code with the sums: it goes through every clock and fact there is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from core.models import EventRecord
from core.problems import Refused
from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, Member, Service
from reports.actions.folding import fold
from slas import actions as slas
from slas.models import CalendarVersion, Clock, Exclusion, ExclusionReason
from slas.previews import if_approved, if_void, replayed
from slas.tasks import sweep_due_clocks
from slas.verdicts import signature
from tests.cast import CRITICAL, HIGH, LOW, NORMAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Clock as Hands
from tests.explaining import explain
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from tickets.severity import Severity
from tickets.tasks import close_due_tickets

Cell = tuple[str, int]


class Life:
    """A desk at work for some weeks; every choice comes from one seed."""

    def __init__(self, cast: Cast, hands: Hands, seed: int) -> None:
        self.cast = cast
        self.hands = hands
        self.random = Random(seed)
        self.done: Counter[str] = Counter()

    def live(self, steps: int) -> None:
        """Do so many things at random, counting now and then."""
        for _ in range(steps):
            verb = self.random.choices(list(_VERBS), weights=list(_VERBS.values()))[0]
            with suppress(Refused):  # much of it is not allowed at its moment
                getattr(self, verb)()
                self.done[verb] += 1
            self.hands.advance(minutes=self.random.choice([0, 1, 7, 30, 95, 400, 1500]))
            if self.random.random() < 0.5:
                sweep_due_clocks()
            if self.random.random() < 0.2:
                fold()
        sweep_due_clocks()
        fold()

    # --- what is done ---
    def file(self) -> None:
        house = self.random.choice([self.cast.acme, self.cast.globex, self.cast.initech])
        with acting_as(worker_context()):
            service = self.random.choice([None, Service.objects.get(customer=house.customer)])
        impact = self.random.choice([CRITICAL, HIGH, NORMAL, NORMAL, NORMAL, LOW, LOW])
        file_ticket(house.requester, impact=impact, to_desk=self.random.random() < 0.85, service=service)

    def reply(self) -> None:
        self._desk(tickets.post_reply, body="We are looking.")

    def ask(self) -> None:
        ticket = self._ticket()
        self._do(tickets.post_reply, ticket, self._lead_of(ticket), body="Any news?")

    def hold(self) -> None:
        reason = self.random.choice(list(HoldReason))
        review = self.hands.now + timedelta(days=2)
        self._desk(
            tickets.hold, reason=reason, owner="Somebody", note="Asked", evidence="1", review_at=review
        )

    def resume(self) -> None:
        self._desk(tickets.resume)

    def restore(self) -> None:
        earlier = self.random.choice([None, self.hands.now - timedelta(minutes=40)])
        ticket = self._ticket()
        lead = self.cast.lead
        more: dict[str, Any] = {} if earlier is None else {"may_decide": True, "confirmed": True}
        self._do(tickets.mark_restored, ticket, lead, restored_at=earlier, **more)

    def resolve(self) -> None:
        ticket = self._ticket()
        explain(self.cast, ticket)
        self._do(tickets.resolve, ticket, self.cast.engineer, code="fixed")

    def reopen(self) -> None:
        ticket = self._ticket()
        self._do(tickets.reopen, ticket, self._lead_of(ticket))

    def close(self) -> None:
        ticket = self._ticket()
        explain(self.cast, ticket)
        self._do(tickets.close, ticket, self.cast.engineer)

    def give_back(self) -> None:
        self._desk(tickets.return_to_customer, reason="Look at it first")

    def pass_on(self) -> None:
        ticket = self._ticket()
        self._do(tickets.pass_to_desk, ticket, self._lead_of(ticket))

    def change_severity(self) -> None:
        severity = self.random.choice([Severity.P1, Severity.P2, *[Severity.P3, Severity.P4] * 3])
        self._desk(tickets.establish_severity, severity=severity, reason="Worse than we thought")

    def merge(self) -> None:
        source, target = self._ticket(), self._ticket()
        if source.customer_id == target.customer_id and source != target:
            self._do(
                tickets.merge,
                source,
                self.cast.engineer,
                into=target,
                inherit_start=self.random.random() < 0.5,
            )

    def exclude(self) -> None:
        ticket = self._ticket()
        with acting_as(context_of(self.cast.engineer)) as now:
            slas.propose_exclusion(
                ticket=ticket,
                person=self.cast.engineer,
                actor=actor_of(self.cast.engineer),
                at=now,
                reason=ExclusionReason.NETWORK,
                evidence="Graph 7",
                starts_at=now - timedelta(minutes=self.random.choice([0, 90])),
            )
        lead = self.cast.lead
        with acting_as(context_of(lead)) as now:
            proposed = Exclusion.objects.select_related("ticket").latest("pk")
            slas.approve_exclusion(
                exclusion=proposed,
                person=lead,
                actor=actor_of(lead),
                at=now,
                reason="So it was",
                seen=signature(if_approved(proposed, as_of=now)),
            )
        if self.random.random() < 0.6:
            self.hands.advance(minutes=5)
            explain(self.cast, ticket)
            self._do(tickets.resolve, ticket, self.cast.engineer, code="excluded")

    def revoke(self) -> None:
        lead = self.cast.lead
        with acting_as(context_of(lead)) as now:
            running = list(Exclusion.objects.in_force().filter(state="approved").select_related("ticket"))
            if running:
                one = self.random.choice(running)
                slas.revoke_exclusion(
                    exclusion=one,
                    person=lead,
                    actor=actor_of(lead),
                    at=now,
                    reason="It was not",
                    is_void=True,
                    seen=signature(if_void(one, as_of=now)),
                )

    def waive(self) -> None:
        lead = self.cast.lead
        with acting_as(context_of(lead)) as now:
            missed = list(Clock.objects.missed().filter(waived=False).select_related("ticket").order_by("pk"))
            if missed:
                one = self.random.choice(missed)
                slas.waive_objective(
                    ticket=one.ticket,
                    metric=one.metric,
                    cycle=one.cycle,
                    actor=actor_of(lead),
                    at=now,
                    reason="The line was cut",
                )

    def correct_calendar(self) -> None:
        """Let the administrator say that the day before yesterday was a closed one, and a manager agree."""
        with acting_as(context_of(self.cast.admin)) as now:
            base = CalendarVersion.objects.of_family("business", "NSW")[0]
            day = (now - timedelta(days=2)).date()
            draft = base.draft
            since = datetime.combine(day, datetime.min.time(), tzinfo=now.tzinfo)
            correction = slas.propose_correction(
                base=base,
                draft=replace(draft, holidays={**draft.holidays, day.isoformat(): "Day of mourning"}),
                effective_at=max(since, base.effective_at + timedelta(seconds=1)),
                note="Declared afterwards",
                person=self.cast.admin,
                at=now,
            )
        with acting_as(context_of(self.cast.manager)) as now:
            slas.approve_correction(correction=correction, person=self.cast.manager, at=now)

    def time_passes(self) -> None:
        self.hands.advance(days=self.random.choice([1, 2, 7]))
        sweep_due_clocks()
        close_due_tickets()

    # --- on what and by whom ---
    def _ticket(self) -> Ticket:
        with acting_as(worker_context()):
            found = list(Ticket.objects.with_people().order_by("-pk")[:12])
        if not found:
            raise Refused("There is nothing yet.")
        return self.random.choice(found)

    def _lead_of(self, ticket: Ticket) -> Member:
        houses = (self.cast.acme, self.cast.globex, self.cast.initech)
        return next(house.lead for house in houses if house.customer.pk == ticket.customer_id)

    def _desk(self, verb: Callable[..., object], **more: Any) -> None:
        self._do(verb, self._ticket(), self.cast.engineer, **more)

    def _do(
        self, verb: Callable[..., object], ticket: Ticket, person: Member | DeskPerson, **more: Any
    ) -> None:
        with acting_as(context_of(person)) as now:
            verb(ticket=ticket, actor=actor_of(person), at=now, **more)


#: What is done how often.
_VERBS = {
    "file": 14,
    "reply": 16,
    "ask": 5,
    "hold": 7,
    "resume": 4,
    "restore": 6,
    "resolve": 8,
    "reopen": 5,
    "close": 2,
    "give_back": 3,
    "pass_on": 5,
    "change_severity": 5,
    "merge": 2,
    "exclude": 8,
    "revoke": 2,
    "waive": 3,
    "correct_calendar": 1,
    "time_passes": 6,
}


# --- The second count ---------------------------------------------------------------------------------
class Count:
    """What clocks and facts say of the days [since, until), counted one by one."""

    def __init__(self, since: date, until: date, zone: str) -> None:
        self.since, self.until, self.zone = since, until, ZoneInfo(zone)
        self.cells: Counter[tuple[Cell, str]] = Counter()
        self.by: dict[str, Counter[tuple[Any, Cell, str]]] = {
            name: Counter() for name in ("month", "customer", "service")
        }
        self.hours: Counter[tuple[int, int]] = Counter()
        self.used: dict[str, Counter[int]] = {}
        self.time: dict[str, dict[Any, Counter[str]]] = {
            name: {} for name in ("severity", "customer", "month")
        }
        self.lasting: Counter[str] = Counter()
        with acting_as(worker_context()) as now:
            for clock in Clock.objects.select_related("ticket__customer"):
                self._clock(clock)
            for ticket in Ticket.objects.select_related("customer"):
                self._ticket(ticket, now)

    def tallies(self) -> dict[Cell, dict[str, int]]:
        """Return numbers by outcome of each metric and severity."""
        found: dict[Cell, dict[str, int]] = {}
        for (cell, name), number in self.cells.items():
            found.setdefault(cell, {})[name] = number
        return found

    def tallies_by(self, key: str) -> dict[Any, dict[Cell, dict[str, int]]]:
        found: dict[Any, dict[Cell, dict[str, int]]] = {}
        for (value, cell, name), number in self.by[key].items():
            found.setdefault(value, {}).setdefault(cell, {})[name] = number
        return found

    def _day(self, at: datetime, ticket: Ticket) -> date | None:
        day = at.astimezone(ZoneInfo(ticket.customer.timezone)).date()
        return day if self.since <= day < self.until else None

    def _clock(self, clock: Clock) -> None:
        at = {"missed": clock.breached_at, "met": clock.stopped_at, "excluded": clock.stopped_at}.get(
            clock.outcome
        )
        day = None if at is None else self._day(at, clock.ticket)
        if at is None or day is None:
            return
        cell = (clock.metric, clock.severity)
        names = [clock.outcome, *(["waived"] if clock.waived and clock.outcome == "missed" else [])]
        for name in names:
            self.cells[cell, name] += 1
            self.by["month"][day.replace(day=1), cell, name] += 1
            self.by["customer"][clock.customer_id, cell, name] += 1
            self.by["service"][clock.ticket.service_id, cell, name] += 1
        if clock.outcome == "missed":
            local = at.astimezone(self.zone)
            self.hours[local.weekday(), local.hour // 2] += 1
        if clock.outcome != "excluded" and clock.stopped_at is not None and clock.target_seconds:
            share = Fraction(clock.consumed_seconds * 100, clock.target_seconds)
            place = max(0, math.ceil(share / 5) - 1)
            place = max(20, place) if clock.outcome == "missed" else place
            self.used.setdefault(clock.metric, Counter())[min(24, place)] += 1

    def _ticket(self, ticket: Ticket, now: datetime) -> None:
        ended: datetime | None = None
        arrived: list[datetime] = []
        solved: list[datetime] = []
        is_here = is_solved = False
        for record in EventRecord.objects.filter(ticket_id=ticket.pk).order_by("occurred_at", "seq"):
            kind, at = record.type.removeprefix("tickets."), record.occurred_at
            if kind == "opened" and self._day(at, ticket):
                self.lasting["opened"] += 1
            if kind == "reached_desk" and not is_here:
                arrived.append(at)
                is_here = True
                self.lasting["reached"] += self._day(at, ticket) is not None
            if kind == "returned" and is_here:
                is_here = False
                self.lasting["returned"] += self._day(arrived[-1], ticket) is not None
            if kind == "resolved" and not is_solved:
                solved.append(at)
                is_solved = True
                self.lasting["resolved"] += self._day(at, ticket) is not None
            if kind in ("resolved", "closed", "merged"):
                ended = ended or at
            if kind == "reopened":
                self.lasting["reopened"] += is_solved and self._day(solved[-1], ticket) is not None
                is_solved, ended = False, None
        day = None if ended is None else self._day(ended, ticket)
        if day is None or not arrived:
            return
        self.lasting["ended"] += 1
        for party, seconds in vars(replayed(ticket, as_of=now)).get("ledger").__dict__.items():
            for name, value in (
                ("severity", ticket.severity),
                ("customer", ticket.customer_id),
                ("month", day.replace(day=1)),
            ):
                self.time[name].setdefault(value, Counter())[party] += seconds
