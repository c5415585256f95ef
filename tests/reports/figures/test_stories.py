"""After a long random story the figures are what clocks and facts say, counted one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from reports import figures
from reports.actions.checking import check_figures
from reports.figures import Scope
from slas.attainment import Tally
from tests.cast import Cast
from tests.conftest import Clock
from tests.reports.figures.living import Count, Life


def plain(tallies: dict[Any, Tally]) -> dict[Any, dict[str, int]]:
    """Return tallies as numbers that are not 0."""
    return {
        cell: {name: number for name, number in vars(tally).items() if number}
        for cell, tally in tallies.items()
    }


def assert_same(since: date, until: date, zone: str) -> Count:
    """Compare every figure of a period with the second count of it."""
    right = Count(since, until, zone)
    scope = Scope(since=since, until=until, zone=zone)
    with acting_as(worker_context()):
        assert plain(figures.attainment(scope)) == right.tallies()
        for key in ("month", "customer", "service"):
            by: dict[Any, Any] = figures.attainment_by(scope, key)
            assert {name: plain(cells) for name, cells in by.items()} == right.tallies_by(key), key
        assert figures.misses_by_hour(scope) == dict(right.hours)
        used = {metric: Counter(dict(enumerate(n))) for metric, n in figures.share_used(scope).items()}
        assert {metric: +held for metric, held in used.items()} == right.used
        for name in ("severity", "customer", "month"):
            time: dict[Any, dict[str, int]] = figures.time_of(scope, name)
            assert {k: +Counter(v) for k, v in time.items()} == {
                k: +v for k, v in right.time[name].items() if +v
            }
        bounced, reopened = figures.bounced(scope), figures.reopened(scope)
        assert (bounced.part, bounced.whole) == (right.lasting["returned"], right.lasting["reached"])
        assert (reopened.part, reopened.whole) == (right.lasting["reopened"], right.lasting["resolved"])
        flow = vars(figures.flow(scope))
        assert flow == {name: right.lasting[name] for name in flow}
    return right


def live_and_compare(cast: Cast, clock: Clock, *, seed: int, steps: int) -> tuple[Life, Count]:
    life = Life(cast, clock, seed)
    life.live(steps)
    whole = assert_same(date(2026, 1, 1), date(2027, 1, 1), "Australia/Perth")
    end = clock.now.date()
    assert_same(date(2026, 3, 1), date(2026, 4, 1), "Asia/Kathmandu")
    assert_same(date(2026, 3, 10), end, "Australia/Sydney")
    assert_same(date(2026, 3, 10), date(2026, 3, 20), "UTC")
    checked, wrong = check_figures(everything=True)
    assert checked > 10
    assert wrong == []
    return life, whole


def test_the_sums_are_what_a_recount_says(cast: Cast, clock: Clock) -> None:
    life, whole = live_and_compare(cast, clock, seed=5, steps=120)
    # The story is worth comparing: all of this is in it.
    assert {name for _, name in whole.cells} == {"met", "missed", "waived", "excluded"}
    assert min(whole.lasting[name] for name in ("returned", "reopened", "ended")) > 0
    assert set(life.done) >= {"merge", "revoke", "correct_calendar", "change_severity"}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 10))
def test_many_stories(cast: Cast, clock: Clock, seed: int) -> None:
    live_and_compare(cast, clock, seed=seed, steps=250)
