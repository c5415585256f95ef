"""The clocks of a vendor's case: they tile its life, their sums hold, and any earlier look agrees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.clocks import (
    WIDTH,
    Published,
    Reading,
    Resolution,
    Span,
    Took,
    Verdict,
    Wrote,
    draw,
    first_response,
    read,
    spans_of,
)
from vendors.states import CaseState, Side, Turn

OPENED = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
HOUR = Published(seconds=3600)


def after(minutes: float) -> datetime:
    return OPENED + timedelta(minutes=minutes)


def took(minutes: int, state: CaseState, *, raw: str = "") -> Took:
    return Took(at=after(minutes), state=state, raw=raw, after=after(minutes - 5))


def vendor(minutes: float, *, is_automatic: bool = False) -> Wrote:
    return Wrote(at=after(minutes), side=Side.VENDOR, is_automatic=is_automatic)


STATUSES = st.lists(
    st.builds(
        took,
        st.integers(min_value=-90, max_value=5000),
        st.sampled_from(CaseState),
        raw=st.sampled_from(["", "unassigned", "gone-fishing"]),
    ),
    max_size=12,
)
MESSAGES = st.lists(
    st.builds(
        lambda minutes, side, is_automatic: Wrote(at=after(minutes), side=side, is_automatic=is_automatic),
        st.integers(min_value=-5, max_value=5000),
        st.sampled_from(Side),
        st.booleans(),
    ),
    max_size=12,
)
INSTANTS = st.integers(min_value=0, max_value=6000).map(after)
PROMISES = st.builds(
    Published,
    seconds=st.none() | st.integers(min_value=1, max_value=90_000),
    in_business_hours=st.booleans(),
)


@given(statuses=STATUSES, as_of=INSTANTS)
def test_the_spans_tile_the_time_from_the_opening_to_now(statuses: list[Took], as_of: datetime) -> None:
    spans = spans_of(statuses, opened_at=OPENED, as_of=as_of)
    edges = [OPENED, *(span.ends for span in spans)]
    assert [span.begins for span in spans] == edges[:-1]
    assert edges[-1] == as_of
    assert all(span.ends > span.begins for span in spans)


@given(statuses=STATUSES, as_of=INSTANTS)
def test_every_instant_has_the_last_status_known_at_it(statuses: list[Took], as_of: datetime) -> None:
    """A slow look at every minute says the same as the spans."""
    known = sorted((one for one in statuses if one.at <= as_of), key=lambda one: one.at)
    for span in spans_of(statuses, opened_at=OPENED, as_of=as_of):
        so_far = [one for one in known if one.at <= span.begins]
        assert span.state is (so_far[-1].state if so_far else CaseState.NEW)


@given(statuses=STATUSES, messages=MESSAGES, published=PROMISES, as_of=INSTANTS)
def test_what_was_spent_in_statuses_and_turns_sums_to_the_whole(
    statuses: list[Took], messages: list[Wrote], published: Published, as_of: datetime
) -> None:
    reading = read(statuses, messages, published, opened_at=OPENED, as_of=as_of)
    whole = as_of - OPENED
    assert sum(reading.per_state.values(), timedelta()) == whole
    assert sum(reading.per_turn.values(), timedelta()) == whole
    for turn, length in reading.per_turn.items():
        of_turn = (took for state, took in reading.per_state.items() if state.turn is turn)
        assert sum(of_turn, timedelta()) == length


@given(statuses=STATUSES, messages=MESSAGES, published=PROMISES, early=INSTANTS, late=INSTANTS)
def test_any_prefix_agrees(
    statuses: list[Took], messages: list[Wrote], published: Published, early: datetime, late: datetime
) -> None:
    """What is learnt later changes nothing of what was read before; a later reading contains the earlier one."""
    early, late = sorted((early, late))
    whole = read(statuses, messages, published, opened_at=OPENED, as_of=early)
    known = read(
        [one for one in statuses if one.at <= early],
        [one for one in messages if one.at <= early],
        published,
        opened_at=OPENED,
        as_of=early,
    )
    assert whole == known
    later = read(statuses, messages, published, opened_at=OPENED, as_of=late)
    assert clip(later, early) == list(whole.spans)
    if whole.response.at is not None:
        assert later.response.at == whole.response.at
        assert later.response.verdict is whole.response.verdict


def clip(reading: Reading, until: datetime) -> list[Span]:
    return [
        Span(begins=span.begins, ends=min(span.ends, until), state=span.state, raw=span.raw)
        for span in reading.spans
        if span.begins < until
    ]


@given(statuses=STATUSES, as_of=INSTANTS)
def test_the_bar_fills_its_width_and_says_whose_turn_it_was(statuses: list[Took], as_of: datetime) -> None:
    spans = spans_of(statuses, opened_at=OPENED, as_of=as_of)
    pieces = draw(spans)
    if as_of == OPENED:
        assert pieces == []
        return
    assert pieces[0].x == 0
    assert sum(piece.width for piece in pieces) == pytest.approx(WIDTH)
    assert all(one.look is not two.look for one, two in pairwise(pieces))


def test_an_automatic_answer_is_shown_and_does_not_count() -> None:
    found = first_response([vendor(1, is_automatic=True)], HOUR, opened_at=OPENED, as_of=after(10))
    assert (found.automatic_at, found.at, found.verdict) == (after(1), None, Verdict.PENDING)
    both = [vendor(1, is_automatic=True), vendor(50)]
    found = first_response(both, HOUR, opened_at=OPENED, as_of=after(90))
    assert (found.automatic_at, found.at, found.verdict) == (after(1), after(50), Verdict.WITHIN)
    assert found.took == timedelta(minutes=50)


@pytest.mark.parametrize(
    ("answered", "as_of", "verdict"),
    [
        (None, 60, Verdict.PENDING),
        (None, 61, Verdict.OVERDUE),
        (60, 90, Verdict.WITHIN),
        (60.5, 90, Verdict.LATE),
        (70, 65, Verdict.OVERDUE),
    ],
)
def test_a_response_is_measured_against_the_published_time(
    answered: float | None, as_of: int, verdict: Verdict
) -> None:
    messages = [] if answered is None else [vendor(answered)]
    assert first_response(messages, HOUR, opened_at=OPENED, as_of=after(as_of)).verdict is verdict


def test_a_time_in_business_hours_cannot_be_measured() -> None:
    published = Published(seconds=12 * 3600, in_business_hours=True)
    found = first_response([vendor(5)], published, opened_at=OPENED, as_of=after(90))
    assert (found.verdict, found.due_at, found.took) == (Verdict.UNMEASURABLE, None, timedelta(minutes=5))


def test_where_nothing_is_published_nothing_is_judged() -> None:
    found = first_response([vendor(5)], Published(), opened_at=OPENED, as_of=after(90))
    assert (found.verdict, found.due_at) == (Verdict.NONE, None)


def test_only_the_vendors_words_are_its_response() -> None:
    ours = [Wrote(at=after(2), side=Side.DESK), Wrote(at=after(3), side=Side.CUSTOMER)]
    assert first_response(ours, HOUR, opened_at=OPENED, as_of=after(5)).at is None


def test_a_resolution_lies_between_two_looks_and_ends_when_the_case_goes_on() -> None:
    done = [took(30, CaseState.VENDOR_WORKING), took(60, CaseState.RESOLVED), took(90, CaseState.CLOSED)]
    reading = read(done, [], HOUR, opened_at=OPENED, as_of=after(100))
    assert reading.resolution == Resolution(after=after(55), at=after(60))
    assert not reading.resolution.is_exact
    assert reading.reopened == 0
    again = read([*done, took(95, CaseState.NEW)], [], HOUR, opened_at=OPENED, as_of=after(100))
    assert (again.resolution, again.reopened) == (None, 1)


def test_time_after_the_end_is_nobodys() -> None:
    reading = read([took(60, CaseState.RESOLVED)], [], HOUR, opened_at=OPENED, as_of=after(200))
    assert reading.per_turn == {Turn.VENDOR: timedelta(minutes=60), Turn.NOBODY: timedelta(minutes=140)}


def test_it_is_somebodys_turn_since_it_became_theirs() -> None:
    statuses = [
        took(10, CaseState.WAITING_ON_US),
        took(20, CaseState.WAITING_ON_VENDOR),
        took(40, CaseState.VENDOR_WORKING),
    ]
    assert read(statuses, [], HOUR, opened_at=OPENED, as_of=after(60)).turn_since == after(20)
    assert read([], [], HOUR, opened_at=OPENED, as_of=after(60)).turn_since == OPENED
    assert read(statuses, [], HOUR, opened_at=OPENED, as_of=after(10)).turn_since == after(10)
