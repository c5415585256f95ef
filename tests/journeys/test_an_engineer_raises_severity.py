"""An engineer raises a severity and sees the new due times first; the customer asks, and a lead decides."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from notifications import actions as notifications
from tests.cast import NORMAL, Cast, file_ticket
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage
from tickets.tasks import tell_leads
from trusst_support.local.mail import mailbox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def open_severity(page: Page) -> None:
    page.goto("/desk/tickets/ACME-1/")
    page.get_by_text("Establish severity").first.click()


def test_from_p3_to_p1_with_the_new_due_times_before_saving(
    real_cast: Cast, open_page: OpenPage, clock: Clock
) -> None:
    file_ticket(real_cast.acme.requester, impact=NORMAL, subject="Payments are refused")
    clock.advance(minutes=10)
    engineer = open_page(real_cast.engineer)
    open_severity(engineer)
    engineer.get_by_label("Severity", exact=True).select_option("1")
    preview = engineer.locator("#severity-preview")
    expect(preview).to_contain_text("Respond due moves from 14:00 AEDT to 10:30 AEDT.")
    expect(preview).to_contain_text("Restore due moves from Fri 6 Mar, 10:00 AEDT to 14:00 AEDT.")
    expect(preview).to_contain_text("Acme Requester will be told.")

    engineer.get_by_label("Why").fill("Nobody can pay")
    engineer.get_by_role("button", name="Establish severity").click()
    expect(engineer.get_by_role("status")).to_contain_text("Severity established")
    expect(engineer.locator("section", has=engineer.locator("#clock-respond"))).to_contain_text(
        "Due 10:30 AEDT"
    )
    notifications.deliver_due()
    assert sorted(mail.subject for mail in mailbox() if mail.to == "requester@acme.example") == [
        "ACME-1 P1 Critical: Payments are refused",
        "ACME-1 We have your report: Payments are refused",
    ]


def test_the_same_without_a_script(real_cast: Cast, open_page: OpenPage, clock: Clock) -> None:
    file_ticket(real_cast.acme.requester, impact=NORMAL, subject="Payments are refused")
    clock.advance(hours=2)
    engineer = open_page(real_cast.engineer, java_script_enabled=False)
    open_severity(engineer)
    engineer.get_by_label("Severity", exact=True).select_option("1")
    engineer.get_by_label("Why").fill("Nobody can pay")
    engineer.get_by_role("button", name="Show what changes").click()
    expect(engineer.locator("#severity-preview")).to_contain_text("Respond: this makes it missed now.")
    expect(engineer.get_by_label("Why")).to_have_value("Nobody can pay")
    engineer.get_by_role("button", name="Establish severity").click()
    expect(engineer.get_by_role("status")).to_contain_text("Severity established")
    expect(engineer.locator("section", has=engineer.locator("#clock-respond"))).to_contain_text("Missed")


def test_the_customer_asks_for_a_review_and_a_lead_decides(
    real_cast: Cast, open_page: OpenPage, clock: Clock
) -> None:
    file_ticket(real_cast.acme.requester, impact=NORMAL, subject="Payments are refused")
    requester = open_page(real_cast.acme.requester, viewport={"width": 390, "height": 844})
    requester.goto("/c/acme/tickets/1/")
    requester.get_by_text("Ask for a review of the severity").click()
    requester.get_by_label("Which severity do you think it is?").select_option("2")
    requester.get_by_label("Why?").fill("Half the shops cannot sell")
    requester.get_by_role("button", name="Ask for a review").click()
    expect(requester.get_by_role("status")).to_contain_text("A desk lead will look at it and answer")
    tell_leads()
    notifications.deliver_due()
    assert {mail.to for mail in mailbox() if "Review of the severity" in mail.subject} == {
        "lead@trusst.example",
        "admin@trusst.example",
    }

    engineer = open_page(real_cast.engineer)
    engineer.goto("/desk/tickets/ACME-1/")
    expect(engineer.get_by_text("Review asked").first).to_be_visible()
    expect(engineer.get_by_text("Decide the review")).to_have_count(0)

    lead = open_page(real_cast.lead)
    lead.goto("/desk/")
    lead.get_by_role("link", name=re.compile(r"^Reviews")).click()
    lead.get_by_role("link", name="Payments are refused").click()
    lead.get_by_text("Decide the review").click()
    lead.get_by_label("Decision").select_option("2")
    expect(lead.locator("#decide-preview")).to_contain_text("P3 to P2 High")
    lead.get_by_label("Why").first.fill("Half the shops is major impact")
    lead.get_by_role("button", name="Decide", exact=True).click()
    expect(lead.get_by_role("status")).to_contain_text("Decided")

    requester.reload()
    expect(requester.locator("#severity")).to_contain_text(
        "P2 decided by Desk Lead in review, was P3: Half the shops is major impact"
    )
    notifications.deliver_due()
    assert any(
        mail.to == "requester@acme.example" and "Review of the severity" in mail.subject for mail in mailbox()
    )
