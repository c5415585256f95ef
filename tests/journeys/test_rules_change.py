"""An administrator closes a day that has passed, a manager approves it, and the customer reads both verdicts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from slas.tasks import sweep_due_clocks
from tests.cast import NORMAL, Cast, file_ticket
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage
from tests.slas.test_promises_targets import reply

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_a_correction_of_the_past_needs_two_and_hides_nothing(
    real_cast: Cast, open_page: OpenPage, clock: Clock
) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=NORMAL)  # Tuesday 10:00, four hours to respond
    clock.set(datetime(2026, 3, 3, 4, 0, tzinfo=UTC))
    sweep_due_clocks()
    reply(real_cast, ticket)
    clock.advance(days=1)

    admin = open_page(real_cast.admin)
    admin.goto("/desk/")
    admin.get_by_role("link", name="Rules").click()
    admin.get_by_role("link", name="New version of business NSW").click()
    closed = admin.get_by_label("Closed dates")
    closed.fill(closed.input_value() + "\n2026-03-03 Day of mourning")
    admin.get_by_label("Holds from").fill("2026-03-01T12:00")
    admin.get_by_role("button", name="See what it does").click()
    expect(admin.get_by_role("alert")).to_contain_text("Say why, in a line.")
    admin.get_by_role("textbox", name="Why").fill("The state declared it afterwards")
    admin.get_by_role("button", name="See what it does").click()
    expect(admin.get_by_role("heading", name="This corrects the past")).to_be_visible()
    expect(admin.get_by_text("missed becomes met")).to_be_visible()
    admin.get_by_role("button", name="Propose this correction").click()
    expect(admin.get_by_text("You proposed this.")).to_be_visible()
    expect(admin.get_by_role("button", name="Approve the correction")).to_have_count(0)

    manager = open_page(real_cast.manager)
    manager.goto("/desk/rules/")
    manager.get_by_role("region", name="Retroactive corrections").get_by_role("link").click()
    expect(manager.get_by_text("2026-03-03 Day of mourning: closed")).to_be_visible()
    manager.get_by_role("button", name="Approve the correction").click()
    expect(manager.get_by_role("status")).to_contain_text("Approved.")
    expect(manager.get_by_text("first response was missed and is met")).to_be_visible()

    requester = open_page(real_cast.acme.requester)
    requester.goto(f"/c/acme/tickets/{ticket.number}/")
    expect(requester.get_by_text("first response objective was missed")).to_be_visible()
    expect(requester.get_by_text("first response was missed and is met")).to_be_visible()
    requester.get_by_role("navigation", name="Main").get_by_role("link", name="Agreement").click()
    expect(requester.get_by_role("heading", name="Managed service agreement MS-ACME")).to_be_visible()
    expect(requester.get_by_text("3 business days")).to_be_visible()
