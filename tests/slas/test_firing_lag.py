"""Everybody who must know sees whether the clocks are looked at, and how far behind the sweep is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from core.tenancy import acting_as, worker_context
from slas.access import Firing, firing
from slas.tasks import sweep_due_clocks
from slas.words import say_checked
from tests.cast import CRITICAL, START, Cast, file_ticket
from tests.conftest import Browse, Clock


def lag() -> Firing:
    with acting_as(worker_context()) as now:
        return firing(now)


def test_the_lag_is_the_age_of_the_oldest_thing_that_nobody_has_looked_at(cast: Cast, clock: Clock) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)  # at risk after 22 min 30 s
    clock.advance(minutes=2)
    file_ticket(cast.globex.requester, impact=CRITICAL)
    sweep_due_clocks()
    assert lag() == Firing(checked_at=clock.now, lag=timedelta(0), now=clock.now)
    clock.set(START + timedelta(minutes=22, seconds=40))
    assert lag().lag == timedelta(seconds=10)
    clock.advance(minutes=10)
    assert lag().lag == timedelta(minutes=10, seconds=10)
    sweep_due_clocks()
    assert lag() == Firing(checked_at=clock.now, lag=timedelta(0), now=clock.now)


def test_a_portal_whose_clocks_nobody_has_looked_at_is_late(cast: Cast) -> None:
    found = lag()
    assert (found.checked_at, found.lag, found.is_late) == (None, timedelta(0), True)


@pytest.mark.parametrize(
    ("checked", "behind", "is_late"), [(29, 0, False), (30, 0, True), (0, 29, False), (0, 30, True)]
)
def test_half_a_minute_is_late(checked: int, behind: int, is_late: bool) -> None:
    found = Firing(checked_at=START - timedelta(seconds=checked), lag=timedelta(seconds=behind), now=START)
    assert found.is_late is is_late


def test_what_is_said_names_the_time_and_the_backlog() -> None:
    minute = timedelta(minutes=1)
    assert say_checked(timedelta(seconds=1), lag=timedelta(0), is_late=False) == "Clocks checked 1 s ago"
    assert say_checked(timedelta(0), lag=timedelta(0), is_late=False) == "Clocks checked 0 s ago"
    assert (
        say_checked(4 * minute, lag=timedelta(0), is_late=True) == "Clocks are late: last checked 4 min ago"
    )
    assert (
        say_checked(2 * minute, lag=minute, is_late=True)
        == "Clocks are late: last checked 2 min ago, 1 min behind"
    )
    assert say_checked(None, lag=timedelta(0), is_late=True) == "Clocks have never been checked"


# --- A monitor ---------------------------------------------------------------------------------------
def ready() -> dict[str, object]:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return {name: value for name, value in found.items() if name.startswith("clocks")}


def test_a_monitor_reads_the_lag_without_signing_in(cast: Cast, clock: Clock) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    sweep_due_clocks()
    assert ready() == {
        "clocks": "ok",
        "clocks_checked_at": "2026-03-02T23:00:00Z",
        "clocks_lag_seconds": 0,
    }
    clock.set(START + timedelta(minutes=23))
    assert ready() == {
        "clocks": "late",
        "clocks_checked_at": "2026-03-02T23:00:00Z",
        "clocks_lag_seconds": 30,
    }


# --- The desk ----------------------------------------------------------------------------------------
@pytest.fixture
def rail(cast: Cast, browse: Browse) -> Callable[[], str]:
    client = browse(cast.engineer)

    def read() -> str:
        page = client.get("/desk/").content.decode()
        return page.partition('class="rail-foot"')[2].partition("</nav>")[0]

    return read


def test_the_desk_reads_that_its_clocks_are_looked_at(
    cast: Cast, clock: Clock, rail: Callable[[], str]
) -> None:
    sweep_due_clocks()
    clock.advance(seconds=1)
    assert "Clocks checked 1 s ago" in rail()
    assert "#warn" not in rail()


def test_the_desk_reads_in_words_and_sees_by_a_sign_that_they_are_late(
    cast: Cast, clock: Clock, rail: Callable[[], str]
) -> None:
    sweep_due_clocks()
    clock.advance(minutes=4)
    assert "Clocks are late: last checked 4 min ago" in rail()
    assert "#warn" in rail()


def test_customers_are_not_told_of_the_desks_machinery(cast: Cast, browse: Browse) -> None:
    assert "Clocks" not in browse(cast.acme.lead).get("/c/acme/").content.decode()
