"""A coordinator works Level 1: takes a ticket, goes through the checklist, and hands it over; the desk returns
it once, and accepts it the second time."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.tenancy import acting_as
from tests.cast import Cast, context_of, file_ticket
from tests.journeys.conftest import OpenPage
from tickets import actions as tickets

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def set_up(cast: Cast) -> None:
    with acting_as(context_of(cast.acme.lead)):
        tickets.keep_level_1_steps(
            customer=cast.acme.customer, service=None, steps=["Restart the router", "Ask the depot"]
        )
    file_ticket(cast.acme.requester, to_desk=False, subject="Scanners offline")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_coordinator_hands_over_and_gets_it_back(
    real_cast: Cast, open_page: OpenPage, scripts: bool
) -> None:
    set_up(real_cast)
    coordinator = open_page(real_cast.acme.coordinator, java_script_enabled=scripts)
    coordinator.goto("/c/acme/")
    coordinator.get_by_role("link", name="Level 1 queue").click()
    row = coordinator.get_by_role("row", name="Scanners offline")
    expect(row).to_contain_text("Our clocks have not started")
    row.get_by_role("button", name="Take").click()
    panel = coordinator.locator("#level-1")
    expect(panel).to_contain_text("You work on it.")
    panel.get_by_role("button", name="Done: Restart the router", exact=True).click()
    expect(panel).to_contain_text("Acme Coordinator")
    coordinator.get_by_text("Note for Acme Freight only").click()
    coordinator.get_by_label("Note", exact=True).fill("Router restarted, no change")
    coordinator.get_by_role("button", name="Save note").click()
    expect(coordinator.get_by_role("status").first).to_contain_text("Only your organisation sees it")

    coordinator.get_by_role("link", name="Pass to the service desk").click()
    expect(coordinator.locator("main")).to_contain_text("A desk engineer replies within")
    coordinator.get_by_label("Number to call back").fill("1800 555 014")
    coordinator.get_by_role("button", name="Pass to the service desk").click()
    expect(coordinator.locator("#esum")).to_contain_text("Say what you checked")
    expect(coordinator.get_by_label("Number to call back")).to_have_value("1800 555 014")
    coordinator.get_by_label("What did you check?").fill("The router and its cable")
    coordinator.get_by_label("Who can grant access?").select_option("Acme Lead")
    coordinator.get_by_role("button", name="Pass to the service desk").click()
    expect(coordinator.locator(".msgs")).to_contain_text("Passed to the Trusst desk")
    expect(coordinator.locator("#clock-respond")).to_be_visible()
    expect(coordinator.locator("#hand-over")).to_contain_text("Waiting for the desk")

    engineer = open_page(real_cast.engineer, java_script_enabled=scripts)
    engineer.goto("/desk/hand-overs/")
    engineer.get_by_role("link", name="Scanners offline").click()
    given = engineer.locator("#hand-over")
    expect(given).to_contain_text("The router and its cable")
    expect(given).to_contain_text("1800 555 014")
    expect(given).to_contain_text("Restart the router Acme Coordinator")
    expect(engineer.get_by_text("Router restarted, no change")).to_have_count(0)
    engineer.locator("#do-return summary").click()
    engineer.get_by_label("What Level 1 should do").fill("Name the switch that the scanners hang on")
    engineer.get_by_role("button", name="Return to Level 1", exact=True).click()
    expect(engineer.locator(".msgs")).to_contain_text("Returned")

    coordinator.goto("/c/acme/level-1/")
    expect(coordinator.locator("#group-returned")).to_contain_text(
        "Desk Engineer: Name the switch that the scanners hang on"
    )
    coordinator.get_by_role("link", name="Pass on").click()
    expect(coordinator.get_by_label("What did you check?")).to_have_value("The router and its cable")
    coordinator.get_by_label("What did you check?").fill("Switch 7, port 12")
    coordinator.get_by_role("button", name="Pass to the service desk").click()

    engineer.goto("/desk/hand-overs/")
    engineer.get_by_role("button", name="Accept").click()
    expect(engineer.locator(".msgs")).to_contain_text("Accepted the hand-over of ACME-1.")
    expect(engineer.get_by_role("heading", name="Every hand-over is answered")).to_be_visible()

    coordinator.goto("/c/acme/tickets/1/")
    expect(coordinator.locator("#hand-over")).to_contain_text("Accepted")
    expect(coordinator.locator("#conv")).to_contain_text("accepted the hand-over from Level 1")
    expect(coordinator.locator("#conv")).to_contain_text("returned this to Level 1: Name the switch")


def test_a_coordinator_solves_it_without_the_desk(real_cast: Cast, open_page: OpenPage) -> None:
    set_up(real_cast)
    coordinator = open_page(real_cast.acme.coordinator)
    coordinator.goto("/c/acme/tickets/1/")
    coordinator.get_by_role("button", name="Solved by Level 1").click()
    expect(coordinator.locator(".msgs")).to_contain_text("Marked as solved")
    coordinator.goto("/c/acme/level-1/")
    expect(coordinator.locator("main")).to_contain_text("Nothing is open.")
