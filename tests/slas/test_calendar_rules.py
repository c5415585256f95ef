"""What a calendar means by its words: shifts, closed and special dates, closures, labels that clocks skip."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from slas.calendar import Calendar, CalendarError, Piece, read_instant

HOUR = 3600
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE: dict[str, Any] = {
    "timezone": "Australia/Sydney",
    "weekly": {day: [["09:00", "17:00"]] for day in WORKDAYS},
}
#: Friday night, in March 2026 the 6th; Sydney is 11 hours ahead.
NIGHT: dict[str, Any] = {"timezone": "Australia/Sydney", "weekly": {"fri": [["22:00", "06:00"]]}}
FRIDAY, SATURDAY, SUNDAY = (
    "2026-03-06T00:00:00+11:00",
    "2026-03-07T00:00:00+11:00",
    "2026-03-08T00:00:00+11:00",
)


def at(written: str) -> datetime:
    return read_instant(written, "test")


def elapsed(document: dict[str, Any], start: str, end: str) -> int:
    return Calendar.from_dict(document).elapsed(at(start), at(end))


def add(document: dict[str, Any], start: str, seconds: int) -> datetime:
    return Calendar.from_dict(document).add(at(start), seconds)


# --- Shifts -------------------------------------------------------------------------------------------
def test_a_shift_includes_its_start_and_excludes_its_end() -> None:
    calendar = Calendar.from_dict(OFFICE)
    labels = ("08:59:59", "09:00:00", "16:59:59", "17:00:00")
    assert [calendar.is_open(at(f"2026-03-03T{label}+11:00")) for label in labels] == [
        False,
        True,
        True,
        False,
    ]


def test_due_falls_on_closing_time_and_not_on_the_next_opening() -> None:
    assert add(OFFICE, "2026-03-03T16:00:00+11:00", HOUR) == at("2026-03-03T17:00:00+11:00")
    assert add(OFFICE, "2026-03-03T16:00:00+11:00", HOUR + 1) == at("2026-03-04T09:00:01+11:00")


def test_no_seconds_are_due_at_once_even_outside_hours() -> None:
    assert add(OFFICE, "2026-03-07T12:00:00+11:00", 0) == at("2026-03-07T12:00:00+11:00")


def test_fewer_than_no_seconds_are_refused() -> None:
    with pytest.raises(CalendarError, match=r"^seconds: must not be negative$"):
        add(OFFICE, "2026-03-03T16:00:00+11:00", -1)


@pytest.mark.parametrize(
    ("shift", "hours"), [("24:00", 15), ("00:00", 15), ("09:00", 24), ("08:59", 24 - 1 / 60)]
)
def test_an_end_at_or_before_its_start_runs_into_the_next_day(shift: str, hours: float) -> None:
    document = OFFICE | {"weekly": {"fri": [["09:00", shift]]}}
    assert elapsed(document, FRIDAY, SUNDAY) == hours * HOUR


def test_shifts_that_overlap_are_counted_once() -> None:
    document = OFFICE | {"weekly": {"fri": [["12:00", "17:00"], ["09:00", "13:00"], ["10:00", "11:00"]]}}
    assert elapsed(document, FRIDAY, SATURDAY) == 8 * HOUR


def test_a_night_shift_and_the_next_mornings_shift_are_counted_once() -> None:
    document = NIGHT | {"weekly": {"fri": [["22:00", "06:00"]], "sat": [["05:00", "07:00"]]}}
    assert elapsed(document, FRIDAY, SUNDAY) == 9 * HOUR


# --- Closed and special dates -------------------------------------------------------------------------
def test_a_closed_date_leaves_the_part_of_its_night_shift_that_falls_on_the_next_date() -> None:
    document = NIGHT | {"holidays": ["2026-03-06"]}
    assert elapsed(document, FRIDAY, SATURDAY) == 0
    assert elapsed(document, SATURDAY, SUNDAY) == 6 * HOUR


def test_a_closed_date_takes_the_end_of_the_night_shift_before_it() -> None:
    document = NIGHT | {"holidays": ["2026-03-07"]}
    assert elapsed(document, FRIDAY, SATURDAY) == 2 * HOUR
    assert elapsed(document, SATURDAY, SUNDAY) == 0


def test_an_override_replaces_the_shifts_that_start_on_its_date() -> None:
    document = NIGHT | {"overrides": {"2026-03-06": [["10:00", "11:00"], ["23:00", "01:00"]]}}
    assert elapsed(document, FRIDAY, SATURDAY) == 2 * HOUR
    assert elapsed(document, SATURDAY, SUNDAY) == 1 * HOUR


def test_an_override_leaves_the_night_shift_that_began_before_its_date() -> None:
    document = NIGHT | {"overrides": {"2026-03-07": []}}
    assert elapsed(document, SATURDAY, SUNDAY) == 6 * HOUR


def test_a_closed_date_wins_over_an_override_of_the_same_date() -> None:
    document = OFFICE | {"holidays": ["2026-03-06"], "overrides": {"2026-03-06": [["09:00", "17:00"]]}}
    assert elapsed(document, FRIDAY, SATURDAY) == 0


def test_closures_that_overlap_close_once_and_reach_over_nights() -> None:
    document = OFFICE | {
        "closures": [
            ["2026-03-04T12:00:00+11:00", "2026-03-05T10:00:00+11:00"],
            ["2026-03-03T16:00:30+11:00", "2026-03-04T13:00:00+11:00"],
            ["2026-03-05T10:30:00+11:00", "2026-03-05T10:30:01+11:00"],
        ]
    }
    pieces = Calendar.from_dict(document).pieces(
        at("2026-03-03T16:00:00+11:00"), at("2026-03-05T18:00:00+11:00")
    )
    assert list(pieces) == [
        Piece(at("2026-03-03T16:00:00+11:00"), at("2026-03-03T16:00:30+11:00"), is_open=True),
        Piece(at("2026-03-03T16:00:30+11:00"), at("2026-03-05T10:00:00+11:00"), is_open=False),
        Piece(at("2026-03-05T10:00:00+11:00"), at("2026-03-05T10:30:00+11:00"), is_open=True),
        Piece(at("2026-03-05T10:30:00+11:00"), at("2026-03-05T10:30:01+11:00"), is_open=False),
        Piece(at("2026-03-05T10:30:01+11:00"), at("2026-03-05T17:00:00+11:00"), is_open=True),
        Piece(at("2026-03-05T17:00:00+11:00"), at("2026-03-05T18:00:00+11:00"), is_open=False),
    ]


def test_nothing_lies_between_an_instant_and_an_earlier_one() -> None:
    calendar = Calendar.from_dict(OFFICE)
    assert calendar.elapsed(at(SATURDAY), at(FRIDAY)) == 0
    assert list(calendar.pieces(at(SATURDAY), at(FRIDAY))) == []


# --- What clocks skip and repeat ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-10-04", 2), ("2026-04-05", 4), ("2026-03-08", 3)],
    ids=["02:00 is skipped", "02:00 comes twice", "an ordinary night"],
)
def test_a_skipped_label_never_appears_and_a_repeated_one_counts_twice(day: str, hours: int) -> None:
    document = OFFICE | {"weekly": {"sun": [["01:00", "04:00"]]}}
    start = datetime.fromisoformat(f"{day}T00:00:00Z") - timedelta(hours=12)
    assert Calendar.from_dict(document).elapsed(start, start + timedelta(days=1)) == hours * HOUR


def test_a_date_that_a_zone_left_out_has_no_hours() -> None:
    document = OFFICE | {"timezone": "Pacific/Apia"}  # there, no Friday the 30th
    assert elapsed(document, "2011-12-29T00:00:00-10:00", "2012-01-03T00:00:00+14:00") == 2 * 8 * HOUR


def test_an_offset_of_seconds_is_kept_to_the_second() -> None:
    document = OFFICE | {"timezone": "Africa/Monrovia"}  # until 1972, 44 minutes and 30 seconds behind
    assert add(document, "1971-06-01T00:00:00Z", 1) == at("1971-06-01T09:44:31Z")
    assert elapsed(document, "1972-01-06T00:00:00Z", "1972-01-08T00:00:00Z") == 16 * HOUR
    assert add(document, "1972-01-07T00:00:00Z", 1) == at("1972-01-07T09:00:01Z")


def test_local_mean_time_is_read_before_zones_had_offsets() -> None:
    document = OFFICE | {"timezone": "Asia/Kathmandu"}  # until 1920, 5:41:16 ahead
    assert add(document, "1900-01-01T00:00:00Z", 1) == at("1900-01-01T03:18:45Z")


# --- Far away and never -------------------------------------------------------------------------------
def test_the_turn_of_the_year_is_an_instant_like_any_other() -> None:
    document = {"timezone": "UTC", "weekly": {"thu": [["22:00", "06:00"]]}}
    calendar = Calendar.from_dict(document)  # the last night of 2026 is a Thursday's
    assert list(calendar.pieces(at("2026-12-31T23:00:00Z"), at("2027-01-01T07:00:00Z"))) == [
        Piece(at("2026-12-31T23:00:00Z"), at("2027-01-01T06:00:00Z"), is_open=True),
        Piece(at("2027-01-01T06:00:00Z"), at("2027-01-01T07:00:00Z"), is_open=False),
    ]
    assert calendar.add(at("2026-12-31T23:00:00Z"), HOUR) == at("2027-01-01T00:00:00Z")
    assert calendar.elapsed(at("2026-12-31T23:00:00Z"), at("2027-01-01T00:00:00Z")) == HOUR
    assert calendar.is_open(at("2026-12-31T23:59:59Z"))
    assert calendar.is_open(at("2027-01-01T00:00:00Z"))


def test_a_calendar_may_open_for_one_minute_a_year() -> None:
    document = OFFICE | {
        "weekly": {},
        "overrides": {f"{year}-07-01": [["12:00", "12:01"]] for year in range(2026, 2031)},
    }
    assert add(document, FRIDAY, 5 * 60) == at("2030-07-01T12:01:00+10:00")
    with pytest.raises(CalendarError, match=r"^seconds: are not reached before the year 3000$"):
        add(document, FRIDAY, 5 * 60 + 1)


def test_closures_without_a_gap_are_refused() -> None:
    closures = [
        ["2026-01-01T00:00:00Z", "3000-01-01T00:00:00Z"],
        ["1850-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
    ]
    with pytest.raises(CalendarError, match=r"^closures: the calendar never opens$"):
        Calendar.from_dict(OFFICE | {"closures": closures})


def test_closures_without_an_end_are_refused_when_time_is_added() -> None:
    document = OFFICE | {"closures": [["2026-03-06T16:00:00+11:00", "3000-01-01T00:00:00Z"]]}
    assert add(document, FRIDAY, 7 * HOUR) == at("2026-03-06T16:00:00+11:00")
    assert elapsed(document, FRIDAY, "2036-03-06T00:00:00Z") == 7 * HOUR
    with pytest.raises(CalendarError, match=r"^seconds: are not reached before the year 3000$"):
        add(document, FRIDAY, 7 * HOUR + 1)


def test_the_last_second_that_can_be_reached_is_reached() -> None:
    document = OFFICE | {"timezone": "UTC", "weekly": {"tue": [["23:59", "24:00"]]}}
    last = "2999-12-31T23:59:00Z"  # a Tuesday
    assert add(document, last, 60) == at("3000-01-01T00:00:00Z")
    with pytest.raises(CalendarError, match=r"^seconds: "):
        add(document, last, 61)


@pytest.mark.parametrize(
    "document",
    [
        {"weekly": {}},
        {"weekly": {"mon": []}},
        {"weekly": {}, "overrides": {"2026-03-06": []}},
        {"weekly": {}, "overrides": {"2026-03-06": [["09:00", "17:00"]]}, "holidays": ["2026-03-06"]},
    ],
    ids=["no week", "an empty day", "an empty override", "an override on a closed date"],
)
def test_a_calendar_that_never_opens_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(CalendarError, match=r"^weekly: the calendar never opens$"):
        Calendar.from_dict(OFFICE | document)


def test_the_part_of_a_night_shift_after_a_closed_date_is_opening_enough() -> None:
    document = NIGHT | {
        "weekly": {},
        "overrides": {"2026-03-06": [["22:00", "06:00"]]},
        "holidays": ["2026-03-06"],
    }
    assert add(document, FRIDAY, 6 * HOUR) == at("2026-03-07T06:00:00+11:00")


# --- Instants -----------------------------------------------------------------------------------------
def test_fractions_of_a_second_are_dropped() -> None:
    calendar, half = Calendar.from_dict(OFFICE), timedelta(microseconds=500_000)
    start, end = at("2026-03-03T10:00:00+11:00"), at("2026-03-03T11:00:00+11:00")
    assert calendar.elapsed(start + half, end) == HOUR
    assert calendar.add(start + half, HOUR) == end
    assert calendar.add(start + half, 0) == start
    old = datetime(1969, 7, 22, 1, tzinfo=UTC)
    assert calendar.elapsed(old + half, old + timedelta(seconds=1)) == 1


def test_a_time_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        Calendar.from_dict(OFFICE).is_open(datetime(2026, 3, 3, 10))  # noqa: DTZ001


def test_dates_are_the_calendars_own_and_not_those_of_utc() -> None:
    document = OFFICE | {"timezone": "Pacific/Kiritimati", "holidays": [date(2026, 3, 6).isoformat()]}
    # Friday there begins at Thursday 10:00 in UTC.
    assert elapsed(document, "2026-03-05T10:00:00Z", "2026-03-06T10:00:00Z") == 0
    assert elapsed(document, "2026-03-04T10:00:00Z", "2026-03-05T10:00:00Z") == 8 * HOUR
