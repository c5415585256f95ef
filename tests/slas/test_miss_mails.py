"""Once a miss has a cause and an action, the customer's leads are mailed about it, once."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from slas import actions as slas
from tests.cast import CRITICAL, Cast, file_ticket, fresh
from tests.conftest import Browse, Clock
from tickets.models import Ticket

SAID = {
    "misses": ["respond:1"],
    "cause": "staffing",
    "detail": "Two were ill",
    "action": "A third is on call",
}


@pytest.fixture
def late(cast: Cast, clock: Clock) -> Ticket:
    """A critical ticket that nobody answered in time."""
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=40)
    slas.sweep()
    return fresh(ticket)


def explain(browse: Browse, cast: Cast, ticket: Ticket, **typed: object) -> None:
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/misses/", SAID | typed)
    assert answer.status_code == 302


def mails() -> list[Notification]:
    with acting_as(worker_context()):
        return list(Notification.objects.filter(dedupe_key__startswith="miss-explained:").order_by("pk"))


def test_the_leads_read_what_was_missed_why_and_what_is_done(
    cast: Cast, browse: Browse, late: Ticket
) -> None:
    explain(browse, cast, late)
    [mail] = mails()
    assert (mail.recipient_email, mail.subject) == (
        cast.acme.lead.email,
        f"{late.key} Why we missed a promise, First response: Shop is slow",
    )
    for line in (
        "Missed: First response, Tue 3 Mar 2026, 10:30 AEDT",
        "What happened: Two were ill",
        "What we do so that it does not happen again: A third is on call",
        f"/c/acme/tickets/{late.number}/",
    ):
        assert line in mail.body


def test_it_waits_for_the_action_and_a_correction_mails_nobody_again(
    cast: Cast, browse: Browse, clock: Clock, late: Ticket
) -> None:
    explain(browse, cast, late, action="")
    assert mails() == []
    clock.advance(hours=1)
    explain(browse, cast, late)
    clock.advance(hours=1)
    explain(browse, cast, late, detail="Three were ill")
    [mail] = mails()
    assert "What happened: Two were ill" in mail.body


def test_a_lead_who_does_without_mails_about_promises_gets_none(
    cast: Cast, browse: Browse, late: Ticket
) -> None:
    browse(cast.acme.lead).post("/c/acme/you/mails/", {"topics": ["reply"]})
    explain(browse, cast, late)
    assert mails() == []
