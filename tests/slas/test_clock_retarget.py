"""A change of severity or policy carries what is consumed over to the new target."""

from __future__ import annotations

from tests.slas.story import HOUR, at_desk, objective, policy, said, segments, verdict, verdicts

SHORTER = policy(
    objective("respond", "P1", 900, "always"),
    objective("restore", "P1", 2 * HOUR, "always"),
    objective("resolve", "P1", 24 * HOUR, "always"),
)


def test_consumed_time_is_kept_and_the_new_target_applies_from_the_change() -> None:
    story = at_desk(severity="P2").at("11:00", "severity_set", "raised", severity="P1")
    clock = story.clock("restore", "12:00")
    assert (clock.severity, clock.target_seconds, verdict(clock)) == (
        "P1",
        4 * HOUR,
        ("running", "pending", None, 3 * HOUR),
    )
    assert said(clock.due_at) == "13:00"
    assert segments(clock) == [
        ("09:00", "11:00", "counted", None, "desk"),
        ("11:00", "12:00", "counted", None, "raised"),
    ]


def test_the_new_calendar_applies_from_the_change() -> None:
    story = at_desk("15:00", severity="P2").at("20:00", "severity_set", "lowered", severity="P3")
    clock = story.clock("restore", "25 10:00")
    assert [(segment.calendar, segment.kind, segment.seconds) for segment in clock.segments] == [
        ("always", "counted", 5 * HOUR),
        ("business", "closed", 13 * HOUR),
        ("business", "counted", HOUR),
    ]
    assert clock.consumed_seconds == 6 * HOUR


def test_past_the_new_target_it_is_missed_at_the_change_and_never_before() -> None:
    story = at_desk(severity="P2").at("14:00", "severity_set", "raised", severity="P1")
    assert verdict(story.clock("restore", "13:59:59")) == ("running", "pending", None, 5 * HOUR - 1)
    assert verdict(story.clock("restore", "14:00")) == ("running", "missed", "14:00", 5 * HOUR)


def test_exactly_at_the_new_target_it_is_missed_at_the_change() -> None:
    story = at_desk(severity="P2").at("13:00", "severity_set", "raised", severity="P1")
    assert verdict(story.clock("restore", "13:00")) == ("running", "missed", "13:00", 4 * HOUR)


def test_past_the_new_target_it_is_missed_at_the_change_though_paused() -> None:
    story = at_desk(severity="P2").at("14:00", "held", reason="vendor")
    story.at("15:00", "severity_set", "raised", severity="P1")
    clock = story.clock("restore", "16:00")
    assert (verdict(clock), said(clock.due_at)) == (("paused", "missed", "15:00", 5 * HOUR), "15:00")


def test_past_the_new_target_it_is_missed_at_the_change_though_excluded_or_closed() -> None:
    excluded = at_desk(severity="P2").at("14:00", "excluded", reason="network")
    excluded.at("15:00", "severity_set", "raised", severity="P1")
    assert verdict(excluded.clock("restore", "16:00")) == ("paused", "missed", "15:00", 5 * HOUR)
    night = at_desk("10:00", severity="P3").at("22:00", "severity_set", "raised", severity="P1")
    assert verdict(night.clock("respond", "23:00")) == ("running", "missed", "14:00", 8 * HOUR)
    assert verdict(night.clock("restore", "23:00")) == ("running", "missed", "22:00", 8 * HOUR)


def test_a_paused_clock_keeps_its_pause_under_the_new_target() -> None:
    story = at_desk(severity="P2").at("10:00", "held", reason="vendor")
    story.at("11:00", "severity_set", "raised", severity="P1").at("12:00", "resumed")
    clock = story.clock("restore", "13:00")
    assert segments(clock) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "12:00", "paused", "vendor", "held"),
        ("12:00", "13:00", "counted", None, "resumed"),
    ]
    assert said(clock.due_at) == "15:00"


def test_a_breach_stays_when_the_severity_is_lowered() -> None:
    story = at_desk().at("10:00", "severity_set", "lowered", severity="P3")
    clock = story.clock("respond", "11:00")
    assert (clock.severity, clock.target_seconds) == ("P3", 4 * HOUR)
    assert (verdict(clock), said(clock.due_at)) == (("running", "missed", "09:30", 2 * HOUR), "09:30")


def test_a_stopped_clock_is_not_retargeted() -> None:
    story = at_desk(severity="P2").at("14:00", "restored").at("15:00", "severity_set", "r", severity="P1")
    clock = story.clock("restore", "16:00")
    assert (clock.severity, clock.target_seconds, clock.outcome) == ("P2", 8 * HOUR, "met")


def test_a_policy_attached_later_retargets_and_starts_what_it_alone_promises() -> None:
    story = at_desk(shorter=SHORTER, severity="P1")
    story.policies["managed"] = policy(objective("restore", "P1", 4 * HOUR, "always"))
    story.at("10:00", "policy_attached", "renewed", policy="shorter")
    clock = story.clock("restore", "12:00")
    assert (clock.target_seconds, verdict(clock)) == (
        2 * HOUR,
        ("running", "missed", "11:00", 3 * HOUR),
    )
    assert [segment.policy for segment in clock.segments] == ["managed", "shorter"]
    assert verdicts(story.clocks("resolve", "12:00")) == [("10:00", None, "pending", None)]
    assert verdicts(story.clocks("respond", "12:00")) == [("10:00", None, "missed", "10:15")]


def test_the_same_severity_again_changes_nothing() -> None:
    story = at_desk().at("10:00", "severity_set", "again", severity="P1")
    assert segments(story.clock("restore", "11:00")) == [("09:00", "11:00", "counted", None, "desk")]


def test_two_changes_of_one_instant_are_two_changes() -> None:
    story = at_desk(severity="P2").at("14:00", "severity_set", "a", severity="P1")
    clock = story.at("14:00", "severity_set", "b", severity="P2").clock("restore", "15:00")
    assert (clock.severity, clock.target_seconds) == ("P2", 8 * HOUR)
    assert verdict(clock) == ("running", "missed", "14:00", 6 * HOUR)


# --- A severity without a target ----------------------------------------------------------------------
def test_a_severity_without_a_target_pauses_the_clock() -> None:
    story = at_desk(severity="P3").at("11:00", "severity_set", "lowered", severity="P4")
    clock = story.clock("restore", "12:00")
    assert (clock.severity, clock.target_seconds, clock.due_at) == ("P4", None, None)
    assert verdict(clock) == ("paused", "pending", None, 2 * HOUR)
    assert segments(clock) == [
        ("09:00", "11:00", "counted", None, "desk"),
        ("11:00", "12:00", "paused", "no_objective", "lowered"),
    ]


def test_ended_without_a_target_it_is_cancelled() -> None:
    story = (
        at_desk(severity="P3").at("11:00", "severity_set", "lowered", severity="P4").at("12:00", "restored")
    )
    clock = story.clock("restore", "13:00")
    assert (verdict(clock), clock.target_seconds) == (("stopped", "cancelled", None, 2 * HOUR), None)


def test_missed_before_it_lost_its_target_it_stays_missed() -> None:
    story = at_desk().at("14:00", "severity_set", "lowered", severity="P4").at("15:00", "restored")
    assert verdict(story.clock("restore", "16:00")) == ("stopped", "missed", "13:00", 5 * HOUR)


def test_with_a_target_again_it_goes_on() -> None:
    story = at_desk(severity="P3").at("11:00", "severity_set", "lowered", severity="P4")
    story.at("12:00", "severity_set", "raised", severity="P1")
    clock = story.clock("restore", "13:00")
    assert (verdict(clock), said(clock.due_at)) == (("running", "pending", None, 3 * HOUR), "14:00")
    assert segments(clock)[-1] == ("12:00", "13:00", "counted", None, "raised")


def test_a_hold_leaves_a_clock_without_a_target_as_it_is() -> None:
    story = at_desk(severity="P3").at("11:00", "severity_set", "lowered", severity="P4")
    story.at("11:30", "held", reason="vendor").at("12:00", "resumed")
    assert segments(story.clock("restore", "13:00"))[1:] == [
        ("11:00", "13:00", "paused", "no_objective", "lowered")
    ]


def test_an_exclusion_precedes_the_want_of_a_target_and_leaves_it_as_it_was() -> None:
    story = at_desk(severity="P3").at("11:00", "severity_set", "lowered", severity="P4")
    story.at("11:30", "excluded", reason="network").at("12:00", "included")
    assert segments(story.clock("restore", "13:00"))[1:] == [
        ("11:00", "11:30", "paused", "no_objective", "lowered"),
        ("11:30", "12:00", "excluded", "network", "excluded"),
        ("12:00", "13:00", "paused", "no_objective", "lowered"),
    ]
