"""A coordinator works Level 1: a note among colleagues, then the hand-over; the desk returns it once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.cast import Cast, file_ticket
from tests.journeys.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_a_coordinator_notes_passes_and_gets_it_back(real_cast: Cast, open_page: OpenPage) -> None:
    file_ticket(real_cast.acme.requester, to_desk=False, subject="Scanners offline")
    coordinator = open_page(real_cast.acme.coordinator)
    coordinator.goto("/c/acme/")
    coordinator.get_by_role("link", name="Scanners offline").click()
    coordinator.get_by_text("Note for Acme Freight only").click()
    coordinator.get_by_label("Note", exact=True).fill("Router restarted, no change")
    coordinator.get_by_role("button", name="Save note").click()
    expect(coordinator.get_by_role("status")).to_contain_text("Only your organisation sees it")
    coordinator.get_by_role("button", name="Pass to the Trusst desk").click()
    expect(coordinator.get_by_role("status")).to_contain_text("Passed to the Trusst desk")
    expect(coordinator.locator("#clock-respond")).to_be_visible()

    engineer = open_page(real_cast.engineer)
    engineer.goto("/desk/?view=unassigned")
    engineer.get_by_role("link", name="Scanners offline").click()
    expect(engineer.get_by_text("Router restarted")).to_have_count(0)
    engineer.get_by_text("Return to Level 1").first.click()
    engineer.get_by_label("What Level 1 should do").fill("Name the switch that the scanners hang on")
    engineer.get_by_role("button", name="Return to Level 1").click()
    expect(engineer.get_by_role("status")).to_contain_text("Returned")

    coordinator.reload()
    expect(coordinator.get_by_text("returned this to Level 1: Name the switch")).to_be_visible()
    coordinator.get_by_role("button", name="Solved by Level 1").click()
    expect(coordinator.get_by_role("status")).to_contain_text("Marked as solved")
