"""The rules about plans, dates and looks, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.plans import PlanTerms, smallest_that_serves
from vendors.plans import NOTICE_DAYS, next_look, notice_due, outlook, plan_seen
from vendors.states import Finding

END = date(2027, 1, 1)
LEVELS = ("low", "normal", "high", "urgent", "critical")
TERMS = [
    PlanTerms(name="Basic", takes_cases=False),
    PlanTerms(
        name="Business",
        severities=LEVELS[:4],
        offered_until=END,
        accepted_from=date(2000, 1, 1),
        accepted_until=END,
    ),
    PlanTerms(name="Business Support+", severities=LEVELS, accepted_from=date(2000, 1, 1)),
    PlanTerms(name="Enterprise", severities=LEVELS, accepted_from=date(2000, 1, 1)),
]
DAY = timedelta(days=1)


def test_the_plan_to_choose_is_the_smallest_that_lasts() -> None:
    assert smallest_that_serves(TERMS, END - DAY) == "Business Support+"
    assert smallest_that_serves(TERMS[:2], END - DAY) == "Business"  # better than none
    assert smallest_that_serves(TERMS[:2], END) == ""


@pytest.mark.parametrize(
    ("severities", "declared", "expected"),
    [
        (LEVELS[:4], "Business Support+", "Business"),
        (LEVELS[:4], "Business", "Business"),
        (LEVELS, "Enterprise", "Enterprise"),
        (LEVELS, "Business", "Business"),  # two plans have these, and neither was declared
        (("strange",), "Enterprise", "Enterprise"),
        ((), "Basic", "Basic"),
        (LEVELS[:4], "", "Business"),
    ],
)
def test_the_plan_that_severities_tell(severities: tuple[str, ...], declared: str, expected: str) -> None:
    assert plan_seen(TERMS, severities, declared) == expected


@pytest.mark.parametrize(
    ("finding", "plan", "on", "is_short", "by_look"),
    [
        (Finding.NOT_MET, "Enterprise", END, True, True),
        (Finding.MET, "Business", END - DAY, False, False),
        (Finding.MET, "Business", END, True, False),
        (Finding.UNKNOWN, "Business", END, True, False),
        (Finding.MET, "Basic", END, False, False),
        (Finding.UNKNOWN, "Basic", END, True, False),
        (Finding.UNKNOWN, "", END, False, False),
        (Finding.UNKNOWN, "A plan of 2031", END, False, False),
    ],
)
def test_who_falls_short(finding: Finding, plan: str, on: date, is_short: bool, by_look: bool) -> None:
    view = outlook(finding=finding, plan=plan, terms=TERMS, on=on)
    assert (view.is_short, view.by_look) == (is_short, by_look)


@given(st.integers(-400, 400))
def test_a_notice_is_the_nearest_one_that_is_due(left: int) -> None:
    due = notice_due(END, END - timedelta(days=left))
    assert due == min((days for days in NOTICE_DAYS if 0 < left <= days), default=None)


@given(st.integers(1, 10_000), st.integers(0, 10 * 366 * 86_400))
def test_an_account_is_looked_at_once_a_day_at_a_time_of_its_own(link_id: int, after: int) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=after)
    first = next_look(link_id, at, finding=Finding.MET)
    second = next_look(link_id, first, finding=Finding.NOT_MET)
    assert timedelta(hours=12) <= first - at < timedelta(hours=36)
    assert second - first == DAY
    assert next_look(link_id, first + timedelta(minutes=3), finding=Finding.MET) == second


def test_looks_are_spread_over_the_day() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    hours = {next_look(link_id, at, finding=Finding.MET).hour for link_id in range(200)}
    assert len(hours) == 24
