"""A message that cannot be delivered is tried later and later, then parked in sight; the others go out."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import StringIO
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core.models import EventRecord
from core.problems import Refused
from core.tenancy import SYSTEM, acting_as, worker_context
from notifications import actions
from notifications.models import DeliveryAttempt, Notification, State
from notifications.tasks import deliver_due
from tests.cast import START, Cast
from tests.conftest import Clock
from tests.core.two_connections import at_once
from tests.notifications.test_outbox import put, rows
from trusst_support.local.mail import mailbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])

#: Doubled up to half an hour and, from the second on, up to a fifth shorter by the message's own key.
WAITS = [10, 18, 34, 75, 130, 273, 551, 1236, 1546, 1788, 1701]


class Killed(BaseException):
    """The end of a process, which nothing that handles errors may catch."""


class Post:
    """A mail server whose mood a test sets; the message of a passing mood arrives in the local mailbox."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.before: BaseException | None = None
        self.after: BaseException | None = None
        self.calls = 0
        send = EmailMessage.send

        def moody(message: EmailMessage, fail_silently: bool = False) -> int:
            self.calls += 1
            if self.before is not None and self._is_meant(message):
                raise self.before
            sent = send(message, fail_silently)
            if self.after is not None:
                raise self.after
            return sent

        self.only_subject = ""
        monkeypatch.setattr(EmailMessage, "send", moody)

    def _is_meant(self, message: EmailMessage) -> bool:
        return not self.only_subject or message.subject == self.only_subject


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(monkeypatch)


def attempts() -> list[int]:
    with acting_as(worker_context()):
        return list(DeliveryAttempt.objects.order_by("pk").values_list("number", flat=True))


def test_failures_back_off_and_end_in_sight(real_cast: Cast, clock: Clock, post: Post) -> None:
    put(real_cast.acme)
    post.before = SMTPServerDisconnected("closed")
    for number, seconds in enumerate(WAITS, start=1):
        assert deliver_due() == 1
        [row] = rows()
        assert (row.failures, row.state) == (number, State.QUEUED)
        assert row.deliver_after == clock.now + timedelta(seconds=seconds)
        clock.advance(seconds=seconds - 1)
        assert deliver_due() == 0  # not a second early
        clock.advance(seconds=1)
    assert deliver_due() == 1
    [row] = rows()
    assert (row.failures, row.state, row.last_error) == (12, State.DEAD, "SMTPServerDisconnected")
    assert attempts() == list(range(1, 13))
    clock.advance(days=1)
    assert deliver_due() == 0
    assert post.calls == 12


def test_a_message_that_arrives_at_last_keeps_its_name(real_cast: Cast, clock: Clock, post: Post) -> None:
    put(real_cast.acme)
    post.before = OSError("no route")
    deliver_due()
    post.before = None
    clock.advance(seconds=10)
    assert deliver_due() == 1
    [row], [mail] = rows(), mailbox()
    assert (row.state, row.failures, row.last_error) == (State.SENT, 1, "OSError")
    assert mail.message["Message-ID"] == f"<{row.message_key}@trusst.example>"


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({}),
        ValueError("a header that no server takes"),
        TypeError("a bug"),
        KeyError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_one_poisoned_message_does_not_hold_up_the_others(
    real_cast: Cast, clock: Clock, post: Post, error: Exception
) -> None:
    put(real_cast.acme, dedupe_key="poison", subject="Poison", deliver_after=START - timedelta(seconds=9))
    put(real_cast.acme, dedupe_key="sound")
    post.before, post.only_subject = error, "Poison"
    assert deliver_due() == 2
    poison, sound = rows()
    assert (poison.state, poison.failures, poison.last_error) == (State.QUEUED, 1, type(error).__name__)
    assert poison.deliver_after == START + timedelta(seconds=10)
    assert sound.state == State.SENT
    assert [mail.subject for mail in mailbox()] == ["ACME-1 Desk Engineer replied"]


def test_a_message_that_cannot_even_be_tried_does_not_hold_up_the_others(
    real_cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put(real_cast.acme, dedupe_key="poison", deliver_after=START - timedelta(seconds=9))
    put(real_cast.acme, dedupe_key="sound")
    poison = rows()[0].pk
    note = actions._note_attempt

    def refuse(row: Notification) -> int:
        if row.pk == poison:
            raise LookupError("the ledger does not answer")
        return note(row)

    monkeypatch.setattr(actions, "_note_attempt", refuse)
    assert deliver_due() == 1
    assert [row.state for row in rows()] == [State.QUEUED, State.SENT]
    assert f"notification {poison} could not be tried" in caplog.text


def test_a_message_that_another_worker_has_is_left_to_it(real_cast: Cast) -> None:
    put(real_cast.acme)
    [row] = rows()
    answers: list[int] = []
    with acting_as(worker_context()):
        Notification.objects.select_for_update(no_key=True).get(pk=row.pk)
        assert at_once(lambda: answers.append(deliver_due())) == []
    assert answers == [0]
    assert (attempts(), mailbox()) == ([], [])


# --- A process that dies -----------------------------------------------------------------------------
def test_the_attempt_is_on_record_though_the_process_died(real_cast: Cast, post: Post) -> None:
    put(real_cast.acme)
    post.before = Killed()
    with pytest.raises(Killed):
        deliver_due()
    [row] = rows()
    assert (row.state, row.failures, row.deliver_after) == (State.QUEUED, 0, START)
    assert attempts() == [1]


def test_after_a_death_before_sending_the_message_goes_out_once(real_cast: Cast, post: Post) -> None:
    put(real_cast.acme)
    post.before = Killed()
    with pytest.raises(Killed):
        deliver_due()
    post.before = None
    assert deliver_due() == 1
    [row] = rows()
    assert (row.state, row.failures, row.attempts_settled) == (State.SENT, 1, 2)
    assert len(mailbox()) == 1
    assert attempts() == [1, 2]


def test_after_a_death_between_sending_and_saving_nothing_is_sent_twice(real_cast: Cast, post: Post) -> None:
    put(real_cast.acme)
    post.after = Killed()
    with pytest.raises(Killed):
        deliver_due()
    assert [row.state for row in rows()] == [State.QUEUED]
    assert len(mailbox()) == 1
    assert deliver_due() == 1  # asks the mailbox, and does not send
    assert [row.state for row in rows()] == [State.SENT]
    assert len(mailbox()) == 1
    assert post.calls == 1


def test_the_first_attempt_does_not_ask_the_mailbox(
    real_cast: Cast, monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    put(real_cast.acme)
    monkeypatch.setattr("trusst_support.local.mail.MailboxBackend.has_message", lambda self, message_id: True)
    deliver_due()
    assert post.calls == 1


def test_a_message_that_kills_its_process_is_given_up(real_cast: Cast, post: Post, clock: Clock) -> None:
    put(real_cast.acme, dedupe_key="killer", subject="Killer", deliver_after=START - timedelta(seconds=9))
    put(real_cast.acme, dedupe_key="sound")
    post.before, post.only_subject = Killed(), "Killer"
    for _ in range(actions.MAX_FAILURES):
        with pytest.raises(Killed):
            deliver_due()
    assert deliver_due() == 2
    killer, sound = rows()
    assert (killer.state, killer.last_error) == (State.DEAD, "AttemptsLost")
    assert sound.state == State.SENT
    assert post.calls == actions.MAX_FAILURES + 1


# --- Seen, and sent again ----------------------------------------------------------------------------
def give_up(cast: Cast, clock: Clock, post: Post) -> Notification:
    put(cast.acme)
    post.before = OSError("no route")
    for _ in range(actions.MAX_FAILURES):
        deliver_due()
        clock.advance(minutes=30)
    post.before = None
    [row] = rows()
    assert row.state == State.DEAD
    return row


def test_a_message_that_was_given_up_can_be_sent_again(real_cast: Cast, clock: Clock, post: Post) -> None:
    row = give_up(real_cast, clock, post)
    call_command("outbox", "--send-again", str(row.pk), stdout=StringIO())
    assert deliver_due() == 1
    [row], [mail] = rows(), mailbox()
    assert (row.state, row.failures) == (State.SENT, 0)
    assert mail.message["Message-ID"] == f"<{row.message_key}@trusst.example>"
    with acting_as(worker_context()):
        record = EventRecord.objects.get(type="notifications.sent_again")
    assert (record.payload, record.audience) == ({"notification_id": row.pk}, "desk")


def test_sending_again_gives_as_many_attempts_as_a_new_message_has(
    real_cast: Cast, clock: Clock, post: Post
) -> None:
    row = give_up(real_cast, clock, post)
    with acting_as(worker_context()) as now:
        actions.send_again(notification_id=row.pk, actor=SYSTEM, at=now)
    post.before = OSError("still no route")
    deliver_due()
    [row] = rows()
    assert (row.state, row.failures) == (State.QUEUED, 1)
    assert row.deliver_after == clock.now + timedelta(seconds=10)


def test_what_is_not_given_up_is_not_sent_again(real_cast: Cast, clock: Clock) -> None:
    put(real_cast.acme)
    deliver_due()
    [row] = rows()
    with pytest.raises(Refused, match="given up"), acting_as(worker_context()) as now:
        actions.send_again(notification_id=row.pk, actor=SYSTEM, at=now)
    with pytest.raises(CommandError, match="given up"):
        call_command("outbox", "--send-again", str(row.pk))
    assert deliver_due() == 0
    assert len(mailbox()) == 1


def test_the_outbox_lists_what_did_not_arrive(real_cast: Cast, clock: Clock, post: Post) -> None:
    put(real_cast.acme, dedupe_key="sent")
    deliver_due()
    late, dead = "lead@acme.example", "lead@globex.example"
    put(real_cast.acme, dedupe_key="late")
    put(real_cast.globex, dedupe_key="dead")
    _, waits, gone = rows()
    with acting_as(worker_context()):
        Notification.objects.filter(pk=gone.pk).update(
            state=State.DEAD, failures=12, last_error="SMTPServerDisconnected"
        )
    clock.advance(minutes=1)
    shown = StringIO()
    call_command("outbox", stdout=shown)
    assert shown.getvalue().splitlines() == [
        f"{gone.pk}\tgiven up\t12 failures\tSMTPServerDisconnected\tticket to {dead}",
        f"{waits.pk}\tlate\t0 failures\t-\tticket to {late}",
    ]


def test_a_failure_is_logged_without_the_address(
    real_cast: Cast, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    put(real_cast.acme)
    post.before = SMTPRecipientsRefused({"lead@acme.example": (550, b"unknown")})
    with caplog.at_level(logging.WARNING):
        deliver_due()
    assert "SMTPRecipientsRefused" in caplog.text
    assert "lead@acme.example" not in caplog.text


def test_the_ledger_is_another_connection(real_cast: Cast) -> None:
    put(real_cast.acme)
    with transaction.atomic():
        assert deliver_due() == 1
        transaction.set_rollback(True)
    assert attempts() == [1]  # what was tried is on record, whatever became of the rest
    assert connection.needs_rollback is False
    assert [row.state for row in rows()] == [State.QUEUED]
