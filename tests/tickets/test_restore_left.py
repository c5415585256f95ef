"""A row of the queue says how much is left to restore, as the clocks have it, and what stopped it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from core.tenancy import acting_as, worker_context
from slas.actions import sweep
from tests.cast import CRITICAL, LOW, START, Cast, actor_of, file_ticket, fresh
from tests.conftest import Browse, Clock
from tests.slas.checks import assert_cache_is_true
from tests.tickets.conftest import WAIT
from tickets import actions
from tickets.actions import Deadline, RestoreLeft
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from tickets.templatetags.restore_ui import say_seconds, used_share

HOUR = timedelta(hours=1)
FOUR_HOURS = 4 * 3600


def left(ticket: Ticket) -> RestoreLeft:
    """Return what is written down, once it was held against a replay."""
    assert_cache_is_true(ticket)
    return Deadline.shown_on(fresh(ticket)).restore


def cell(browse: Browse, cast: Cast, ticket: Ticket, view: str = "due") -> str:
    """Return the words of the row's cell."""
    page = browse(cast.engineer).get("/desk/", {"view": view}).content.decode()
    found = re.search(rf'id="t{ticket.pk}-rest">(.*?)</td>', page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def hold(cast: Cast, ticket: Ticket, reason: HoldReason) -> None:
    with acting_as(worker_context()) as now:
        actions.hold(ticket=ticket, actor=actor_of(cast.engineer), at=now, reason=reason, **WAIT)


def test_a_running_clock_says_when_it_is_due_and_how_much_is_used(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.coordinator, impact=CRITICAL)
    assert left(ticket) == RestoreLeft(
        state="running",
        due_at=START + 4 * HOUR,
        from_at=START,
        used_seconds=0,
        target_seconds=FOUR_HOURS,
    )
    now = clock.advance(hours=3)
    assert used_share(fresh(ticket), now) == pytest.approx(0.75)
    assert cell(browse, cast, ticket) == "1h 00m left"


def test_a_stopped_clock_says_what_was_left_and_goes_on_from_there(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.coordinator, impact=CRITICAL)
    clock.advance(hours=1)
    hold(cast, ticket, HoldReason.VENDOR)
    assert left(ticket) == RestoreLeft(state="paused", used_seconds=3600, target_seconds=FOUR_HOURS)
    now = clock.advance(minutes=10)
    assert used_share(fresh(ticket), now) == 0.25
    assert cell(browse, cast, ticket) == "3h 00m , the clock is stopped"
    with acting_as(worker_context()):
        actions.resume(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    assert left(ticket) == RestoreLeft(
        state="running",
        due_at=now + 3 * HOUR,
        from_at=now,
        used_seconds=3600,
        target_seconds=FOUR_HOURS,
    )
    assert used_share(fresh(ticket), now + 2 * HOUR) == pytest.approx(0.75)


def test_a_missed_promise_says_so_before_and_after_the_sweep(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.coordinator, impact=CRITICAL)
    clock.advance(hours=5)
    assert cell(browse, cast, ticket) == "Missed"
    sweep()
    assert left(ticket) == RestoreLeft(state="missed", due_at=START + 4 * HOUR)
    assert cell(browse, cast, ticket) == "Missed"


def test_a_kept_promise_says_so(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.coordinator, impact=CRITICAL)
    clock.advance(hours=1)
    with acting_as(worker_context()) as now:
        actions.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    assert left(ticket) == RestoreLeft(state="met")
    assert cell(browse, cast, ticket) == "Met"


def test_what_has_no_target_says_so_and_what_has_no_agreement_says_nothing(
    cast: Cast, browse: Browse
) -> None:
    without_target = file_ticket(cast.acme.coordinator, impact=LOW)
    without_agreement = file_ticket(cast.initech.coordinator, impact=CRITICAL)
    assert left(without_target) == RestoreLeft(state="none")
    assert left(without_agreement) == RestoreLeft()
    assert cell(browse, cast, without_target) == "No target"
    assert cell(browse, cast, without_agreement) == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0m"), (59, "0m"), (60, "1m"), (3600, "1h 00m"), (86_399, "23h 59m"), (90_000, "1d 1h")],
)
def test_a_stopped_clocks_time_has_no_seconds(seconds: int, said: str) -> None:
    assert say_seconds(seconds) == said


@pytest.mark.parametrize(("hours", "share"), [(-1, 0.0), (0, 0.0), (2, 0.5), (4, 1.0), (9, 1.0)], ids=str)
def test_the_bar_never_leaves_its_frame(hours: int, share: float) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    ticket = Ticket(
        restore_due_at=start + 4 * HOUR,
        restore_from_at=start,
        restore_used_seconds=0,
        restore_target_seconds=FOUR_HOURS,
    )
    assert used_share(ticket, start + hours * HOUR) == share
