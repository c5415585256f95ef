"""On this machine the mailbox stands in for mail programs: links are followed there, and mails answered."""

from __future__ import annotations

import pytest
from django.test import Client

from core.tenancy import acting_as, worker_context
from notifications.tasks import deliver_due
from tests.cast import Cast, actor_of, file_ticket
from tests.mail.letters import newest
from tickets import actions
from tickets.models import MailState
from trusst_support.local.mail import mailbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def test_a_mail_is_read_followed_and_answered_there(real_cast: Cast) -> None:
    ticket = file_ticket(real_cast.acme.requester)
    with acting_as(worker_context()) as now:
        actions.post_reply(
            ticket=ticket, actor=actor_of(real_cast.engineer), at=now, body="<b>Which</b> region?"
        )
    deliver_due()
    [mail] = [mail for mail in mailbox() if "replied" in mail.subject]
    page = Client().get(f"/local/mail/{mail.name}/")
    html = page.content.decode()
    assert f'/c/acme/tickets/{ticket.number}/" rel="nofollow">http' in html
    assert "&lt;b&gt;Which&lt;/b&gt; region?" in html

    typed = page.context["form"].initial | {"text": "Sydney."}
    assert Client().post("/local/mail/send/", typed | {"text": ""}).status_code == 422
    assert Client().post("/local/mail/send/", typed).status_code == 302
    actions.read_due()
    assert (newest().state, newest().ticket_key) == (MailState.TAKEN, ticket.key)
