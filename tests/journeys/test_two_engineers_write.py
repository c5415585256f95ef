"""Two engineers write on one ticket: each sees the other, nothing is sent unread, and no text is lost."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from core.tenancy import acting_as, worker_context
from tests.cast import HIGH, PNG, Cast, actor_of, context_of, file_ticket
from tests.journeys.conftest import OpenPage
from tests.tenancy.reading import write
from tickets import actions
from tickets.models import Attachment, Draft, Message, ModeChoice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


@pytest.fixture
def desk(real_cast: Cast) -> Cast:
    file_ticket(real_cast.acme.requester, impact=HIGH, subject="Payments are refused")
    with acting_as(context_of(real_cast.admin)) as now:
        actions.add_canned_reply(
            actor=actor_of(real_cast.admin),
            at=now,
            name="First answer",
            body="Hello {{first_name}}, I have {{key}}. You hear from me by {{update_due}}.",
            mode=ModeChoice.REPLY,
        )
    return real_cast


def test_each_sees_the_other_and_reads_before_sending(desk: Cast, open_page: OpenPage) -> None:
    first, second = open_page(desk.engineer), open_page(desk.lead)
    for page in (first, second):
        page.goto("/desk/tickets/ACME-1/")
    with second.expect_response(lambda answer: "replying" in (answer.request.post_data or "")):
        second.get_by_label("Reply to customer", exact=True).press_sequentially("I look at it")
    first.reload()
    expect(first.locator("[data-presence]")).to_contain_text("Desk Lead is replying since 10:00")

    first.get_by_label("Reply to customer", exact=True).fill("We look at it")
    second.get_by_role("button", name="Send to customer").click()
    expect(second.locator(".msgs")).to_contain_text("Sent to the customer")
    first.get_by_role("button", name="Send to customer").click()
    expect(first.get_by_role("alert")).to_contain_text("Desk Lead sent a reply 0 s ago")
    expect(first.get_by_role("alert")).to_contain_text("I look at it")
    expect(first.get_by_label("Reply to customer", exact=True)).to_have_value("We look at it")
    first.get_by_role("button", name="Send anyway").click()
    expect(first.locator(".msgs")).to_contain_text("Sent to the customer")
    with acting_as(worker_context()):
        assert list(Message.objects.order_by("pk").values_list("body", flat=True))[1:] == [
            "I look at it",
            "We look at it",
        ]


def test_a_template_a_name_a_picture_and_a_preview(desk: Cast, open_page: OpenPage) -> None:
    page = open_page(desk.engineer)
    page.goto("/desk/tickets/ACME-1/")
    reply = page.get_by_label("Reply to customer", exact=True)
    reply.press_sequentially("/fir")
    first = page.get_by_role("listbox", name="Suggestions").get_by_role("option", name="First answer")
    expect(first).to_have_attribute("aria-selected", "true")
    reply.press("Enter")
    expect(reply).to_have_value("Hello Acme, I have ACME-1. You hear from me by {{update_due}}.")
    page.get_by_role("button", name="Send to customer").click()
    expect(page.locator("#reply-body-error")).to_contain_text("Fill in {{update_due}}")
    reply.fill("Hello Acme, **look** at this.")
    page.locator("form[data-composer=reply]").get_by_role("button", name="Preview").click()
    expect(page.locator("[data-preview] strong")).to_have_text("look")
    page.locator("#reply-files").set_input_files(
        {"name": "graph.png", "mimeType": "image/png", "buffer": PNG}
    )
    expect(page.get_by_role("checkbox", name="graph.png")).to_be_checked()
    page.get_by_role("button", name="Send to customer").click()
    expect(page.locator(".msgs")).to_contain_text("Sent to the customer")
    with acting_as(worker_context()):
        assert Attachment.objects.get().name == "graph.png"

    page.locator("summary", has_text="Internal note").click()
    note = page.get_by_label("Internal note", exact=True)
    note.press_sequentially("Ask @desk l")
    note.press("Tab")
    expect(note).to_have_value("Ask @Desk Lead ")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".msg.int mark")).to_have_text("@Desk Lead")


def test_an_article_is_inserted_where_the_cursor_is(desk: Cast, open_page: OpenPage) -> None:
    article = write(desk, None, title="Labels stop")
    page = open_page(desk.engineer)
    page.goto("/desk/tickets/ACME-1/")
    reply = page.get_by_label("Reply to customer", exact=True)
    reply.press_sequentially("See  first.")
    for _ in " first.":
        reply.press("ArrowLeft")
    page.get_by_label("Article", exact=True).select_option(article.title)
    page.get_by_role("button", name="Insert article").click()
    expect(reply).to_have_value(re.compile(rf"^See \[Labels stop\]\(http\S+/{article.ref}/\) first\.$"))
    reply.fill("/lab")
    page.get_by_role("listbox", name="Suggestions").get_by_role("option", name="Labels stop").click()
    expect(reply).to_have_value(re.compile(rf"^\[Labels stop\]\(http\S+/{article.ref}/\)$"))


def test_a_text_is_kept_on_the_server_and_after_the_session_has_ended(
    desk: Cast, open_page: OpenPage
) -> None:
    page = open_page(desk.engineer)
    page.goto("/desk/tickets/ACME-1/")
    reply = page.get_by_label("Reply to customer", exact=True)
    reply.press_sequentially("It was the")
    expect(page.locator("form[data-composer=reply] [data-said]")).to_have_text("Draft saved 10:00")
    with acting_as(worker_context()):
        assert Draft.objects.get().body == "It was the"
    elsewhere = open_page(desk.engineer)
    elsewhere.goto("/desk/tickets/ACME-1/")
    expect(elsewhere.get_by_label("Reply to customer", exact=True)).to_have_value("It was the")
    expect(elsewhere.get_by_text("Draft from 10:00")).to_be_visible()

    session = next(c for c in page.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    reply.press_sequentially(" cache")
    expect(page.locator("form[data-composer=reply] [data-said]")).to_have_text(
        "Signed out. Your text is kept here. Sign in in a new tab."
    )
    page.context.add_cookies([session])  # type: ignore[list-item]
    page.reload()
    expect(page.get_by_label("Reply to customer", exact=True)).to_have_value("It was the cache")
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.get_by_label("Reply to customer", exact=True)).to_have_value("")
    with acting_as(worker_context()):
        assert not Draft.objects.exists()
