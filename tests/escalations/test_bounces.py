"""The share of hand-overs that the desk returned, by customer."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as
from escalations.hand_over_actions import accept
from escalations.handing_over import Tally
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tests.escalations.level1 import at_level_1, give_back, pass_on

REPORT = "/desk/reports/hand-overs/"


def test_the_report_counts_what_came_back_of_what_was_decided(cast: Cast, browse: Browse) -> None:
    acme, globex = cast.acme, cast.globex
    for how in ("accept", "accept", "return", "wait"):
        given = pass_on(at_level_1(acme.requester), acme.coordinator)
        _decide(cast, given, how)
    _decide(cast, pass_on(at_level_1(globex.requester), globex.coordinator), "return")
    file_ticket(globex.requester, impact=CRITICAL)
    answer = browse(cast.lead).get(REPORT)
    report = answer.context["report"]
    assert report.customers == [
        (globex.customer, Tally(offered=1, accepted=0, returned=1, straight=1)),
        (acme.customer, Tally(offered=4, accepted=2, returned=1, straight=0)),
    ]
    assert report.whole == Tally(offered=5, accepted=2, returned=2, straight=1)
    assert [given.return_reason for given in report.returned] == ["Which printer?"] * 2
    page = answer.content.decode()
    assert "33.3 %" in page
    assert "(1 of 3)" in page


def _decide(cast: Cast, given: object, how: str) -> None:
    if how == "accept":
        with acting_as(context_of(cast.engineer)) as now:
            accept(given=given, actor=actor_of(cast.engineer), at=now)  # type: ignore[arg-type]
    if how == "return":
        give_back(given.ticket, cast.engineer)  # type: ignore[attr-defined]


def test_another_month_has_none_of_them(cast: Cast, browse: Browse) -> None:
    pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator)
    answer = browse(cast.lead).get(f"{REPORT}?since=2026-01-01&until=2026-01-31")
    assert "Nothing was passed to the desk in this period" in answer.content.decode()


def test_a_period_that_is_none_is_refused(cast: Cast, browse: Browse) -> None:
    assert browse(cast.lead).get(f"{REPORT}?since=x").status_code == 422


@pytest.mark.parametrize(
    ("tally", "percent"),
    [
        (Tally(offered=3, accepted=0, returned=0, straight=0), None),
        (Tally(offered=9, accepted=7, returned=1, straight=0), 12.5),
        (Tally(offered=3, accepted=2, returned=1, straight=0), 33.3),
    ],
)
def test_what_waits_is_not_judged(tally: Tally, percent: float | None) -> None:
    assert tally.bounce_percent == percent
    assert tally.waiting == tally.offered - tally.decided
