"""In a browser: an engineer tags a ticket, ticks a step, links another customer's, and merges a duplicate."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.tenancy import acting_as
from tests.cast import Cast, actor_of, context_of, file_ticket, fresh
from tests.journeys.conftest import OpenPage
from tickets import actions
from tickets.tasks import put_due_checklists

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_an_engineer_ties_tickets_together(real_cast: Cast, open_page: OpenPage) -> None:
    cast = real_cast
    with acting_as(context_of(cast.lead)) as now:
        by = actor_of(cast.lead)
        actions.add_tag(actor=by, at=now, name="network")
        actions.add_checklist(
            actor=by, at=now, name="Every incident", steps=["Ask what changed"], kind="incident"
        )
    ticket = file_ticket(cast.acme.requester, subject="Shop is slow")
    other = file_ticket(cast.globex.requester, subject="Grid is slow")
    double = file_ticket(cast.acme.coordinator, subject="Shop still slow")
    put_due_checklists()

    page = open_page(cast.engineer)
    page.goto(f"/desk/tickets/{ticket.key}/")
    page.get_by_role("button", name="Ask what changed").click()
    expect(page.get_by_role("button", name="Ask what changed")).to_have_attribute("aria-pressed", "true")

    page.locator("#tags summary").click()
    page.get_by_label("Tag", exact=True).select_option("network")
    page.get_by_role("button", name="Add the tag").click()
    expect(page.get_by_role("button", name="Remove the tag network")).to_be_visible()

    page.locator("#do-link summary").click()
    page.get_by_label("This ticket is").select_option("the major incident over")
    page.locator("#do-link").get_by_label("Ticket", exact=True).fill(other.key)
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_role("link", name="Update everybody…").click()
    page.get_by_label("Update").fill("Dear {{first_name}}, we work on it.")
    page.get_by_role("button", name="Show what each gets").click()
    expect(page.get_by_text("Dear Globex, we work on it.")).to_be_visible()
    page.get_by_role("button", name="Send to 2 customer tickets").click()
    expect(page.get_by_text("2 done.")).to_be_visible()

    page.goto(f"/desk/tickets/{double.key}/")
    page.locator("#do-merge summary").click()
    page.get_by_label("Merge it into").fill(ticket.key.lower())
    page.get_by_role("button", name="Show what happens").click()
    expect(page.get_by_text("Acme Coordinator will be told")).to_be_visible()
    page.get_by_role("button", name=f"Merge {double.key} into {ticket.key}").click()
    expect(page.locator("#links").get_by_role("link", name=ticket.key)).to_be_visible()
    assert fresh(double).status == "closed"
