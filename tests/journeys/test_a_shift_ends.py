"""An engineer changes many tickets at once and undoes it, then hands the shift over, which a lead accepts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.cast import CRITICAL, Cast, file_ticket, fresh
from tests.journeys.accessibility.sweep import axe_faults, layout_faults
from tests.journeys.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_many_tickets_are_taken_undone_and_answered(real_cast: Cast, open_page: OpenPage) -> None:
    tickets = [
        file_ticket(real_cast.acme.coordinator, impact=CRITICAL, subject=f"Number {n}") for n in range(1, 5)
    ]
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    bar, filters = (
        page.get_by_role("form", name="Selected tickets"),
        page.get_by_role("form", name="Filter the queue"),
    )
    expect(bar).to_be_hidden()
    table = page.locator("#q").bounding_box()
    page.get_by_role("checkbox", name="Select ACME-1").check()
    expect(filters).to_be_hidden()
    assert page.locator("#q").bounding_box() == table  # the bar takes the place; nothing jumps
    page.get_by_role("checkbox", name="Select ACME-3").click(modifiers=["Shift"])
    expect(page.locator("#pick-count")).to_have_text("3 selected")
    bar.get_by_role("button", name="Take").click()
    expect(page.get_by_role("status")).to_contain_text("3 done.")
    assert [fresh(ticket).assignee for ticket in tickets] == [real_cast.engineer] * 3 + [None]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("3 done.")
    assert [fresh(ticket).assignee for ticket in tickets] == [None] * 4

    page.get_by_role("link", name="Back to the queue").click()
    page.get_by_role("checkbox", name="All", exact=True).wait_for(state="hidden")
    page.get_by_role("checkbox", name="Select ACME-4").check()
    bar.get_by_role("button", name="Reply").click()
    expect(page.get_by_role("heading", name="Who is notified: 1 person")).to_be_visible()
    assert axe_faults(page) + layout_faults(page) == []
    page.get_by_label("Reply to each customer").fill("{{key}} is being looked at.")
    page.get_by_role("button", name="Send to customers").click()
    expect(page.get_by_role("status")).to_contain_text("1 done.")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert axe_faults(page) + layout_faults(page) == []


def test_a_shift_is_handed_over_and_accepted(real_cast: Cast, open_page: OpenPage) -> None:
    ticket = file_ticket(real_cast.acme.coordinator, impact=CRITICAL)
    page = open_page(real_cast.engineer)
    page.goto(f"/desk/tickets/{ticket.key}/")
    page.get_by_role("button", name="Take").first.click()
    page.goto("/desk/handover/")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("alert")).to_contain_text("ACME-1 has a promise due.")
    page.get_by_label("New owner of ACME-1").select_option("Desk Lead")
    page.get_by_label("Note on ACME-1").fill("Call Ben at 9.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("status")).to_contain_text("1 ticket handed over.")
    assert fresh(ticket).assignee == real_cast.lead

    lead = open_page(real_cast.lead)
    lead.goto("/desk/")
    lead.get_by_role("link", name="Handover 1 to accept").click()
    expect(lead.get_by_text("Call Ben at 9.")).to_be_visible()
    lead.get_by_role("button", name="Accept 1 ticket").click()
    expect(lead.get_by_role("status")).to_contain_text("1 ticket is yours now.")
