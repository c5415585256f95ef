"""A page of the desk stays open: what others do arrives in its cells, and nothing moves under the reader."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.tenancy import acting_as
from customers.models import DeskPerson, Member
from tests.cast import CRITICAL, HIGH, LOW, Cast, actor_of, context_of, file_ticket
from tests.conftest import Clock
from tests.journeys.conftest import OpenPage
from tickets import actions
from tickets.models import PresenceState, Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]

LIVE = "**/live/**"


def poll(page: Page) -> None:
    """Let the page ask now, as it would within 20 seconds, and wait for the answer."""
    with page.expect_response(LIVE):
        page.evaluate("document.dispatchEvent(new Event('live:poll'))")


def subjects(page: Page) -> list[str]:
    return page.locator("tr.row a.subj").all_inner_texts()


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.textContent")
    return found


def reply(person: Member | DeskPerson, ticket: Ticket, body: str) -> None:
    with acting_as(context_of(person)) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(person), at=now, body=body)


def test_a_colleagues_change_arrives_in_its_cell_and_the_focus_stays(
    real_cast: Cast, open_page: OpenPage
) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=LOW, subject="Printer is slow")
    file_ticket(real_cast.acme.requester, impact=HIGH, subject="Payments are refused")
    first, second = open_page(real_cast.engineer), open_page(real_cast.lead)
    first.goto("/desk/")
    first.keyboard.press("j")
    first.keyboard.press("j")
    assert focused(first) == "Printer is slow"

    second.goto(f"/desk/tickets/{ticket.key}/")
    second.get_by_role("button", name="Take").click()
    expect(second.get_by_role("status").first).to_contain_text("The ticket is yours")
    before = subjects(first)
    poll(first)
    expect(first.locator(f"#t{ticket.pk}-owner")).to_contain_text("Desk Lead")
    assert focused(first) == "Printer is slow"
    assert subjects(first) == before


def test_a_control_in_a_cell_that_changes_keeps_the_focus(real_cast: Cast, open_page: OpenPage) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=HIGH, subject="Payments are refused")
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    # No cell has a control of its own yet; one that gets one must not lose the focus to the page.
    page.evaluate(
        "(id) => { const b = document.createElement('button'); b.textContent = 'Mine';"
        " document.getElementById(id).append(b); b.focus(); }",
        f"t{ticket.pk}-owner",
    )
    with acting_as(context_of(real_cast.lead)) as now:
        actions.take(ticket=ticket, person=real_cast.lead, actor=actor_of(real_cast.lead), at=now)
    poll(page)
    expect(page.locator(f"#t{ticket.pk}-owner")).to_contain_text("Desk Lead")
    assert focused(page) == "Payments are refused"


def test_new_tickets_wait_to_be_shown(real_cast: Cast, open_page: OpenPage) -> None:
    file_ticket(real_cast.acme.requester, impact=LOW, subject="Printer is slow")
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    file_ticket(real_cast.acme.requester, impact=CRITICAL, subject="Everything is down")
    poll(page)
    show = page.get_by_role("link", name="Show 1 new ticket")
    expect(show).to_be_visible()
    expect(page.locator("[data-live-say]")).to_have_text("1 new ticket, press full stop to show.")
    assert subjects(page) == ["Printer is slow"]
    page.keyboard.press(".")
    expect(page.locator("tr.row")).to_have_count(2)
    assert subjects(page) == ["Everything is down", "Printer is slow"]
    expect(show).to_be_hidden()


def test_what_left_the_list_is_dimmed_where_it_stands(real_cast: Cast, open_page: OpenPage) -> None:
    gone = file_ticket(real_cast.acme.requester, subject="Printer is slow")
    file_ticket(real_cast.acme.requester, subject="Payments are refused")
    page = open_page(real_cast.engineer)
    page.goto("/desk/?view=unassigned")
    with acting_as(context_of(real_cast.lead)) as now:
        actions.take(ticket=gone, person=real_cast.lead, actor=actor_of(real_cast.lead), at=now)
    before = subjects(page)
    poll(page)
    expect(page.locator(f"#t{gone.pk}")).to_have_class("row gone")
    assert subjects(page) == before


def test_a_refusing_server_is_said_and_countdowns_become_vague(
    real_cast: Cast, open_page: OpenPage, clock: Clock
) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=HIGH)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.route(LIVE, lambda route: route.fulfill(status=429))
    poll(page)
    expect(page.get_by_text("Not live since 10:00. Trying again.")).to_be_visible()
    countdown = page.locator(f"#t{ticket.pk}-next time[data-due]")
    expect(countdown).to_contain_text("about")
    page.unroute(LIVE)
    clock.advance(minutes=4)
    poll(page)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(countdown).not_to_contain_text("about")


def test_an_ended_session_is_said_with_the_way_back(real_cast: Cast, open_page: OpenPage) -> None:
    file_ticket(real_cast.acme.requester)
    page = open_page(real_cast.engineer)
    page.goto("/desk/?view=unassigned")
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('live:poll'))")
    expect(page.get_by_text("You are signed out. Not live since 10:00.")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_have_attribute(
        "href", "/accounts/login/?next=%2Fdesk%2F%3Fview%3Dunassigned"
    )


def test_a_page_asks_by_itself_and_not_while_it_is_hidden(real_cast: Cast, open_page: OpenPage) -> None:
    page = open_page(real_cast.engineer)
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    page.goto("/desk/")
    for number in range(3):
        with page.expect_response(LIVE):
            page.clock.run_for(22_000)
        page.evaluate("1")  # the answer is read before the next wait begins
        assert len(asked) == number + 1
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { get: () => window.isAway, configurable: true });"
        "window.isAway = true; document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.clock.run_for(3_600_000)
    assert len(asked) == 3
    with page.expect_response(LIVE):
        page.evaluate("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")
    assert len(asked) == 4


def test_the_title_counts_what_was_missed(real_cast: Cast, open_page: OpenPage, clock: Clock) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=CRITICAL)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    assert page.title() == "Due next - Trusst Desk"
    clock.set(ticket.next_due_at)  # type: ignore[arg-type]
    poll(page)
    expect(page).to_have_title("(1) Due next - Trusst Desk")


def test_the_list_shows_who_replies(real_cast: Cast, open_page: OpenPage) -> None:
    ticket = file_ticket(real_cast.acme.requester)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    with acting_as(context_of(real_cast.lead)) as now:
        actions.show_up(ticket=ticket, person=real_cast.lead, at=now, state=PresenceState.REPLYING)
    poll(page)
    expect(page.locator(f"#t{ticket.pk}-here")).to_contain_text("Desk Lead replying since 10:00")


def test_an_open_ticket_hears_of_a_message_and_shows_it_when_asked(
    real_cast: Cast, open_page: OpenPage, clock: Clock
) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=HIGH)
    page = open_page(real_cast.engineer)
    page.goto(f"/desk/tickets/{ticket.key}/")
    page.get_by_label("Reply to customer", exact=True).fill("Half a sentence")
    clock.advance(minutes=3)
    reply(real_cast.lead, ticket, "I have this one")
    poll(page)
    expect(page.locator("#live-clocks")).to_contain_text("Met")
    expect(page.get_by_text("I have this one")).to_be_hidden()
    page.get_by_role("link", name="1 new message. Show it").click()
    expect(page.get_by_text("I have this one")).to_be_visible()
    expect(page.get_by_label("Reply to customer", exact=True)).to_have_value("Half a sentence")
