"""A requester without JavaScript reports, reads the errors, sends, follows, and confirms that it is fixed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.tenancy import acting_as
from tests.cast import PNG, Cast, actor_of, context_of
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage
from tickets import actions as tickets
from tickets.access import get_ticket_for_desk, get_ticket_for_member

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_report_follow_and_confirm_without_javascript(
    real_cast: Cast, open_page: OpenPage, clock: Clock
) -> None:
    page = open_page(real_cast.acme.requester, java_script_enabled=False)
    page.goto("/c/acme/")
    page.get_by_role("navigation").get_by_role("link", name="Report an incident").click()
    page.get_by_label("What is wrong, in one line").fill("Labels print slowly")
    page.get_by_role("button", name="Continue").click()

    expect(page).to_have_title("Error: Report an incident - Trusst Support")
    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("Select where it happens.")
    expect(problems).to_contain_text("Describe what you have seen.")
    expect(page.get_by_label("What is wrong, in one line")).to_have_value("Labels print slowly")
    problems.get_by_role("link", name="Select where it happens.").click()

    page.get_by_label("Live business depends on it").check()
    page.get_by_label("It is a nuisance").check()
    page.get_by_label("A few people").check()
    page.get_by_label("What have you seen?").fill("Each label takes **20 seconds**.")
    page.get_by_label("Screenshots or logs").set_input_files(
        {"name": "label.png", "mimeType": "image/png", "buffer": PNG}
    )
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="Check your answers before you send them")).to_be_visible()
    page.get_by_role("link", name="Change What is wrong, in one line").click()
    page.get_by_label("What is wrong, in one line").fill("Labels print very slowly")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("definition").filter(has_text="Labels print very slowly")).to_be_visible()
    expect(page.get_by_text("label.png")).to_be_visible()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="We have your report")).to_be_visible()
    page.get_by_role("link", name="Open ACME-1").click()
    expect(page.get_by_role("link", name="label.png")).to_be_visible()
    expect(page.locator("article strong")).to_have_text("20 seconds")
    expect(page.get_by_role("heading", name="Our clocks have not started")).to_be_visible()

    engineer = actor_of(real_cast.engineer)
    with acting_as(context_of(real_cast.acme.coordinator)) as now:
        ticket = get_ticket_for_member(real_cast.acme.coordinator, 1)
        tickets.pass_to_desk(ticket=ticket, actor=actor_of(real_cast.acme.coordinator), at=now)
    clock.advance(minutes=10)
    with acting_as(context_of(real_cast.engineer)) as now:
        ticket = get_ticket_for_desk(real_cast.engineer, "ACME-1")
        tickets.post_reply(ticket=ticket, actor=engineer, at=now, body="The queue was full.")
        tickets.mark_restored(ticket=ticket, actor=engineer, at=now)
        tickets.resolve(ticket=ticket, actor=engineer, at=now, code="fixed")

    page.reload()
    expect(page.get_by_text("The queue was full.")).to_be_visible()
    page.get_by_role("button", name="Yes, it is fixed: close it").click()
    expect(page.get_by_role("status")).to_contain_text("The ticket is closed")
    expect(page.get_by_text("This ticket is closed.")).to_be_visible()
