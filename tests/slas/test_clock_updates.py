"""Each owed update is a cycle of its own."""

from __future__ import annotations

from tests.slas.story import HOUR, at_desk, said, segments, verdict, verdicts


def test_the_first_response_starts_the_first_update() -> None:
    story = at_desk().reply("09:10")
    assert story.clocks("update", "09:09:59") == []
    assert verdicts(story.clocks("update", "09:10")) == [("09:10", None, "pending", None)]


def test_a_human_public_reply_ends_an_update_and_starts_the_next() -> None:
    story = at_desk().reply("09:10").reply("09:40", "second")
    assert verdicts(story.clocks("update", "10:00")) == [
        ("09:10", "09:40", "met", None),
        ("09:40", None, "pending", None),
    ]


def test_a_reply_at_the_due_instant_meets_the_update() -> None:
    story = at_desk().reply("09:10").reply("10:10", "second")
    assert verdicts(story.clocks("update", "10:30")) == [
        ("09:10", "10:10", "met", None),
        ("10:10", None, "pending", None),
    ]


def test_unanswered_it_ends_at_its_breach_and_the_next_starts_there() -> None:
    story = at_desk().reply("09:10")
    clocks = story.clocks("update", "11:30")
    assert verdicts(clocks) == [
        ("09:10", "10:10", "missed", "10:10"),
        ("10:10", "11:10", "missed", "11:10"),
        ("11:10", None, "pending", None),
    ]
    assert [clock.consumed_seconds for clock in clocks] == [HOUR, HOUR, 20 * 60]
    assert [segments(clock)[0][4] for clock in clocks] == ["reply", "reply", "reply"]


def test_missed_at_as_of_itself_the_next_has_just_begun() -> None:
    clocks = at_desk().reply("09:10").clocks("update", "10:10")
    assert verdicts(clocks) == [("09:10", "10:10", "missed", "10:10"), ("10:10", None, "pending", None)]
    assert (clocks[1].segments, said(clocks[1].due_at)) == ((), "11:10")


def test_a_late_reply_meets_the_cycle_that_it_falls_in() -> None:
    story = at_desk().reply("09:10").reply("10:25", "late")
    assert verdicts(story.clocks("update", "11:00")) == [
        ("09:10", "10:10", "missed", "10:10"),
        ("10:10", "10:25", "met", None),
        ("10:25", None, "pending", None),
    ]


def test_an_update_that_ends_where_it_starts_never_was() -> None:
    story = at_desk().reply("09:10", "a").reply("09:10", "b").reply("09:10", "c")
    assert verdicts(story.clocks("update", "10:00")) == [("09:10", None, "pending", None)]
    resolved = at_desk().reply("09:10", "a").at("09:10", "resolved", "b")
    assert resolved.clocks("update", "10:00") == []


def test_customers_vendors_and_machines_neither_satisfy_nor_restart_it() -> None:
    story = at_desk().reply("09:10").reply("09:20", "customer", by="customer")
    story.reply("09:30", "vendor", by="vendor").reply("09:40", "machine", automatic=True)
    story.at("09:50", "internal_note")
    assert verdicts(story.clocks("update", "10:30")) == [
        ("09:10", "10:10", "missed", "10:10"),
        ("10:10", None, "pending", None),
    ]


def test_it_is_owed_after_restored() -> None:
    story = at_desk().reply("09:10").at("09:30", "restored")
    assert verdict(story.clock("update", "10:00")) == ("running", "pending", None, 50 * 60)


def test_resolution_cancels_it() -> None:
    story = at_desk().reply("09:10").at("09:30", "resolved")
    assert verdicts(story.clocks("update", "12:00")) == [("09:10", "09:30", "cancelled", None)]


def test_resolved_at_its_due_instant_it_is_cancelled() -> None:
    story = at_desk().reply("09:10").at("10:10", "resolved")
    assert verdicts(story.clocks("update", "12:00")) == [("09:10", "10:10", "cancelled", None)]


def test_a_reopening_starts_it_again() -> None:
    story = at_desk().reply("09:10").at("09:30", "resolved").at("10:00", "reopened")
    assert verdicts(story.clocks("update", "10:30")) == [
        ("09:10", "09:30", "cancelled", None),
        ("10:00", None, "pending", None),
    ]


def test_before_any_answer_a_reopening_owes_the_answer_and_no_update() -> None:
    story = at_desk().at("09:10", "resolved").at("09:20", "reopened")
    assert story.clocks("update", "10:00") == []
    assert verdicts(story.clocks("respond", "10:00")) == [("09:00", None, "missed", "09:30")]


def test_a_vendor_with_the_next_move_does_not_stop_it() -> None:
    story = at_desk().reply("09:10").at("09:20", "held", reason="vendor")
    assert verdicts(story.clocks("update", "10:30"))[0] == ("09:10", "10:10", "missed", "10:10")


def test_a_shorter_target_misses_it_at_the_change_and_the_next_starts_there() -> None:
    story = at_desk(severity="P2").reply("09:10").at("10:30", "severity_set", "raised", severity="P1")
    clocks = story.clocks("update", "11:00")
    assert verdicts(clocks) == [("09:10", "10:30", "missed", "10:30"), ("10:30", None, "pending", None)]
    assert segments(clocks[1]) == [("10:30", "11:00", "counted", None, "raised")]


def test_missed_while_held_the_next_starts_held() -> None:
    story = at_desk(severity="P2").reply("09:10").at("10:30", "held", reason="agreed_wait")
    story.at("11:00", "severity_set", "raised", severity="P1")
    clocks = story.clocks("update", "11:30")
    assert verdicts(clocks) == [("09:10", "11:00", "missed", "11:00"), ("11:00", None, "pending", None)]
    assert segments(clocks[1]) == [("11:00", "11:30", "paused", "agreed_wait", "held")]


def test_a_business_day_is_written_in_hours_of_its_calendar() -> None:
    story = at_desk("16:00", severity="P3").reply("16:30")
    clock = story.clock("update", "25 12:00")
    assert (said(clock.due_at), clock.consumed_seconds) == ("25 16:30", 3 * HOUR + HOUR // 2)
