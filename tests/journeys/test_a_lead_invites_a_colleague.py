"""A lead of a customer, then a lead of the desk, invites someone, who joins by the mailed link."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from notifications.tasks import deliver_due
from tests.cast import Cast
from tests.journeys.conftest import OpenPage
from trusst_support.local.mail import mailbox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


@pytest.mark.parametrize(
    ("who", "address"), [("acme", "/c/acme/people/"), ("desk", "/desk/customers/acme/people/")]
)
def test_an_invited_person_joins(real_cast: Cast, open_page: OpenPage, who: str, address: str) -> None:
    lead = open_page(real_cast.acme.lead if who == "acme" else real_cast.lead)
    lead.goto(address)
    lead.get_by_label("Name").fill("Nora New")
    lead.get_by_label("E-mail address").fill("nora@acme.example")
    lead.get_by_label("Role").select_option("coordinator")
    lead.get_by_role("button", name="Send the invitation").click()
    expect(lead.get_by_role("status")).to_contain_text("nora@acme.example")
    deliver_due()

    [mail] = mailbox()
    assert mail.to == "nora@acme.example"
    link = next(word for word in mail.body.split() if "/join/" in word)
    newcomer = open_page()
    newcomer.goto(link)
    newcomer.get_by_label("Choose a password").fill("short")
    newcomer.get_by_role("button", name="Join").click()
    expect(newcomer.get_by_role("alert")).to_contain_text("at least 12 characters")
    newcomer.get_by_label("Choose a password").fill("a long enough sentence")
    newcomer.get_by_role("button", name="Join").click()
    expect(newcomer.get_by_role("status")).to_contain_text("Welcome to Acme Freight")
    expect(newcomer.get_by_role("heading", name="Your tickets")).to_be_visible()

    newcomer.goto(link)
    expect(newcomer.get_by_role("heading", name="This link does not work")).to_be_visible()
