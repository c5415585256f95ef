"""Mail comes in over IMAP and by a provider's webhook, and neither way loses one or takes it twice."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from core.tenancy import acting_as, worker_context
from tests.cast import Cast
from tests.mail.imap_server import Mailbox, serving
from tests.mail.letters import letter
from tickets import actions
from tickets.mailbox import fetch
from tickets.models import IncomingMail

pytestmark = pytest.mark.django_db


def subjects() -> list[str]:
    with acting_as(worker_context()):
        return list(IncomingMail.objects.order_by("pk").values_list("subject", flat=True))


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with serving() as found:
        monkeypatch.setattr(settings, "MAIL_IN_URL", f"imap://desk:p%40ss@127.0.0.1:{found.port}/INBOX")
        yield found


def test_what_is_new_in_the_mailbox_is_stored_and_then_marked_as_read(box: Mailbox) -> None:
    for name in ("one", "two"):
        box.put(letter("a@acme.example", subject=name).as_bytes())
    assert fetch() == 2
    assert subjects() == ["one", "two"]
    assert box.seen == {1, 2}
    assert fetch() == 0


def test_an_end_between_storing_and_marking_loses_and_doubles_nothing(box: Mailbox) -> None:
    box.put(letter("a@acme.example", subject="one").as_bytes())
    fetch()
    box.seen.clear()
    fetch()
    assert subjects() == ["one"]
    assert box.seen == {1}


def test_a_mail_that_cannot_be_stored_stays_unread_and_holds_up_no_other(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("lost", "broken", "well"):
        box.put(letter("a@acme.example", subject=name).as_bytes())
    box.lost.add(1)
    take_in = actions.take_in

    def refusing(*, raw: bytes, **more: object) -> bool:
        if b"broken" in raw:
            raise OSError("the disk is full")
        return take_in(raw=raw, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "take_in", refusing)
    assert fetch() == 1
    assert subjects() == ["well"]
    assert box.seen == {3}


def test_without_a_mailbox_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAIL_IN_URL", "")
    assert fetch() == 0


# --- A provider --------------------------------------------------------------------------------------------
POSTMARK = {
    "FromFull": {"Email": "requester@acme.example", "Name": "Acme Requester"},
    "From": "requester@acme.example",
    "To": "desk@in.trusst.example",
    "ToFull": [{"Email": "desk@in.trusst.example", "Name": ""}],
    "OriginalRecipient": "desk@in.trusst.example",
    "Subject": "Shop is slow",
    "TextBody": "Since nine.",
    "HtmlBody": "",
    "MessageID": "22c74902",
    "Headers": [{"Name": "Message-ID", "Value": "<abc@mail.example>"}],
    "Attachments": [],
}


def bring(secret: str = "portal:word") -> int:
    word = base64.b64encode(secret.encode()).decode()
    answer = Client().post(
        "/inbound/mail/",
        json.dumps(POSTMARK),
        content_type="application/json",
        headers={"Authorization": f"Basic {word}"},
    )
    return answer.status_code


@pytest.fixture
def postmark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAIL_IN_PROVIDER", "postmark")
    monkeypatch.setattr(settings, "ANYMAIL", {"WEBHOOK_SECRET": "portal:word"})


@pytest.mark.usefixtures("postmark")
def test_a_providers_webhook_brings_a_mail_once(cast: Cast) -> None:
    assert [bring(), bring()] == [200, 200]
    assert subjects() == ["Shop is slow"]
    actions.read_due()
    with acting_as(worker_context()):
        assert IncomingMail.objects.get().ticket_key == "ACME-1"


@pytest.mark.usefixtures("postmark")
def test_who_does_not_know_the_secret_brings_nothing() -> None:
    assert bring("portal:guess") == 400
    assert subjects() == []


def test_without_a_provider_or_a_secret_there_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bring() == 404
    monkeypatch.setattr(settings, "MAIL_IN_PROVIDER", "postmark")
    monkeypatch.setattr(settings, "ANYMAIL", {})
    assert bring() == 404
