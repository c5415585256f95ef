"""A requester begins a report, is offered a colleague's ticket and an article, and adds themself; or asks for something."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, file_ticket
from tests.journeys.conftest import OpenPage
from tests.tenancy.reading import write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_a_colleague_reported_it_already(real_cast: Cast, open_page: OpenPage) -> None:
    acme = real_cast.acme
    with acting_as(worker_context()):
        acme.customer.members_see_all = True
        acme.customer.save(update_fields=["members_see_all"])
    file_ticket(acme.coordinator, subject="Label printers stand still in Brisbane")
    write(real_cast, None, title="Label printers stop after an update", body="Switch it **off**.")

    page = open_page(acme.requester)
    page.goto("/c/acme/report/")
    line = page.get_by_label("What is wrong, in one line")
    line.press_sequentially("The label printers stand still")
    offered = page.locator("#alike")
    expect(offered.get_by_role("heading", name="Already reported?")).to_be_visible()
    expect(offered.get_by_role("link", name="Label printers stand still in Brisbane")).to_be_visible()
    expect(offered.get_by_role("link", name="Label printers stop after an update")).to_be_visible()
    expect(line).to_be_focused()  # nothing took the pen away

    offered.get_by_role("button", name="Add yourself as affected ACME-1").click()
    expect(page.get_by_role("heading", name="Label printers stand still in Brisbane")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("You are among those affected")
    expect(page.get_by_text("2 people are affected")).to_be_visible()

    page.get_by_role("navigation").get_by_role("link", name="Report an incident").click()
    expect(page.get_by_label("What is wrong, in one line")).to_have_value("The label printers stand still")

    page.get_by_role("navigation").get_by_role("link", name="Help").click()
    page.get_by_role("link", name="Label printers stop after an update").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("You said that it was.")).to_be_visible()


def test_ask_for_something_without_javascript(real_cast: Cast, open_page: OpenPage) -> None:
    page = open_page(real_cast.acme.requester, java_script_enabled=False)
    page.goto("/c/acme/report/")
    page.get_by_role("link", name="Not broken? Ask for something").click()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_title("Error: Ask for something - Trusst Support")
    page.get_by_label("What do you need, in one line").fill("Access for our accountant")
    page.get_by_label("Details").fill("She reads the reports.")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("definition").filter(has_text="Access for our accountant")).to_be_visible()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    page.get_by_role("link", name="Open ACME-1").click()
    expect(page.get_by_text("ACME-1, service request")).to_be_visible()
