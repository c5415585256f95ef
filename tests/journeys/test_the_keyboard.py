"""An engineer works without the mouse, finds things by typing, and can turn every single key off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.tenancy import acting_as
from customers.actions import set_preferences
from customers.models import DeskPerson, Shortcuts
from tests.cast import HIGH, LOW, Cast, context_of, file_ticket
from tests.journeys.accessibility.sweep import axe_faults
from tests.journeys.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def queue_of_two(cast: Cast) -> None:
    """File ACME-1, which is due first, and ACME-2."""
    file_ticket(cast.acme.requester, impact=HIGH, subject="Payments are refused")
    file_ticket(cast.acme.requester, impact=LOW, subject="Printer is slow")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def set_keys(person: DeskPerson, shortcuts: Shortcuts) -> None:
    with acting_as(context_of(person)):
        set_preferences(person=person, shortcuts=shortcuts, timezone=person.timezone)


def ready(page: Page) -> None:
    """Wait for the page's script, which a person takes longer than to press a key."""
    expect(page.get_by_role("button", name="Commands")).to_be_visible()


def cursor(page: Page) -> list[str]:
    return page.locator("tr.row.cur a.subj").all_inner_texts()


def test_triage_without_the_mouse(real_cast: Cast, open_page: OpenPage) -> None:
    queue_of_two(real_cast)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    press(page, "j", "j", "k")
    expect(page.get_by_role("link", name="Payments are refused")).to_be_focused()
    press(page, "Space")
    peek = page.get_by_role("dialog", name="A look at the ticket")
    expect(peek.get_by_role("heading", name="Payments are refused")).to_be_focused()
    expect(peek).to_contain_text("The only message")
    assert axe_faults(page) == []
    press(page, "j")
    expect(peek.get_by_role("heading", name="Printer is slow")).to_be_focused()
    press(page, "Escape")
    expect(peek).to_be_hidden()
    expect(page.get_by_role("link", name="Printer is slow")).to_be_focused()

    press(page, "k", "t")
    expect(page.get_by_role("status").first).to_contain_text("The ticket is yours")
    ready(page)
    expect(page).to_have_url("/desk/tickets/ACME-1/")
    press(page, "s")
    expect(page.get_by_label("Severity", exact=True)).to_be_focused()
    press(page, "Escape", "Escape", "r")
    expect(page.get_by_label("Reply to customer", exact=True)).to_be_focused()
    page.keyboard.type("just look: gq?")
    expect(page.get_by_label("Reply to customer", exact=True)).to_have_value("just look: gq?")
    press(page, "Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("Sent to the customer")
    ready(page)
    press(page, "j")
    expect(page).to_have_url("/desk/tickets/ACME-2/")
    ready(page)
    press(page, "g", "u")
    expect(page).to_have_url("/desk/?view=unassigned")
    assert page.locator("tr.row a.subj").all_inner_texts() == ["Printer is slow"]


def test_rows_are_chosen_one_by_one_and_in_a_range(real_cast: Cast, open_page: OpenPage) -> None:
    queue_of_two(real_cast)
    file_ticket(real_cast.acme.requester, impact=LOW, subject="Screen is dark")
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    press(page, "j", "x", "j", "j", "Shift+X")
    expect(page.locator("tr.row input:checked")).to_have_count(3)
    press(page, "x")
    expect(page.locator("tr.row input:checked")).to_have_count(2)
    press(page, "Escape")
    expect(page.locator("tr.row input:checked")).to_have_count(0)


def test_a_key_on_a_row_opens_the_form_on_its_ticket(real_cast: Cast, open_page: OpenPage) -> None:
    queue_of_two(real_cast)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    press(page, "j", "j", "p")
    expect(page).to_have_url("/desk/tickets/ACME-2/#do-hold")
    expect(page.get_by_label("Waiting for", exact=True)).to_be_focused()


def test_a_row_is_marked_as_read_and_the_cursor_stays(real_cast: Cast, open_page: OpenPage) -> None:
    queue_of_two(real_cast)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    press(page, "j", "j", "t")
    expect(page.get_by_role("status").first).to_contain_text("The ticket is yours")
    ready(page)
    page.goto("/desk/?view=mine")
    press(page, "j")
    with page.expect_response("**/read/"):
        press(page, "m")
    page.wait_for_load_state()
    expect(page.locator(".newmsg")).to_have_count(0)
    assert cursor(page) == ["Printer is slow"]


def test_off_silences_every_single_key(real_cast: Cast, open_page: OpenPage) -> None:
    queue_of_two(real_cast)
    set_keys(real_cast.engineer, Shortcuts.OFF)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    press(page, *"jkxtaesrnpdm/fc.?", "Space", "g", "q", "g", "u", "Shift+X", "Alt+j")
    expect(page).to_have_url("/desk/")
    assert cursor(page) == []
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.body")
    press(page, "Control+k")
    expect(page.get_by_role("combobox", name="Search tickets, or type a command")).to_be_focused()


def test_with_alt_they_work_and_without_it_they_do_not(real_cast: Cast, open_page: OpenPage) -> None:
    queue_of_two(real_cast)
    set_keys(real_cast.engineer, Shortcuts.ALT)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    press(page, "j")
    assert cursor(page) == []
    press(page, "Alt+j")
    assert cursor(page) == ["Payments are refused"]


def test_the_palette_is_worked_by_arrows_and_gives_the_focus_back(
    real_cast: Cast, open_page: OpenPage
) -> None:
    queue_of_two(real_cast)
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    press(page, "j", "Control+k")
    field = page.get_by_role("combobox", name="Search tickets, or type a command")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="Unassigned")).to_be_visible()
    assert axe_faults(page) == []
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Payments are refused")).to_be_focused()

    press(page, "Control+k")
    field.fill("printer")
    offers = page.get_by_role("listbox", name="Offered").get_by_role("option")
    expect(offers).to_have_count(2)
    expect(offers.first).to_have_attribute("aria-selected", "true")
    press(page, "ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "offer-search"
    press(page, "ArrowUp", "Enter")
    expect(page).to_have_url("/desk/tickets/ACME-2/")
    ready(page)
    press(page, "Control+k")
    field.fill("note")
    expect(offers.first).to_have_text("No ticket matches")
    page.get_by_role("group", name="On this page").get_by_role("option", name="Note").click()
    expect(page.get_by_label("Internal note", exact=True)).to_be_focused()


def test_the_list_of_keys_opens_over_the_page(real_cast: Cast, open_page: OpenPage) -> None:
    page = open_page(real_cast.engineer)
    page.goto("/desk/")
    press(page, "?")
    keys = page.get_by_role("dialog", name="Shortcuts")
    expect(keys).to_contain_text("Peek at the ticket without leaving the list")
    assert axe_faults(page) == []
    press(page, "j", "Escape")
    expect(keys).to_have_count(0)
    expect(page).to_have_url("/desk/")


def test_without_a_script_the_list_of_keys_and_the_settings_are_pages(
    real_cast: Cast, open_page: OpenPage
) -> None:
    page = open_page(real_cast.engineer, java_script_enabled=False)
    page.goto("/desk/")
    expect(page.get_by_role("button", name="Commands")).to_be_hidden()
    page.get_by_role("link", name="Shortcuts").click()
    expect(page.get_by_role("heading", name="Shortcuts")).to_be_visible()
    page.get_by_role("link", name="Change or turn them off").click()
    page.get_by_label("Off", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Your settings are saved")


def test_the_keys_work_on_a_screen_enlarged_to_400_percent(real_cast: Cast, open_page: OpenPage) -> None:
    queue_of_two(real_cast)
    page = open_page(real_cast.engineer, viewport={"width": 360, "height": 720})
    page.goto("/desk/")
    press(page, "j", "Space")
    peek = page.get_by_role("dialog", name="A look at the ticket")
    expect(peek.get_by_role("heading", name="Payments are refused")).to_be_focused()
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_what_opens_over_a_page_has_no_fault_in_the_dark(real_cast: Cast, open_page: OpenPage) -> None:
    queue_of_two(real_cast)
    page = open_page(real_cast.engineer, color_scheme="dark", viewport={"width": 1440, "height": 1000})
    page.goto("/desk/")
    press(page, "j")
    page.evaluate("document.querySelector('tr.row:not(.cur)').classList.add('gone')")
    page.evaluate("document.querySelector('[data-live]').classList.add('stale')")
    assert axe_faults(page) == []
    for keys, role in (("Space", "heading"), ("Control+k", "option"), ("?", "term")):
        press(page, keys)
        expect(page.locator("dialog[open]").get_by_role(role).first).to_be_visible()  # type: ignore[arg-type]
        assert axe_faults(page) == [], keys
        press(page, "Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)


def test_level_1_works_its_queue_by_keyboard_until_it_turns_the_keys_off(
    real_cast: Cast, open_page: OpenPage
) -> None:
    for subject in ("Scanners offline", "Printer is slow"):
        file_ticket(real_cast.acme.requester, to_desk=False, subject=subject)
    page = open_page(real_cast.acme.coordinator)
    page.goto("/c/acme/level-1/")
    press(page, "Control+k", "t", "g", "q")
    expect(page).to_have_url("/c/acme/level-1/")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(page, "j", "j")
    (second,) = cursor(page)
    assert second == page.locator("tr.row a.subj").all_inner_texts()[1]
    assert axe_faults(page) == []
    press(page, "t")  # the row that the keyboard is on, not the first
    expect(page.get_by_role("heading", name=second)).to_be_visible()
    expect(page.locator("#level-1")).to_contain_text("You work on it.")

    page.goto("/c/acme/you/")
    page.get_by_label("Off", exact=True).check()
    page.get_by_role("button", name="Save the keyboard").click()
    expect(page.get_by_role("status").first).to_contain_text("Your settings are saved.")
    expect(page.get_by_label("Off", exact=True)).to_be_checked()
    page.goto("/c/acme/level-1/")
    expect(page.locator("[data-live]")).to_be_visible()
    press(page, *"jkxtp.?", "Control+k")
    expect(page).to_have_url("/c/acme/level-1/")
    assert page.locator("tr.row:focus-within").count() == 0
