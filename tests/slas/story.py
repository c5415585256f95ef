"""A ticket told fact by fact, for tests of clocks.

Times are written as people say them: "09:30" is on Tuesday 24 November 2026 in UTC, "25 09:30" on the day
after. A fact is named after its kind, or as the test names it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Any

from slas.clock import ClockResult, Metric, Replay, replay
from slas.documents import parse

Json = dict[str, Any]

HOUR = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
CALENDARS: Json = {
    "always": {"timezone": "UTC", "weekly": {day: [["00:00", "24:00"]] for day in (*WEEKDAYS, "sat", "sun")}},
    "business": {"timezone": "UTC", "weekly": {day: [["09:00", "17:00"]] for day in WEEKDAYS}},
}


def objective(metric: str, severity: str, seconds: int | None, calendar: str, **more: Any) -> Json:
    return {
        "metric": metric,
        "severity": severity,
        "target_seconds": seconds,
        "calendar": calendar,
    } | more


def policy(*objectives: Json) -> Json:
    window = {"calendar": "business", "seconds": 40 * HOUR}
    return {"reopen_window": window, "objectives": list(objectives)}


#: The seeded policy, and a target for resolving.
MANAGED = policy(
    objective("respond", "P1", HOUR // 2, "always"),
    objective("respond", "P2", HOUR, "always"),
    objective("respond", "P3", 4 * HOUR, "business"),
    objective("respond", "P4", 8 * HOUR, "business"),
    objective("update", "P1", HOUR, "always"),
    objective("update", "P2", 2 * HOUR, "always"),
    objective("update", "P3", 8 * HOUR, "business"),
    objective("update", "P4", 40 * HOUR, "business"),
    objective("restore", "P1", 4 * HOUR, "always"),
    objective("restore", "P2", 8 * HOUR, "always"),
    objective("restore", "P3", 24 * HOUR, "business"),
    objective("resolve", "P1", 24 * HOUR, "always"),
    objective("resolve", "P2", 48 * HOUR, "always"),
    objective("resolve", "P3", 40 * HOUR, "business"),
    objective("resolve", "P4", 80 * HOUR, "business"),
)


def when(time: str) -> datetime:
    day, _, clock = time.rpartition(" ")
    return datetime.combine(date(2026, 11, int(day or 24)), time_of_day.fromisoformat(clock), tzinfo=UTC)


def said(moment: datetime | None) -> str | None:
    """Write an instant as the tests do."""
    if moment is None:
        return None
    day = "" if moment.day == 24 else f"{moment.day} "
    return f"{day}{moment:%H:%M:%S}" if moment.second else f"{day}{moment:%H:%M}"


def replayed(document: Json) -> Replay:
    return replay(parse(document))


class Story:
    """A ticket's facts."""

    def __init__(self, **policies: Json) -> None:
        self.calendars = CALENDARS
        self.policies: Json = {"managed": MANAGED} | policies
        self.facts: list[Json] = []

    def at(self, time: str, kind: str, name: str = "", **more: Any) -> Story:
        """Add a fact."""
        self.facts.append({"id": name or kind, "at": f"{when(time):%Y-%m-%dT%H:%M:%SZ}", "kind": kind} | more)
        return self

    def reply(self, time: str, name: str = "reply", **more: Any) -> Story:
        return self.at(time, "public_reply", name, **({"by": "desk"} | more))

    def document(self, as_of: str) -> Json:
        return {
            "format": "slo-replay/1",
            "as_of": f"{when(as_of):%Y-%m-%dT%H:%M:%SZ}",
            "calendars": self.calendars,
            "policies": self.policies,
            "facts": self.facts,
        }

    def replay(self, as_of: str) -> Replay:
        return replayed(self.document(as_of))

    def clocks(self, metric: str, as_of: str) -> list[ClockResult]:
        return [clock for clock in self.replay(as_of).clocks if clock.metric is Metric(metric)]

    def clock(self, metric: str, as_of: str) -> ClockResult:
        """Return the only clock of a metric."""
        (clock,) = self.clocks(metric, as_of)
        return clock

    def ledger(self, as_of: str) -> dict[str, int]:
        """Return the parties that have time, and how many seconds."""
        ledger = self.replay(as_of).ledger
        return {party: seconds for party, seconds in vars(ledger).items() if seconds}


def at_desk(time: str = "09:00", *, severity: str = "P1", **policies: Json) -> Story:
    """Tell of a ticket that is opened straight at the desk under the policy "managed"."""
    story = Story(**policies).at(time, "opened").at(time, "severity_set", "severity", severity=severity)
    return story.at(time, "policy_attached", "policy", policy="managed").at(time, "reached_desk", "desk")


def verdict(clock: ClockResult) -> tuple[str, str, str | None, int]:
    """Return state, outcome, breach and consumed seconds."""
    return clock.state, clock.outcome, said(clock.breached_at), clock.consumed_seconds


def verdicts(clocks: list[ClockResult]) -> list[tuple[str, str | None, str, str | None]]:
    """Return start, stop, outcome and breach of each cycle."""
    return [
        (said(clock.started_at) or "", said(clock.stopped_at), clock.outcome, said(clock.breached_at))
        for clock in clocks
    ]


def segments(clock: ClockResult) -> list[tuple[str | None, str | None, str, str | None, str]]:
    """Return from, to, kind, reason and fact of each segment."""
    return [
        (said(segment.from_), said(segment.to), segment.kind, segment.reason, segment.fact)
        for segment in clock.segments
    ]
