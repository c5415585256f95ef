"""A slow second opinion on clocks: it lives through a ticket minute by minute and counts.

It shares no code with slas.clock. It has no stretches, no due times and no calendar arithmetic: each minute it
asks which clocks run and whether the wall clock is open, and adds sixty seconds. Documents must lie on full
minutes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.slas.oracle import Oracle

Json = dict[str, Any]

MINUTE = timedelta(minutes=1)
METRICS = ("respond", "update", "restore", "resolve")
ORDER = (
    ("opened",),
    ("public_reply", "restored", "resolved"),
    ("returned_to_customer", "merged", "closed"),
    ("severity_set", "policy_attached"),
    ("reached_desk", "reopened", "included", "resumed"),
    ("excluded", "held"),
    ("internal_note", "waived"),
)
HOLDS = {"customer_reply", "customer_access", "vendor", "agreed_wait"}
STOPS: dict[str, set[str]] = {
    "respond": set(),
    "update": HOLDS - {"vendor"} | {"excluded"},
    "restore": HOLDS | {"excluded"},
    "resolve": HOLDS | {"excluded"},
}


@dataclass
class Watch:
    """A stop watch for one metric."""

    metric: str
    cycle: int
    severity: str
    policy: str
    started: datetime
    seconds: int = 0
    stopped: datetime | None = None
    breached: datetime | None = None
    verdict: str = "pending"
    may_go_on: bool = False
    waived: bool = False


def at_of(fact: Json) -> datetime:
    return datetime.fromisoformat(fact["at"])


def place_of(fact: Json) -> tuple[int, str]:
    if fact.get("inherit_start_at"):
        return 3, fact["id"]
    return next(place for place, kinds in enumerate(ORDER) if fact["kind"] in kinds), fact["id"]


class Simulation:
    """A ticket that is lived through from its first minute to as_of."""

    def __init__(self, document: Json) -> None:
        self.policies = document["policies"]
        self.oracles = {name: Oracle(calendar) for name, calendar in document["calendars"].items()}
        self.as_of = datetime.fromisoformat(document["as_of"])
        self.facts = sorted(document["facts"], key=place_of)
        self.now = min(map(at_of, self.facts))
        self.severity: str | None = None
        self.policy: str | None = None
        self.opened = self.at_desk = self.answered = self.restored = self.merged = False
        self.resolved: datetime | None = None
        self.closed: datetime | None = None
        self.hold: Json | None = None
        self.excluded = False
        self.watches: list[Watch] = []
        self.ledger: Counter[str] = Counter()
        self.after_end = 0

    def run(self) -> Simulation:
        facts: dict[datetime, list[Json]] = {}
        for fact in self.facts:
            facts.setdefault(at_of(fact), []).append(fact)
        while self.now <= self.as_of:
            self.instant(facts.get(self.now, []))
            if self.now < self.as_of:
                self.minute()
            self.now += MINUTE
        return self

    # --- time ---
    def instant(self, facts: list[Json]) -> None:
        early = [fact for fact in facts if place_of(fact)[0] <= 1]
        late = [fact for fact in facts if place_of(fact)[0] > 1]
        idle = [fact for fact in early if not self.take(fact)]
        self.breach()
        idle += [fact for fact in late if not self.take(fact)]
        while True:
            still = [fact for fact in idle if not self.take(fact)]
            if len(still) == len(idle):
                break
            idle = still

    def minute(self) -> None:
        for watch in self.running():
            objective = self.objective(watch.metric)
            if (
                objective
                and not self.stopped_by(watch.metric, objective)
                and self.is_open(objective["calendar"])
            ):
                watch.seconds += 60
        if not self.opened:
            return
        if self.over or self.resolved:
            self.after_end += 60
        else:
            self.ledger[self.party()] += 60

    def is_open(self, calendar: str) -> bool:
        return self.oracles[calendar].is_open(self.now)

    def party(self) -> str:
        if self.restored:
            return "after_restore"
        if not self.at_desk:
            return "customer_l1"
        if self.excluded:
            return "excluded"
        if self.hold is None:
            return "desk"
        if self.hold["reason"] == "vendor" and not self.hold.get("lacks_plan"):
            return "vendor"
        return "agreed_wait" if self.hold["reason"] == "agreed_wait" else "customer"

    # --- what is promised ---
    @property
    def over(self) -> bool:
        return self.merged or self.closed is not None

    def objective(self, metric: str) -> Json | None:
        if self.policy is None:
            return None
        for objective in self.policies[self.policy]["objectives"]:
            if (objective["metric"], objective["severity"]) == (metric, self.severity):
                return dict(objective)
        return None

    def stopped_by(self, metric: str, objective: Json | None) -> str | None:
        """Return what stops a metric now: the exclusion, the want of a promise, or the hold."""
        stops: set[str] = STOPS[metric]
        if objective is not None and "stops_while" in objective:
            stops = set(objective["stops_while"])
        if self.excluded and "excluded" in stops:
            return "excluded"
        if objective is None:
            return "no_objective"
        return "hold" if self.hold is not None and self.hold["reason"] in stops else None

    def running(self, *metrics: str) -> list[Watch]:
        return [watch for watch in self.watches if not watch.stopped and watch.metric in (metrics or METRICS)]

    def owed(self, metric: str) -> bool:
        if not self.at_desk or self.over:
            return False
        return {
            "respond": not self.answered,
            "update": self.answered and not self.resolved,
            "restore": not self.restored and not self.resolved,
            "resolve": not self.resolved,
        }[metric]

    # --- what clocks do ---
    def settle(self) -> None:
        """Start what is owed; tell the others which promise is in force."""
        for watch in self.running():
            if (watch.severity, watch.policy) != (self.severity, self.policy):
                self.promise(watch)
        for metric in METRICS:
            if not self.running(metric) and self.owed(metric) and self.severity and self.objective(metric):
                self.start(metric)

    def promise(self, watch: Watch) -> None:
        assert self.severity is not None
        assert self.policy is not None
        watch.severity, watch.policy = self.severity, self.policy
        self.breach()

    def start(self, metric: str) -> None:
        assert self.severity is not None
        assert self.policy is not None
        cycle = 1 + sum(watch.metric == metric for watch in self.watches)
        self.watches.append(
            Watch(metric=metric, cycle=cycle, severity=self.severity, policy=self.policy, started=self.now)
        )

    def breach(self) -> None:
        for watch in self.running():
            objective = self.objective(watch.metric)
            same = (watch.severity, watch.policy) == (self.severity, self.policy)
            if watch.breached or not objective or not same or watch.seconds < objective["target_seconds"]:
                continue
            watch.breached, watch.verdict = self.now, "missed"
            if watch.metric == "update":
                watch.stopped = self.now
                if self.owed("update"):
                    self.start("update")

    def stop(self, verdict: str, *metrics: str) -> None:
        for watch in self.running(*metrics):
            watch.stopped = self.now
            watch.verdict = "missed" if watch.breached else verdict
            if watch.metric == "update" and watch.started == self.now:
                self.watches.remove(watch)

    def satisfy(self, *metrics: str) -> None:
        for watch in self.running(*metrics):
            objective = self.objective(watch.metric)
            halt = self.stopped_by(watch.metric, objective)
            verdict = "cancelled" if objective is None else "excluded" if halt == "excluded" else "met"
            self.stop(verdict, watch.metric)
            watch.may_go_on = watch.verdict != "cancelled"

    # --- facts: each returns whether there was anything to act on ---
    def take(self, fact: Json) -> bool:
        acted: bool = getattr(self, f"on_{fact['kind']}")(fact)
        if acted:
            self.settle()
        return acted

    def on_opened(self, fact: Json) -> bool:
        self.opened = True
        return True

    def on_internal_note(self, fact: Json) -> bool:
        return True

    def on_severity_set(self, fact: Json) -> bool:
        self.severity = fact["severity"]
        return True

    def on_policy_attached(self, fact: Json) -> bool:
        self.policy = fact["policy"]
        return True

    def on_reached_desk(self, fact: Json) -> bool:
        if self.at_desk or self.over:
            return False
        self.at_desk, self.answered = True, False
        return True

    def on_returned_to_customer(self, fact: Json) -> bool:
        if not self.at_desk or self.over:
            return False
        self.stop("cancelled")
        self.at_desk, self.hold = False, None
        return True

    def on_public_reply(self, fact: Json) -> bool:
        if fact["by"] != "desk" or fact.get("automatic"):
            return True
        if not self.at_desk or self.over or (self.answered and not self.running("update")):
            return False
        self.answered = True
        self.satisfy("respond", "update")
        return True

    def on_held(self, fact: Json) -> bool:
        if not self.at_desk or self.over or self.resolved:
            return False
        if self.hold is not None and self.hold["reason"] == fact["reason"]:
            return False
        self.hold = fact
        return True

    def on_resumed(self, fact: Json) -> bool:
        had, self.hold = self.hold, None
        return had is not None

    def on_excluded(self, fact: Json) -> bool:
        had, self.excluded = self.excluded, True
        return not had

    def on_included(self, fact: Json) -> bool:
        had, self.excluded = self.excluded, False
        return had

    def on_restored(self, fact: Json) -> bool:
        if self.restored or self.resolved or self.over:
            return False
        self.satisfy("restore")
        self.restored = True
        return True

    def on_resolved(self, fact: Json) -> bool:
        if self.resolved or self.over:
            return False
        self.satisfy("restore", "resolve")
        self.stop("cancelled", "update")
        self.resolved, self.hold = self.now, None
        return True

    def on_closed(self, fact: Json) -> bool:
        if self.over:
            return False
        self.stop("cancelled")
        self.closed, self.hold = self.now, None
        return True

    def on_merged(self, fact: Json) -> bool:
        if self.merged:
            return False
        if fact.get("inherit_start_at"):
            return self.inherit(datetime.fromisoformat(fact["inherit_start_at"]))
        self.stop("cancelled")
        self.merged, self.hold = True, None
        return True

    def inherit(self, start: datetime) -> bool:
        later = [watch for watch in self.running("respond", "restore", "resolve") if start < watch.started]
        for watch in later:
            objective = self.objective(watch.metric)
            if objective:
                watch.seconds += self.oracles[objective["calendar"]].elapsed(start, watch.started)
            watch.started = start
        self.breach()
        return bool(later)

    def on_reopened(self, fact: Json) -> bool:
        ended = self.resolved or self.closed
        if self.merged or not (ended or self.restored):
            return False
        goes_on = ended is None or self.is_within_window(ended)
        self.restored, self.resolved, self.closed = False, None, None
        self.ledger["after_restore"] += self.after_end
        self.after_end = 0
        for metric in ("restore", "resolve"):
            for watch in [watch for watch in self.watches if watch.metric == metric][-1:]:
                if goes_on and watch.may_go_on and self.at_desk:
                    watch.stopped, watch.verdict = None, "missed" if watch.breached else "pending"
                    self.promise(watch)
                watch.may_go_on = False
        return True

    def is_within_window(self, ended: datetime) -> bool:
        """Wait, minute by minute, until the window has passed in its calendar."""
        if self.policy is None:
            return True
        window = self.policies[self.policy]["reopen_window"]
        passed, moment = 0, ended
        while passed < window["seconds"] and moment <= self.now:
            passed += 60 * self.oracles[window["calendar"]].is_open(moment)
            moment += MINUTE
        return self.now <= moment

    def on_waived(self, fact: Json) -> bool:
        named = [
            watch for watch in self.watches if (watch.metric, watch.cycle) == (fact["metric"], fact["cycle"])
        ]
        for watch in named:
            watch.waived = True
        return bool(named)
