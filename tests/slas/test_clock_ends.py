"""Returned to Level 1, closed, merged, waived."""

from __future__ import annotations

from tests.slas.story import HOUR, Story, at_desk, said, segments, verdict, verdicts


# --- Returned -----------------------------------------------------------------------------------------
def test_a_return_cancels_every_open_clock() -> None:
    story = at_desk(severity="P2").reply("09:10").at("09:20", "returned_to_customer")
    assert [
        (str(clock.metric), clock.outcome, said(clock.stopped_at)) for clock in story.replay("12:00").clocks
    ] == [
        ("respond", "met", "09:10"),
        ("update", "cancelled", "09:20"),
        ("restore", "cancelled", "09:20"),
        ("resolve", "cancelled", "09:20"),
    ]


def test_reaching_the_desk_again_starts_new_cycles() -> None:
    story = at_desk().reply("09:10").at("09:20", "returned_to_customer").at("11:00", "reached_desk", "again")
    for metric in ("restore", "resolve"):
        assert verdicts(story.clocks(metric, "11:10")) == [
            ("09:00", "09:20", "cancelled", None),
            ("11:00", None, "pending", None),
        ]
    assert verdicts(story.clocks("respond", "11:10")) == [
        ("09:00", "09:10", "met", None),
        ("11:00", None, "pending", None),
    ]


def test_no_update_is_owed_at_the_desk_again_before_the_next_answer() -> None:
    story = at_desk().reply("09:10").at("09:20", "returned_to_customer").at("11:00", "reached_desk", "again")
    story.reply("11:20", "second")
    assert verdicts(story.clocks("update", "11:30")) == [
        ("09:10", "09:20", "cancelled", None),
        ("11:20", None, "pending", None),
    ]


def test_a_reply_at_level_1_counts_for_nothing() -> None:
    story = at_desk().at("09:20", "returned_to_customer").reply("09:25").at("11:00", "reached_desk", "again")
    assert verdicts(story.clocks("respond", "11:10"))[-1] == ("11:00", None, "pending", None)


def test_missed_before_the_return_it_stays_missed() -> None:
    clock = at_desk().at("09:40", "returned_to_customer").clock("respond", "10:00")
    assert verdict(clock) == ("stopped", "missed", "09:30", 2400)


# --- Closed -------------------------------------------------------------------------------------------
def test_closing_cancels_every_open_clock_and_keeps_the_breaches() -> None:
    story = at_desk().at("09:45", "closed")
    assert [(str(clock.metric), clock.state, clock.outcome) for clock in story.replay("12:00").clocks] == [
        ("respond", "stopped", "missed"),
        ("restore", "stopped", "cancelled"),
        ("resolve", "stopped", "cancelled"),
    ]


def test_a_closed_ticket_stays_closed_whatever_is_written() -> None:
    story = at_desk().reply("09:10").at("10:00", "resolved").at("11:00", "closed")
    before = story.replay("20:00")
    story.reply("12:00", "desk-thanks").reply("12:00", "thanks", by="customer").at(
        "13:00", "reached_desk", "again"
    )
    story.at("13:00", "held", reason="vendor").at("14:00", "restored").at(
        "15:00", "resolved", "again-resolved"
    )
    story.at("16:00", "returned_to_customer").at("17:00", "severity_set", "raised", severity="P2")
    assert story.replay("20:00") == before


# --- Merged -------------------------------------------------------------------------------------------
def test_the_sources_clocks_are_cancelled_for_good() -> None:
    story = at_desk().reply("09:10").at("10:00", "merged")
    merged = story.replay("20:00")
    assert [(str(clock.metric), clock.outcome) for clock in merged.clocks] == [
        ("respond", "met"),
        ("update", "cancelled"),
        ("restore", "cancelled"),
        ("resolve", "cancelled"),
    ]
    story.at("11:00", "reopened").at("12:00", "reached_desk", "again").reply("13:00", "reply-after")
    assert story.replay("20:00") == merged


def test_the_target_keeps_its_own_clocks_unless_it_inherits() -> None:
    story = at_desk().at("10:00", "merged", inherit_start_at="2026-11-24T09:00:00Z")
    assert story.replay("12:00") == at_desk().replay("12:00")


def test_an_inherited_start_is_counted_by_the_calendar_in_force() -> None:
    story = at_desk("25 10:00", severity="P3").at(
        "25 11:00", "merged", inherit_start_at="2026-11-24T16:00:00Z"
    )
    clock = story.clock("restore", "25 12:00")
    assert (said(clock.started_at), verdict(clock)) == ("16:00", ("running", "pending", None, 4 * HOUR))
    assert segments(clock) == [
        ("16:00", "17:00", "counted", None, "merged"),
        ("17:00", "25 09:00", "closed", None, "merged"),
        ("25 09:00", "25 10:00", "counted", None, "merged"),
        ("25 10:00", "25 11:00", "counted", None, "desk"),
        ("25 11:00", "25 12:00", "counted", None, "merged"),
    ]


def test_an_inherited_start_that_uses_the_target_up_misses_it_at_the_merge() -> None:
    story = at_desk().at("10:00", "merged", inherit_start_at="2026-11-24T05:00:00Z")
    assert verdict(story.clock("restore", "10:00")) == ("running", "missed", "10:00", 5 * HOUR)
    assert verdict(story.clock("restore", "09:59:59")) == ("running", "pending", None, HOUR - 1)


def test_only_open_respond_restore_and_resolve_inherit() -> None:
    story = at_desk().reply("09:10").at("09:30", "merged", inherit_start_at="2026-11-24T08:00:00Z")
    assert [(str(clock.metric), said(clock.started_at)) for clock in story.replay("09:40").clocks] == [
        ("respond", "09:00"),
        ("update", "09:10"),
        ("restore", "08:00"),
        ("resolve", "08:00"),
    ]
    early = at_desk().at("09:10", "merged", inherit_start_at="2026-11-24T08:50:00Z")
    assert verdict(early.clock("respond", "09:20")) == ("running", "missed", "09:20", 1800)


def test_a_paused_clock_inherits_and_stays_paused() -> None:
    story = at_desk().at("10:00", "held", reason="vendor")
    story.at("11:00", "merged", inherit_start_at="2026-11-24T08:00:00Z")
    clock = story.clock("restore", "12:00")
    assert (verdict(clock), segments(clock)[-1]) == (
        ("paused", "pending", None, 2 * HOUR),
        ("10:00", "12:00", "paused", "vendor", "held"),
    )


def test_without_a_target_the_inherited_time_is_a_pause() -> None:
    story = at_desk(severity="P3").at("10:00", "severity_set", "lowered", severity="P4")
    story.at("11:00", "merged", inherit_start_at="2026-11-24T08:00:00Z")
    clock = story.clock("restore", "12:00")
    assert (segments(clock)[0], clock.consumed_seconds) == (
        ("08:00", "09:00", "paused", "no_objective", "merged"),
        HOUR,
    )


# --- Waived -------------------------------------------------------------------------------------------
def test_a_waiver_only_marks_the_cycle_that_it_names() -> None:
    story = at_desk().reply("09:10").at("12:00", "waived", metric="update", cycle=2)
    clocks = story.clocks("update", "13:00")
    assert [clock.waived for clock in clocks] == [False, True, False, False]
    assert verdicts(clocks)[1] == ("10:10", "11:10", "missed", "11:10")
    assert [clock.waived for clock in story.clocks("update", "11:59")] == [False, False, False]


def test_a_waiver_of_a_cycle_that_is_not_there_has_no_effect() -> None:
    story = at_desk().at("09:10", "waived", metric="update", cycle=1).reply("09:20")
    assert [clock.waived for clock in story.clocks("update", "09:30")] == [False]


def test_a_merged_ticket_can_still_be_waived() -> None:
    story = at_desk().at("10:00", "merged").at("11:00", "waived", metric="respond", cycle=1)
    clock = story.clock("respond", "12:00")
    assert (clock.waived, clock.outcome) == (True, "missed")


def test_a_return_and_a_new_arrival_in_one_instant_start_new_cycles() -> None:
    story = at_desk().at("09:20", "returned_to_customer").at("09:20", "reached_desk", "again")
    assert verdicts(story.clocks("restore", "10:00")) == [
        ("09:00", "09:20", "cancelled", None),
        ("09:20", None, "pending", None),
    ]


def test_a_ticket_at_level_1_has_no_clock_to_cancel() -> None:
    story = Story().at("09:00", "opened").at("09:00", "severity_set", severity="P1")
    story.at("09:00", "policy_attached", policy="managed").at("10:00", "returned_to_customer")
    story.at("11:00", "closed")
    assert story.replay("12:00").clocks == ()
