"""The sweep stands still over a breach: the desk reads it, a monitor reads it, and nothing is lost by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from escalations.tasks import advance_due_escalations
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, Cast, file_ticket
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_a_sweep_that_stands_still_is_seen_and_catches_up(
    real_cast: Cast, open_page: OpenPage, clock: Clock
) -> None:
    file_ticket(real_cast.acme.requester, impact=CRITICAL, subject="Orders API down")
    sweep_due_clocks()
    clock.advance(seconds=2)
    engineer = open_page(real_cast.engineer)
    engineer.goto("/desk/")
    rail = engineer.get_by_role("navigation", name="Main")
    expect(rail).to_contain_text("Clocks checked 2 s ago")

    clock.advance(minutes=31)
    engineer.reload()
    # At risk since 22 min 30 s; the queue itself counts without the sweep.
    expect(rail).to_contain_text("Clocks are late: last checked 31 min 2 s ago, 8 min 32 s behind")
    assert engineer.request.get("/readyz").json()["clocks_lag_seconds"] == 512

    sweep_due_clocks()
    advance_due_escalations()
    engineer.reload()
    expect(rail).to_contain_text("Clocks checked 0 s ago")
    engineer.goto("/desk/tickets/ACME-1/")
    expect(engineer.get_by_role("main")).to_contain_text("First response objective missed")
