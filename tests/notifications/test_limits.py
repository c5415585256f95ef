"""Nobody gets more mails than they can read: what is too much comes in one, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings

from core.tenancy import acting_as, worker_context
from notifications.models import Notification, State
from notifications.tasks import deliver_due
from tests.cast import Cast
from tests.conftest import Browse, Clock
from tests.notifications.test_delivery_failures import Killed, Post
from tests.notifications.test_outbox import put, rows
from trusst_support.local.mail import mailbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


@pytest.fixture(autouse=True)
def _few(settings: LazySettings) -> None:
    settings.MAILS_AN_HOUR, settings.MAILS_AN_HOUR_PER_TICKET = 5, 3


def put_many(cast: Cast, count: int, *, ticket_id: int | None = 7, first: int = 0, **changes: object) -> None:
    for number in range(first, first + count):
        put(
            cast.acme,
            dedupe_key=f"reply:{number}",
            subject=f"ACME-7 Reply {number}",
            body=f"Words {number}",
            ticket_id=ticket_id,
            **changes,
        )


def test_what_is_too_much_about_one_ticket_comes_in_one_mail(real_cast: Cast, clock: Clock) -> None:
    put_many(real_cast, 6)
    deliver_due()
    assert len(mailbox()) == 3
    clock.advance(minutes=59)
    put_many(real_cast, 1, first=6, deliver_after=clock.now)
    deliver_due()
    assert len(mailbox()) == 3
    clock.advance(minutes=1)
    deliver_due()
    [digest] = [mail for mail in mailbox() if "more about" in mail.subject]
    assert digest.subject == "4 more about ACME-7"
    assert all(f"Words {number}" in digest.body for number in range(3, 7))
    [row] = [one for one in rows() if one.kind == "digest"]
    told = [one for one in rows() if one.state == State.TOLD]
    assert [one.told_with_id for one in told] == [row.pk] * 4
    assert row.state == State.SENT


def test_what_is_too_much_in_all_comes_in_one_mail(real_cast: Cast, clock: Clock) -> None:
    put_many(real_cast, 7, ticket_id=None)
    deliver_due()
    assert len(mailbox()) == 5
    clock.advance(hours=1)
    deliver_due()
    assert "2 more messages" in [mail.subject for mail in mailbox()]


def test_an_alert_is_not_held(real_cast: Cast) -> None:
    put_many(real_cast, 6)
    deliver_due()
    put_many(real_cast, 1, first=6, is_urgent=True)
    deliver_due()
    assert "ACME-7 Reply 6" in [mail.subject for mail in mailbox()]


def test_a_digest_that_was_tried_takes_no_more(
    real_cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_many(real_cast, 4)
    deliver_due()
    clock.advance(hours=1)
    post = Post(monkeypatch)
    post.after = Killed()  # it arrives, and nobody knows
    with pytest.raises(Killed):
        deliver_due()
    post.after = None
    put_many(real_cast, 4, first=4, deliver_after=clock.now - timedelta(seconds=1))
    deliver_due()
    digests = [one for one in rows() if one.kind == "digest"]
    assert [(one.state, one.subject) for one in digests] == [
        (State.SENT, "1 more about ACME-7"),
        (State.QUEUED, ""),
    ]
    assert [mail.subject for mail in mailbox()].count("1 more about ACME-7") == 1


def test_the_page_of_a_message_names_the_digest(real_cast: Cast, browse: Browse) -> None:
    put_many(real_cast, 4)
    deliver_due()
    [held] = [one for one in rows() if one.state == State.TOLD]
    client = browse(real_cast.manager)
    page = client.get(f"/desk/admin/messages/{held.pk}/").content.decode()
    assert f'href="/desk/admin/messages/{held.told_with_id}/"' in page
    assert "Words 3" not in page


def test_of_late_alerts_about_one_matter_the_latest_is_sent(real_cast: Cast, clock: Clock) -> None:
    for step in range(3):
        put(real_cast.acme, dedupe_key=f"escalation:1:{step}", subject=f"Step {step}", matter="escalation:1")
    put(real_cast.acme, dedupe_key="escalation:2:0", subject="Another", matter="escalation:2")
    clock.advance(hours=2)  # nothing was delivered for a while
    deliver_due()
    assert sorted(mail.subject for mail in mailbox()) == ["Another", "Step 2"]
    states = [(one.state, one.told_with_id) for one in rows()]
    last = rows()[2].pk
    assert states == [(State.TOLD, last), (State.TOLD, last), (State.SENT, None), (State.SENT, None)]


def test_alerts_that_come_one_after_the_other_are_all_sent(real_cast: Cast) -> None:
    for step in range(3):
        put(real_cast.acme, dedupe_key=f"escalation:1:{step}", subject=f"Step {step}", matter="escalation:1")
        deliver_due()
    assert len(mailbox()) == 3


def test_the_list_shows_what_was_given_up_and_sends_it_again(real_cast: Cast, browse: Browse) -> None:
    put_many(real_cast, 2)
    with acting_as(worker_context()):
        Notification.objects.update(state=State.DEAD, failures=12, last_error="SMTPServerDisconnected")
    client = browse(real_cast.lead)
    page = client.get("/desk/admin/messages/?state=dead").content.decode()
    assert page.count("SMTPServerDisconnected") == 2
    assert "Words 0" not in page
    assert "ACME-7 Reply" not in page
    client.post(f"/desk/admin/messages/{rows()[0].pk}/again/")
    assert [one.state for one in rows()] == [State.QUEUED, State.DEAD]
    said = client.post("/desk/admin/messages/again/", follow=True).content.decode()
    assert "1 message is sent again now." in said
    assert deliver_due() == 2
    assert len(mailbox()) == 2
