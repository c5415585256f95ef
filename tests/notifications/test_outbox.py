"""A message is put into the outbox once, and the row is the truth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from core.tenancy import acting_as, worker_context
from notifications import actions
from notifications.models import Audience, Notification, State
from notifications.tasks import deliver_due
from tests.cast import START, Cast, House
from trusst_support.local.mail import mailbox

real = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def put(house: House, **changes: Any) -> None:
    """Queue a message to the customer's lead."""
    values: dict[str, Any] = {
        "customer_id": house.customer.pk,
        "audience": Audience.CUSTOMER,
        "kind": "ticket",
        "dedupe_key": "reply:1:member:1",
        "recipient_email": house.lead.email,
        "recipient_name": house.lead.name,
        "subject": "ACME-1 Desk Engineer replied",
        "body": "We are on it.",
        "occurred_at": START,
        "deliver_after": START,
    }
    with acting_as(worker_context()):
        actions.queue(**(values | changes))


def rows() -> list[Notification]:
    with acting_as(worker_context()):
        return list(Notification.objects.order_by("pk"))


def test_a_key_that_is_there_already_changes_nothing(cast: Cast) -> None:
    put(cast.acme)
    put(cast.acme, subject="Another subject", body="Another body")
    [row] = rows()
    assert (row.subject, row.body) == ("ACME-1 Desk Engineer replied", "We are on it.")


def test_a_key_belongs_to_one_customer(cast: Cast) -> None:
    put(cast.acme)
    put(cast.globex)
    assert [row.customer_id for row in rows()] == [cast.acme.customer.pk, cast.globex.customer.pk]


def test_a_message_of_a_change_that_fails_is_not_queued(cast: Cast) -> None:
    with transaction.atomic():
        put(cast.acme)
        transaction.set_rollback(True)
    assert rows() == []


def test_a_subject_is_one_line_that_fits(cast: Cast) -> None:
    put(cast.acme, subject="ACME-1 two\nlines\r\nBcc: all@acme.example " + "x" * 300)
    [row] = rows()
    assert row.subject.startswith("ACME-1 two lines Bcc: all@acme.example xxx")
    assert len(row.subject) == 250


@real
def test_a_message_is_sent_once_with_its_name_and_its_instant(real_cast: Cast) -> None:
    put(real_cast.acme, occurred_at=START - timedelta(minutes=3))
    assert deliver_due() == 1
    assert deliver_due() == 0
    [mail] = mailbox()
    [row] = rows()
    assert mail.message["Message-ID"] == f"<{row.message_key}@trusst.example>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert (mail.to, mail.subject) == ("lead@acme.example", "ACME-1 Desk Engineer replied")
    choose = f"{settings.PORTAL_BASE_URL}/c/acme/you/#mails"
    assert mail.body.strip() == f"We are on it.\n-- \nChoose which mails you get: {choose}"
    assert mail.message["List-Unsubscribe"] == f"<{choose}>"
    assert mail.occurred_at == "2026-03-02T22:57:00Z"
    assert (row.state, row.sent_at, row.failures) == (State.SENT, START, 0)


@real
def test_what_is_not_due_yet_is_not_sent(real_cast: Cast, clock: Any) -> None:
    put(real_cast.acme, deliver_after=START + timedelta(seconds=1))
    assert deliver_due() == 0
    assert mailbox() == []
    clock.advance(seconds=1)
    assert deliver_due() == 1
    assert len(mailbox()) == 1


@real
def test_the_one_that_waits_longest_goes_first(real_cast: Cast) -> None:
    put(real_cast.acme, dedupe_key="b", deliver_after=START - timedelta(seconds=1))
    put(real_cast.acme, dedupe_key="a", deliver_after=START - timedelta(seconds=9))
    assert actions.deliver_due(limit=1) == 1
    assert [(row.dedupe_key, row.state) for row in rows()] == [("b", State.QUEUED), ("a", State.SENT)]


@real
def test_losing_the_queue_server_loses_no_message(real_cast: Cast) -> None:
    put(real_cast.acme)
    cache.clear()  # nothing that matters was there
    assert deliver_due() == 1
    assert len(mailbox()) == 1
