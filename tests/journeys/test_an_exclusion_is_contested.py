"""An engineer proposes an exclusion, a lead approves it, the customer contests it, and the lead revokes it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from slas.actions import sweep
from tests.cast import CRITICAL, Cast, file_ticket
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_an_exclusion_from_its_proposal_to_its_end(
    real_cast: Cast, open_page: OpenPage, clock: Clock
) -> None:
    file_ticket(real_cast.acme.requester, impact=CRITICAL, subject="Depot offline")
    clock.advance(hours=5)  # one more than the restoration may take
    sweep()

    engineer = open_page(real_cast.engineer)
    engineer.goto("/desk/tickets/ACME-1/")
    engineer.get_by_text("Propose an exclusion").click()
    engineer.get_by_label("What is outside the agreement").select_option("customer_firewall")
    engineer.get_by_label("Evidence, or a link to it").fill("The firewall drops our probes since 11:00.")
    engineer.get_by_label("From").fill("2026-03-03T11:00")
    engineer.get_by_role("button", name="Propose").click()
    expect(engineer.get_by_role("status")).to_contain_text("A desk lead or manager decides it")
    expect(engineer.locator("#exclusions")).to_contain_text("Waits for approval")

    lead = open_page(real_cast.lead)
    lead.goto("/desk/exclusions/")
    lead.get_by_role("link", name="Depot offline").click()
    lead.locator("summary", has_text="Approve").click()
    expect(lead.get_by_text("Restoration was missed and is not decided")).to_be_visible()
    lead.locator("details[open]").get_by_label("Why").fill("The probes prove it.")
    lead.get_by_role("button", name="Approve").click()
    expect(lead.get_by_role("status")).to_contain_text("The exclusion is approved")

    clock.advance(minutes=10)
    requester = open_page(real_cast.acme.requester)
    requester.goto("/c/acme/tickets/1/")
    expect(requester.locator("#exclusions")).to_contain_text("The firewall drops our probes since 11:00.")
    requester.get_by_label("Why it is wrong").fill("The firewall let you in all morning.")
    requester.get_by_role("button", name="Contest").click()
    expect(requester.get_by_role("status")).to_contain_text("A desk lead answers you")

    lead.goto("/desk/exclusions/")
    expect(lead.get_by_text("Contested exclusion")).to_be_visible()
    lead.get_by_role("link", name="Depot offline").click()
    lead.locator("summary", has_text="Revoke").click()
    revoke = lead.locator("details[open]")
    revoke.get_by_label("As if it never was").check()
    expect(revoke).to_contain_text("Restoration was not decided and is missed")
    revoke.get_by_label("Why").fill("The probes came from a wrong address.")
    revoke.get_by_role("button", name="Revoke").click()
    expect(lead.get_by_role("status")).to_contain_text("The exclusion is revoked")

    requester.reload()
    expect(requester.locator("#exclusions")).to_contain_text("The probes came from a wrong address.")
    expect(requester.locator("#conv")).to_contain_text("recorded that the restoration objective was missed")
