"""An engineer takes a ticket, asks, waits, is answered, restores and resolves; the clocks follow."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.cast import HIGH, Cast, file_ticket
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_from_taking_to_resolving(real_cast: Cast, open_page: OpenPage, clock: Clock) -> None:
    file_ticket(real_cast.acme.requester, impact=HIGH, subject="Payments are refused")
    engineer = open_page(real_cast.engineer)
    engineer.goto("/desk/")
    engineer.get_by_role("link", name="Payments are refused").click()
    engineer.get_by_role("button", name="Take").click()
    expect(engineer.get_by_role("status")).to_contain_text("The ticket is yours")

    clock.advance(minutes=10)
    engineer.get_by_label("Reply to customer", exact=True).fill("Which branch is it?")
    engineer.get_by_role("button", name="Send to customer").click()
    expect(engineer.locator("section", has=engineer.locator("#clock-respond"))).to_contain_text("Met")

    engineer.get_by_role("link", name="Hold…").click()
    engineer.get_by_label("Waiting for", exact=True).select_option("customer_reply")
    engineer.get_by_label("Who must act").fill("Acme Requester")
    engineer.get_by_label("What exactly you wait for").fill("The branch")
    engineer.get_by_role("button", name="Put on hold").click()
    restoring = engineer.locator("section", has=engineer.locator("#clock-restore"))
    expect(restoring).to_contain_text("Paused")

    clock.advance(minutes=30)
    requester = open_page(real_cast.acme.requester, viewport={"width": 390, "height": 844})
    requester.goto("/c/acme/")
    requester.get_by_role("link", name="Read and answer").click()
    requester.get_by_label("Reply", exact=True).fill("Branch 12")
    requester.get_by_role("button", name="Send", exact=True).click()
    expect(requester.get_by_role("status")).to_contain_text("Sent")

    engineer.reload()
    expect(engineer.get_by_text("Branch 12")).to_be_visible()
    restoring.get_by_text("Why it reads this").click()
    restoring.get_by_text("Every second, with the rule that applied").click()
    expect(restoring.get_by_role("row").filter(has_text="Waiting for the customer's reply")).to_contain_text(
        "(1800 s)"
    )
    engineer.get_by_role("link", name="Restored…").click()
    engineer.get_by_role("button", name="Mark as restored").click()
    expect(restoring).to_contain_text("Met")
    engineer.get_by_role("link", name="Resolve…").click()
    engineer.get_by_label("How it ended").select_option("fixed")
    engineer.get_by_role("button", name="Resolve", exact=True).click()
    expect(engineer.get_by_role("status")).to_contain_text("Resolved")


def test_two_engineers_at_once_do_not_overwrite_each_other(real_cast: Cast, open_page: OpenPage) -> None:
    file_ticket(real_cast.acme.requester, impact=HIGH, subject="Payments are refused")
    first, second = open_page(real_cast.engineer), open_page(real_cast.lead)
    for page in (first, second):
        page.goto("/desk/tickets/ACME-1/")
        page.get_by_text("Establish severity").first.click()
    first.get_by_label("Severity", exact=True).select_option("1")
    expect(first.locator("#severity-preview")).to_contain_text("P1")
    first.get_by_label("Why").fill("Everyone is affected")
    first.get_by_role("button", name="Establish severity").click()
    expect(first.get_by_role("status")).to_contain_text("Severity established")

    second.get_by_label("Severity", exact=True).select_option("3")
    expect(second.locator("#severity-preview")).to_contain_text("P3")
    second.get_by_label("Why").fill("Only one branch")
    second.get_by_role("button", name="Establish severity").click()
    expect(second.get_by_text("This ticket changed while you were editing").first).to_be_visible()
    expect(second.get_by_label("Why")).to_have_value("Only one branch")
    expect(second.get_by_text("changed severity from P2 to P1 Critical")).to_be_visible()
    second.get_by_role("button", name="Establish severity").click()
    expect(second.get_by_role("status")).to_contain_text("Severity established")
