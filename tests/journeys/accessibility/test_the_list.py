"""No page is left out of the sweep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.conftest import Clock
from tests.journeys.accessibility.sweep import axe_faults, layout_faults, stage, stops
from tests.journeys.conftest import OpenPage
from tests.tenancy.test_urls import TABLE, names

#: Addresses that answer with no page of their own, each with the reason.
NO_PAGE = {
    "home": "sends everybody to where they work; its choice page is in the customers' tests",
    "portal-file": "a download",
    "desk-file": "a download",
    "portal-evidence": "a download",
    "desk-evidence": "a download",
    "desk-report-holds-csv": "a download",
    "desk-report-misses-csv": "a download",
    "desk-report-clocks-csv": "a download",
    "desk-report-renewals-csv": "a download",
    "desk-review-file": "a download",
    "portal-review-file": "a download",
    "desk-review-building": "part of the page of a review",
    "desk-dry-run-csv": "a download",
    "desk-board-live": "for the board's script",
    "portal-service-levels-csv": "a download",
    "access-log-csv": "a download",
    "portal-tickets-csv": "a download",
    "level-1-live": "for the script of Level 1's queue",
    "portal-report-preview": "part of the report page",
    "desk-bulk-result": "shown after a change; see tests/journeys/test_a_shift_ends.py",
    "desk-queue-live": "for the queue's script",
    "desk-ticket-live": "for the ticket's script",
    "desk-ticket-peek": "part of the queue; see tests/journeys/test_the_keyboard.py",
    "desk-palette": "part of every page of the desk; see tests/journeys/test_the_keyboard.py",
    "inbound-mail": "for a mail provider",
    "inbound-vendor": "for a vendor's event rule",
    "aws-link-state": "part of the page of a connection",
    "desk-account-link-state": "part of the page of a connection",
    "local-mail-send": "shown after a mistake only, in the frame of the local mail",
    "on-call-feed": "for calendar programs",
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
    "api-schema": "for machines",
    "api-docs": "a third party's page",
    "account_signup": "closed",
    "account_inactive": "one sentence in the same frame",
    "account_confirm_login_code": "not in use",
    "account_confirm_email": "one sentence in the same frame",
    "account_email_verification_sent": "one sentence in the same frame",
    "account_reauthenticate": "the sign-in form again",
    "account_reset_password_from_key": "the change-password form again",
    "account_reset_password_from_key_done": "one sentence in the same frame",
    "account_set_password": "the change-password form again",
}


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_every_page_is_swept(real_cast: Cast, clock: Clock) -> None:
    stage(real_cast, clock)
    swept = {stop.name for stop in stops(real_cast)}
    posts = {name for name, (method, _) in TABLE.items() if method == "post"}
    left_out = {name for name in names() if not name.startswith("api-")} - posts - swept - set(NO_PAGE)
    assert left_out == set()


def test_a_scheme_changes_colours_alone() -> None:
    """`light-dark()` takes nothing but colours, so that the dark sweep need not look at anything else."""
    for sheet in Path("static/css").glob("*.css"):
        text = sheet.read_text()
        assert "prefers-color-scheme" not in text, sheet
        themes = re.findall(r"^[^{}]*data-theme[^{}]*{([^}]*)}", text, re.MULTILINE)
        assert {re.sub(r":.*", "", rule).strip() for rule in themes} <= {"color-scheme"}, sheet


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_the_sweep_notices_planted_faults(real_cast: Cast, open_page: OpenPage) -> None:
    page = open_page(real_cast.acme.requester, viewport={"width": 1440, "height": 1000})
    page.goto("/c/acme/")
    assert axe_faults(page) == []
    assert layout_faults(page) == []
    page.evaluate(
        """() => {
            const main = document.querySelector("main");
            main.append(document.createElement("img"), document.createElement("input"));
            const wide = document.createElement("div");
            wide.className = "nw";
            wide.textContent = "x ".repeat(900);
            main.append(wide);
        }"""
    )
    assert {fault.split()[0] for fault in axe_faults(page)} >= {"image-alt", "label"}
    assert any(fault.startswith("overflows by") for fault in layout_faults(page))
