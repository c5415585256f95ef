"""Clocks and promises as pages show them; no rule is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core.events import load_event
from core.models import EventRecord
from customers.models import Customer
from slas.access import agreement_in_force
from slas.bars import Bar, bar
from slas.calendar import Calendar
from slas.clock import ClockResult, Segment, replay
from slas.cycle import reached
from slas.documents import Ledger, ReplayDocument, parse
from slas.events import AgreementAttached, say_metric
from slas.facts import document_of, records_of, seq_of
from slas.models import Agreement, ExclusionReason
from slas.risk import at_risk_at
from slas.words import Hours, hours_of, say_counted, say_seconds, say_target
from tickets.events import TicketHeld
from tickets.models import HoldChoice, Kind, Ticket
from tickets.severity import Severity

_PAUSES = {choice.value: choice.label for choice in HoldChoice} | {
    "restored": lazy("Service was restored"),
    "resolved": lazy("The ticket was resolved"),
    "no_objective": lazy("No target at this severity"),
}
_EXCLUSIONS = {choice.value: choice.label for choice in ExclusionReason}
_VERDICTS = {
    "missed": lazy("Missed"),
    "met": lazy("Met"),
    "cancelled": lazy("Cancelled"),
    "excluded": lazy("Excluded"),
    "paused": lazy("Paused"),
    "at_risk": lazy("At risk"),
}
_PARTIES = {
    "customer_l1": lazy("Level 1 of %(customer)s"),
    "desk": lazy("The Trusst desk"),
    "customer": lazy("Waiting for %(customer)s"),
    "vendor": lazy("Waiting for a vendor"),
    "agreed_wait": lazy("Agreed waits"),
    "excluded": lazy("Excluded"),
    "after_restore": lazy("After service was restored"),
}


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One segment of a clock in words; `why` is its reason alone, `who` caused it, and `note` is what they said."""

    from_: datetime
    to: datetime
    kind: str
    seconds: int
    length: str
    said: str
    why: str
    who: str
    note: str
    clause: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """One clock on a page."""

    metric: str
    label: str
    cycle: int
    severity: str
    state: str
    outcome: str
    started_at: datetime
    due_at: datetime | None
    resumed_due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    at_risk: bool
    waived: bool
    has_target: bool
    target: str
    consumed: str
    remaining: str
    bar: Bar | None
    stretches: Sequence[Stretch]

    @property
    def name(self) -> str:
        """What tells it from the ticket's other clocks, such as 'update-2'."""
        return f"{self.metric}-{self.cycle}"

    @property
    def tone(self) -> str:
        """One word for the look: missed, at_risk, paused, met, cancelled, excluded or running."""
        if self.outcome != "pending":
            return self.outcome
        if self.state == "paused":
            return "paused"
        return "at_risk" if self.at_risk else "running"

    @property
    def verdict(self) -> str:
        """What the clock says in words, for those who do not see colour."""
        if said := _VERDICTS.get(self.tone):
            return str(said)
        return _("Outside hours") if self.is_outside_hours else _("Running")

    @property
    def look(self) -> str:
        """The class that paints it."""
        return {"missed": "bad", "met": "ok", "at_risk": "soon"}.get(self.tone, "")

    @property
    def is_outside_hours(self) -> bool:
        return self.state == "running" and bool(self.stretches) and self.stretches[-1].kind == "closed"

    @property
    def is_live(self) -> bool:
        return self.state == "running"

    @property
    def is_halted_while_missed(self) -> bool:
        return self.state == "paused" and self.outcome == "missed"

    @property
    def reason(self) -> str:
        """Why it is paused."""
        return self.stretches[-1].said if self.state == "paused" and self.stretches else ""


@dataclass(frozen=True, kw_only=True)
class Story:
    """Every clock of a ticket as of an instant, and whose time it was."""

    clocks: Sequence[ClockView]
    parties: Sequence[tuple[str, str, int]]

    @property
    def newest(self) -> list[ClockView]:
        """Return the newest cycle of each metric, in the order of the metrics."""
        return list({clock.metric: clock for clock in self.clocks}.values())

    @property
    def earlier(self) -> list[ClockView]:
        """Return the cycles that came before the newest ones."""
        newest = {id(clock) for clock in self.newest}
        return [clock for clock in self.clocks if id(clock) not in newest]


def clock_story(*, ticket: Ticket, at: datetime) -> Story:
    """Replay a ticket's clocks as of an instant, the present or a past one."""
    records = records_of(ticket)
    written = document_of(records, as_of=at)
    document = parse(written)
    result = replay(document)
    causes = _Causes.of(records)
    return Story(
        clocks=[_clock_view(clock, document, written, causes, at) for clock in result.clocks],
        parties=_parties(result.ledger, ticket.customer.name),
    )


def _clock_view(
    clock: ClockResult,
    document: ReplayDocument,
    written: Mapping[str, Any],
    causes: _Causes,
    at: datetime,
) -> ClockView:
    calendar = _calendar_of(clock, document)
    hours = hours_of(written, calendar)
    target = clock.target_seconds
    left = None if target is None else target - clock.consumed_seconds
    resumed_due_at = None
    if clock.state == "paused" and clock.outcome == "pending" and left is not None and calendar is not None:
        resumed_due_at = reached(document.calendars[calendar], at, max(left, 0))
    risk_at = at_risk_at(clock, document)
    open_end = clock.due_at if clock.outcome in ("pending", "met") else None
    return ClockView(
        metric=clock.metric.value,
        label=say_metric(clock.metric.value),
        cycle=clock.cycle,
        severity=clock.severity,
        state=clock.state,
        outcome=clock.outcome,
        started_at=clock.started_at,
        due_at=clock.due_at,
        resumed_due_at=resumed_due_at,
        stopped_at=clock.stopped_at,
        breached_at=clock.breached_at,
        at_risk=risk_at is not None and risk_at <= at,
        waived=clock.waived,
        has_target=target is not None,
        target=_("no target") if target is None else say_target(target, hours),
        consumed=say_counted(clock.consumed_seconds, hours),
        remaining="" if left is None else say_counted(left, hours),
        bar=bar(clock.segments, now=at, due_at=resumed_due_at or open_end),
        stretches=[_stretch(segment, causes) for segment in clock.segments],
    )


def _calendar_of(clock: ClockResult, document: ReplayDocument) -> str | None:
    """Return the calendar that a clock counts by, or counted by last."""
    named = [segment.calendar for segment in clock.segments if segment.calendar is not None]
    if named:
        return named[-1]
    policies = [policy.objective(clock.metric, clock.severity) for policy in document.policies.values()]
    return next((objective.calendar for objective in policies if objective is not None), None)


@dataclass(frozen=True)
class _Causes:
    """The records behind a ticket's facts, by number, and the clauses of the agreement that measures it."""

    records: Mapping[int, EventRecord]
    clauses: Mapping[str, str]

    @classmethod
    def of(cls, records: Sequence[EventRecord]) -> _Causes:
        attached = [record for record in records if record.type == AgreementAttached.type_name]
        agreements = [record.payload["agreement_id"] for record in attached[-1:]]
        clauses = Agreement.objects.filter(pk__in=agreements).values_list("clauses", flat=True).first()
        return cls(records={record.seq or 0: record for record in records}, clauses=clauses or {})

    def clause(self, segment: Segment) -> str:
        """Return the clause under which a segment did not count; empty where the agreement names none."""
        rule = "excluded" if segment.kind == "excluded" else segment.reason
        return self.clauses.get(rule or "", "")


def _stretch(segment: Segment, causes: _Causes) -> Stretch:
    record = causes.records.get(seq_of(segment.fact))
    halted = segment.kind in ("paused", "excluded")
    why = _say_why(segment) if halted else ""
    return Stretch(
        from_=segment.from_,
        to=segment.to,
        kind=segment.kind,
        seconds=segment.seconds,
        length=say_seconds(segment.seconds),
        said=_say_kind(segment, why),
        why=why,
        who=record.actor_name if halted and record is not None else "",
        note=_note(record) if halted and record is not None else "",
        clause=causes.clause(segment) if halted else "",
        rule=", ".join(part for part in (segment.policy, segment.calendar) if part),
    )


def _say_kind(segment: Segment, why: str) -> str:
    match segment.kind:
        case "counted":
            return _("Counted")
        case "closed":
            return _("Outside the agreed hours")
        case "excluded":
            return _("Excluded: %(why)s") % {"why": why}
    return _("Paused: %(why)s") % {"why": why}


def _say_why(segment: Segment) -> str:
    words = _EXCLUSIONS if segment.kind == "excluded" else _PAUSES
    return str(words.get(segment.reason or "", segment.reason))


def _note(record: EventRecord) -> str:
    event = load_event(record)
    return event.note if isinstance(event, TicketHeld) else ""


def _parties(ledger: Ledger, customer: str) -> list[tuple[str, str, int]]:
    """Return whose time it was: who, how long in words, and in seconds; those without any left out."""
    return [
        (str(label) % {"customer": customer}, say_seconds(seconds), seconds)
        for name, label in _PARTIES.items()
        if (seconds := getattr(ledger, name))
    ]


# --- Promises -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One objective in words, with when it would fall due if the ticket reached the desk now."""

    metric: str
    label: str
    target: str
    due_at: datetime


def promises(*, customer: Customer, severity: int, at: datetime, kind: str = Kind.INCIDENT) -> list[Promise]:
    """Return what the agreement in force promises for a severity and a kind; empty without an agreement."""
    agreement = agreement_in_force(customer, at)
    if agreement is None:
        return []
    return [
        _promise(objective, agreement, at)
        for objective in agreement.policy.objectives_for(kind)
        if objective["severity"] == Severity(severity).name
    ]


def _promise(objective: Mapping[str, Any], agreement: Agreement, at: datetime) -> Promise:
    version = agreement.always if objective["calendar"] == "always" else agreement.business_hours
    seconds: int = objective["target_seconds"]
    return Promise(
        metric=objective["metric"],
        label=say_metric(objective["metric"]),
        target=say_target(seconds, Hours.of(version.weekly)),
        due_at=Calendar.from_dict(version.document(agreement.timezone)).add(at, seconds),
    )
