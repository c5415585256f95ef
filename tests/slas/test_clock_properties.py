"""What holds for the clocks of every ticket, however oddly it went; drawn, and the same each run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.clock import ClockResult, Replay, replay
from slas.documents import ReplayDocument, dump, parse
from tests.slas.documents_strategy import documents, instant
from tests.slas.simulation import METRICS, Simulation, at_of

Json = dict[str, Any]

short_and_long = pytest.mark.parametrize(
    "examples", [120, pytest.param(1200, marks=pytest.mark.long)], ids=["short", "long"]
)


def always(check: Callable[[Json], None], examples: int) -> None:
    """Check so many drawn documents; the same ones each time."""
    run = settings(max_examples=examples, derandomize=True, database=None, deadline=None)
    run(given(documents())(check))()


def replayed(document: Json) -> Replay:
    return replay(parse(document))


def key(clock: ClockResult) -> tuple[str, int]:
    return str(clock.metric), clock.cycle


# --- Facts in, state out ------------------------------------------------------------------------------
@pytest.mark.parametrize("examples", [60, pytest.param(600, marks=pytest.mark.long)], ids=["short", "long"])
def test_shuffled_and_repeated_facts_change_nothing(examples: int) -> None:
    @settings(max_examples=examples, derandomize=True, database=None, deadline=None)
    @given(documents(), st.data())
    def check(document: Json, data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations(document["facts"]))
        repeated = data.draw(st.lists(st.sampled_from(document["facts"]), max_size=5))
        assert replayed(document | {"facts": [*repeated, *shuffled]}) == replayed(document)

    check()


@short_and_long
def test_a_prefix_of_the_facts_gives_the_state_that_was_reported_then(examples: int) -> None:
    def check(document: Json) -> None:
        for moment in {fact["at"] for fact in document["facts"]}:
            then = document | {"as_of": moment}
            known = [fact for fact in document["facts"] if fact["at"] <= moment]
            assert replayed(then | {"facts": known}) == replayed(then)

    always(check, examples)


@short_and_long
def test_a_verdict_once_reported_stays_whatever_happens_later(examples: int) -> None:
    def check(document: Json) -> None:
        moments = sorted({fact["at"] for fact in document["facts"]} | {document["as_of"]})
        states = [replayed(document | {"as_of": moment}) for moment in moments]
        for before, after in pairwise(states):
            later = {key(clock): clock for clock in after.clocks}
            for clock in before.clocks:
                if clock.breached_at is None:
                    continue
                assert later[key(clock)].breached_at == clock.breached_at
                assert later[key(clock)].outcome == "missed"

    always(check, examples)


@short_and_long
def test_looking_in_between_changes_nothing_later(examples: int) -> None:
    """A note at any instant is a look that finds every breach until then."""

    def check(document: Json) -> None:
        looks = [
            {"id": f"look-{minute}", "at": instant(minute), "kind": "internal_note"}
            for minute in range(5, 14 * 60, 25)
        ]
        assert replayed(document | {"facts": [*document["facts"], *looks]}) == replayed(document)

    always(check, examples)


# --- Segments and sums --------------------------------------------------------------------------------
@short_and_long
def test_segments_tile_the_life_of_a_clock(examples: int) -> None:
    def check(document: Json) -> None:
        parsed = parse(document)
        for clock in replay(parsed).clocks:
            end = clock.stopped_at or parsed.as_of
            edges = [clock.started_at, *(segment.to for segment in clock.segments)]
            assert [segment.from_ for segment in clock.segments] == edges[:-1]
            assert edges[-1] == end
            for segment in clock.segments:
                assert segment.from_ < segment.to
                assert segment.seconds == (segment.to - segment.from_).total_seconds()
            for one, two in pairwise(clock.segments):
                assert signature(one) != signature(two)

    def signature(segment: Any) -> tuple[Any, ...]:
        return segment.kind, segment.reason, segment.fact, segment.policy, segment.calendar

    always(check, examples)


@short_and_long
def test_consumed_is_the_open_time_of_the_counted_segments(examples: int) -> None:
    def check(document: Json) -> None:
        parsed = parse(document)
        for clock in replay(parsed).clocks:
            counted = [segment for segment in clock.segments if segment.kind == "counted"]
            assert clock.consumed_seconds == sum(segment.seconds for segment in counted)
            for segment in clock.segments:
                if segment.kind in ("counted", "closed"):
                    assert segment.reason is None
                    assert open_seconds(parsed, segment) == (
                        segment.seconds if segment.kind == "counted" else 0
                    )

    def open_seconds(parsed: ReplayDocument, segment: Any) -> int:
        return parsed.calendars[segment.calendar].elapsed(segment.from_, segment.to)

    always(check, examples)


@short_and_long
def test_what_is_not_missed_has_not_used_its_target_up(examples: int) -> None:
    def check(document: Json) -> None:
        for clock in replayed(document).clocks:
            assert (clock.outcome == "missed") is (clock.breached_at is not None)
            if clock.target_seconds is None or clock.breached_at is not None:
                continue
            # Stopped at the due instant is in time.
            most = clock.target_seconds - (clock.outcome == "pending")
            assert clock.consumed_seconds <= most

    always(check, examples)


@short_and_long
def test_a_breach_is_the_instant_at_which_the_target_is_used_up(examples: int) -> None:
    """It was due there a second before, or a fact of that instant left it with less than it had used."""

    def check(document: Json) -> None:
        for clock in replayed(document).clocks:
            if clock.breached_at is None:
                continue
            before = seen(clock, document, clock.breached_at - timedelta(seconds=1))
            then = seen(clock, document, clock.breached_at)
            assert then is not None
            assert then.breached_at == clock.breached_at
            assert before is None or before.breached_at is None
            if before is not None and before.state == "running" and before.due_at == clock.breached_at:
                continue
            assert then.consumed_seconds >= shortest(clock, document)  # another change may follow at once
            assert {"severity_set", "policy_attached", "merged", "reopened"} & {
                fact["kind"] for fact in document["facts"] if at_of(fact) == clock.breached_at
            }

    def shortest(clock: ClockResult, document: Json) -> int:
        objectives = [one for policy in document["policies"].values() for one in policy["objectives"]]
        return min(int(one["target_seconds"]) for one in objectives if one["metric"] == clock.metric)

    def seen(clock: ClockResult, document: Json, moment: datetime) -> ClockResult | None:
        clocks = replayed(document | {"as_of": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}).clocks
        return next((one for one in clocks if key(one) == key(clock)), None)

    always(check, examples)


@short_and_long
def test_a_running_clock_is_due_when_it_is_missed_if_nothing_happens(examples: int) -> None:
    def check(document: Json) -> None:
        known = [fact for fact in document["facts"] if fact["at"] <= document["as_of"]]
        for clock in replayed(document).clocks:
            if clock.state == "running" and clock.outcome == "pending" and clock.due_at is not None:
                as_of = f"{clock.due_at:%Y-%m-%dT%H:%M:%SZ}"
                later = replayed(document | {"as_of": as_of, "facts": known})
                same = next(one for one in later.clocks if key(one) == key(clock))
                assert same.breached_at == clock.due_at

    always(check, examples)


@short_and_long
def test_the_ledger_sums_to_wall_clock_time(examples: int) -> None:
    def check(document: Json) -> None:
        simulation = Simulation(document).run()
        opened = next(at_of(fact) for fact in document["facts"] if fact["kind"] == "opened")
        ended = datetime.fromisoformat(document["as_of"]) - timedelta(seconds=simulation.after_end)
        ledger = dump(replayed(document))["ledger"]
        assert sum(ledger.values()) == max(0, (ended - opened).total_seconds())

    always(check, examples)


# --- The simulation -----------------------------------------------------------------------------------
@pytest.mark.parametrize("examples", [200, pytest.param(2000, marks=pytest.mark.long)], ids=["short", "long"])
def test_a_simulation_minute_by_minute_gives_the_same_verdicts_instants_and_ledger(examples: int) -> None:
    def check(document: Json) -> None:
        simulation = Simulation(document).run()
        replay_of_it = replayed(document)
        assert [
            (
                *key(clock),
                clock.severity,
                clock.started_at,
                clock.stopped_at,
                clock.breached_at,
                clock.outcome,
                clock.consumed_seconds,
                clock.waived,
            )
            for clock in replay_of_it.clocks
        ] == [
            (
                watch.metric,
                watch.cycle,
                watch.severity,
                watch.started,
                watch.stopped,
                watch.breached,
                watch.verdict,
                watch.seconds,
                watch.waived,
            )
            for watch in sorted(
                simulation.watches, key=lambda watch: (METRICS.index(watch.metric), watch.cycle)
            )
        ]
        ledger = dump(replay_of_it)["ledger"]
        assert ledger == dict.fromkeys(ledger, 0) | simulation.ledger

    always(check, examples)
