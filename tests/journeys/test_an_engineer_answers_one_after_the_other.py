"""An engineer answers, lands on the next due ticket, takes a colleague's text over, and finds the list as it was."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.tenancy import acting_as
from tests.cast import HIGH, Cast, actor_of, context_of, file_ticket
from tests.journeys.conftest import OpenPage
from tickets import actions
from tickets.models import ModeChoice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_the_next_due_ticket_and_the_list_as_it_was(real_cast: Cast, open_page: OpenPage) -> None:
    for number in range(1, 31):
        file_ticket(real_cast.acme.requester, impact=HIGH, subject=f"Fault {number}")
    page = open_page(real_cast.engineer)
    page.goto("/desk/?customer=acme")
    expect(page.get_by_role("button", name="Commands")).to_be_visible()
    for _ in range(28):
        page.keyboard.press("j")
    expect(page.locator("tr.row.cur a.subj")).to_have_text("Fault 28")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ACME-28/")
    page.get_by_label("After sending").select_option("Go to the next due ticket")
    page.get_by_label("Reply to customer", exact=True).fill("We look at it")
    page.get_by_role("button", name="Send to customer").click()
    page.wait_for_url("**/ACME-1/")
    expect(page.locator(".msgs")).to_contain_text("ACME-28: Sent to the customer. This is due next.")
    expect(page.get_by_label("After sending")).to_have_value("next")
    page.get_by_role("link", name="Queue", exact=True).click()
    page.wait_for_url("**/desk/?customer=acme#*")
    row = page.locator("tr.row.cur")
    expect(row.locator("a.subj")).to_have_text("Fault 28")
    expect(row).to_be_in_viewport()


def test_a_colleagues_text_is_taken_over_and_stays_theirs(real_cast: Cast, open_page: OpenPage) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=HIGH)
    theirs, mine = open_page(real_cast.lead), open_page(real_cast.engineer)
    theirs.goto("/desk/tickets/ACME-1/")
    reply = theirs.get_by_label("Reply to customer", exact=True)
    with theirs.expect_response(lambda answer: "replying" in (answer.request.post_data or "")):
        reply.press_sequentially("It was the cache")
    expect(theirs.locator("form[data-composer=reply] [data-said]")).to_have_text("Draft saved 10:00")
    mine.goto("/desk/tickets/ACME-1/")
    mine.get_by_role("link", name="See draft of Desk Lead").click()
    expect(mine.get_by_text("It was the cache")).to_be_visible()
    mine.get_by_role("button", name="Take over").click()
    expect(mine.get_by_label("Reply to customer", exact=True)).to_have_value("It was the cache")
    with theirs.expect_response("**/presence/"):
        theirs.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(theirs.locator("[data-presence]")).to_contain_text(
        "Desk Engineer took over your reply 10:00. Your text is still here."
    )
    expect(reply).to_have_value("It was the cache")
    with acting_as(context_of(real_cast.lead)) as now:
        kept = actions.save_draft(
            ticket=ticket, actor=actor_of(real_cast.lead), at=now, mode=ModeChoice.REPLY, body="And more"
        )
    assert kept is not None
    assert kept.taken_by_name == "Desk Engineer"


def test_a_page_asks_for_the_composer_when_somebody_goes_there(real_cast: Cast, open_page: OpenPage) -> None:
    file_ticket(real_cast.acme.requester)
    page = open_page(real_cast.engineer)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2].partition(".")[0]))
    page.goto("/desk/tickets/ACME-1/", wait_until="networkidle")
    assert {"composer", "files"} & set(asked) == set()
    with page.expect_response("**/composer*"):
        page.get_by_label("Reply to customer", exact=True).focus()
    assert {"composer", "files"} <= set(asked)
