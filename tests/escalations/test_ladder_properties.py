"""Whatever the ladder and whenever the sweep runs: no rung early, none left out, nobody told twice at once."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from escalations.ladder import Kind as TargetKind
from escalations.ladder import Ladder, Named, Step, Target, plan, read_target, start_again, told_once
from tests.cast import START

steps = st.lists(st.integers(0, 7200), min_size=1, max_size=5).map(
    lambda waits: tuple(Step(after_seconds=wait, targets=(Target.LEADS,)) for wait in sorted(waits))
)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    found = draw(steps)
    last = found[-1].after_seconds
    return Ladder(
        steps=found,
        repeats=draw(st.integers(0, 3)),
        every_seconds=draw(st.integers(max(last, 60), last + 7200)),
    )


sweeps = st.lists(st.integers(-600, 60_000), max_size=12).map(sorted)


@given(ladders(), sweeps)
def test_each_rung_is_taken_once_in_order_and_never_early(ladder: Ladder, at: list[int]) -> None:
    rungs, taken, seen = ladder.rungs, 0, []
    for seconds in at:
        now = START + timedelta(seconds=seconds)
        climb = plan(rungs, began_at=START, taken=taken, now=now)
        assert all(rungs[place].after_seconds <= seconds for place in climb.due)
        assert climb.next_at is None or climb.next_at > now
        seen += list(climb.due)
        taken += len(climb.due)
    assert seen == list(range(len(seen)))
    last = at[-1] if at else -1
    assert taken == sum(1 for rung in rungs if rung.after_seconds <= last)


@given(ladders())
def test_repetitions_are_bounded_and_follow_each_other(ladder: Ladder) -> None:
    rungs = ladder.rungs
    assert len(rungs) == len(ladder.steps) * (ladder.repeats + 1)
    assert all(one.after_seconds <= other.after_seconds for one, other in pairwise(rungs))
    end = START + timedelta(seconds=rungs[-1].after_seconds)
    assert plan(rungs, began_at=START, taken=0, now=end).next_at is None


@given(st.lists(st.lists(st.integers(1, 6), max_size=5), max_size=6))
def test_after_an_outage_everybody_is_told_once_at_the_highest_rung_that_concerns_them(
    called: list[list[int]],
) -> None:
    told = told_once(called)
    everybody = {one for people in called for one in people}
    assert sorted(one for people in told for one in people) == sorted(everybody)
    for one in everybody:
        highest = max(place for place, people in enumerate(called) if one in people)
        assert [one in people for people in told].index(True) == highest


@given(ladders(), st.integers(0, 20))
def test_a_ladder_that_starts_again_takes_its_next_rung_at_that_instant(ladder: Ladder, taken: int) -> None:
    rungs = ladder.rungs
    anchor, counted = start_again(rungs, taken=min(taken, len(rungs)), at=START)
    assert counted == min(taken, len(rungs) - 1)
    climb = plan(rungs, began_at=anchor, taken=counted, now=START)
    assert climb.due.start == counted
    assert len(climb.due) >= 1
    before = plan(rungs, began_at=anchor, taken=counted, now=START - timedelta(seconds=1))
    assert len(before.due) == 0


@given(
    st.sampled_from(list(Target))
    | st.builds(Named, kind=st.sampled_from(list(TargetKind)), id=st.integers(1, 99)),
    st.booleans(),
    st.none() | st.integers(1, 4),
)
def test_a_stored_step_reads_as_it_was(
    target: Target | Named, unassigned: bool, at_least: int | None
) -> None:
    step = Step(after_seconds=60, targets=(target,), unassigned=unassigned, at_least=at_least)
    assert Step.load(step.dump()) == step
    assert read_target(target.value) == target


@given(st.booleans(), st.integers(1, 4), st.booleans(), st.none() | st.integers(1, 4))
def test_a_condition_is_asked_of_the_ticket_as_it_is(
    has_owner: bool, severity: int, unassigned: bool, at_least: int | None
) -> None:
    step = Step(after_seconds=0, targets=(Target.LEADS,), unassigned=unassigned, at_least=at_least)
    expected = not (unassigned and has_owner) and (at_least is None or severity in range(1, at_least + 1))
    assert step.applies(has_owner=has_owner, severity=severity) is expected
