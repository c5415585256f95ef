"""How a clock starts, runs, is met and is missed, and what the screen is told of it."""

from __future__ import annotations

import pytest

from slas.clock import replay
from slas.documents import parse
from tests.slas.story import HOUR, Story, at_desk, objective, policy, said, segments, verdict, verdicts


# --- The start ----------------------------------------------------------------------------------------
def test_clocks_start_when_the_ticket_reaches_the_desk() -> None:
    story = Story().at("09:00", "opened").at("09:00", "severity_set", severity="P1")
    story.at("09:00", "policy_attached", policy="managed").at("09:40", "reached_desk")
    assert story.replay("09:39").clocks == ()
    assert [(str(clock.metric), said(clock.started_at)) for clock in story.replay("09:40").clocks] == [
        ("respond", "09:40"),
        ("restore", "09:40"),
        ("resolve", "09:40"),
    ]


def test_a_clock_starts_once_severity_policy_and_target_are_all_known() -> None:
    story = Story().at("09:00", "opened").at("09:00", "reached_desk")
    story.at("09:10", "severity_set", severity="P4").at("09:20", "policy_attached", policy="managed")
    story.at("09:30", "severity_set", "raised", severity="P1")
    assert segments(story.clock("resolve", "09:40")) == [
        ("09:20", "09:30", "counted", None, "policy_attached"),
        ("09:30", "09:40", "counted", None, "raised"),
    ]
    assert segments(story.clock("restore", "09:40")) == [("09:30", "09:40", "counted", None, "raised")]


def test_what_is_satisfied_before_its_target_is_known_gets_no_clock() -> None:
    story = Story().at("09:00", "opened").at("09:00", "severity_set", severity="P1")
    story.at("09:00", "reached_desk").reply("09:10").at("09:20", "restored")
    story.at("09:30", "policy_attached", policy="managed")
    assert [str(clock.metric) for clock in story.replay("10:00").clocks] == ["update", "resolve"]


def test_resolving_does_not_satisfy_the_response_so_its_clock_still_starts() -> None:
    story = Story().at("09:00", "opened").at("09:00", "severity_set", severity="P1")
    story.at("09:00", "reached_desk").at("09:10", "resolved")
    story.at("09:30", "policy_attached", policy="managed")
    assert [str(clock.metric) for clock in story.replay("09:40").clocks] == ["respond"]


def test_a_ticket_that_is_resolved_as_it_reaches_the_desk_is_at_the_desk_when_it_is_reopened() -> None:
    story = at_desk().at("09:00", "resolved").at("10:00", "reopened")
    assert segments(story.clock("resolve", "10:30")) == [("10:00", "10:30", "counted", None, "reopened")]


def test_no_target_means_no_clock() -> None:
    story = at_desk(severity="P4")
    assert [str(clock.metric) for clock in story.replay("10:00").clocks] == ["respond", "resolve"]


def test_without_an_agreement_there_is_no_clock() -> None:
    story = (
        Story().at("09:00", "opened").at("09:00", "severity_set", severity="P1").at("09:00", "reached_desk")
    )
    assert story.replay("12:00").clocks == ()


def test_facts_after_as_of_are_unknown() -> None:
    story = at_desk().reply("09:10").at("09:20", "resolved")
    assert verdict(story.clock("resolve", "09:19:59")) == ("running", "pending", None, 1199)
    assert [str(clock.metric) for clock in story.replay("09:09:59").clocks] == [
        "respond",
        "restore",
        "resolve",
    ]


# --- Met and missed -----------------------------------------------------------------------------------
def test_met_at_the_due_instant_is_met() -> None:
    assert verdict(at_desk().reply("09:30").clock("respond", "12:00")) == ("stopped", "met", None, 1800)
    assert verdict(at_desk().at("13:00", "restored").clock("restore", "14:00")) == (
        "stopped",
        "met",
        None,
        4 * HOUR,
    )


def test_a_second_late_is_missed_at_the_due_instant() -> None:
    clock = at_desk().reply("09:30:01").clock("respond", "12:00")
    assert verdict(clock) == ("stopped", "missed", "09:30", 1801)
    assert said(clock.due_at) == "09:30"


def test_a_breach_comes_before_the_other_facts_of_its_instant() -> None:
    for kind in ("closed", "returned_to_customer", "merged"):
        clock = at_desk().at("13:00", kind).clock("restore", "14:00")
        assert verdict(clock) == ("stopped", "missed", "13:00", 4 * HOUR), kind
    held = at_desk().at("13:00", "held", reason="vendor").clock("restore", "14:00")
    assert verdict(held) == ("paused", "missed", "13:00", 4 * HOUR)
    lowered = at_desk().at("13:00", "severity_set", "lower", severity="P2").clock("restore", "14:00")
    assert verdict(lowered) == ("running", "missed", "13:00", 5 * HOUR)


def test_a_breach_is_true_at_its_own_instant_as_of_included() -> None:
    assert verdict(at_desk().clock("respond", "09:29:59")) == ("running", "pending", None, 1799)
    assert verdict(at_desk().clock("respond", "09:30")) == ("running", "missed", "09:30", 1800)
    assert said(at_desk().clock("respond", "30 09:00").breached_at) == "09:30"


def test_a_missed_clock_runs_on_until_it_is_satisfied() -> None:
    clock = at_desk().at("14:00", "restored").clock("restore", "15:00")
    assert verdict(clock) == ("stopped", "missed", "13:00", 5 * HOUR)
    assert segments(clock) == [("09:00", "14:00", "counted", None, "desk")]


def test_a_clock_keeps_its_verdict_severity_and_target_once_stopped() -> None:
    story = at_desk(severity="P2").reply("09:50").at("10:00", "severity_set", "raised", severity="P1")
    clock = story.clock("respond", "12:00")
    assert (clock.severity, clock.target_seconds, clock.outcome) == ("P2", HOUR, "met")
    assert said(clock.due_at) == "10:00"


# --- The order of one instant -------------------------------------------------------------------------
def test_a_reply_counts_before_a_hold_of_the_same_save() -> None:
    story = at_desk().at("09:30", "held", "a", reason="customer_reply").reply("09:30", "b")
    assert verdict(story.clock("respond", "12:00")) == ("stopped", "met", None, 1800)
    assert segments(story.clock("update", "10:00")) == [("09:30", "10:00", "paused", "customer_reply", "a")]


def test_a_ticket_stops_before_it_is_retargeted() -> None:
    story = at_desk().at("12:00", "severity_set", "a", severity="P2").at("12:00", "closed", "b")
    clock = story.clock("restore", "13:00")
    assert (clock.severity, clock.outcome) == ("P1", "cancelled")


def test_a_retarget_comes_before_a_start() -> None:
    story = Story().at("09:00", "opened").at("09:00", "severity_set", "z", severity="P1")
    story.at("09:00", "policy_attached", "y", policy="managed").at("09:00", "reached_desk", "a")
    assert segments(story.clock("restore", "10:00")) == [("09:00", "10:00", "counted", None, "a")]


def test_a_start_comes_before_a_pause() -> None:
    story = at_desk().at("10:00", "held", reason="vendor")
    story.at("11:00", "held", "a", reason="customer_access").at("11:00", "resumed", "b")
    assert segments(story.clock("restore", "12:00")) == [
        ("09:00", "10:00", "counted", None, "desk"),
        ("10:00", "11:00", "paused", "vendor", "held"),
        ("11:00", "12:00", "paused", "customer_access", "a"),
    ]


def test_facts_of_one_rank_are_taken_by_their_names() -> None:
    story = at_desk(severity="P2").at("10:00", "severity_set", "b", severity="P1")
    story.at("10:00", "severity_set", "a", severity="P3")
    assert story.clock("restore", "11:00").severity == "P1"


def test_a_severity_that_is_in_force_already_still_yields_to_the_next_of_its_instant() -> None:
    story = at_desk(severity="P2").at("10:00", "severity_set", "a", severity="P2")
    story.at("10:00", "severity_set", "b", severity="P1")
    assert story.clock("restore", "11:00").severity == "P1"


def test_a_fact_with_nothing_to_act_on_waits_for_the_others_of_its_instant() -> None:
    story = Story().at("09:00", "opened").at("09:00", "severity_set", severity="P1")
    story.at("09:00", "policy_attached", policy="managed").at("10:00", "reached_desk").reply("10:00")
    assert verdicts(story.clocks("respond", "11:00")) == [("10:00", "10:00", "met", None)]
    assert segments(story.clock("update", "10:30")) == [("10:00", "10:30", "counted", None, "reply")]


def test_a_fact_with_nothing_to_act_on_then_has_no_effect() -> None:
    plain = at_desk().replay("12:00")
    story = at_desk()
    for kind in ("resumed", "included", "reopened", "reached_desk"):
        story.at("10:00", kind, f"idle-{kind}")
    story.at("10:00", "waived", metric="restore", cycle=2)
    assert story.replay("12:00") == plain


def test_facts_may_arrive_in_any_order_and_twice() -> None:
    story = at_desk().reply("09:10").at("10:00", "held", reason="vendor").at("11:00", "resumed")
    document = story.document("12:00")
    turned = document | {"facts": [*reversed(document["facts"]), *document["facts"]]}
    assert replay(parse(turned)) == replay(parse(document))


# --- The response -------------------------------------------------------------------------------------
NO_RESPONSES = (
    "internal_note",
    "restored",
    "resolved",
    "automatic reply",
    "customer's reply",
    "vendor's reply",
    "hold",
    "severity",
    "reply before the desk",
)


@pytest.mark.parametrize("kind", NO_RESPONSES)
def test_only_a_public_reply_by_a_human_of_the_desk_is_a_response(kind: str) -> None:
    story = at_desk()
    match kind:
        case "automatic reply":
            story.reply("09:10", automatic=True)
        case "customer's reply":
            story.reply("09:10", by="customer")
        case "vendor's reply":
            story.reply("09:10", by="vendor")
        case "hold":
            story.at("09:10", "held", reason="customer_reply")
        case "severity":
            story.at("09:10", "severity_set", "again", severity="P1")
        case "reply before the desk":
            story = Story().at("08:00", "opened").at("08:00", "severity_set", severity="P1")
            story.at("08:00", "policy_attached", policy="managed").reply("08:30").at("09:00", "reached_desk")
        case _:
            story.at("09:10", kind)
    assert verdict(story.clock("respond", "09:40")) == ("running", "missed", "09:30", 2400)
    assert story.clocks("update", "09:40") == []


def test_a_reply_after_resolution_still_answers() -> None:
    story = at_desk().at("09:10", "resolved").reply("09:20")
    assert verdict(story.clock("respond", "12:00")) == ("stopped", "met", None, 1200)
    assert story.clocks("update", "12:00") == []


def test_only_the_first_reply_is_the_response() -> None:
    story = at_desk().reply("09:10").reply("09:20", "second")
    assert verdicts(story.clocks("respond", "10:00")) == [("09:00", "09:10", "met", None)]


# --- What is shown ------------------------------------------------------------------------------------
def test_a_running_clock_is_due_when_the_rest_has_been_counted_from_now() -> None:
    story = at_desk(severity="P3")
    assert said(story.clock("respond", "10:00").due_at) == "13:00"
    assert said(story.clock("restore", "10:00").due_at) == "26 17:00"


def test_due_falls_on_closing_time_and_not_on_the_next_opening() -> None:
    clock = at_desk("13:00", severity="P3").clock("respond", "25 09:00")
    assert (said(clock.due_at), said(clock.breached_at)) == ("17:00", "17:00")


def test_outside_hours_the_clock_is_closed_and_says_running() -> None:
    clock = at_desk("16:00", severity="P3").clock("restore", "20:00")
    assert (clock.state, clock.consumed_seconds, said(clock.due_at)) == ("running", HOUR, "27 16:00")
    assert segments(clock) == [
        ("16:00", "17:00", "counted", None, "desk"),
        ("17:00", "20:00", "closed", None, "desk"),
    ]


def test_a_halted_clock_is_due_at_no_time_and_neither_is_one_stopped_so() -> None:
    story = at_desk().at("10:00", "held", reason="vendor")
    assert said(story.clock("restore", "11:00").due_at) is None
    assert said(story.at("11:00", "resolved").clock("restore", "12:00").due_at) is None


def test_a_stopped_clock_was_due_where_it_would_have_been_from_its_stop() -> None:
    story = at_desk().at("10:00", "held", reason="vendor").at("11:00", "resumed").at("12:00", "restored")
    assert said(story.clock("restore", "15:00").due_at) == "14:00"


def test_a_breached_clock_is_due_when_it_was_breached_whatever_halts_it() -> None:
    story = at_desk().at("14:00", "held", reason="vendor")
    assert said(story.clock("restore", "15:00").due_at) == "13:00"


def test_a_target_that_its_calendar_never_reaches_is_never_due() -> None:
    story = at_desk()
    story.policies["managed"] = policy(objective("restore", "P1", 2 * HOUR, "once"))
    once = {"timezone": "UTC", "weekly": {}, "overrides": {"2026-11-25": [["09:00", "10:00"]]}}
    story.calendars = story.calendars | {"once": once}
    clock = story.clock("restore", "30 09:00")
    assert (verdict(clock), clock.due_at) == (("running", "pending", None, HOUR), None)


def test_clocks_come_by_metric_and_then_by_cycle() -> None:
    story = at_desk().reply("09:10").reply("09:20", "second").at("10:00", "returned_to_customer")
    story.at("11:00", "reached_desk", "again")
    assert [(str(clock.metric), clock.cycle) for clock in story.replay("12:00").clocks] == [
        ("respond", 1),
        ("respond", 2),
        ("update", 1),
        ("update", 2),
        ("restore", 1),
        ("restore", 2),
        ("resolve", 1),
        ("resolve", 2),
    ]
