"""Mistakes that clocks are known for, made on purpose: each must be caught by an example or a rule.

A mutant is slas/clock.py, slas/cycle.py or slas/ledger.py with some words replaced. It replays every example,
and every test of the rules is run on it.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from slas import clock, cycle, ledger
from slas.documents import Replay, ReplayDocument, dump
from tests.slas import (
    story,
    test_clock_ends,
    test_clock_halts,
    test_clock_ledger,
    test_clock_reopening,
    test_clock_retarget,
    test_clock_rules,
    test_clock_updates,
)
from tests.slas.test_replay_examples import CASES

SOURCES = {module.__name__: Path(module.__file__ or "").read_text() for module in (cycle, ledger, clock)}
RULES = (
    test_clock_rules,
    test_clock_retarget,
    test_clock_halts,
    test_clock_updates,
    test_clock_reopening,
    test_clock_ends,
    test_clock_ledger,
)

#: The words of one of the modules, and what a mutant has in their place.
MUTANTS: dict[str, list[tuple[str, str]]] = {
    # --- breaches
    "a breach is found at as_of": [("cycle.miss(at)", "cycle.miss(last)")],
    "a breach is stamped at the next fact": [("        self._breach(at - SECOND)\n", "")],
    "a breach at as_of itself is not seen": [
        ("        self._breach(as_of)\n", "        self._breach(as_of - SECOND)\n")
    ],
    "a breach comes before the satisfying facts of its instant": [
        ("self._breach(at - SECOND)", "self._breach(at)")
    ],
    "a breach comes after all the facts of its instant": [
        ("        self._breach(at)\n        waiting +=", "        waiting +=")
    ],
    "a breach is forgotten when it is satisfied late": [
        ("self.outcome = outcome if self.breached_at is None else MISSED", "self.outcome = outcome")
    ],
    "a reopening forgets a breach": [
        ("self.outcome = PENDING if self.breached_at is None else MISSED", "self.outcome = PENDING")
    ],
    "due is reckoned from the start": [
        ("reached(self._calendars[objective.calendar], self.stopped_at or as_of, left)",
         "reached(self._calendars[objective.calendar], self.started_at, objective.target_seconds)")
    ],
    "a halted clock shows a due time": [
        ("if self.breached_at is not None or kind != COUNTED or objective is None:",
         "if self.breached_at is not None or objective is None:")
    ],
    # --- pauses
    "a pause is added back as wall-clock time": [
        ("        return self._calendars[stretch.terms.calendar].elapsed(stretch.start, at)",
         "        counted = self._calendars[stretch.terms.calendar].elapsed(self.started_at, at) - self._used\n        return counted - sum(past.seconds for past in self._past if past.kind == PAUSED)")
    ],
    "time is counted outside the calendar": [
        ("return self._calendars[stretch.terms.calendar].elapsed(stretch.start, at)",
         "return int((at - stretch.start).total_seconds())")
    ],
    "the seconds of a pause are lost": [
        (
            "        self._end(at)\n        self._begin(now, at)\n",
            "        at = at.replace(second=0)\n        self._end(at)\n        self._begin(now, at)\n",
        )
    ],
    "pauses are counted": [("if stretch.condition.kind != COUNTED or", "if")],
    "exclusions do not precede pauses": [
        ('if exclusion is not None and "excluded" in self._stops:',
         'if exclusion is not None and hold is None and "excluded" in self._stops:')
    ],
    "the update is stopped by a vendor": [
        ("return DEFAULT_STOPS[self.metric] if objective is None else objective.stops_while",
         'return DEFAULT_STOPS[self.metric] if objective is None else objective.stops_while | ({"vendor"} if self.metric is Metric.UPDATE else set())')
    ],
    "a response pauses": [
        ("return DEFAULT_STOPS[self.metric] if objective is None else objective.stops_while",
         "return DEFAULT_STOPS[Metric.RESTORE] if self.metric is Metric.RESPOND or objective is None else objective.stops_while")
    ],
    "a hold of its own instant leaves a trace": [
        ("never_was = self._halted is not None and self._halted[0] == at", "never_was = False")
    ],
    "a hold acts while excluded and the exclusion is gone": [
        ("self._exclusions[-1] = replace(self._exclusions[-1], end=fact.at)",
         "self._hold = None; self._exclusions[-1] = replace(self._exclusions[-1], end=fact.at)")
    ],
    "a second reason does not replace a hold": [
        ("if self._hold is not None and self._hold.reason == fact.reason:", "if self._hold is not None:")
    ],
    "the same reason begins another hold": [
        ("if self._hold is not None and self._hold.reason == fact.reason:", "if self._hold == fact:")
    ],
    "a hold acts at Level 1": [
        ("if not self._is_at_desk or self._is_over or self._resolved_at is not None:\n            return False\n        if self._hold",
         "if self._is_over or self._resolved_at is not None:\n            return False\n        if self._hold")
    ],
    "a hold acts once resolved": [
        ("if not self._is_at_desk or self._is_over or self._resolved_at is not None:\n            return False\n        if self._hold",
         "if not self._is_at_desk or self._is_over:\n            return False\n        if self._hold")
    ],
    "restoring ends a hold": [("        self._is_restored = True\n", "        self._is_restored, self._hold = True, None\n")],
    "resolution leaves the hold": [
        ("self._resolved_at, self._hold = fact.at, None", "self._resolved_at = fact.at")
    ],
    "closing leaves the hold": [("self._closed_at, self._hold = fact.at, None", "self._closed_at = fact.at")],
    "a return leaves the hold": [
        ("self._is_at_desk, self._hold = False, None", "self._is_at_desk = False")
    ],
    "a second exclusion replaces the first": [
        ("        if self._exclusion is not None:\n            return False\n        halt =", "        halt =")
    ],
    # --- retargets
    "a retarget counts from the start": [
        ("        self._end(at)\n        self.terms = terms\n        self._restart(halts, at, fact)\n",
         "        self._end(at)\n        self.terms = terms\n        if terms.calendar is not None:\n            self._used = self._calendars[terms.calendar].elapsed(self.started_at, at)\n        self._restart(halts, at, fact)\n")
    ],
    "a retarget begins anew": [
        ("        self._end(at)\n        self.terms = terms\n        self._restart(halts, at, fact)\n",
         "        self._end(at)\n        self.terms = terms\n        self._used = 0\n        self._restart(halts, at, fact)\n")
    ],
    "a retarget past the target waits for the clock to run": [
        ("if self.breached_at is None and self.terms.target is not None and self._used >= self.terms.target:",
         "if self.due_at is not None and self.terms.target is not None and self._used >= self.terms.target:")
    ],
    "exactly at the new target is not past it": [
        ("self._used >= self.terms.target:", "self._used > self.terms.target:"),
        ("left = max(0, objective.target_seconds - self._used)", "left = max(1, objective.target_seconds - self._used)"),
    ],
    "a retarget stamps the breach when it would have been": [
        ("            self.miss(at)\n",
         "            self.miss(reached(self._calendars[self.terms.calendar or ''], self.started_at, self.terms.target) or at)\n")
    ],
    "a lowered severity takes a breach back": [
        ("        self.terms = terms\n        self._restart(halts, at, fact)\n\n    def inherit",
         "        self.terms = terms\n        self.breached_at = None\n        self.outcome = PENDING\n        self._restart(halts, at, fact)\n\n    def inherit")
    ],
    "a change of severity rewrites a met outcome": [
        ("        for metric, cycles in self._cycles.items():\n            if not cycles or",
         "        for metric, cycles in self._cycles.items():\n            for past in cycles:\n                terms = in_force[metric]\n                if not past.is_open and terms.target is not None and past._used > terms.target:\n                    past.outcome = MISSED\n            if not cycles or")
    ],
    "the old calendar goes on after a retarget": [
        ("        self._end(at)\n        self.terms = terms\n        self._restart(halts, at, fact)\n\n    def inherit",
         "        self._end(at)\n        if terms.objective and self.terms.objective:\n            terms = terms._replace(objective=terms.objective.__class__(**{**vars(terms.objective), 'calendar': self.terms.objective.calendar}))\n        self.terms = terms\n        self._restart(halts, at, fact)\n\n    def inherit")
    ],
    "without a target the clock runs on": [
        ("return _Condition(kind=PAUSED, reason=NO_OBJECTIVE)", "return _Condition(kind=COUNTED)")
    ],
    "ended without a target it is met": [
        ("        if self.terms.objective is None:\n            outcome = CANCELLED\n        elif", "        if")
    ],
    # --- what satisfies
    "an automatic reply satisfies the response": [
        ('if fact.by != "desk" or fact.automatic:', 'if fact.by != "desk":')
    ],
    "anyone's reply satisfies the response": [
        ('if fact.by != "desk" or fact.automatic:', "if fact.automatic:")
    ],
    "a reply at Level 1 is a response": [
        ("        if not self._is_at_desk or self._is_over:\n            return False\n        if self._is_responded",
         "        if self._is_over:\n            return False\n        if self._is_responded")
    ],
    "an internal note is a response": [
        ("FactKind.INTERNAL_NOTE: (_REMARK, _Ticket.note)",
         'FactKind.INTERNAL_NOTE: (_SATISFY, lambda ticket, fact: ticket.reply(replace(fact, by="desk")))')
    ],
    "resolution is a response": [
        ("        self._satisfy(Metric.RESTORE, fact)\n        self._satisfy(Metric.RESOLVE, fact)\n",
         "        self._satisfy(Metric.RESPOND, fact)\n        self._satisfy(Metric.RESTORE, fact)\n        self._satisfy(Metric.RESOLVE, fact)\n")
    ],
    "resolution does not restore": [
        ("        self._satisfy(Metric.RESTORE, fact)\n        self._satisfy(Metric.RESOLVE, fact)\n",
         "        self._satisfy(Metric.RESOLVE, fact)\n")
    ],
    "restoring resolves": [
        ("        self._satisfy(Metric.RESTORE, fact)\n        return True",
         "        self._satisfy(Metric.RESTORE, fact)\n        self._satisfy(Metric.RESOLVE, fact)\n        return True")
    ],
    "a hold comes before a reply of the same save": [
        ("FactKind.HELD: (_PAUSE, ", "FactKind.HELD: (_OPEN, ")
    ],
    "a pause comes before a start": [("FactKind.HELD: (_PAUSE, ", "FactKind.HELD: (_STOP, ")],
    "a retarget comes before a stop": [
        ("FactKind.SEVERITY_SET: (_RETARGET, ", "FactKind.SEVERITY_SET: (_SATISFY, ")
    ],
    "facts of one instant are taken as they come": [
        ("return fact.at, _rank(fact), fact.id", "return fact.at, _rank(fact), fact.kind")
    ],
    "a fact with nothing to act on does not wait": [
        ("while len(left :=", "while len(facts) == 0 and len(left :=")
    ],
    "facts after as_of are known": [("if fact.at <= document.as_of", "if fact.at")],
    # --- updates
    "the update is met by a customer": [
        ('        if fact.by != "desk" or fact.automatic:\n            return True\n',
         '        if fact.by != "desk" or fact.automatic:\n            self._satisfy(Metric.UPDATE, fact)\n            return True\n')
    ],
    "a missed update runs on": [
        ("            cycle.stop(at, MISSED)\n            self._start_if_owed(Metric.UPDATE, at, cycle.counts_since)\n", "            return\n"),
    ],
    "an empty update is kept": [("            updates.pop()\n", "            return\n")],
    "an update after a miss belongs to nobody": [
        ("self._start_if_owed(Metric.UPDATE, at, cycle.counts_since)", 'self._start_if_owed(Metric.UPDATE, at, "")')
    ],
    "restoring ends the updates": [
        ("return self._is_responded and self._resolved_at is None",
         "return self._is_responded and not self._is_restored and self._resolved_at is None"),
        ("        self._is_restored = True\n", "        self._is_restored = True\n        self._cancel(Metric.UPDATE, fact)\n"),
    ],
    "resolution leaves the update running": [("        self._cancel(Metric.UPDATE, fact)\n", "")],
    # --- reopenings
    "reopened time is counted": [
        ("self._past.extend(self._stopped_time(self.stopped_at, at, self._satisfied_by, exclusions))",
         "self._used += int((at - self.stopped_at).total_seconds())")
    ],
    "the window excludes its last instant": [("last is None or at <= last", "last is None or at < last")],
    "the window is wall-clock time": [
        ("last = reached(calendar, ended_at, policy.reopen_seconds)",
         "last = ended_at + timedelta(seconds=policy.reopen_seconds)")
    ],
    "the window counts from the closing": [
        ("ended_at = self._resolved_at or self._closed_at", "ended_at = self._closed_at or self._resolved_at")
    ],
    "only restored, the window counts too": [
        ("        self._is_restored = True\n", "        self._is_restored, self._since = True, fact.at\n"),
        ("goes_on = ended_at is None or self._is_within_window(ended_at, fact.at)",
         "goes_on = self._is_within_window(ended_at or self._since, fact.at)"),
    ],
    "a cancelled cycle goes on": [
        ("return self._satisfied_by is not None and self.outcome != CANCELLED", "return self._satisfied_by is not None")
    ],
    "every reopening begins anew": [("if cycle.may_go_on and goes_on", "if cycle.may_go_on and not goes_on")],
    "the old objective goes on after a reopening": [
        ("        self.terms = terms\n        self._restart(halts, at, fact)\n\n    def miss",
         "        self._restart(halts, at, fact)\n\n    def miss")
    ],
    "an exclusion in stopped time is a pause": [
        ('for exclusion in exclusions if "excluded" in self._stops else ():', "for exclusion in ():")
    ],
    "a cycle left behind may go on": [("        self._satisfied_by = None\n\n    # --- stretches", "\n    # --- stretches")],
    # --- returned, closed, merged, waived
    "a return leaves the clocks running": [
        ("        self._cancel_all(fact)\n        self._is_at_desk,", "        self._is_at_desk,")
    ],
    "the desk's answer before a return still counts": [
        ("self._is_at_desk, self._is_responded = True, False", "self._is_at_desk = True")
    ],
    "closing leaves the clocks running": [
        ("        self._cancel_all(fact)\n        self._closed_at,", "        self._closed_at,")
    ],
    "thanks restarts a closed ticket": [
        ('        if fact.by != "desk" or fact.automatic:\n            return True\n',
         '        if fact.by != "desk" or fact.automatic:\n            return self.reopen(fact)\n')
    ],
    "a merged ticket can be reopened": [
        ("if self._is_merged or not (ended_at or self._is_restored):", "if not (ended_at or self._is_restored or self._is_merged):"),
        ("self._resolved_at = self._closed_at = None\n        for", "self._resolved_at = self._closed_at = None\n        self._is_merged = False\n        for"),
    ],
    "a merge leaves the source's clocks running": [
        ("        self._cancel_all(fact)\n        self._is_merged,", "        self._is_merged,")
    ],
    "an inherited start is only written": [("        self._used += self._counted(earlier, self.started_at)\n", "")],
    "an inherited start counts wall-clock time": [
        ("self._used += self._counted(earlier, self.started_at)",
         "self._used += int((self.started_at - start).total_seconds())")
    ],
    "a later start is inherited too": [
        ("is not None and start < cycle.started_at", "is not None and start <= fact.at")
    ],
    "updates inherit": [
        ("for metric in (Metric.RESPOND, Metric.RESTORE, Metric.RESOLVE)\n            if (cycle", "for metric in Metric\n            if (cycle")
    ],
    "a waiver turns missed into met": [
        ("                    cycle.is_waived = True\n", "                    cycle.is_waived = True\n                    cycle.outcome = 'met'\n")
    ],
    "a waiver marks every cycle": [
        ("if (metric, cycle.number) == (fact.metric, fact.cycle):\n                    cycle.is_waived = True\n                    return True",
         "if metric is fact.metric:\n                    cycle.is_waived = True")
    ],
    "satisfied while excluded is met": [("            outcome = EXCLUDED\n", "            outcome = MET\n")],
    # --- starts
    "a clock starts at the opening": [
        ("            return False\n        match metric:\n            case Metric.RESPOND:", "            return not self._is_over\n        match metric:\n            case Metric.RESPOND:")
    ],
    "what is satisfied already starts": [
        ("return not self._is_restored and self._resolved_at is None", "return self._resolved_at is None")
    ],
    "a resolved ticket does not reach the desk": [
        ("        if self._is_at_desk or self._is_over:\n", "        if self._is_at_desk or self._is_over or self._resolved_at:\n")
    ],
    # --- segments
    "equal neighbours are not merged": [
        ("_essence(held) == _essence(segment)", "held is segment")
    ],
    "closed hours are not cut out": [
        ("if segment.kind != COUNTED or segment.calendar is None:\n                yield", "if segment.kind:\n                yield")
    ],
    # --- the ledger
    "the ledger ends at as_of": [
        ("    while len(listed) > 1 and listed[-2].party is None:\n        listed.pop()\n", "    listed.append(Entry(at=as_of, party=None))\n")
    ],
    "the time to a reopening is nobody's": [
        ("spent[entry.party or Party.AFTER_RESTORE] +=", "spent[entry.party or Party.AFTER_RESTORE] += entry.party is not None and")
    ],
    "a hold comes before Level 1": [("    if not is_at_desk:\n", "    if not is_at_desk and halts.exclusion is None:\n")],
    "a hold comes before an exclusion": [
        ("    if halts.exclusion is not None:\n", "    if halts.exclusion is not None and halts.hold is None:\n")
    ],
    "a hold comes before restoration": [("    if is_restored:\n", "    if is_restored and halts.hold is None:\n")],
    "a lacking plan is the vendor's": [("Party.CUSTOMER if halts.hold.lacks_plan else Party.VENDOR", "Party.VENDOR")],
    "every vendor's time is the customer's": [
        ("Party.CUSTOMER if halts.hold.lacks_plan else Party.VENDOR", "Party.CUSTOMER")
    ],
    "an agreed wait is the customer's": [("return Party.AGREED_WAIT", "return Party.CUSTOMER")],
    "the ledger is booked once an instant": [
        ("            if self._is_opened:\n",
         "            if self._entries and self._entries[-1].at == fact.at:\n                self._entries.pop()\n            if self._is_opened:\n")
    ],
}  # fmt: skip

Replaying = Callable[[ReplayDocument], Replay]


def build(changes: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> Replaying:
    """Return the replay of the three modules with some words replaced."""
    sources = dict(SOURCES)
    for words, others in changes:
        (name,) = [name for name, source in sources.items() if words in source]
        assert sources[name].count(words) == 1, f"not once in {name}: {words}"
        sources[name] = sources[name].replace(words, others)
    for name, source in sources.items():
        text = re.sub(r"from (slas\.(?:cycle|ledger|clock)) import", r"from mutant.\1 import", source)
        module = ModuleType(f"mutant.{name}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(text, module.__name__, "exec"), module.__dict__)
    built: Replaying = sys.modules["mutant.slas.clock"].__dict__["replay"]
    return built


def checks() -> Iterator[Callable[[], object]]:
    """Return each example and each rule that asks for nothing, as something to call."""
    for case in CASES.values():
        yield partial(_check_example, case)
    for module in RULES:
        for name, rule in vars(module).items():
            if name.startswith("test_") and not inspect.signature(rule).parameters:
                yield rule
    for kind in test_clock_rules.NO_RESPONSES:
        yield partial(_only_a_reply, kind)


def _only_a_reply(kind: str) -> None:
    test_clock_rules.test_only_a_public_reply_by_a_human_of_the_desk_is_a_response(kind)


def _check_example(case: dict[str, Any]) -> None:
    assert dump(story.replayed(case["document"])) == case["expect"]


def faults() -> Iterator[str]:
    """Run the checks; return what each failing one said."""
    for check in checks():
        try:
            check()
        except (AssertionError, ValueError) as error:  # a ValueError: not the one clock that a rule asks for
            yield str(error)


def test_the_clock_itself_passes_every_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "replay", build([], monkeypatch))
    assert list(faults()) == []


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "replay", build(MUTANTS[name], monkeypatch))
    assert next(faults(), None) is not None, "this mutant survives: every example and rule still passes"
