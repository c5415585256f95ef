"""The time ledger: whose each second was."""

from __future__ import annotations

from tests.slas.story import HOUR, Story, at_desk


def test_before_the_desk_the_time_is_the_customers_level_1() -> None:
    assert Story().at("09:00", "opened").at("10:00", "reached_desk").ledger("12:00") == {
        "customer_l1": HOUR,
        "desk": 2 * HOUR,
    }


def test_returned_the_time_is_the_customers_level_1_again() -> None:
    story = at_desk().at("10:00", "returned_to_customer").at("12:00", "reached_desk", "again")
    assert story.ledger("13:00") == {"desk": 2 * HOUR, "customer_l1": 2 * HOUR}


def test_each_hold_gives_its_time_to_whoever_is_awaited() -> None:
    for reason, party in (
        ("customer_reply", "customer"),
        ("customer_access", "customer"),
        ("vendor", "vendor"),
        ("agreed_wait", "agreed_wait"),
    ):
        story = at_desk().at("10:00", "held", reason=reason).at("12:00", "resumed")
        assert story.ledger("13:00") == {"desk": 2 * HOUR, party: 2 * HOUR}, reason


def test_waiting_for_a_vendor_is_the_customers_where_the_plan_is_lacking() -> None:
    story = at_desk().at("10:00", "held", reason="vendor", lacks_plan=True).at("12:00", "resumed")
    assert story.ledger("13:00") == {"desk": 2 * HOUR, "customer": 2 * HOUR}


def test_a_hold_that_stops_no_clock_has_its_time_all_the_same() -> None:
    story = at_desk(severity="P4").at("10:00", "held", reason="vendor")
    assert story.ledger("13:00") == {"desk": HOUR, "vendor": 3 * HOUR}


def test_excluded_comes_before_a_hold() -> None:
    story = at_desk().at("10:00", "held", reason="vendor").at("11:00", "excluded", reason="network")
    story.at("12:00", "included")
    assert story.ledger("13:00") == {"desk": HOUR, "vendor": 2 * HOUR, "excluded": HOUR}


def test_level_1_comes_before_excluded() -> None:
    story = (
        Story().at("09:00", "opened").at("09:00", "excluded", reason="network").at("10:00", "reached_desk")
    )
    assert story.ledger("11:00") == {"customer_l1": HOUR, "excluded": HOUR}


def test_after_restoration_comes_before_everything() -> None:
    story = at_desk().at("10:00", "restored").at("11:00", "held", reason="vendor")
    story.at("12:00", "excluded", reason="network").at("13:00", "returned_to_customer")
    assert story.ledger("14:00") == {"desk": HOUR, "after_restore": 4 * HOUR}


def test_it_ends_with_the_resolution() -> None:
    story = at_desk().at("10:00", "resolved").at("12:00", "closed")
    assert story.ledger("20:00") == {"desk": HOUR}


def test_it_ends_with_the_closing_of_an_unresolved_ticket() -> None:
    assert at_desk().at("11:00", "closed").ledger("20:00") == {"desk": 2 * HOUR}


def test_it_ends_with_the_merge() -> None:
    assert at_desk().at("11:00", "merged").ledger("20:00") == {"desk": 2 * HOUR}


def test_the_target_of_a_merge_has_its_own_time_only() -> None:
    story = at_desk().at("10:00", "merged", inherit_start_at="2026-11-24T08:00:00Z")
    assert story.ledger("11:00") == {"desk": 2 * HOUR}


def test_from_an_end_to_a_reopening_it_is_after_restoration() -> None:
    story = at_desk().at("10:00", "resolved").at("12:00", "closed").at("15:00", "reopened")
    assert story.ledger("16:00") == {"desk": 2 * HOUR, "after_restore": 5 * HOUR}


def test_it_ends_with_the_last_resolution_though_it_came_with_the_reopening() -> None:
    story = at_desk().at("10:00", "resolved").at("12:00", "reopened").at("12:00", "resolved", "second")
    assert story.ledger("20:00") == {"desk": HOUR, "after_restore": 2 * HOUR}


def test_without_an_agreement_it_is_kept_too() -> None:
    story = Story().at("09:00", "opened").at("10:00", "reached_desk").at("11:00", "held", reason="vendor")
    assert story.ledger("13:00") == {"customer_l1": HOUR, "desk": HOUR, "vendor": 2 * HOUR}


def test_before_the_opening_there_is_none() -> None:
    assert at_desk().ledger("08:59") == {}
    assert at_desk().ledger("09:00") == {}


def test_it_sums_to_wall_clock_time_through_everything() -> None:
    story = (
        Story().at("09:00", "opened").at("09:30:10", "reached_desk").at("10:00:20", "held", reason="vendor")
    )
    story.at("10:30:30", "excluded", reason="network").at("11:00:40", "returned_to_customer")
    story.at("11:30:50", "reached_desk", "again").at("12:01", "included").at("12:31:10", "restored")
    story.at("13:01:20", "resolved").at("13:31:30", "reopened").at("14:01:40", "closed")
    assert sum(story.ledger("20:00").values()) == 5 * HOUR + 100
    assert sum(story.ledger("13:45").values()) == 4 * HOUR + 45 * 60
