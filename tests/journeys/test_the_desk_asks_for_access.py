"""The desk asks for access to production; a lead reads it, proves who they are, and the desk goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast, file_ticket
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage
from tests.tickets.approvals import give_password

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]

PASSWORD = "a long enough sentence"


def ask(page: Page) -> None:
    page.goto("/desk/tickets/ACME-1/")
    page.get_by_text("Ask for access or approval").click()
    form = page.locator("#do-ask")
    form.get_by_label("What exactly").fill("The console of acme-prod")
    form.get_by_label("Answer by").fill("2026-03-03T12:00")
    form.get_by_label("What could go wrong").fill("The database restarts")
    form.get_by_label("What happens if they say no").fill("We wait for tonight")
    expect(form.get_by_label("Production is touched")).to_be_checked()
    form.get_by_role("button", name="Ask the customer").click()
    expect(page.locator(".msgs")).to_contain_text("The ticket waits for the customer's answer")
    expect(page.locator("#the-hold")).to_contain_text("A coordinator or lead of Acme Freight")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_lead_approves_with_their_password(
    real_cast: Cast, open_page: OpenPage, clock: Clock, scripts: bool
) -> None:
    file_ticket(real_cast.acme.requester, subject="Shop is slow")
    give_password(real_cast.acme.lead, PASSWORD)
    engineer = open_page(real_cast.engineer, java_script_enabled=scripts)
    ask(engineer)

    clock.advance(minutes=12)
    lead = open_page(real_cast.acme.lead, java_script_enabled=scripts)
    lead.goto("/c/acme/")
    lead.get_by_role("link", name="Read and answer").click()
    card = lead.locator("article.need")
    expect(card).to_contain_text("The restore clock stops until you answer.")
    card.get_by_label("What should the desk know?").fill("Until two o'clock")
    card.get_by_role("button", name="Approve").click()

    expect(lead.get_by_role("heading", name="Type your password again")).to_be_visible()
    lead.get_by_label("Password").fill("something else")
    lead.get_by_role("button", name="Go on").click()
    expect(lead.locator("#esum")).to_be_visible()
    lead.get_by_label("Password").fill(PASSWORD)
    lead.get_by_role("button", name="Go on").click()
    expect(lead.locator(".msgs")).to_contain_text("Approved. The desk goes on.")
    expect(lead.get_by_role("heading", name="Approvals")).to_be_visible()
    expect(lead.locator("table.tl")).to_contain_text("Until two o'clock")

    engineer.goto("/desk/tickets/ACME-1/")
    expect(engineer.locator("#conv")).to_contain_text("Until two o'clock")
    expect(engineer.locator("#the-hold")).to_have_count(0)


def test_g_a_leads_to_what_waits_and_the_desk_withdraws_it(real_cast: Cast, open_page: OpenPage) -> None:
    file_ticket(real_cast.acme.requester, subject="Shop is slow")
    engineer = open_page(real_cast.engineer)
    ask(engineer)
    engineer.goto("/desk/")
    engineer.keyboard.press("g")
    engineer.keyboard.press("a")
    expect(engineer.get_by_role("heading", name="Approvals")).to_be_visible()
    engineer.get_by_role("button", name="Withdraw").click()
    expect(engineer.locator(".msgs")).to_contain_text("Withdrawn. Whoever was asked is told.")
    expect(engineer.get_by_role("heading", name="Everything is answered")).to_be_visible()
