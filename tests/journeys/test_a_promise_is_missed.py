"""The portal's main job from end to end, with the time moved by the test.

A requester files a critical incident; an engineer sees it on the queue with its countdown; nobody answers;
at the due instant the breach is on the ticket, and each person who must know gets exactly one alert,
stamped with that instant.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from core.tenancy import acting_as, worker_context
from escalations.tasks import advance_due_escalations
from notifications.tasks import deliver_due
from slas.tasks import sweep_due_clocks
from tests.cast import START, Cast
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage
from tickets.models import Ticket
from trusst_support.local.mail import mailbox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def beat() -> None:
    """Do what the worker does when beat pokes it, twice: a second poke must change nothing."""
    for _ in range(2):
        sweep_due_clocks()
        advance_due_escalations()
        deliver_due()


def test_nobody_answers_a_critical_incident(real_cast: Cast, open_page: OpenPage, clock: Clock) -> None:
    reporter = open_page(real_cast.acme.requester)
    reporter.goto("/c/acme/")
    reporter.get_by_role("link", name="Report an incident").first.click()
    reporter.get_by_label("What is wrong, in one line").fill("Orders API down")
    reporter.get_by_label("Live business depends on it").check()
    reporter.get_by_label("Work has stopped").check()
    reporter.get_by_role("radio", name="No", exact=True).check()
    reporter.get_by_label("The whole business").check()
    expect(reporter.locator("#preview")).to_contain_text("P1 Critical")
    expect(reporter.locator("#preview")).to_contain_text("30 min")
    reporter.get_by_label("What have you seen?").fill("Every call answers 503 since five minutes.")
    reporter.get_by_role("button", name="Continue").click()
    expect(reporter.get_by_role("status")).to_contain_text("ACME-1")
    reporter.get_by_role("link", name="Open ACME-1").click()
    expect(reporter.locator("#clock-respond")).to_be_visible()

    engineer = open_page(real_cast.engineer)
    engineer.goto("/desk/")
    row = engineer.locator("tr.row:has-text('ACME-1')")
    expect(row).to_contain_text("Orders API down")
    expect(row).to_contain_text("Respond")
    shown = row.locator(".q-obj time[data-due]")
    expect(shown).to_have_attribute("datetime", "2026-03-03T10:30:00+11:00")
    expect(shown).to_contain_text("left")

    beat()
    assert {mail.subject for mail in mailbox()} == {
        "ACME-1 P1 Critical reached the desk",
        "ACME-1 We have your report: Orders API down",
    }

    due = START + timedelta(minutes=30)
    clock.set(due - timedelta(seconds=1))
    beat()
    assert not [mail for mail in mailbox() if "missed" in mail.subject]

    clock.set(due + timedelta(minutes=3))  # noticed late, stamped when it became true
    beat()
    breaches = [mail for mail in mailbox() if "First response objective missed" in mail.subject]
    assert Counter(mail.to for mail in breaches) == {
        "engineer@trusst.example": 1,
        "lead@trusst.example": 1,
    }
    assert {mail.occurred_at for mail in breaches} == {"2026-03-02T23:30:00Z"}

    with acting_as(worker_context()):
        [respond] = Ticket.objects.get(number=1).clocks.filter(metric="respond")
    assert respond.breached_at == datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

    engineer.goto("/desk/")
    expect(engineer.locator("#group-missed tr.row:has-text('ACME-1')")).to_contain_text("Missed by")
    engineer.get_by_role("link", name="Orders API down").click()
    expect(engineer.locator("section", has=engineer.locator("#clock-respond"))).to_contain_text("Missed")
    expect(engineer.get_by_text("recorded that the first response objective was missed")).to_be_visible()
    expect(engineer.get_by_text("First response objective missed, since")).to_be_visible()
    engineer.get_by_role("button", name="Acknowledge").click()
    expect(engineer.get_by_role("status")).to_contain_text("nobody further is called")

    clock.advance(hours=3)
    beat()
    later = [mail for mail in mailbox() if "First response objective missed" in mail.subject]
    assert len(later) == len(breaches)  # acknowledged: the managers were not called

    reporter.reload()
    expect(reporter.locator("section", has=reporter.locator("#clock-respond"))).to_contain_text("Missed")
    with reporter.expect_download() as download:
        reporter.get_by_role("link", name="Download the evidence").click()
    assert download.value.suggested_filename == "ACME-1-evidence.json"
