"""Situations in which other products' clocks went wrong, each with the right answer.

The names in the comments are the reports of their users.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from slas.clock import replay
from slas.documents import dump, parse
from tests.slas.story import (
    CALENDARS,
    HOUR,
    Story,
    at_desk,
    objective,
    policy,
    said,
    segments,
    verdict,
    verdicts,
)


def with_calendar(story: Story, **calendars: object) -> Story:
    story.calendars = CALENDARS | calendars
    return story


# --- Severity and policy ------------------------------------------------------------------------------
def test_a_met_response_is_not_turned_missed_by_a_later_severity() -> None:
    story = at_desk(severity="P3").reply("10:00").at("11:00", "severity_set", "raised", severity="P1")
    clock = story.clock("respond", "12:00")
    assert (clock.severity, clock.target_seconds) == ("P3", 4 * HOUR)
    assert verdict(clock) == ("stopped", "met", None, HOUR)


def test_paused_raised_and_resumed_it_is_missed_at_the_raise_and_not_never() -> None:
    story = at_desk(severity="P2").at("14:00", "held", reason="customer_reply")
    story.at("15:00", "severity_set", "raised", severity="P1").at("16:00", "resumed")
    assert verdict(story.clock("restore", "14:59")) == ("paused", "pending", None, 5 * HOUR)
    assert verdict(story.clock("restore", "20:00")) == ("running", "missed", "15:00", 9 * HOUR)


def test_a_pause_is_not_lost_when_the_policy_changes() -> None:  # glpi#6902, #15605
    renewed = policy(objective("restore", "P1", 5 * HOUR, "always"))
    story = at_desk(renewed=renewed).at("10:00", "held", reason="vendor").at("12:00", "resumed")
    clock = story.at("13:00", "policy_attached", "renewal", policy="renewed").clock("restore", "14:00")
    assert (verdict(clock), said(clock.due_at)) == (("running", "pending", None, 3 * HOUR), "16:00")


def test_a_handed_over_ticket_has_its_whole_target_left() -> None:  # glpi#1911
    story = Story().at("09:00", "opened").at("09:00", "severity_set", severity="P1")
    story.at("09:00", "policy_attached", policy="managed").at("13:30", "reached_desk")
    assert said(story.clock("respond", "13:30").due_at) == "14:00"
    assert said(story.clock("restore", "13:30").due_at) == "17:30"


# --- Pauses -------------------------------------------------------------------------------------------
def test_a_pause_over_the_weekend_takes_away_the_open_hours_in_it_only() -> None:  # glpi#10594
    story = at_desk("20 15:00", severity="P3").at("20 16:00", "held", reason="vendor")
    clock = story.at("23 10:00", "resumed").clock("restore", "23 11:00")
    # 24 business hours from Friday at 15:00 end on Wednesday at 15:00; two open hours of them were paused.
    assert (clock.consumed_seconds, said(clock.due_at)) == (2 * HOUR, "25 17:00")


def test_a_clock_that_says_paused_does_not_run() -> None:
    story = at_desk().at("10:00", "held", reason="customer_access")
    for as_of in ("10:00", "12:00", "23:00", "30 09:00"):
        assert verdict(story.clock("restore", as_of)) == ("paused", "pending", None, HOUR)


def test_a_clock_that_says_running_is_not_halted() -> None:
    story = at_desk().reply("09:10").at("09:20", "held", reason="vendor")
    assert verdict(story.clock("update", "10:00")) == ("running", "pending", None, 50 * 60)


def test_a_paused_clock_is_not_failed_by_looking_at_it_late() -> None:
    story = at_desk().at("10:00", "held", reason="customer_reply").at("28 09:00", "internal_note")
    assert verdict(story.clock("restore", "29 09:00")) == ("paused", "pending", None, HOUR)


def test_no_second_of_a_pause_is_lost() -> None:
    story = at_desk().at("10:00:07", "held", reason="vendor").at("10:00:49", "resumed")
    clock = story.clock("restore", "11:00")
    assert (clock.consumed_seconds, said(clock.due_at)) == (2 * HOUR - 42, "13:00:42")


def test_two_pauses_in_one_minute_are_two_pauses() -> None:
    story = at_desk().at("10:00:05", "held", "a", reason="vendor").at("10:00:10", "resumed", "b")
    story.at("10:00:20", "held", "c", reason="vendor").at("10:00:50", "resumed", "d")
    clock = story.clock("restore", "11:00")
    assert segments(clock)[1::2] == [
        ("10:00:05", "10:00:10", "paused", "vendor", "a"),
        ("10:00:20", "10:00:50", "paused", "vendor", "c"),
    ]
    assert clock.consumed_seconds == 2 * HOUR - 35


def test_held_time_is_not_added_to_the_opening_as_wall_clock_time() -> None:  # frappe/helpdesk#2075
    story = at_desk("16:00", severity="P3").at("16:30", "held", reason="vendor").at("25 08:30", "resumed")
    # Of the sixteen hours only half an hour was open.
    assert said(story.clock("restore", "25 09:00").due_at) == "27 16:30"


def test_an_answer_and_a_pause_in_one_save_are_an_answer() -> None:  # zammad#3551
    story = at_desk().at("09:20", "held", "a", reason="customer_reply").reply("09:20", "b")
    assert verdict(story.clock("respond", "10:00")) == ("stopped", "met", None, 1200)


# --- Ends and reopenings ------------------------------------------------------------------------------
def test_the_time_between_resolution_and_reopening_is_no_pending_time() -> None:  # glpi#23359
    story = at_desk(severity="P2").at("11:00", "resolved").at("15:00", "reopened")
    clock = story.clock("resolve", "16:00")
    assert segments(clock)[1] == ("11:00", "15:00", "paused", "resolved", "resolved")
    assert clock.consumed_seconds == 3 * HOUR
    assert story.ledger("16:00") == {"desk": 3 * HOUR, "after_restore": 4 * HOUR}


def test_the_time_in_closed_is_not_counted_after_a_reopening() -> None:  # zammad#188, glpi#9267
    story = at_desk(severity="P2").at("11:00", "resolved").at("12:00", "closed").at("15:00", "reopened")
    clock = story.clock("restore", "16:00")
    assert (clock.consumed_seconds, said(clock.due_at)) == (3 * HOUR, "21:00")


def test_the_first_resolution_does_not_end_the_clock_for_good() -> None:
    story = at_desk().at("10:00", "resolved").at("11:00", "reopened")
    assert verdict(story.clock("restore", "15:00")) == ("running", "missed", "14:00", 5 * HOUR)


def test_thanks_does_not_restart_the_clock_of_a_closed_ticket() -> None:
    story = at_desk().reply("09:10").at("10:00", "resolved").at("11:00", "closed")
    before = story.replay("30 09:00")
    assert story.reply("12:00", "thanks", by="customer").replay("30 09:00") == before
    assert all(clock.state == "stopped" for clock in before.clocks)


def test_a_merged_ticket_is_due_no_more() -> None:  # zammad#904
    story = at_desk().at("09:10", "merged")
    assert {(clock.state, clock.outcome) for clock in story.replay("30 09:00").clocks} == {
        ("stopped", "cancelled")
    }


def test_the_notice_of_a_merge_is_not_the_first_response() -> None:
    source = at_desk().at("09:10", "merged").reply("09:10", "notice", automatic=True)
    assert verdict(source.clock("respond", "10:00")) == ("stopped", "cancelled", None, 600)
    target = at_desk().at("09:10", "merged", inherit_start_at="2026-11-24T08:50:00Z")
    target.reply("09:10", "notice", automatic=True)
    assert verdict(target.clock("respond", "09:15")) == ("running", "pending", None, 1500)


# --- What satisfies -----------------------------------------------------------------------------------
def test_a_silent_customer_escalates_nothing_once_the_desk_has_answered() -> None:  # zammad#3140
    story = at_desk().reply("09:10").at("09:10", "held", reason="customer_reply")
    assert verdicts(story.clocks("update", "30 09:00")) == [("09:10", None, "pending", None)]


def test_customers_messages_do_not_put_the_update_off() -> None:
    story = at_desk().reply("09:10")
    for minute in range(20, 60, 10):
        story.reply(f"09:{minute}", f"message-{minute}", by="customer")
    assert verdicts(story.clocks("update", "10:20"))[0] == ("09:10", "10:10", "missed", "10:10")


def test_an_update_does_not_overrule_the_first_response() -> None:  # zammad#5177
    story = at_desk().reply("09:05", "more", by="customer")
    assert story.clocks("update", "10:00") == []
    assert said(story.clock("respond", "09:20").due_at) == "09:30"


def test_one_status_does_not_satisfy_both_the_response_and_the_resolution() -> None:  # frappe/helpdesk#1542
    story = at_desk().at("09:10", "resolved")
    assert [(str(clock.metric), clock.outcome) for clock in story.replay("09:20").clocks] == [
        ("respond", "pending"),
        ("restore", "met"),
        ("resolve", "met"),
    ]


def test_a_customers_note_on_the_web_is_a_customers_message() -> None:  # zammad#1322
    story = at_desk().reply("09:10", by="customer", automatic=False)
    assert verdict(story.clock("respond", "09:40")) == ("running", "missed", "09:30", 2400)


def test_a_late_first_reply_stays_a_miss() -> None:  # chatwoot#13392
    clock = at_desk().reply("09:45").clock("respond", "10:00")
    assert (verdict(clock), said(clock.stopped_at)) == (("stopped", "missed", "09:30", 2700), "09:45")


# --- Breaches -----------------------------------------------------------------------------------------
def test_a_breach_is_stamped_when_it_came_true_and_not_when_somebody_looked() -> None:
    for as_of in ("13:00", "13:00:01", "20:00", "30 09:00"):
        assert said(at_desk().clock("restore", as_of).breached_at) == "13:00"


def test_a_breach_is_noticed_though_the_next_thing_is_a_fact_much_later() -> None:
    story = at_desk().at("26 09:00", "held", reason="vendor")
    assert said(story.clock("restore", "27 09:00").breached_at) == "13:00"


def test_business_hours_hold_for_breaches_too() -> None:  # chatwoot#13392
    story = at_desk("16:00", severity="P3")
    assert verdict(story.clock("respond", "25 11:59:59")) == ("running", "pending", None, 4 * HOUR - 1)
    assert said(story.clock("respond", "25 12:00").breached_at) == "25 12:00"


# --- Calendars ----------------------------------------------------------------------------------------
def test_a_holiday_that_is_added_later_does_not_rewrite_the_past() -> None:
    with_holiday = CALENDARS["business"] | {"holidays": ["2026-11-24", "2026-11-26"]}
    new = policy(objective("restore", "P3", 24 * HOUR, "business/2"))
    story = at_desk(severity="P3", new=new).at("25 09:00", "policy_attached", "edit", policy="new")
    clock = with_calendar(story, **{"business/2": with_holiday}).clock("restore", "25 10:00")
    # Tuesday was open when it was counted. Thursday has become a holiday.
    assert [(segment.calendar, segment.kind, segment.seconds) for segment in clock.segments] == [
        ("business", "counted", 8 * HOUR),
        ("business", "closed", 16 * HOUR),
        ("business/2", "counted", HOUR),
    ]
    assert said(clock.due_at) == "27 17:00"


def test_a_24x7_calendar_loses_no_minute_at_midnight() -> None:  # zammad#3180
    clock = at_desk("22:00").clock("restore", "25 03:00")
    assert (verdict(clock), segments(clock)) == (
        ("running", "missed", "25 02:00", 5 * HOUR),
        [("22:00", "25 03:00", "counted", None, "desk")],
    )


def test_a_shift_until_midnight_ends_there_and_the_replay_ends_too() -> None:  # zammad#2497
    late = {"timezone": "UTC", "weekly": {"tue": [["09:00", "00:00"]], "wed": [["09:00", "00:00"]]}}
    story = at_desk("22:00", managed=policy(objective("restore", "P1", 4 * HOUR, "late")))
    clock = with_calendar(story, late=late).clock("restore", "25 10:00")
    assert (clock.consumed_seconds, said(clock.due_at)) == (3 * HOUR, "25 11:00")


def test_a_lunch_break_is_a_gap_in_the_day() -> None:  # osTicket#6847
    lunch = {"timezone": "UTC", "weekly": {"tue": [["09:00", "12:00"], ["13:00", "17:00"]]}}
    story = at_desk("11:00", managed=policy(objective("restore", "P1", 2 * HOUR, "lunch")))
    clock = with_calendar(story, lunch=lunch).clock("restore", "13:30")
    assert segments(clock) == [
        ("11:00", "12:00", "counted", None, "desk"),
        ("12:00", "13:00", "closed", None, "desk"),
        ("13:00", "13:30", "counted", None, "desk"),
    ]
    assert said(clock.due_at) == "14:00"


def test_a_week_without_a_monday_is_a_week() -> None:  # osTicket#6739
    odd = {"timezone": "UTC", "weekly": {"wed": [["10:00", "11:00"]]}}
    story = at_desk("18 10:30", managed=policy(objective("restore", "P1", HOUR, "odd")))
    assert said(with_calendar(story, odd=odd).clock("restore", "18 12:00").due_at) == "25 10:30"


def test_shifts_that_overlap_count_once() -> None:  # dbt_zendesk#107
    overlap = {"timezone": "UTC", "weekly": {"tue": [["09:00", "12:00"], ["11:00", "13:00"]]}}
    story = at_desk("10:00", managed=policy(objective("restore", "P1", 4 * HOUR, "overlap")))
    clock = with_calendar(story, overlap=overlap).clock("restore", "15:00")
    assert clock.consumed_seconds == 3 * HOUR


def test_the_offset_of_its_own_day_is_applied_to_each_instant() -> None:  # dbt_zendesk#25
    """Sydney's clocks went back on 5 April 2026: nine o'clock was 22:00 UTC before, and 23:00 UTC after."""
    sydney = {"timezone": "Australia/Sydney", "weekly": {"thu": [["09:00", "10:00"]]}}
    document = with_calendar(
        at_desk(managed=policy(objective("resolve", "P1", 10 * HOUR, "sydney"))), sydney=sydney
    ).document("12:00")
    for fact in document["facts"]:
        fact["at"] = "2026-04-01T00:00:00Z"
    document["as_of"] = "2026-04-10T00:00:00Z"
    (clock,) = replay(parse(document)).clocks
    assert [f"{piece.from_:%m-%dT%H:%M}" for piece in clock.segments if piece.kind == "counted"] == [
        "04-01T22:00",
        "04-08T23:00",
    ]


def test_the_zone_in_which_an_instant_is_written_does_not_matter() -> None:  # erpnext#38745
    document = at_desk(severity="P3").reply("10:00").at("11:00", "restored").document("12:00")
    elsewhere = document | {
        "facts": [
            fact | {"at": (datetime.fromisoformat(fact["at"]) + shift).isoformat()[:19] + offset}
            for fact, (shift, offset) in zip(
                document["facts"],
                [(timedelta(hours=11), "+11:00"), (timedelta(hours=-5), "-05:00")] * 3,
                strict=True,
            )
        ]
    }
    assert elsewhere["facts"][0]["at"] == "2026-11-24T20:00:00+11:00"
    assert dump(replay(parse(elsewhere))) == dump(replay(parse(document)))
