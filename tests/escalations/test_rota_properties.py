"""What holds for every rota in every zone, near offset changes above all; drawn, and the same each run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalations.rota import Override, Plan, Timeline, instant_of, next_change, on_call, read_plan, shifts
from tests.escalations.rota_oracle import MINUTE, RotaOracle
from tests.slas.oracle import DAYS, offset_changes

ZONES = {
    "Australia/Sydney": 2026,
    "Australia/Lord_Howe": 2026,
    "Pacific/Chatham": 2026,
    "Africa/Casablanca": 2026,
    "Europe/Dublin": 2026,
    "Pacific/Apia": 2011,  # which skipped a whole date
    "UTC": 2026,
}
ANCHORS = [
    (zone, anchor)
    for zone, year in ZONES.items()
    for anchor in [*offset_changes(zone, year), datetime(year + 1, 1, 1, tzinfo=UTC)]
]
short_and_long = pytest.mark.parametrize(
    "examples", [60, pytest.param(600, marks=pytest.mark.long)], ids=["short", "long"]
)


@dataclass(frozen=True)
class Case:
    """A plan, overrides, and an instant near an offset change or the turn of a year."""

    document: dict[str, Any]
    overrides: list[tuple[int, datetime, datetime]]
    anchor: datetime
    begins: datetime

    @property
    def plan(self) -> Plan:
        return read_plan(self.document)

    @property
    def timeline(self) -> Timeline:
        return Timeline(
            plans=((datetime(1990, 1, 1, tzinfo=UTC), self.plan),),
            overrides=tuple(
                Override(id=number, person=person, since=since, until=until)
                for number, (person, since, until) in enumerate(self.overrides)
            ),
        )


# --- What is drawn ------------------------------------------------------------------------------------
#: Half of the times are such as clocks skip or repeat.
minutes = st.sampled_from([0, 60, 90, 119, 120, 150, 165, 179, 180, 225]) | st.integers(0, 1439)
labels = minutes.map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
hours = st.none() | st.dictionaries(
    st.sampled_from(DAYS), st.tuples(labels, labels).map(lambda pair: [list(pair)]), min_size=1
)


@st.composite
def layers(draw: st.DrawFn, near: date) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        unit = draw(st.sampled_from(["days", "weeks"]))
        found.append(
            {
                "name": f"L{number}",
                "people": draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)),
                "starts_on": (near - timedelta(days=draw(st.integers(0, 9)))).isoformat(),
                "every": draw(st.integers(1, 3)) if unit == "days" else draw(st.integers(1, 2)),
                "unit": unit,
                "weekday": draw(st.sampled_from(DAYS)),
                "at": draw(labels),
                **({"hours": drawn} if (drawn := draw(hours)) else {}),
                "off_dates": [
                    (near + timedelta(days=day)).isoformat()
                    for day in draw(st.sets(st.integers(-2, 3), max_size=2))
                ],
            }
        )
    return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone, anchor = draw(st.sampled_from(ANCHORS))
    near = anchor.astimezone(ZoneInfo(zone)).date()
    overrides = []
    for _ in range(draw(st.integers(0, 2))):
        since = anchor + timedelta(minutes=draw(st.integers(-2000, 2000)))
        overrides.append(
            (draw(st.integers(6, 8)), since, since + timedelta(minutes=draw(st.integers(1, 2000))))
        )
    return Case(
        document={"timezone": zone, "layers": draw(layers(near))},
        overrides=overrides,
        anchor=anchor,
        begins=anchor - timedelta(days=12),
    )


# --- What holds ---------------------------------------------------------------------------------------
@short_and_long
def test_shifts_tile_and_agree_with_who_is_on_call_at_every_instant(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(case=cases(), offsets=st.lists(st.integers(-200_000, 200_000), min_size=1, max_size=6))
    def check(case: Case, offsets: list[int]) -> None:
        since, until = case.anchor - timedelta(days=3), case.anchor + timedelta(days=3)
        found = shifts(case.timeline, since, until)
        assert [found[0].since, found[-1].until] == [since, until]
        for one, following in pairwise(found):
            assert one.until == following.since
            assert one.duty != following.duty
        assert all(one.since < one.until for one in found)
        edges = [moment for one in found for moment in (one.since, one.until - timedelta(seconds=1))]
        for moment in [*edges, *(case.anchor + timedelta(seconds=offset) for offset in offsets)]:
            [duty] = {one.duty for one in found if one.since <= moment < one.until}
            assert on_call(case.timeline, moment) == duty

    check()


@short_and_long
def test_an_oracle_that_watches_the_wall_clock_says_the_same(examples: int) -> None:
    @settings(max_examples=examples // 6, deadline=None, derandomize=True)
    @given(case=cases())
    def check(case: Case) -> None:
        oracle = RotaOracle(case.document, overrides=case.overrides)
        until = case.anchor + timedelta(days=1)
        found = shifts(case.timeline, case.begins, until)
        place = 0
        for moment, person in oracle.walk(case.begins, until):
            while found[place].until <= moment:
                place += 1
            assert found[place].person == person, moment

    check()


@short_and_long
def test_a_window_within_a_window_sees_the_same(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(case=cases(), cut=st.integers(-200_000, 200_000))
    def check(case: Case, cut: int) -> None:
        since, until = case.anchor - timedelta(days=3), case.anchor + timedelta(days=3)
        middle = case.anchor + timedelta(seconds=cut)
        whole = shifts(case.timeline, since, until)
        halves = [*shifts(case.timeline, since, middle), *shifts(case.timeline, middle, until)]
        seconds = {one.since: one.duty for one in whole} | {middle: on_call(case.timeline, middle)}
        assert {one.since: one.duty for one in halves} == seconds

    check()


@short_and_long
def test_what_changes_later_rewrites_nothing_before(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(case=cases(), other=cases(), cut=st.integers(-200_000, 200_000))
    def check(case: Case, other: Case, cut: int) -> None:
        since, middle = case.anchor - timedelta(days=3), case.anchor + timedelta(seconds=cut)
        changed = Timeline(
            plans=(*case.timeline.plans, (middle, other.plan)),
            overrides=(
                *case.timeline.overrides,
                Override(id=99, person=9, since=middle, until=middle + timedelta(days=1)),
            ),
            ends_at=middle + timedelta(days=2),
        )
        assert shifts(changed, since, middle) == shifts(case.timeline, since, middle)
        assert on_call(changed, middle).person == 9
        assert on_call(changed, middle + timedelta(days=2)).person is None

    check()


@short_and_long
def test_the_next_change_is_the_first_one(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(case=cases(), offset=st.integers(-200_000, 200_000))
    def check(case: Case, offset: int) -> None:
        at = case.anchor + timedelta(seconds=offset)
        coming = next_change(case.timeline, at)
        now = on_call(case.timeline, at).person
        until = coming.since if coming else at + timedelta(days=30)
        assert {one.person for one in shifts(case.timeline, at, until)} == {now}
        assert coming is None or coming.person == on_call(case.timeline, coming.since).person != now

    check()


@pytest.mark.parametrize("zone", sorted(ZONES))
@pytest.mark.parametrize("at", ["09:00", "02:30"])
def test_hand_overs_stay_at_their_wall_clock_time_and_in_their_order_over_years(zone: str, at: str) -> None:
    people = [4, 2, 3]
    document = {
        "timezone": zone,
        "layers": [
            {
                "name": "P",
                "people": people,
                "starts_on": "2024-01-01",
                "every": 1,
                "unit": "days",
                "at": at,
            }
        ],
    }
    timeline = Timeline(plans=((datetime(2023, 1, 1, tzinfo=UTC), read_plan(document)),))
    found = shifts(timeline, datetime(2024, 1, 3, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    odd = set()
    for one, following in pairwise(found):
        assert following.person == people[(people.index(one.person or 0) + 1) % 3]
        wall = following.since.astimezone(ZoneInfo(zone))
        if f"{wall:%H:%M}" != at:
            odd.add(wall.date())
            before = (following.since - MINUTE).astimezone(ZoneInfo(zone))
            assert f"{before:%H:%M}" < at < f"{wall:%H:%M}"  # the clocks jumped over it
    assert at == "02:30" or odd == set()
    assert len(found) == 1459 or len(found) == 1460


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Australia/Sydney", date(2026, 10, 4), time(2, 30), "2026-10-03T16:00:00"),  # skipped: at 03:00
        ("Australia/Sydney", date(2026, 4, 5), time(2, 30), "2026-04-04T15:30:00"),  # the first of two
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30:00"),  # half an hour
        ("Pacific/Chatham", date(2026, 9, 27), time(3, 0), "2026-09-26T14:00:00"),
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), "2011-12-30T10:00:00"),  # the date never was
        ("Europe/Dublin", date(2026, 7, 1), time(9, 0), "2026-07-01T08:00:00"),
    ],
)
def test_a_wall_clock_time_is_the_first_instant_that_shows_or_skips_it(
    zone: str, day: date, at: time, expected: str
) -> None:
    assert instant_of(ZoneInfo(zone), day, at) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
