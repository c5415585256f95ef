"""What holds for every calendar in every zone, near offset changes above all; drawn, and the same each run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from slas import calendar as module
from slas.calendar import Calendar
from tests.slas.oracle import DAYS, MINUTES, Oracle, offset_changes

#: A zone and a year in which its offset changes, UTC apart. Apia skipped a whole date in 2011.
ZONES = {
    "UTC": 2024,
    "Australia/Sydney": 2024,
    "Australia/Lord_Howe": 2024,
    "Pacific/Chatham": 2024,
    "Asia/Kathmandu": 1985,
    "Africa/Casablanca": 2024,
    "Europe/Dublin": 2024,
    "Antarctica/Troll": 2024,
    "Pacific/Apia": 2011,
    "Asia/Tehran": 2022,
    "America/Havana": 2024,
}
#: The instants around which everything is drawn: the offset changes, and the turn of the year.
ANCHORS = [
    (timezone, anchor)
    for timezone, year in ZONES.items()
    for anchor in [*offset_changes(timezone, year), datetime(year + 1, 1, 1, tzinfo=UTC)]
]
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
TWO_HOURS, TWO_DAYS = 2 * 3600, 2 * 86_400

short_and_long = pytest.mark.parametrize(
    "examples", [80, pytest.param(800, marks=pytest.mark.long)], ids=["short", "long"]
)


@dataclass(frozen=True)
class Case:
    """A calendar, three instants in order, and a number of seconds that are open between the first two."""

    document: dict[str, Any]
    a: datetime
    b: datetime
    c: datetime
    anchor: datetime
    share: int

    @property
    def calendar(self) -> Calendar:
        return Calendar.from_dict(self.document)

    @property
    def seconds(self) -> int:
        """Return some of the open seconds in [a, b): often one, often all of them."""
        total = self.calendar.elapsed(self.a, self.b)
        assume(total > 0)
        return max(1, total * self.share // 100)


# --- What is drawn ------------------------------------------------------------------------------------
def label(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


minutes = st.sampled_from([0, 1, 90, 120, 150, 180, 540, 720, 1020, 1439]) | st.integers(0, MINUTES - 1)
shifts = (
    st.tuples(minutes, minutes | st.just(MINUTES)).map(lambda ends: [label(ends[0]), label(ends[1])])
    | minutes.map(lambda minute: [label(minute), label(minute + 1)])  # a single minute
)
days = st.lists(shifts, max_size=3) | st.just([["00:00", "24:00"]])
weeks = st.lists(days, min_size=1, max_size=3).flatmap(
    lambda some: st.fixed_dictionaries({day: st.sampled_from(some) for day in DAYS})
)
anchors = st.sampled_from(ANCHORS)


def dates_near(anchor: datetime) -> st.SearchStrategy[str]:
    return st.integers(-3, 3).map(lambda count: (anchor.date() + timedelta(days=count)).isoformat())


def instants_near(anchor: datetime) -> st.SearchStrategy[datetime]:
    """Draw half of the instants within two hours of the anchor, the rest within two days."""
    near = st.integers(-TWO_HOURS, TWO_HOURS) | st.integers(-TWO_DAYS, TWO_DAYS)
    return near.map(lambda seconds: anchor + timedelta(seconds=seconds))


def closures_near(anchor: datetime) -> st.SearchStrategy[list[str]]:
    pair = st.tuples(instants_near(anchor), st.integers(1, TWO_DAYS))
    return pair.map(lambda drawn: [written(drawn[0]), written(drawn[0] + timedelta(seconds=drawn[1]))])


def written(moment: datetime) -> str:
    return moment.isoformat()


@st.composite
def cases(draw: st.DrawFn) -> Case:
    timezone, anchor = draw(anchors)
    weekly = draw(weeks)
    assume(any(weekly.values()))
    document = {
        "timezone": timezone,
        "weekly": weekly,
        "holidays": draw(st.lists(dates_near(anchor), max_size=2)),
        "overrides": draw(st.dictionaries(dates_near(anchor), days, max_size=2)),
        "closures": draw(st.lists(closures_near(anchor), max_size=2)),
    }
    a, b, c = sorted(draw(st.tuples(*[instants_near(anchor)] * 3)))
    share = draw(st.sampled_from([0, 100]) | st.integers(0, 100))
    return Case(document=document, a=a, b=b, c=c, anchor=anchor, share=share)


def always(check: Callable[[Case], None], examples: int) -> None:
    """Check so many drawn cases; the same ones each time."""
    run = settings(max_examples=examples, derandomize=True, database=None, deadline=None)
    run(given(cases())(check))()


# --- The oracle ---------------------------------------------------------------------------------------
@short_and_long
def test_elapsed_counts_what_the_oracle_counts(examples: int) -> None:
    def check(case: Case) -> None:
        assert case.calendar.elapsed(case.a, case.b) == Oracle(case.document).elapsed(case.a, case.b)

    always(check, examples)


@short_and_long
def test_add_arrives_where_the_oracle_arrives(examples: int) -> None:
    def check(case: Case) -> None:
        seconds = case.seconds
        assert case.calendar.add(case.a, seconds) == Oracle(case.document).add(case.a, seconds)

    always(check, examples)


@short_and_long
def test_is_open_says_what_the_wall_clock_says(examples: int) -> None:
    def check(case: Case) -> None:
        oracle = Oracle(case.document)
        for quarter in range(-16, 17):
            moment = case.a + timedelta(minutes=15 * quarter)
            assert case.calendar.is_open(moment) is oracle.is_open(moment)

    always(check, examples)


# --- The sums -----------------------------------------------------------------------------------------
@short_and_long
def test_elapsed_over_two_stretches_is_the_sum_of_both(examples: int) -> None:
    def check(case: Case) -> None:
        elapsed = case.calendar.elapsed
        assert elapsed(case.a, case.b) + elapsed(case.b, case.c) == elapsed(case.a, case.c)
        assert 0 <= elapsed(case.a, case.b) <= (case.b - case.a).total_seconds()
        assert elapsed(case.c, case.a) == 0

    always(check, examples)


@short_and_long
def test_add_is_the_first_instant_with_so_many_open_seconds(examples: int) -> None:
    def check(case: Case) -> None:
        seconds = case.seconds
        due = case.calendar.add(case.a, seconds)
        assert case.calendar.elapsed(case.a, due) == seconds
        assert case.calendar.elapsed(case.a, due - timedelta(seconds=1)) == seconds - 1

    always(check, examples)


@short_and_long
def test_adding_nothing_stays_where_it_is(examples: int) -> None:
    def check(case: Case) -> None:
        assert case.calendar.add(case.a, 0) == case.a

    always(check, examples)


@short_and_long
def test_is_open_agrees_with_the_sums_at_every_instant(examples: int) -> None:
    def check(case: Case) -> None:
        calendar = case.calendar
        edges = [edge for piece in calendar.pieces(case.a, case.c) for edge in (piece.start, piece.end)]
        for moment in [case.a, case.b, *edges, *(edge - timedelta(seconds=1) for edge in edges)]:
            second = calendar.elapsed(moment, moment + timedelta(seconds=1))
            assert calendar.is_open(moment) is (second == 1)

    always(check, examples)


@short_and_long
def test_pieces_tile_their_span_and_add_up_to_elapsed(examples: int) -> None:
    def check(case: Case) -> None:
        pieces = list(case.calendar.pieces(case.a, case.c))
        cuts = [case.a, *(piece.end for piece in pieces)]
        assert [piece.start for piece in pieces] == cuts[:-1]
        assert cuts[-1] == case.c
        assert all(piece.start < piece.end for piece in pieces)
        assert all(one.is_open is not other.is_open for one, other in pairwise(pieces))
        opened = sum((piece.end - piece.start).total_seconds() for piece in pieces if piece.is_open)
        assert opened == case.calendar.elapsed(case.a, case.c)

    always(check, examples)


# --- Other calendars ----------------------------------------------------------------------------------
@short_and_long
def test_a_calendar_and_its_complement_make_all_the_time(examples: int) -> None:
    def check(case: Case) -> None:
        document = case.document | {"closures": []}
        other = Calendar.from_dict(complement(document, case.anchor))
        opened = Calendar.from_dict(document).elapsed(case.a, case.c)
        assert opened + other.elapsed(case.a, case.c) == (case.c - case.a).total_seconds()

    always(check, examples)


def complement(document: dict[str, Any], anchor: datetime) -> dict[str, Any]:
    """Return the calendar that is open when another is closed, near the anchor."""
    oracle = Oracle(document)
    near = [anchor.date() + timedelta(days=count) for count in range(-6, 7)]
    return {
        "timezone": document["timezone"],
        # Something must open some time; far from here it does no harm.
        "weekly": {day: [["00:00", "24:00"]] for day in DAYS},
        "overrides": {day.isoformat(): closed_shifts(oracle, day) for day in near},
    }


def closed_shifts(oracle: Oracle, day: date) -> list[list[str]]:
    """Return the closed labels of a date as shifts of a minute or more."""
    labels = [True, *oracle.open_labels(day), True]
    edges = [at for at in range(MINUTES + 1) if labels[at] is not labels[at + 1]]
    return [[label(opens), label(closes)] for opens, closes in zip(edges[::2], edges[1::2], strict=True)]


@short_and_long
def test_around_the_clock_is_plain_subtraction_in_every_zone(examples: int) -> None:
    def check(case: Case) -> None:
        calendar = Calendar.from_dict({"timezone": case.document["timezone"], "weekly": ALWAYS})
        length = case.c - case.a
        assert calendar.elapsed(case.a, case.c) == length.total_seconds()
        assert calendar.add(case.a, int(length.total_seconds())) == case.c

    always(check, examples)


@short_and_long
def test_a_further_holiday_or_closure_never_makes_a_due_time_earlier(examples: int) -> None:
    def check(case: Case) -> None:
        due = case.calendar.add(case.a, case.seconds)
        for count in range(-2, 3):
            moment = case.anchor + timedelta(days=count)
            holidays = [*case.document["holidays"], moment.date().isoformat()]
            closure = [written(moment), written(moment + timedelta(hours=5))]
            for more in (
                {"holidays": holidays},
                {"closures": [*case.document["closures"], closure]},
            ):
                assert Calendar.from_dict(case.document | more).add(case.a, case.seconds) >= due

    always(check, examples)


@short_and_long
def test_splitting_a_shift_changes_nothing(examples: int) -> None:
    def check(case: Case) -> None:
        weekly = {
            day: [half for shift in listed for half in halves(shift)]
            for day, listed in case.document["weekly"].items()
        }
        split = Calendar.from_dict(case.document | {"weekly": weekly})
        assert list(split.pieces(case.a, case.c)) == list(case.calendar.pieces(case.a, case.c))

    always(check, examples)


def halves(shift: list[str]) -> list[list[str]]:
    """Cut a shift that stays within its day in two, where it is long enough."""
    opens, closes = (int(written[:2]) * 60 + int(written[3:]) for written in shift)
    middle = (opens + closes) // 2
    return [[shift[0], label(middle)], [label(middle), shift[1]]] if opens < middle < closes else [shift]


# --- What must not matter -----------------------------------------------------------------------------
@short_and_long
def test_the_offset_in_which_an_instant_is_written_does_not_matter(examples: int) -> None:
    def check(case: Case) -> None:
        calendar, seconds = case.calendar, case.seconds
        due = calendar.add(case.a, seconds)
        for timezone in ("Pacific/Kiritimati", "America/St_Johns", case.document["timezone"]):
            a, c = (moment.astimezone(ZoneInfo(timezone)) for moment in (case.a, case.c))
            assert calendar.add(a, seconds) == due
            assert calendar.elapsed(a, c) == calendar.elapsed(case.a, case.c)
            assert calendar.is_open(a) is calendar.is_open(case.a)

    always(check, examples)


@short_and_long
def test_what_was_asked_before_does_not_matter(examples: int) -> None:
    """The index grows with the questions; neither that nor the turn of a year may show."""

    def check(case: Case) -> None:
        fresh, grown = unshared(case.document), unshared(case.document)
        for years in (-3, 1, 9):
            grown.elapsed(case.a, case.a + timedelta(days=365 * years))
            grown.is_open(case.a + timedelta(days=365 * years))
        assert list(grown.pieces(case.a, case.c)) == list(fresh.pieces(case.a, case.c))
        assert grown.elapsed(case.a, case.c) == fresh.elapsed(case.a, case.c)
        assert grown.add(case.a, case.seconds) == fresh.add(case.a, case.seconds)

    always(check, examples)


def unshared(document: dict[str, Any]) -> Calendar:
    """Read a calendar of which nobody has asked anything."""
    module._read.cache_clear()
    return Calendar.from_dict(document)
