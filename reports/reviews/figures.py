"""Every figure of a review, computed from the replay documents of its tickets; pure.

The review is made by this, and `verify` makes it again: a figure is what the documents say, or it is a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from reports.reviews.words import BANDS, PARTIES
from slas.calendar import Calendar
from slas.clock import replay
from slas.documents import (
    SEVERITIES,
    ClockResult,
    FactKind,
    Metric,
    Replay,
    ReplayDocument,
    Segment,
    parse,
    write_instant,
)
from slas.tallies import Tally, verdict_of

SECOND = timedelta(seconds=1)
#: What a severity counts as while a ticket has none.
NO_SEVERITY = ""


@dataclass(frozen=True, kw_only=True)
class Period:
    """A month of a customer as instants: `until` is excluded, and `as_of` is when the facts were read."""

    since: datetime
    until: datetime
    as_of: datetime

    def has(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    @property
    def end(self) -> datetime:
        """The end of the month, or of what is known of it while it still runs."""
        return min(self.until, self.as_of)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One clock whose verdict fell in the month."""

    ticket: str
    metric: str
    cycle: int
    severity: str
    outcome: str
    waived: bool
    target_seconds: int | None
    consumed_seconds: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    decided_at: datetime
    paused: Mapping[str, int]
    excluded: Mapping[str, int]
    policy: str
    calendar: str

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells it from every other row."""
        return self.ticket, self.metric, self.cycle

    def as_json(self) -> dict[str, Any]:
        """Return it as review.json has it: instants in UTC, lengths in seconds."""
        moments = ("started_at", "due_at", "stopped_at", "breached_at", "decided_at")
        written = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in moments:
            written[name] = None if written[name] is None else write_instant(written[name])
        return written | {"paused": dict(self.paused), "excluded": dict(self.excluded)}


@dataclass(frozen=True, kw_only=True)
class Read:
    """One ticket's document, replayed."""

    ticket: str
    document: ReplayDocument
    result: Replay

    @property
    def opened_at(self) -> datetime:
        return next(fact.at for fact in self.document.facts if fact.kind is FactKind.OPENED)

    @property
    def ended_at(self) -> datetime | None:
        """When the ticket ended; None while it has not, or was reopened.

        The ledger runs from the opening to the end, so its sum says when that was.
        """
        at = self.opened_at + timedelta(seconds=_whole(self.result))
        return at if at < self.document.as_of else None

    @property
    def was_at_desk(self) -> bool:
        """Tell whether it ever reached the desk; what Level 1 solved by itself took no time of anybody else."""
        return any(
            fact.kind is FactKind.REACHED_DESK and fact.at <= self.document.as_of
            for fact in self.document.facts
        )

    @property
    def severity(self) -> str:
        """The severity in force as of the document's instant."""
        set_at = [
            (fact.at, fact.id, fact.severity or NO_SEVERITY)
            for fact in self.document.facts
            if fact.kind is FactKind.SEVERITY_SET and fact.at <= self.document.as_of
        ]
        return max(set_at)[2] if set_at else NO_SEVERITY


def _whole(result: Replay) -> int:
    return sum(getattr(result.ledger, party) for party in PARTIES)


def read(documents: Mapping[str, Any]) -> list[Read]:
    """Replay documents by their tickets' references, in the order of the tickets."""
    return [read_one(ticket, documents[ticket]) for ticket in sorted(documents, key=ticket_order)]


def read_one(ticket: str, document: Any) -> Read:
    """Replay one document; raises slas.documents.DocumentError for a faulty one."""
    parsed = parse(document)
    return Read(ticket=ticket, document=parsed, result=replay(parsed))


def ticket_order(ticket: str) -> tuple[str, int, str]:
    """Return what puts ACME-9 before ACME-10."""
    key, _, number = ticket.rpartition("-")
    return key, int(number) if number.isascii() and number.isdigit() else 0, ticket


# --- Rows ---------------------------------------------------------------------------------------------
def rows_of(tickets: Iterable[Read], period: Period) -> list[Row]:
    """Return the clocks whose verdict fell in the month, by ticket, objective and cycle."""
    return [
        _row(one, clock, decided_at)
        for one in tickets
        for clock in one.result.clocks
        if (decided_at := decided(clock)) is not None and period.has(decided_at)
    ]


def decided(clock: ClockResult) -> datetime | None:
    """Return when a clock's verdict fell: a miss at its breach, all others at their stop; None for no verdict."""
    match clock.outcome:
        case "missed":
            return clock.breached_at
        case "met" | "excluded":
            return clock.stopped_at
    return None


def _row(one: Read, clock: ClockResult, decided_at: datetime) -> Row:
    return Row(
        ticket=one.ticket,
        metric=clock.metric.value,
        cycle=clock.cycle,
        severity=clock.severity,
        outcome=clock.outcome,
        waived=clock.waived,
        target_seconds=clock.target_seconds,
        consumed_seconds=clock.consumed_seconds,
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        breached_at=clock.breached_at,
        decided_at=decided_at,
        paused=_sums(clock.segments, "paused"),
        excluded=_sums(clock.segments, "excluded"),
        policy=next((segment.policy for segment in reversed(clock.segments) if segment.policy), ""),
        calendar=next((segment.calendar for segment in reversed(clock.segments) if segment.calendar), ""),
    )


def _sums(segments: Iterable[Segment], kind: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for segment in segments:
        if segment.kind == kind:
            found[segment.reason or "other"] += segment.seconds
    return dict(sorted(found.items()))


# --- Figures ------------------------------------------------------------------------------------------
def figures_of(tickets: Sequence[Read], period: Period, goals: Mapping[str, int]) -> dict[str, Any]:
    """Return every figure as review.json has it, the rows among them."""
    rows = rows_of(tickets, period)
    turns = {one.ticket: turn for one in tickets if (turn := turn_at(one, period.end)) is not None}
    standing = [one for one in tickets if one.ticket in turns]
    return {
        "rows": [row.as_json() for row in rows],
        "attainment": attainment_of(rows, goals),
        "pauses": _by_reason(row.paused for row in rows),
        "excluded_time": _by_reason(row.excluded for row in rows),
        "time": _time(tickets, period),
        "tickets": _counts(tickets, standing, period),
        "ageing": _ageing(standing, turns, period),
        "rules": {
            "policies": _named(row.policy for row in rows),
            "calendars": _named(row.calendar for row in rows),
        },
    }


def attainment_of(rows: Iterable[Row], goals: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return a line for each objective that was judged or excluded, followed by one for each of its severities."""
    found: dict[tuple[str, str], Tally] = {}
    for row in rows:
        key = (row.metric, row.severity)
        found[key] = found.get(key, Tally()) + tally_of(row)
    lines = []
    for metric in Metric:
        parts = [(one, found[metric.value, one]) for one in SEVERITIES if (metric.value, one) in found]
        if parts:
            whole = reduce(Tally.__add__, (tally for _, tally in parts))
            goal = goals.get(metric.value)
            lines += [_line(metric.value, name, tally, goal) for name, tally in [("", whole), *parts]]
    return lines


def tally_of(row: Row) -> Tally:
    """Return one row as a tally."""
    return Tally(
        met=int(row.outcome == "met"),
        missed=int(row.outcome == "missed"),
        waived=int(row.outcome == "missed" and row.waived),
        excluded=int(row.outcome == "excluded"),
    )


def _line(metric: str, severity: str, tally: Tally, goal: int | None) -> dict[str, Any]:
    return {
        "metric": metric,
        "severity": severity,
        "met": tally.met,
        "missed": tally.missed,
        "waived": tally.waived,
        "excluded": tally.excluded,
        "judged": tally.judged,
        "percent": tally.percent,
        "percent_with_excluded": tally.percent_with_excluded,
        "goal": goal,
        "verdict": verdict_of(tally, goal),
    }


def _by_reason(found: Iterable[Mapping[str, int]]) -> list[dict[str, Any]]:
    """Add up seconds by reason, and count the clocks that each touched."""
    seconds: Counter[str] = Counter()
    clocks: Counter[str] = Counter()
    for reasons in found:
        for reason, length in reasons.items():
            seconds[reason] += length
            clocks[reason] += 1
    return [
        {"reason": reason, "clocks": clocks[reason], "seconds": seconds[reason]} for reason in sorted(seconds)
    ]


def _named(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "clocks": number} for name, number in sorted(Counter(names).items()) if name]


def _time(tickets: Iterable[Read], period: Period) -> list[dict[str, Any]]:
    """Add up whose time it was on the desk's tickets that ended in the month, by severity."""
    spent: dict[str, Counter[str]] = {}
    ended: Counter[str] = Counter()
    for one in tickets:
        if one.ended_at is None or not period.has(one.ended_at) or not one.was_at_desk:
            continue
        ended[one.severity] += 1
        parties = spent.setdefault(one.severity, Counter())
        for party in PARTIES:
            parties[party] += getattr(one.result.ledger, party)
    return [
        {
            "severity": name,
            "tickets": ended[name],
            "seconds": {party: spent[name][party] for party in PARTIES},
        }
        for name in (*SEVERITIES, NO_SEVERITY)
        if name in spent
    ]


def _counts(tickets: Sequence[Read], standing: Sequence[Read], period: Period) -> dict[str, Any]:
    oldest = min((one.opened_at for one in standing), default=None)
    return {
        "opened": sum(period.has(one.opened_at) for one in tickets),
        "ended": sum(one.ended_at is not None and period.has(one.ended_at) for one in tickets),
        "open": len(standing),
        "oldest_opened_at": None if oldest is None else write_instant(oldest),
    }


def _ageing(standing: Iterable[Read], turns: Mapping[str, str], period: Period) -> list[dict[str, Any]]:
    """Count the tickets that were open at the end of the month, by whose move it was and by their age."""
    found: dict[str, Counter[int]] = {}
    for one in standing:
        found.setdefault(turns[one.ticket], Counter())[_band(period.end - one.opened_at)] += 1
    return [
        {"party": party, "bands": [found[party][place] for place in range(len(BANDS))]}
        for party in PARTIES
        if party in found
    ]


def _band(age: timedelta) -> int:
    return next(place for place, (_, below, _) in enumerate(BANDS) if below is None or age.days < below)


def turn_at(one: Read, moment: datetime) -> str | None:
    """Return whose move it was in the second before an instant; None where the ticket was not open.

    Asked of the ledger: the second belongs to the party whose sum it makes longer.
    """
    if one.opened_at >= moment or (one.ended_at is not None and one.ended_at < moment):
        return None
    after, before = (replay(replace(one.document, as_of=at)).ledger for at in (moment, moment - SECOND))
    grown = [party for party in PARTIES if getattr(after, party) > getattr(before, party)]
    return grown[0] if len(grown) == 1 else None


# --- Months -------------------------------------------------------------------------------------------
def read_moment(text: str) -> datetime:
    """Read an instant of a review."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if write_instant(moment) != text:
        raise ValueError(f"{text} is not an instant")
    return moment


def bounds_of(month: str, zone: str) -> tuple[datetime, datetime]:
    """Return the instants at which a month such as '2026-03' begins and ends in a zone."""
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=32)).replace(day=1)
    since, until = (
        datetime(day.year, day.month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in (first, following)
    )
    return since, until


def period_of(review: Mapping[str, Any]) -> Period:
    """Return the month of a review as it says it itself."""
    since, until, as_of = (read_moment(review[name]) for name in ("since", "until", "as_of"))
    return Period(since=since, until=until, as_of=as_of)


# --- What one issue says differently from another -----------------------------------------------------
def differences(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return row by row what is different: rows that came, that went, and the fields of those that changed."""
    was, now = (
        {(row["ticket"], row["metric"], row["cycle"]): row for row in rows} for rows in (before, after)
    )
    return list(_differences(was, now))


def _differences(
    was: Mapping[tuple[str, str, int], Mapping[str, Any]],
    now: Mapping[tuple[str, str, int], Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    metrics = {metric.value: place for place, metric in enumerate(Metric)}
    for key in sorted(
        was.keys() | now.keys(), key=lambda key: (ticket_order(key[0]), metrics[key[1]], key[2])
    ):
        old, new = was.get(key, {}), now.get(key, {})
        fields = {
            name: [old.get(name), new.get(name)]
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name) and name not in ("ticket", "metric", "cycle")
        }
        if fields:
            kind = "came" if not old else "went" if not new else "changed"
            yield {"ticket": key[0], "metric": key[1], "cycle": key[2], "kind": kind, "fields": fields}


# --- Working days -------------------------------------------------------------------------------------
def working_day(calendar: Calendar, month_begins: datetime, number: int) -> datetime:
    """Return when the local day begins on which a calendar opens for the so-manieth time in a month.

    `month_begins` is local midnight with its zone; in a month that opens less often it is the last day that
    comes: the search ends after a month.
    """
    day = month_begins
    found = 0
    for _ in range(31):
        following = day + timedelta(days=1)  # of the wall clock: the zone is kept
        found += calendar.elapsed(day.astimezone(UTC), following.astimezone(UTC)) > 0
        if found >= number:
            return day
        day = following
    return day
