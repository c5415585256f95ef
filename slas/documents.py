"""Replay documents: read one, refuse a faulty one by the path of its fault, write the result; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from slas.calendar import YEARS, Calendar, CalendarError, read_instant

FORMAT = "slo-replay/1"
SEVERITIES = ("P1", "P2", "P3", "P4")
HOLD_REASONS = ("customer_reply", "customer_access", "vendor", "agreed_wait")


class Metric(StrEnum):
    """What is measured, in the order of the results."""

    RESPOND = "respond"
    UPDATE = "update"
    RESTORE = "restore"
    RESOLVE = "resolve"


#: What stops each metric's counting unless the objective says otherwise (DOMAIN, section 4).
DEFAULT_STOPS: dict[Metric, frozenset[str]] = {
    Metric.RESPOND: frozenset(),
    Metric.UPDATE: frozenset({"customer_reply", "customer_access", "agreed_wait", "excluded"}),
    Metric.RESTORE: frozenset({"customer_reply", "customer_access", "vendor", "agreed_wait", "excluded"}),
    Metric.RESOLVE: frozenset({"customer_reply", "customer_access", "vendor", "agreed_wait", "excluded"}),
}


class FactKind(StrEnum):
    """The kinds of fact that a clock knows."""

    OPENED = "opened"
    SEVERITY_SET = "severity_set"
    POLICY_ATTACHED = "policy_attached"
    REACHED_DESK = "reached_desk"
    RETURNED = "returned_to_customer"
    PUBLIC_REPLY = "public_reply"
    INTERNAL_NOTE = "internal_note"
    HELD = "held"
    RESUMED = "resumed"
    EXCLUDED = "excluded"
    INCLUDED = "included"
    RESTORED = "restored"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    MERGED = "merged"
    WAIVED = "waived"


class DocumentError(ValueError):
    """A document that is refused; `path` names the part at fault."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Objective:
    """A promise: this metric, for this severity, within so many counted seconds of this calendar."""

    metric: Metric
    severity: str
    target_seconds: int
    calendar: str
    at_risk_percent: int
    stops_while: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The objectives of one policy version and its reopening window."""

    objectives: tuple[Objective, ...]
    reopen_calendar: str | None
    reopen_seconds: int

    def objective(self, metric: Metric, severity: str) -> Objective | None:
        """Return the objective of a metric for a severity, if one is promised."""
        for objective in self.objectives:
            if objective.metric is metric and objective.severity == severity:
                return objective
        return None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened to a ticket at an instant; the other fields depend on the kind."""

    id: str
    at: datetime
    kind: FactKind
    severity: str | None = None
    policy: str | None = None
    by: str | None = None
    automatic: bool = False
    reason: str | None = None
    lacks_plan: bool = False
    inherit_start_at: datetime | None = None
    metric: Metric | None = None
    cycle: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReplayDocument:
    """Everything that a ticket's clocks depend on."""

    as_of: datetime
    calendars: Mapping[str, Calendar]
    policies: Mapping[str, Policy]
    facts: tuple[Fact, ...]


class Segment(NamedTuple):
    """A stretch of a clock's life of one kind: counted, paused, closed or excluded."""

    from_: datetime
    to: datetime
    kind: str
    reason: str | None
    fact: str
    policy: str | None
    calendar: str | None

    @property
    def seconds(self) -> int:
        return int((self.to - self.from_).total_seconds())


@dataclass(frozen=True, kw_only=True)
class ClockResult:
    """One clock as of the document's instant."""

    metric: Metric
    cycle: int
    severity: str
    target_seconds: int | None
    state: str
    outcome: str
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    consumed_seconds: int
    waived: bool
    segments: tuple[Segment, ...]


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Whose time passed, in seconds; together they make the wall-clock time."""

    customer_l1: int = 0
    desk: int = 0
    customer: int = 0
    vendor: int = 0
    agreed_wait: int = 0
    excluded: int = 0
    after_restore: int = 0


@dataclass(frozen=True, kw_only=True)
class Replay:
    """The result of a replay."""

    clocks: tuple[ClockResult, ...]
    ledger: Ledger


# --- Writing ------------------------------------------------------------------------------------------


def write_instant(moment: datetime) -> str:
    """Write an instant in UTC, whole seconds, with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_optional(moment: datetime | None) -> str | None:
    return None if moment is None else write_instant(moment)


def dump(replay: Replay) -> dict[str, Any]:
    """Return a result as the JSON of DOMAIN, section 6."""
    return {
        "clocks": [_dump_clock(clock) for clock in replay.clocks],
        "ledger": {
            "customer_l1": replay.ledger.customer_l1,
            "desk": replay.ledger.desk,
            "customer": replay.ledger.customer,
            "vendor": replay.ledger.vendor,
            "agreed_wait": replay.ledger.agreed_wait,
            "excluded": replay.ledger.excluded,
            "after_restore": replay.ledger.after_restore,
        },
    }


def _dump_clock(clock: ClockResult) -> dict[str, Any]:
    return {
        "metric": clock.metric.value,
        "cycle": clock.cycle,
        "severity": clock.severity,
        "target_seconds": clock.target_seconds,
        "state": clock.state,
        "outcome": clock.outcome,
        "started_at": write_instant(clock.started_at),
        "due_at": _write_optional(clock.due_at),
        "stopped_at": _write_optional(clock.stopped_at),
        "breached_at": _write_optional(clock.breached_at),
        "consumed_seconds": clock.consumed_seconds,
        "waived": clock.waived,
        "segments": [
            {
                "from": write_instant(segment.from_),
                "to": write_instant(segment.to),
                "kind": segment.kind,
                "reason": segment.reason,
                "fact": segment.fact,
                "policy": segment.policy,
                "calendar": segment.calendar,
                "seconds": segment.seconds,
            }
            for segment in clock.segments
        ],
    }


# --- Reading ------------------------------------------------------------------------------------------


def parse(document: Any) -> ReplayDocument:
    """Read a replay document; raises DocumentError naming the path of the first fault."""
    if not isinstance(document, dict):
        raise DocumentError("document", "an object is required")
    if document.get("format") != FORMAT:
        raise DocumentError("format", f'"{FORMAT}" is required')
    as_of = _instant(document.get("as_of"), "as_of")
    calendars = {
        name: _calendar(value, f"calendars.{name}")
        for name, value in _object(document.get("calendars", {}), "calendars").items()
    }
    policies = {
        name: _policy(value, f"policies.{name}", calendars)
        for name, value in _object(document.get("policies", {}), "policies").items()
    }
    return ReplayDocument(
        as_of=as_of, calendars=calendars, policies=policies, facts=_facts(document.get("facts"), policies)
    )


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DocumentError(path, "an object is required")
    return value


def _instant(value: Any, path: str) -> datetime:
    try:
        moment = read_instant(value, path)
    except CalendarError as error:
        raise DocumentError(error.path, error.message) from None
    if moment.year not in YEARS:
        raise DocumentError(path, f"must be within the years {YEARS.start} to {YEARS.stop - 1}")
    return moment


def _calendar(value: Any, path: str) -> Calendar:
    _object(value, path)
    try:
        return Calendar.from_dict(value)
    except CalendarError as error:
        raise DocumentError(f"{path}.{error.path}".rstrip("."), error.message) from None


def _integer(value: Any, path: str, *, least: int = 1, most: int | None = None) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise DocumentError(path, "a whole number is required")
    if value < least:
        raise DocumentError(path, f"must be at least {least}")
    if most is not None and value > most:
        raise DocumentError(path, f"must be at most {most}")
    return value


def _one_of(value: Any, allowed: tuple[str, ...], path: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise DocumentError(path, f"{value!r} is not one of {', '.join(allowed)}")
    return value


def _policy(value: Any, path: str, calendars: Mapping[str, Calendar]) -> Policy:
    _object(value, path)
    window = value.get("reopen_window")
    calendar, seconds = None, 0
    if window is not None:
        place = f"{path}.reopen_window"
        _object(window, place)
        calendar = _calendar_name(window.get("calendar"), calendars, f"{place}.calendar")
        seconds = _integer(window.get("seconds"), f"{place}.seconds", least=0)
    listed = value.get("objectives")
    if not isinstance(listed, list):
        raise DocumentError(f"{path}.objectives", "a list is required")
    objectives: dict[tuple[Metric, str], Objective] = {}
    for at, item in enumerate(listed):
        objective = _objective(item, f"{path}.objectives[{at}]", calendars)
        if objective is None:
            continue
        key = (objective.metric, objective.severity)
        if key in objectives:
            raise DocumentError(f"{path}.objectives[{at}]", "the same metric and severity came before")
        objectives[key] = objective
    return Policy(objectives=tuple(objectives.values()), reopen_calendar=calendar, reopen_seconds=seconds)


def _calendar_name(value: Any, calendars: Mapping[str, Calendar], path: str) -> str:
    if not isinstance(value, str) or value not in calendars:
        raise DocumentError(path, f"there is no calendar {value!r}")
    return value


def _objective(value: Any, path: str, calendars: Mapping[str, Calendar]) -> Objective | None:
    """Read an objective; None where its target is null, for no target means no clock."""
    _object(value, path)
    metric = Metric(_one_of(value.get("metric"), tuple(Metric), f"{path}.metric"))
    severity = _one_of(value.get("severity"), SEVERITIES, f"{path}.severity")
    if "target_seconds" in value and value["target_seconds"] is None:
        return None
    share = value.get("at_risk_percent")
    return Objective(
        metric=metric,
        severity=severity,
        target_seconds=_integer(value.get("target_seconds"), f"{path}.target_seconds"),
        calendar=_calendar_name(value.get("calendar"), calendars, f"{path}.calendar"),
        at_risk_percent=75 if share is None else _integer(share, f"{path}.at_risk_percent", most=100),
        stops_while=_stops(value.get("stops_while"), f"{path}.stops_while", DEFAULT_STOPS[metric]),
    )


def _stops(value: Any, path: str, default: frozenset[str]) -> frozenset[str]:
    if value is None:
        return default
    if not isinstance(value, list):
        raise DocumentError(path, "a list is required")
    return frozenset(
        _one_of(reason, (*HOLD_REASONS, "excluded"), f"{path}[{at}]") for at, reason in enumerate(value)
    )


def _facts(value: Any, policies: Mapping[str, Policy]) -> tuple[Fact, ...]:
    if not isinstance(value, list):
        raise DocumentError("facts", "a list is required")
    facts: dict[str, Fact] = {}
    for at, item in enumerate(value):
        path = f"facts[{at}]"
        fact = _fact(_object(item, path), path, policies)
        if facts.setdefault(fact.id, fact) != fact:
            raise DocumentError(f"{path}.id", f"{fact.id!r} came before with another content")
    opened = sum(1 for fact in facts.values() if fact.kind is FactKind.OPENED)
    if opened != 1:
        raise DocumentError("facts", f"exactly one fact is the opening; there are {opened}")
    return tuple(facts.values())


def _fact(item: dict[str, Any], path: str, policies: Mapping[str, Policy]) -> Fact:
    identity = item.get("id")
    if not isinstance(identity, str) or not identity:
        raise DocumentError(f"{path}.id", "a text is required")
    at = _instant(item.get("at"), f"{path}.at")
    kind = FactKind(_one_of(item.get("kind"), tuple(FactKind), f"{path}.kind"))
    more: dict[str, Any] = {}
    match kind:
        case FactKind.SEVERITY_SET:
            more["severity"] = _one_of(item.get("severity"), SEVERITIES, f"{path}.severity")
        case FactKind.POLICY_ATTACHED:
            more["policy"] = _one_of(item.get("policy"), tuple(policies), f"{path}.policy")
        case FactKind.PUBLIC_REPLY:
            more["by"] = _one_of(item.get("by"), ("desk", "customer", "vendor"), f"{path}.by")
            more["automatic"] = _flag(item, "automatic", path)
        case FactKind.HELD:
            more["reason"] = _one_of(item.get("reason"), HOLD_REASONS, f"{path}.reason")
            more["lacks_plan"] = _flag(item, "lacks_plan", path)
        case FactKind.EXCLUDED:
            more["reason"] = item.get("reason")
            if not isinstance(more["reason"], str) or not more["reason"]:
                raise DocumentError(f"{path}.reason", "a text is required")
        case FactKind.MERGED if item.get("inherit_start_at") is not None:
            start = _instant(item["inherit_start_at"], f"{path}.inherit_start_at")
            if start > at:
                raise DocumentError(f"{path}.inherit_start_at", "must not come after the merge")
            more["inherit_start_at"] = start
        case FactKind.WAIVED:
            more["metric"] = Metric(_one_of(item.get("metric"), tuple(Metric), f"{path}.metric"))
            more["cycle"] = _integer(item.get("cycle"), f"{path}.cycle")
    return Fact(id=identity, at=at, kind=kind, **more)


def _flag(item: dict[str, Any], name: str, path: str) -> bool:
    value = item.get(name, False)
    if not isinstance(value, bool):
        raise DocumentError(f"{path}.{name}", "true or false is required")
    return value
