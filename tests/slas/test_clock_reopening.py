"""A reopening continues what was stopped, or begins anew."""

from __future__ import annotations

from tests.slas.story import HOUR, at_desk, said, segments, verdict, verdicts

#: The window of 40 business hours after Monday at 09:00 ends on Friday at 17:00.
OPENED, RESOLVED, LAST, LATER = "23 08:00", "23 09:00", "27 17:00", "27 17:00:01"


def test_within_the_window_the_same_cycle_goes_on_and_the_time_between_is_a_pause() -> None:
    story = at_desk(severity="P2").at("12:00", "resolved").at("14:00", "reopened")
    for metric in ("restore", "resolve"):
        clock = story.clock(metric, "15:00")
        assert verdict(clock) == ("running", "pending", None, 4 * HOUR)
        assert segments(clock) == [
            ("09:00", "12:00", "counted", None, "desk"),
            ("12:00", "14:00", "paused", "resolved", "resolved"),
            ("14:00", "15:00", "counted", None, "reopened"),
        ]
    assert said(story.clock("restore", "15:00").due_at) == "19:00"


def test_the_last_instant_of_the_window_is_within_it() -> None:
    story = at_desk(OPENED, severity="P2").at(RESOLVED, "resolved").at(LAST, "reopened")
    assert verdicts(story.clocks("resolve", "27 18:00")) == [("23 08:00", None, "pending", None)]


def test_a_second_later_a_new_cycle_begins_and_both_verdicts_are_kept() -> None:
    story = at_desk(OPENED, severity="P2").at(RESOLVED, "resolved").at(LATER, "reopened")
    for metric in ("restore", "resolve"):
        assert verdicts(story.clocks(metric, "27 18:00")) == [
            ("23 08:00", "23 09:00", "met", None),
            ("27 17:00:01", None, "pending", None),
        ]


def test_the_window_counts_from_the_resolution_though_it_was_closed_since() -> None:
    story = at_desk(OPENED, severity="P2").at(RESOLVED, "resolved").at("26 09:00", "closed")
    assert len(story.at(LATER, "reopened").clocks("resolve", "27 18:00")) == 2
    story = at_desk(OPENED, severity="P2").at(RESOLVED, "resolved").at("26 09:00", "closed")
    (clock,) = story.at(LAST, "reopened").clocks("resolve", "27 18:00")
    assert segments(clock)[1] == ("23 09:00", "27 17:00", "paused", "resolved", "resolved")


def test_restored_and_then_closed_the_window_counts_from_the_closing() -> None:
    story = at_desk("23 07:00", severity="P2").at("23 08:00", "restored").at(RESOLVED, "closed")
    assert verdicts(story.at(LAST, "reopened").clocks("restore", "27 18:00")) == [
        ("23 07:00", None, "pending", None)
    ]
    story = at_desk("23 07:00", severity="P2").at("23 08:00", "restored").at(RESOLVED, "closed")
    assert verdicts(story.at(LATER, "reopened").clocks("restore", "27 18:00")) == [
        ("23 07:00", "23 08:00", "met", None),
        ("27 17:00:01", None, "pending", None),
    ]


def test_only_restored_it_goes_on_however_late() -> None:
    story = at_desk(OPENED, severity="P2").at(RESOLVED, "restored").at("30 09:00", "reopened")
    clock = story.clock("restore", "30 10:00")
    assert segments(clock) == [
        ("23 08:00", "23 09:00", "counted", None, "desk"),
        ("23 09:00", "30 09:00", "paused", "restored", "restored"),
        ("30 09:00", "30 10:00", "counted", None, "reopened"),
    ]
    assert len(story.clocks("resolve", "30 10:00")) == 1
    assert segments(story.clock("resolve", "30 10:00")) == [("23 08:00", "30 10:00", "counted", None, "desk")]


def test_a_missed_cycle_goes_on_missed() -> None:
    story = at_desk().at("14:00", "resolved").at("15:00", "reopened").at("16:00", "resolved", "again")
    assert verdict(story.clock("restore", "15:30")) == ("running", "missed", "13:00", 5 * HOUR + HOUR // 2)
    assert verdict(story.clock("restore", "17:00")) == ("stopped", "missed", "13:00", 6 * HOUR)


def test_a_cycle_may_be_missed_after_it_goes_on() -> None:
    story = at_desk().at("12:00", "resolved").at("14:00", "reopened")
    assert verdict(story.clock("restore", "15:00")) == ("running", "missed", "15:00", 4 * HOUR)


def test_met_at_the_due_instant_it_is_missed_as_soon_as_it_is_reopened() -> None:
    story = at_desk().at("13:00", "restored").at("14:00", "reopened")
    assert verdict(story.clock("restore", "13:59")) == ("stopped", "met", None, 4 * HOUR)
    assert verdict(story.clock("restore", "14:00")) == ("running", "missed", "14:00", 4 * HOUR)


def test_it_goes_on_under_the_objective_now_in_force() -> None:
    story = (
        at_desk(severity="P2").at("12:00", "resolved").at("13:00", "severity_set", "raised", severity="P1")
    )
    clock = story.at("14:00", "reopened").clock("restore", "14:30")
    assert (clock.severity, clock.target_seconds, said(clock.due_at)) == ("P1", 4 * HOUR, "15:00")


def test_a_longer_objective_now_in_force_leaves_time_where_the_old_one_had_none() -> None:
    story = at_desk().at("13:00", "restored").at("13:30", "severity_set", "lowered", severity="P2")
    clock = story.at("14:00", "reopened").clock("restore", "14:00")
    assert (verdict(clock), said(clock.due_at)) == (("running", "pending", None, 4 * HOUR), "18:00")


def test_past_the_objective_now_in_force_it_is_missed_at_the_reopening() -> None:
    story = (
        at_desk(severity="P2").at("14:00", "resolved").at("15:00", "severity_set", "raised", severity="P1")
    )
    clock = story.at("16:00", "reopened").clock("restore", "16:00")
    assert verdict(clock) == ("running", "missed", "16:00", 5 * HOUR)


def test_what_was_excluded_while_it_was_stopped_is_excluded_and_not_a_pause() -> None:
    story = (
        at_desk().at("10:00", "resolved").at("11:00", "excluded", reason="network").at("12:00", "included")
    )
    clock = story.at("13:00", "reopened").clock("restore", "14:00")
    assert segments(clock) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "11:00", "paused", "resolved", "resolved"),
        ("11:00", "12:00", "excluded", "network", "excluded"),
        ("12:00", "13:00", "paused", "resolved", "resolved"),
        ("13:00", "14:00", "counted", None, "reopened"),
    ]


def test_an_exclusion_in_force_over_the_stop_goes_on_after_it() -> None:
    story = (
        at_desk().at("10:00", "excluded", reason="network").at("11:00", "resolved").at("12:00", "reopened")
    )
    clock = story.clock("restore", "13:00")
    assert verdict(clock) == ("paused", "pending", None, HOUR)
    assert segments(clock) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "13:00", "excluded", "network", "excluded"),
    ]


def test_cancelled_by_closing_a_new_cycle_begins_though_within_the_window() -> None:
    story = at_desk(severity="P2").at("10:00", "closed").at("11:00", "reopened")
    for metric in ("respond", "restore", "resolve"):
        assert [row[:3] for row in verdicts(story.clocks(metric, "11:30"))] == [
            ("09:00", "10:00", "missed" if metric == "respond" else "cancelled"),
            ("11:00", None, "pending"),
        ]


def test_a_missed_cycle_that_closing_ended_does_not_go_on_either() -> None:
    story = at_desk().at("14:00", "closed").at("15:00", "reopened")
    assert verdicts(story.clocks("restore", "16:00")) == [
        ("09:00", "14:00", "missed", "13:00"),
        ("15:00", None, "pending", None),
    ]


def test_cancelled_for_want_of_a_target_a_new_cycle_begins() -> None:
    story = (
        at_desk(severity="P3").at("10:00", "severity_set", "lowered", severity="P4").at("11:00", "restored")
    )
    story.at("12:00", "severity_set", "raised", severity="P1").at("13:00", "reopened")
    assert verdicts(story.clocks("restore", "14:00")) == [
        ("09:00", "11:00", "cancelled", None),
        ("13:00", None, "pending", None),
    ]


def test_never_answered_and_closed_the_answer_is_owed_again() -> None:
    story = at_desk().at("09:10", "resolved").at("09:20", "closed").at("10:00", "reopened")
    assert verdicts(story.clocks("respond", "10:10")) == [
        ("09:00", "09:20", "cancelled", None),
        ("10:00", None, "pending", None),
    ]


def test_once_answered_the_answer_is_not_owed_again() -> None:
    story = at_desk(OPENED).reply("23 08:10").at(RESOLVED, "resolved").at(LATER, "reopened")
    assert verdicts(story.clocks("respond", "27 18:00")) == [("23 08:00", "23 08:10", "met", None)]


def test_a_cycle_that_a_late_reopening_left_behind_never_goes_on() -> None:
    """The late reopening promises no restoration, so that no second cycle stands in the way of the first."""
    story = at_desk(OPENED, severity="P2").at(RESOLVED, "resolved")
    story.at("26 09:00", "severity_set", "lowered", severity="P4").at(LATER, "reopened")
    story.at("27 17:30", "resolved", "again").at("27 17:40", "severity_set", "raised", severity="P2")
    story.at("27 17:50", "reopened", "again-reopened")
    assert verdicts(story.clocks("restore", "27 18:00")) == [
        ("23 08:00", "23 09:00", "met", None),
        ("27 17:50", None, "pending", None),
    ]


def test_reopened_and_resolved_in_one_instant_it_was_open_for_no_time() -> None:
    story = at_desk(severity="P2").at("10:00", "resolved").at("11:00", "reopened", "a")
    story.at("11:00", "resolved", "b")
    clock = story.clock("resolve", "12:00")
    assert (verdict(clock), said(clock.stopped_at)) == (("stopped", "met", None, HOUR), "11:00")


def test_restored_earlier_than_it_was_recorded_turns_missed_into_met() -> None:
    told = at_desk().at("15:00", "internal_note")
    assert verdict(told.clock("restore", "15:00")) == ("running", "missed", "13:00", 6 * HOUR)
    told.at("12:30", "restored")  # recorded at 15:00
    assert verdict(told.clock("restore", "15:00")) == ("stopped", "met", None, 3 * HOUR + HOUR // 2)
