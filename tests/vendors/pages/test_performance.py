"""How long vendors took: medians, shares where enough can be judged, and the cases behind each figure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast, file_ticket
from tests.conftest import Browse, Clock
from tests.vendors.factories import case, link, message, move
from tests.vendors.pages.test_case_page import text_of
from tickets.models import Ticket
from vendors.models import AccountLink
from vendors.states import CaseState

PAGE = "/desk/vendors/performance/"


@pytest.fixture
def over(cast: Cast) -> AccountLink:
    return link(cast.acme.customer)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def answered(ticket: Ticket, over: AccountLink, clock: Clock, minutes: float, **changes: Any) -> None:
    """Open a case that a person of the vendor answers so many minutes later."""
    made = case(ticket, over, **changes)
    message(made, is_automatic=True)
    clock.advance(minutes=minutes)
    message(made)
    move(made, CaseState.WAITING_ON_US)


def figures(cast: Cast, browse: Browse, query: str = "") -> list[Any]:
    found: list[Any] = browse(cast.engineer).get(f"{PAGE}{query}").context["figures"]
    return found


def test_half_and_nine_of_ten_answers_came_within(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    for minutes in (10, 20, 30, 40, 50, 15, 25, 35, 45, 55):
        answered(ticket, over, clock, minutes)
    [one] = figures(cast, browse)
    assert (one.cases, one.typical, one.ninetieth) == (10, timedelta(minutes=32.5), timedelta(minutes=50))
    assert one.published == [3600]
    assert (one.within, one.late) == (10, 0)


def test_a_share_is_told_only_where_enough_can_be_judged(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    for _ in range(18):
        answered(ticket, over, clock, 10)
    answered(ticket, over, clock, 61)
    [one] = figures(cast, browse)
    assert (one.measured, one.percent_within) == (19, None)
    said = text_of(browse(cast.engineer).get(PAGE))
    assert "Too few to judge 18 of 19" in said
    answered(ticket, over, clock, 61)
    [one] = figures(cast, browse)
    assert (one.measured, one.percent_within) == (20, 90.0)
    assert "90.0 %" in text_of(browse(cast.engineer).get(PAGE))


def test_what_is_not_answered_counts_from_when_it_is_overdue(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    made = case(ticket, over)
    message(made, is_automatic=True)
    clock.advance(minutes=60)
    [one] = figures(cast, browse)
    assert (one.measured, one.typical) == (0, None)
    clock.advance(minutes=1)
    [one] = figures(cast, browse)
    assert (one.within, one.late) == (0, 1)


def test_plans_and_severities_are_not_mixed(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    answered(ticket, over, clock, 5)
    answered(ticket, over, clock, 5, severity="critical", severity_name="Critical", target_seconds=1800)
    answered(ticket, over, clock, 5, plan="Enterprise")
    assert [(one.group.plan, one.group.severity) for one in figures(cast, browse)] == [
        ("Business Support+", "critical"),
        ("Business Support+", "urgent"),
        ("Enterprise", "urgent"),
    ]


def test_waiting_is_split_and_reopening_counted(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    made = case(ticket, over)
    clock.advance(minutes=30)
    move(made, CaseState.WAITING_ON_US)
    clock.advance(minutes=10)
    move(made, CaseState.RESOLVED)
    clock.advance(minutes=500)
    move(made, CaseState.VENDOR_WORKING)
    [one] = figures(cast, browse)
    assert (one.on_vendor, one.on_us) == (timedelta(minutes=30), timedelta(minutes=10))
    assert one.percent_on_vendor == 75.0
    assert (one.ended, one.reopened, one.percent_reopened) == (1, 1, None)


def test_a_time_in_business_hours_is_in_no_share(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    answered(ticket, over, clock, 5, plan="Developer", target_in_business_hours=True)
    [one] = figures(cast, browse)
    assert (one.measured, one.in_business_hours) == (0, True)
    assert "of its business hours: cannot be measured" in text_of(browse(cast.engineer).get(PAGE))


def test_a_period_holds_the_cases_opened_in_it(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    answered(ticket, over, clock, 5)
    assert figures(cast, browse, "?since=2026-03-03&until=2026-03-03") != []
    assert figures(cast, browse, "?since=2026-03-04&until=2026-03-05") == []
    assert browse(cast.engineer).get(f"{PAGE}?since=2026-03-04&until=2026-03-01").status_code == 422


def test_each_figure_leads_to_its_cases(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    answered(ticket, over, clock, 5, display_id="quick")
    answered(ticket, over, clock, 90, display_id="slow")
    made = case(ticket, over, display_id="silent")
    move(made, CaseState.RESOLVED)
    clock.advance(minutes=1)
    move(made, CaseState.VENDOR_WORKING)
    clock.advance(minutes=5)
    answered(ticket, over, clock, 5, display_id="other", plan="Enterprise")
    client = browse(cast.engineer)
    group = "vendor=aws&plan=Business+Support%2B&severity=urgent"
    link_to = f"{PAGE}cases/?{group}&only=answered&since=".replace("&", "&amp;")
    assert link_to in client.get(PAGE).content.decode()

    def listed(only: str) -> set[str]:
        page = client.get(f"{PAGE}cases/?{group}&only={only}").context["page"]
        return {one.case.display_id for one in page}

    assert listed("") == {"quick", "slow", "silent"}
    assert listed("answered") == {"quick", "slow"}
    assert listed("within") == {"quick"}
    assert listed("late") == {"slow"}
    assert listed("reopened") == {"silent"}


def test_it_is_labelled_as_the_vendors_own(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, over: AccountLink
) -> None:
    answered(ticket, over, clock, 5)
    said = text_of(browse(cast.engineer).get(PAGE))
    assert "These are the vendors' times, shown and not owed" in said
    assert "what customers are promised, and whether it was kept, does not contain them" in said


def test_an_empty_period_says_so(cast: Cast, browse: Browse) -> None:
    assert "No case in this period" in text_of(browse(cast.engineer).get(PAGE))
