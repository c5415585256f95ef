"""Holds and exclusions: what stops which clock, from when to when."""

from __future__ import annotations

from slas.clock import Metric
from tests.slas.story import HOUR, Story, at_desk, objective, policy, said, segments, verdict

EXCLUDED = {"reason": "network"}


def halted_by(reason: str) -> set[str]:
    """Return the metrics that a hold, or an exclusion, halts by default once the desk has answered."""
    promises = [objective(metric.value, "P1", 24 * HOUR, "always") for metric in Metric]
    story = at_desk(managed=policy(*promises)).reply("09:10")
    story.at("10:00", "excluded" if reason == "excluded" else "held", reason=reason)
    return {str(clock.metric) for clock in story.replay("11:00").clocks if clock.state == "paused"}


def test_each_metric_is_halted_by_what_its_default_names() -> None:
    every = {"update", "restore", "resolve"}
    assert {reason: halted_by(reason) for reason in ("customer_reply", "customer_access", "agreed_wait")} == {
        "customer_reply": every,
        "customer_access": every,
        "agreed_wait": every,
    }
    assert halted_by("excluded") == every
    assert halted_by("vendor") == {"restore", "resolve"}


def test_the_response_is_halted_by_nothing() -> None:
    for kind, reason in (("held", "customer_reply"), ("held", "agreed_wait"), ("excluded", "network")):
        clock = at_desk().at("09:10", kind, reason=reason).clock("respond", "10:00")
        assert verdict(clock) == ("running", "missed", "09:30", HOUR)
        assert segments(clock) == [("09:00", "10:00", "counted", None, "desk")]


def test_an_objective_may_name_what_halts_it() -> None:
    own = policy(objective("restore", "P1", 4 * HOUR, "always", stops_while=["vendor"]))
    story = (
        at_desk(managed=own).at("10:00", "held", reason="customer_reply").at("11:00", "excluded", **EXCLUDED)
    )
    story.at("12:00", "held", "vendor", reason="vendor")
    assert segments(story.clock("restore", "13:00")) == [
        ("09:00", "12:00", "counted", None, "desk"),
        ("12:00", "13:00", "paused", "vendor", "vendor"),
    ]


def test_paused_time_is_not_counted() -> None:
    story = at_desk().at("10:00", "held", reason="customer_access").at("15:00", "resumed")
    clock = story.clock("restore", "16:00")
    assert (verdict(clock), said(clock.due_at)) == (("running", "pending", None, 2 * HOUR), "18:00")
    assert segments(clock) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "15:00", "paused", "customer_access", "held"),
        ("15:00", "16:00", "counted", None, "resumed"),
    ]


def test_a_pause_covers_closed_hours_and_takes_only_open_time_away() -> None:
    story = at_desk("16:00", severity="P3").at("16:30", "held", reason="vendor").at("25 09:30", "resumed")
    clock = story.clock("restore", "25 10:00")
    assert segments(clock) == [
        ("16:00", "16:30", "counted", None, "desk"),
        ("16:30", "25 09:30", "paused", "vendor", "held"),
        ("25 09:30", "25 10:00", "counted", None, "resumed"),
    ]
    assert clock.consumed_seconds == HOUR


def test_another_reason_replaces_a_hold() -> None:
    story = (
        at_desk().at("10:00", "held", "a", reason="customer_access").at("11:00", "held", "b", reason="vendor")
    )
    story.at("12:00", "resumed")
    assert segments(story.clock("restore", "13:00")) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "11:00", "paused", "customer_access", "a"),
        ("11:00", "12:00", "paused", "vendor", "b"),
        ("12:00", "13:00", "counted", None, "resumed"),
    ]


def test_the_same_reason_again_changes_nothing() -> None:
    story = at_desk().at("10:00", "held", "a", reason="vendor").at("11:00", "held", "b", reason="vendor")
    assert segments(story.clock("restore", "12:00")) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "12:00", "paused", "vendor", "a"),
    ]


def test_a_hold_that_replaces_one_may_set_a_clock_going() -> None:
    story = at_desk().reply("09:10").at("09:30", "held", "a", reason="customer_reply")
    story.at("09:40", "held", "b", reason="vendor")
    assert segments(story.clock("update", "10:00")) == [
        ("09:10", "09:30", "counted", None, "reply"),
        ("09:30", "09:40", "paused", "customer_reply", "a"),
        ("09:40", "10:00", "counted", None, "b"),
    ]


def test_a_hold_that_does_not_stop_a_clock_leaves_no_trace() -> None:
    story = at_desk().reply("09:10").at("09:20", "held", reason="vendor").at("09:40", "resumed")
    assert segments(story.clock("update", "10:00")) == [("09:10", "10:00", "counted", None, "reply")]


def test_a_hold_resumed_in_its_own_instant_never_was() -> None:
    story = at_desk().at("10:00", "held", "b", reason="vendor").at("10:00", "resumed", "a")
    assert story.replay("12:00") == at_desk().replay("12:00")


def test_an_exclusion_lifted_in_its_own_instant_never_was() -> None:
    story = at_desk().at("10:00", "excluded", **EXCLUDED).at("10:00", "included")
    assert story.replay("12:00") == at_desk().replay("12:00")


def test_a_hold_replaced_in_its_own_instant_by_one_that_does_not_stop_a_clock_never_was() -> None:
    story = at_desk().reply("09:10").at("09:30", "held", "a", reason="customer_reply")
    story.at("09:30", "held", "b", reason="vendor")
    assert segments(story.clock("update", "10:00")) == [("09:10", "10:00", "counted", None, "reply")]


def test_a_hold_acts_only_at_the_desk() -> None:
    story = Story().at("08:00", "opened").at("08:00", "severity_set", severity="P1")
    story.at("08:00", "policy_attached", policy="managed").at("08:30", "held", reason="vendor")
    story.at("09:00", "reached_desk")
    assert segments(story.clock("restore", "10:00")) == [("09:00", "10:00", "counted", None, "reached_desk")]


def test_a_hold_acts_only_until_resolved() -> None:
    story = at_desk().at("10:00", "resolved").at("10:30", "held", reason="vendor").at("11:00", "reopened")
    assert segments(story.clock("restore", "12:00"))[-1] == ("11:00", "12:00", "counted", None, "reopened")


def test_resolution_ends_a_hold() -> None:
    story = at_desk().at("10:00", "held", reason="vendor").at("11:00", "resolved").at("12:00", "reopened")
    assert segments(story.clock("restore", "13:00"))[-1] == ("12:00", "13:00", "counted", None, "reopened")


def test_a_return_ends_a_hold() -> None:
    story = at_desk().at("10:00", "held", reason="vendor").at("11:00", "returned_to_customer")
    clock = story.at("12:00", "reached_desk", "again").clocks("restore", "13:00")[-1]
    assert segments(clock) == [("12:00", "13:00", "counted", None, "again")]


def test_closing_ends_a_hold() -> None:
    story = at_desk().at("10:00", "held", reason="vendor").at("11:00", "closed").at("12:00", "reopened")
    clock = story.clocks("restore", "13:00")[-1]
    assert segments(clock) == [("12:00", "13:00", "counted", None, "reopened")]


def test_restoring_does_not_end_a_hold() -> None:
    story = at_desk().at("10:00", "held", reason="vendor").at("11:00", "restored").at("12:00", "reopened")
    assert segments(story.clock("restore", "13:00")) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "11:00", "paused", "vendor", "held"),
        ("11:00", "12:00", "paused", "restored", "restored"),
        ("12:00", "13:00", "paused", "vendor", "held"),
    ]
    assert segments(story.clock("resolve", "13:00"))[-1] == ("10:00", "13:00", "paused", "vendor", "held")


def test_a_hold_is_possible_after_restoring() -> None:
    story = at_desk().at("10:00", "restored").at("11:00", "held", reason="vendor")
    assert segments(story.clock("resolve", "12:00"))[-1] == ("11:00", "12:00", "paused", "vendor", "held")


# --- Exclusions ---------------------------------------------------------------------------------------
def test_an_exclusion_precedes_a_pause_and_ends_when_included() -> None:
    story = at_desk().at("10:00", "held", reason="vendor").at("11:00", "excluded", **EXCLUDED)
    story.at("12:00", "included").at("13:00", "resumed")
    assert segments(story.clock("restore", "14:00")) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "11:00", "paused", "vendor", "held"),
        ("11:00", "12:00", "excluded", "network", "excluded"),
        ("12:00", "13:00", "paused", "vendor", "held"),
        ("13:00", "14:00", "counted", None, "resumed"),
    ]


def test_a_hold_that_ends_while_excluded_leaves_the_exclusion() -> None:
    story = at_desk().at("10:00", "excluded", **EXCLUDED).at("10:30", "held", reason="vendor")
    story.at("11:00", "resumed").at("12:00", "included")
    assert segments(story.clock("restore", "13:00")) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "12:00", "excluded", "network", "excluded"),
        ("12:00", "13:00", "counted", None, "included"),
    ]


def test_excluded_again_it_stays_excluded_as_it_was() -> None:
    story = at_desk().at("10:00", "excluded", **EXCLUDED).at("11:00", "excluded", "again", reason="other")
    assert segments(story.clock("restore", "12:00"))[-1] == (
        "10:00",
        "12:00",
        "excluded",
        "network",
        "excluded",
    )


def test_an_exclusion_is_a_pause_to_the_screen_and_due_at_no_time() -> None:
    clock = at_desk().at("10:00", "excluded", **EXCLUDED).clock("restore", "11:00")
    assert (verdict(clock), clock.due_at) == (("paused", "pending", None, HOUR), None)


def test_satisfied_while_excluded_it_is_excluded() -> None:
    story = at_desk().at("10:00", "excluded", **EXCLUDED).at("11:00", "restored").at("12:00", "included")
    story.at("13:00", "resolved")
    assert verdict(story.clock("restore", "14:00")) == ("stopped", "excluded", None, HOUR)
    assert verdict(story.clock("resolve", "14:00")) == ("stopped", "met", None, 2 * HOUR)


def test_satisfied_as_it_is_included_it_is_excluded() -> None:
    story = at_desk().at("10:00", "excluded", **EXCLUDED).at("11:00", "restored").at("11:00", "included")
    assert story.clock("restore", "12:00").outcome == "excluded"


def test_satisfied_as_it_is_excluded_it_is_met() -> None:
    story = at_desk().at("10:00", "excluded", **EXCLUDED).at("10:00", "restored")
    assert story.clock("restore", "12:00").outcome == "met"


def test_missed_before_it_was_excluded_it_stays_missed() -> None:
    story = at_desk().at("14:00", "excluded", **EXCLUDED).at("15:00", "restored")
    assert verdict(story.clock("restore", "16:00")) == ("stopped", "missed", "13:00", 5 * HOUR)


def test_a_ticket_excluded_before_it_reaches_the_desk_starts_excluded() -> None:
    story = Story().at("08:00", "opened").at("08:00", "severity_set", severity="P1")
    story.at("08:00", "policy_attached", policy="managed").at("08:30", "excluded", **EXCLUDED)
    story.at("09:00", "reached_desk")
    assert segments(story.clock("restore", "10:00")) == [
        ("09:00", "10:00", "excluded", "network", "excluded")
    ]
    assert verdict(story.clock("respond", "10:00")) == ("running", "missed", "09:30", HOUR)
