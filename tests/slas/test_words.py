"""Lengths of time as people read them."""

from __future__ import annotations

import pytest

from slas.words import ALWAYS, Hours, say_counted, say_seconds, say_target

HOUR = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_FIVE = Hours.of({day: [["09:00", "17:00"]] for day in WEEKDAYS})
WITH_LUNCH = Hours.of({day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in WEEKDAYS})
SHORT_FRIDAY = Hours.of({day: [["09:00", "17:00"]] for day in WEEKDAYS[:4]} | {"fri": [["09:00", "12:00"]]})
NIGHTS = Hours.of({day: [["22:00", "06:00"]] for day in WEEKDAYS})
AROUND_THE_CLOCK = Hours.of({day: [["00:00", "24:00"]] for day in (*WEEKDAYS, "sat", "sun")})


def test_a_week_tells_what_its_day_is_worth() -> None:
    assert Hours(is_always=False, day_seconds=8 * HOUR) == NINE_TO_FIVE
    assert Hours(is_always=False, day_seconds=7 * HOUR) == WITH_LUNCH
    assert Hours(is_always=False, day_seconds=None) == SHORT_FRIDAY
    assert Hours(is_always=False, day_seconds=8 * HOUR) == NIGHTS
    assert AROUND_THE_CLOCK == ALWAYS


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (5400, "1 h 30 min"), (90_061, "1 d 1 h"), (-60, "1 min")],
)
def test_wall_clock_time_has_two_units_at_most(seconds: int, said: str) -> None:
    assert say_seconds(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "hours", "said"),
    [
        (24 * HOUR, NINE_TO_FIVE, "3 business days"),
        (8 * HOUR, NINE_TO_FIVE, "1 business day"),
        (13 * HOUR, NINE_TO_FIVE, "1 business day 5 h"),
        (8 * HOUR + 30, NINE_TO_FIVE, "1 business day"),
        (4 * HOUR, NINE_TO_FIVE, "4 h"),
        (0, NINE_TO_FIVE, "0 s"),
        (30 * HOUR, SHORT_FRIDAY, "30 h"),
        (24 * HOUR, AROUND_THE_CLOCK, "1 d"),
    ],
)
def test_counted_time_is_said_in_days_of_the_calendar_that_counted(
    seconds: int, hours: Hours, said: str
) -> None:
    assert say_counted(seconds, hours) == said


def test_a_target_says_when_only_business_hours_count() -> None:
    assert say_target(4 * HOUR, NINE_TO_FIVE) == "4 h of business hours"
    assert say_target(24 * HOUR, NINE_TO_FIVE) == "3 business days"
    assert say_target(4 * HOUR, AROUND_THE_CLOCK) == "4 h"
