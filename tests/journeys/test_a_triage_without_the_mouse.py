"""An engineer works a ticket from signing in to resolving it with the keyboard alone, while others act too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from core.tenancy import acting_as
from tests.cast import HIGH, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Clock
from tests.escalations.level3 import level_3, specialist, visits
from tests.journeys.conftest import OpenPage
from tests.journeys.test_the_queue_is_live import poll
from tickets import actions
from tickets.models import ModeChoice, Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]

PASSWORD = "a long word for the desk"


@pytest.fixture
def ticket(real_cast: Cast) -> Ticket:
    """File ACME-1 with an engineer who can sign in, a canned reply, a team of Level 3, and another ticket."""
    cast = real_cast
    cast.engineer.user.set_password(PASSWORD)
    cast.engineer.user.save(update_fields=["password"])
    with acting_as(context_of(cast.admin)) as now:
        actions.add_canned_reply(
            actor=actor_of(cast.admin),
            at=now,
            name="First answer",
            body="Hello {{first_name}}, I have {{key}}.",
            mode=ModeChoice.REPLY,
        )
    level_3(cast, specialist("Ada Specialist"))
    file_ticket(cast.globex.requester, subject="Grid is slow")
    return file_ticket(cast.acme.requester, impact=HIGH, subject="Payments are refused")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until a control has the focus, as somebody without a mouse would."""
    for _ in range(60):
        if control.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab never reaches it")


def choose(page: Page, select: Locator, value: str) -> None:
    """Move in a focused list of choices with the arrow keys until it says this."""
    expect(select).to_be_focused()
    page.keyboard.press("Home")
    for _ in range(20):
        if select.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} cannot be chosen with the arrow keys")


def send(page: Page, said: str) -> None:
    """Send what is being typed, and wait for the next page and its keys."""
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msgs")).to_contain_text(said)
    expect(page.get_by_role("button", name="Commands")).to_be_visible()


def test_a_triage_without_the_mouse(
    real_cast: Cast, ticket: Ticket, open_page: OpenPage, clock: Clock
) -> None:
    cast = real_cast
    page = open_page()
    page.goto("/accounts/login/?next=/desk/")
    tab_to(page, page.get_by_label("E-mail", exact=False).first)
    page.keyboard.type(cast.engineer.user.email)
    tab_to(page, page.locator("input[type=password]"))
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page).to_have_url("/desk/")
    expect(page.get_by_role("button", name="Commands")).to_be_visible()

    # The queue, the ticket, and who has it.
    press(page, "g", "u")
    expect(page).to_have_url("/desk/?view=unassigned")
    expect(page.get_by_role("button", name="Commands")).to_be_visible()
    press(page, "j")
    expect(page.get_by_role("link", name="Payments are refused")).to_be_focused()
    press(page, "Enter")
    expect(page).to_have_url(f"/desk/tickets/{ticket.key}/")
    expect(page.get_by_role("button", name="Commands")).to_be_visible()
    colleague = open_page(cast.lead)
    colleague.goto(f"/desk/tickets/{ticket.key}/")
    press(page, "t")
    expect(page.locator(".msgs")).to_contain_text("The ticket is yours")
    expect(page.get_by_role("button", name="Commands")).to_be_visible()

    # Severity, with what it changes before it is saved.
    press(page, "s")
    choose(page, page.get_by_label("Severity", exact=True), "1")
    expect(page.locator("#severity-preview")).to_contain_text("P1")
    tab_to(page, page.locator("#severity-reason"))
    page.keyboard.type("Every branch is affected")
    send(page, "Severity established")

    # A reply from a template, while a colleague writes one too.
    colleague.get_by_label("Reply to customer", exact=True).fill("I look at it")
    press(page, "r")
    reply = page.get_by_label("Reply to customer", exact=True)
    expect(reply).to_be_focused()
    page.keyboard.type("/fir")
    option = page.get_by_role("listbox", name="Suggestions").get_by_role("option", name="First answer")
    expect(option).to_have_attribute("aria-selected", "true")
    with page.expect_response("**/compose/**"):
        press(page, "Enter")
    expect(reply).to_have_value("Hello Acme, I have ACME-1.")
    colleague.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(colleague.locator("[data-presence]")).to_contain_text("Desk Engineer is replying since 10:00")
    send(page, "Sent to the customer")
    poll(colleague)
    expect(colleague.locator("#live-clocks")).to_contain_text("Met")
    colleague.get_by_role("button", name="Send to customer").click()
    expect(colleague.get_by_role("alert")).to_contain_text("Desk Engineer sent a reply")
    expect(colleague.get_by_label("Reply to customer", exact=True)).to_have_value("I look at it")

    # Wait for the customer, whose answer ends the wait by itself.
    press(page, "p")
    choose(page, page.get_by_label("Waiting for", exact=True), "customer_reply")
    tab_to(page, page.get_by_label("Who must act"))
    page.keyboard.type("Acme Requester")
    tab_to(page, page.get_by_label("What exactly you wait for"))
    page.keyboard.type("The branch")
    send(page, "On hold")
    restoring = page.locator("section", has=page.locator("#clock-restore"))
    expect(restoring).not_to_contain_text("Running")
    clock.advance(minutes=2)
    requester = open_page(cast.acme.requester)
    requester.goto(f"/c/acme/tickets/{ticket.number}/")
    requester.get_by_label("Reply", exact=True).fill("Branch 12")
    requester.get_by_role("button", name="Send", exact=True).click()
    expect(requester.get_by_role("status")).to_contain_text("Sent")
    poll(page)
    expect(restoring).to_contain_text("Running")
    expect(page.get_by_text("Branch 12")).to_be_hidden()
    press(page, ".")
    expect(page.get_by_text("Branch 12")).to_be_visible()
    expect(page.get_by_role("button", name="Commands")).to_be_visible()

    # Another ticket of the same cause.
    press(page, "l")
    tab_to(page, page.locator("#do-link").get_by_label("Ticket", exact=True))
    page.keyboard.type("GLOB-1")
    send(page, "Linked")

    # To Level 3 and back; the owner keeps the customer updated.
    press(page, "e")
    to = page.get_by_label("Escalate to")
    expect(to).to_be_focused()
    tab_to(page, page.get_by_label("What you tried"))
    page.keyboard.type("Restarted the gateway")
    tab_to(page, page.get_by_label("What you need"))
    page.keyboard.type("A trace of the second payment")
    send(page, "Escalated to Databases. Desk Engineer keeps the customer updated.")
    expect(page.locator("#escalation")).to_contain_text("Waiting for the team")
    press(page, "e")
    expect(page.locator("#back-reason")).to_be_focused()
    page.keyboard.type("The trace came from the bank")
    send(page, "ACME-1 is with Level 2 again")
    assert [(visit.state, visit.keeper) for visit in visits(ticket)] == [("recalled", cast.engineer)]

    # Restored, then resolved.
    press(page, "d")
    expect(page.locator("#restored-restored_at")).to_be_focused()
    send(page, "Service is marked as restored")
    press(page, "d")
    choose(page, page.get_by_label("How it ended"), "fixed")
    send(page, "Resolved")
    found = fresh(ticket)
    assert (found.status, found.severity, found.level, found.assignee) == ("resolved", 1, 2, cast.engineer)
