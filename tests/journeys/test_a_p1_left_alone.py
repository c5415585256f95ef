"""A P1 that nobody takes climbs the ladder of its customer's policy to the duty manager, who takes it by the
link in the mail; the ticket's log tells the story, and nobody further is called."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from escalations.ladder import Kind, Named, Target, Trigger
from escalations.tasks import advance_due_escalations
from notifications.tasks import deliver_due
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, START, Cast, file_ticket
from tests.conftest import Clock
from tests.escalations.policies import publish, step, terms
from tests.escalations.rotas import document, layer
from tests.escalations.rotas import publish as publish_rota
from tests.journeys.accessibility.sweep import axe_faults
from tests.journeys.conftest import OpenPage
from trusst_support.local.mail import mailbox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def beat() -> None:
    """Do what the worker does when beat pokes it, twice: a second poke must change nothing."""
    for _ in range(2):
        sweep_due_clocks()
        advance_due_escalations()
        deliver_due()


def alerts() -> Counter[str]:
    return Counter(mail.to for mail in mailbox() if "P1 Critical reached the desk" in mail.subject)


def test_a_p1_left_alone_reaches_the_duty_manager(real_cast: Cast, open_page: OpenPage, clock: Clock) -> None:
    on_call = publish_rota(real_cast, document(layer(real_cast.engineer.pk)))
    managers = publish_rota(real_cast, document(layer(real_cast.manager.pk)), name="Duty manager")
    publish(
        real_cast,
        Trigger.CRITICAL_ARRIVED,
        terms(
            step(0, Named(kind=Kind.ROTA, id=on_call.pk)),
            step(5, Target.LEADS, unassigned=True),
            step(10, Named(kind=Kind.ROTA, id=managers.pk)),
            repeats=1,
            every=20,
            customer=real_cast.acme.customer.pk,
            severities=(1,),
        ),
        name="Acme, critical",
    )
    file_ticket(real_cast.acme.requester, impact=CRITICAL, subject="Orders do not go out")
    expected = Counter[str]()
    for minutes, address in ((0, "engineer"), (5, "lead"), (10, "manager")):
        clock.set(START)
        clock.advance(minutes=minutes)
        beat()
        expected[f"{address}@trusst.example"] += 1
        assert alerts() == expected

    lead = open_page(real_cast.lead)
    lead.goto("/desk/escalations/running/")
    row = lead.get_by_role("row", name="Orders do not go out")
    expect(row).to_contain_text("Acme, critical, version 1")
    expect(row).to_contain_text("10:20 AEDT")
    row.get_by_text("3 calls").click()
    expect(row).to_contain_text("Desk Manager, 10:10 AEDT (On call: Duty manager)")
    assert axe_faults(lead) == []

    [mail] = [one for one in mailbox() if one.to == "manager@trusst.example"]
    manager = open_page()
    manager.goto(urlsplit(next(word for word in mail.body.split() if "/ack/" in word)).path)
    expect(manager.get_by_role("heading", level=1)).to_have_text("Acknowledge this alert?")
    assert axe_faults(manager) == []
    clock.advance(minutes=1)
    manager.get_by_role("button", name="Acknowledge as Desk Manager").click()
    expect(manager.get_by_role("status")).to_contain_text("Recorded as yours, Desk Manager")
    assert axe_faults(manager) == []
    manager.reload()
    expect(manager.locator("main")).to_contain_text("You acknowledged this already")

    clock.advance(minutes=9, seconds=30)  # past the next round, and before the first response is at risk
    beat()
    assert alerts() == expected

    lead.reload()
    expect(lead.locator("main")).to_contain_text("Nothing runs")
    lead.goto("/desk/tickets/ACME-1/")
    for said in (
        "alerted 1 person (Desk Engineer): P1 Critical reached the desk",
        "alerted 1 person (Desk Lead): P1 Critical reached the desk",
        "alerted 1 person (Desk Manager): P1 Critical reached the desk",
        "acknowledged the alert by the link in a mail: P1 Critical reached the desk",
    ):
        expect(lead.get_by_text(said)).to_be_visible()

    lead.goto("/desk/admin/escalation-policies/")
    lead.get_by_label("What happens").select_option("critical_arrived")
    lead.get_by_label("Customer").select_option("Acme Freight")
    lead.get_by_role("button", name="Show who would be called").click()
    expect(lead.locator("#tester + form + div")).to_contain_text("Acme, critical answers")
    assert axe_faults(lead) == []
