"""A lead without JavaScript allows AWS cases, hands a colleague's ticket on, and reads who of the desk looked."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.cast import Cast, file_ticket
from tests.journeys.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_a_lead_looks_after_accounts_people_and_the_log(real_cast: Cast, open_page: OpenPage) -> None:
    file_ticket(real_cast.acme.requester, subject="Labels print slowly")
    engineer = Client()
    engineer.force_login(real_cast.engineer.user)
    engineer.get("/desk/tickets/ACME-1/")

    page = open_page(real_cast.acme.lead, java_script_enabled=False)
    page.goto("/c/acme/")
    main = page.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="AWS accounts").click()
    expect(page.get_by_text("The plan serves, but we ask you before each case.")).to_be_visible()
    page.get_by_role("link", name="Change acme-prod").click()
    page.get_by_label("Trusst may open AWS Support cases for this account").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("acme-prod is changed.")
    expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="Acme Lead")).to_be_visible()

    main.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Change Acme Requester").click()
    page.get_by_role("link", name="Deactivate Acme Requester").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("alert")).to_contain_text("Select who becomes the contact for their tickets.")
    page.get_by_label("Who becomes the contact for their tickets?").select_option(
        "Acme Coordinator, Coordinator"
    )
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("status")).to_contain_text("Acme Requester no longer gets in.")

    main.get_by_role("link", name="Access log").click()
    line = page.get_by_role("row").filter(has_text="Desk Engineer")
    expect(line).to_contain_text("The ticket")
    line.get_by_role("link", name="ACME-1").click()
    expect(page.get_by_text("made Acme Coordinator the contact")).to_be_visible()

    page.get_by_role("link", name="Your account").click()
    page.get_by_label("Somebody replies").uncheck()
    page.get_by_role("button", name="Save the mails").click()
    expect(page.get_by_role("status")).to_contain_text("Your choice of mails is saved.")
    expect(page.get_by_label("Somebody replies")).not_to_be_checked()
