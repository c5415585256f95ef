"""A mail reads well as text and as HTML and loads nothing; a webhook of this machine is kept when it is signed."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from notifications.signing import new_secret, signed_headers
from notifications.tasks import deliver_due
from tests.cast import START, Cast
from tests.notifications.channels import add
from tests.notifications.test_outbox import put
from trusst_support.local.mail import mailbox
from trusst_support.local.webhooks import address

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def html(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_a_mail_has_both_forms_and_the_headers_of_a_list(real_cast: Cast) -> None:
    body = "Acme Lead wrote:\n\n<script>alert(1)</script> & more\nsecond line\n\nRead it: https://portal.example/x/\n"
    put(real_cast.acme, body=body)
    deliver_due()
    [mail] = mailbox()
    assert body in mail.body
    shown = html(mail.message)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more<br>second line" in shown
    assert 'href="https://portal.example/x/"' in shown
    assert "<img" not in shown
    assert "<script" not in shown
    assert 'content="light dark"' in shown
    assert mail.message["List-Id"] == "<acme.trusst.example>"
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_a_webhook_of_this_machine_is_kept_once_and_only_when_it_is_signed(
    real_cast: Cast, settings: LazySettings, tmp_path: Path
) -> None:
    channel = add(real_cast, address())
    body = b'{"type":"test","data":{"text":"ACME-1 first response missed"}}'
    client = Client()
    for secret, status in ((new_secret(), 401), (channel.secret, 204), (channel.secret, 204)):
        headers = signed_headers([secret], message_id="m1", at=START, body=body)
        answer = client.post("/local/webhooks/", body, content_type="application/json", headers=headers)
        assert answer.status_code == status
    page = client.get("/local/webhooks/").content.decode()
    assert page.count("<td>ACME-1 first response missed</td>") == 1
    assert '<td class="num">2</td>' in page
