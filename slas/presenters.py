"""Clocks and promises as pages show them; no rule is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from customers.models import Customer
from slas.access import agreement_in_force
from slas.actions import measure
from slas.calendar import Calendar
from slas.clock import Segment
from slas.events import METRIC_NAMES
from slas.models import Agreement
from tickets.models import HoldChoice, Ticket
from tickets.severity import Severity

_REASONS = {choice.value: choice.label for choice in HoldChoice} | {
    "restored": "Service was restored",
    "resolved": "The ticket was resolved",
    "no_objective": "No target at this severity",
}


def say_seconds(seconds: int) -> str:
    """Return a length of time in its two largest units, such as '3 h 20 min'."""
    seconds = abs(seconds)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    said = [f"{value} {unit}" for value, unit in parts if value]
    return " ".join(said[:2]) or "0 s"


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """One clock on a page; `remaining_seconds` counts down in calendar time and goes below zero."""

    metric: str
    label: str
    cycle: int
    severity: str
    state: str
    outcome: str
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    at_risk: bool
    target_seconds: int | None
    consumed_seconds: int
    waived: bool
    reason: str
    segments: Sequence[Segment]

    @property
    def remaining_seconds(self) -> int | None:
        return None if self.target_seconds is None else self.target_seconds - self.consumed_seconds

    @property
    def target(self) -> str:
        return "no target" if self.target_seconds is None else say_seconds(self.target_seconds)

    @property
    def remaining(self) -> str:
        return "" if self.remaining_seconds is None else say_seconds(self.remaining_seconds)

    @property
    def consumed(self) -> str:
        return say_seconds(self.consumed_seconds)

    @property
    def percent(self) -> int:
        if not self.target_seconds:
            return 0
        return min(100, self.consumed_seconds * 100 // self.target_seconds)

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
        match self.tone:
            case "missed":
                return "Missed"
            case "met":
                return "Met"
            case "cancelled":
                return "Cancelled"
            case "excluded":
                return "Excluded"
            case "paused":
                return "Paused"
            case "at_risk":
                return "At risk"
        return "Running" if self.segments and self.segments[-1].kind != "closed" else "Outside hours"

    @property
    def is_live(self) -> bool:
        return self.state == "running"

    def why(self) -> list[tuple[Segment, str, str]]:
        """Return the segments, each with its length and its reason in words."""
        return [(segment, say_seconds(segment.seconds), _say_segment(segment)) for segment in self.segments]


def _say_segment(segment: Segment) -> str:
    match segment.kind:
        case "counted":
            return "Counted"
        case "closed":
            return "Outside the agreed hours"
        case "excluded":
            return f"Excluded: {segment.reason}"
    return f"Paused: {_REASONS.get(segment.reason or '', segment.reason)}"


def clock_views(*, ticket: Ticket, now: datetime) -> list[ClockView]:
    """Return every clock of a ticket, replayed as of now; the live ones first."""
    if not ticket.has_cover:
        return []
    views = []
    for one in measure(ticket, as_of=now)[1]:
        clock = one.clock
        last = clock.segments[-1] if clock.segments else None
        views.append(
            ClockView(
                metric=clock.metric.value,
                label=METRIC_NAMES[clock.metric.value],
                cycle=clock.cycle,
                severity=clock.severity,
                state=clock.state,
                outcome=clock.outcome,
                started_at=clock.started_at,
                due_at=clock.due_at,
                stopped_at=clock.stopped_at,
                breached_at=clock.breached_at,
                at_risk=one.at_risk_at is not None and one.at_risk_at <= now,
                target_seconds=clock.target_seconds,
                consumed_seconds=clock.consumed_seconds,
                waived=clock.waived,
                reason=_say_segment(last) if last is not None and clock.state == "paused" else "",
                segments=clock.segments,
            )
        )
    return views


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One objective in words, with when it would fall due if the ticket reached the desk now."""

    metric: str
    label: str
    target: str
    hours: str
    due_at: datetime


def promises(*, customer: Customer, severity: int, at: datetime) -> list[Promise]:
    """Return what the agreement in force promises for a severity; empty without an agreement."""
    agreement = agreement_in_force(customer, at)
    if agreement is None:
        return []
    return [
        promise
        for objective in agreement.policy.document["objectives"]
        if objective["severity"] == Severity(severity).name
        for promise in [_promise(objective, agreement, at)]
    ]


def _promise(objective: dict[str, object], agreement: Agreement, at: datetime) -> Promise:
    always = objective["calendar"] == "always"
    version = agreement.always if always else agreement.business_hours
    seconds = int(str(objective["target_seconds"]))
    metric = str(objective["metric"])
    return Promise(
        metric=metric,
        label=METRIC_NAMES[metric],
        target=say_target(seconds, always=always),
        hours="around the clock" if always else f"business hours, {agreement.timezone}",
        due_at=Calendar.from_dict(version.document(agreement.timezone)).add(at, seconds),
    )


def say_target(seconds: int, *, always: bool) -> str:
    """Return a target in words; eight business hours are a business day."""
    if not always and seconds % _BUSINESS_DAY == 0:
        days = seconds // _BUSINESS_DAY
        return f"{days} business day{'s' if days > 1 else ''}"
    said = say_seconds(seconds)
    return said if always else f"{said} of business hours"


_BUSINESS_DAY = int(timedelta(hours=8).total_seconds())
