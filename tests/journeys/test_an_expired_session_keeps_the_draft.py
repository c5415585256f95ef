"""Someone's session ends while they write; they sign in again and go on where they were."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, file_ticket
from tests.journeys.conftest import OpenPage
from tickets.models import Message

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


PASSWORD = "a long enough sentence"


def test_a_reply_survives_signing_in_again(real_cast: Cast, open_page: OpenPage) -> None:
    file_ticket(real_cast.acme.requester, subject="Shop is slow")
    user = real_cast.acme.requester.user
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    page = open_page()
    page.goto("/c/acme/tickets/1/")
    _sign_in(page, user.email)
    page.get_by_label("Reply", exact=True).press_sequentially("It began at nine")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    with acting_as(worker_context()):
        assert not Message.objects.filter(body__contains="nine").exists()
    _sign_in(page, user.email)
    expect(page.get_by_role("heading", name="Shop is slow")).to_be_visible()
    expect(page.get_by_label("Reply", exact=True)).to_have_value("It began at nine")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Sent")
    expect(page.get_by_label("Reply", exact=True)).to_have_value("")
    page.reload()
    expect(page.get_by_label("Reply", exact=True)).to_have_value("")
    with acting_as(worker_context()):
        assert Message.objects.filter(body="It began at nine").count() == 1


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
