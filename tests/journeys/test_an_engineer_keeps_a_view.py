"""An engineer narrows the queue, keeps what is shown as a view, and arrives by pasting; no script is needed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.tenancy import acting_as, worker_context
from customers.models import AwsAccount
from tests.cast import CRITICAL, HIGH, NORMAL, Cast, file_ticket
from tests.journeys.conftest import OpenPage
from tickets.models import SavedView

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


@pytest.fixture
def account(real_cast: Cast) -> AwsAccount:
    """File three tickets, of which the last is about an AWS account of Globex."""
    with acting_as(worker_context()):
        account = AwsAccount.objects.get(customer=real_cast.globex.customer)
    file_ticket(real_cast.acme.coordinator, impact=HIGH, subject="Orders do not go out")
    file_ticket(real_cast.acme.coordinator, impact=NORMAL, subject="Printer jams")
    file_ticket(real_cast.globex.coordinator, impact=CRITICAL, subject="Shop is down", aws_account=account)
    return account


def expect_rows(page: Page, *keys: str) -> None:
    """Wait until the queue shows these tickets in this order, for it is swapped in after the click."""
    expect(page.locator("tr.row .key")).to_have_text(list(keys))


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_filters_are_kept_as_a_view(
    real_cast: Cast, account: AwsAccount, open_page: OpenPage, script: bool
) -> None:
    page = open_page(real_cast.engineer, java_script_enabled=script)
    page.goto("/desk/")
    expect_rows(page, "GLOB-1", "ACME-1", "ACME-2")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("P1 Critical").check()
    page.get_by_label("P2 High").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect_rows(page, "GLOB-1", "ACME-1")

    page.locator("summary", has_text="Save as a view").click()
    page.get_by_label("Name").fill("Worst")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved as “Worst”")).to_be_visible()
    kept = page.get_by_role("navigation", name="Main").get_by_role("link", name="Worst")
    expect(kept).to_have_attribute("aria-current", "page")
    with acting_as(worker_context()):
        assert SavedView.objects.get().filters == {"severity": ["1", "2"]}

    page.get_by_role("link", name=re.compile("^P1 Critical .*take this filter away")).click()
    expect_rows(page, "ACME-1")
    kept.click()
    expect_rows(page, "GLOB-1", "ACME-1")
    page.get_by_role("link", name="Clear filters").click()
    expect_rows(page, "GLOB-1", "ACME-1", "ACME-2")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Words").fill("printer")
    page.get_by_role("button", name="Show", exact=True).click()
    expect_rows(page, "ACME-2")

    page.get_by_role("link", name="Views", exact=True).click()
    page.get_by_role("button", name="Delete Worst").click()
    expect(page.get_by_role("status").filter(has_text="“Worst” is deleted.")).to_be_visible()
    expect(kept).to_have_count(0)
    page.get_by_role("button", name="Undo deleting Worst").click()
    expect(page.get_by_role("status").filter(has_text="“Worst” is back.")).to_be_visible()
    expect(kept).to_be_visible()


def test_what_is_pasted_arrives(real_cast: Cast, account: AwsAccount, open_page: OpenPage) -> None:
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    find = page.get_by_role("searchbox", name="Search tickets")
    find.fill(" glob-1 ")
    find.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Shop is down")
    number = account.account_id
    find.fill(f"{number[:4]}-{number[4:8]}-{number[8:]}")
    find.press("Enter")
    expect(page).to_have_url(re.compile(rf"/desk/\?account={number}$"))
    expect_rows(page, "GLOB-1")
