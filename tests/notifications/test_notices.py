"""What a person is told by mail is in the portal as well, theirs alone, until they have read it."""

from __future__ import annotations

import re

import pytest

from core.tenancy import acting_as, worker_context
from customers.access import member_context
from escalations import actions as escalations
from notifications.models import Notification
from tests.cast import CRITICAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tests.tenancy.everything import tell
from tickets import actions as tickets

DESK, ACME = "/desk/notifications/", "/c/acme/notifications/"


def unread(page: str) -> int:
    found = re.search(r'(?:<b>|id="n-unread">)(\d+)(?:</b>)?<span class="vh"> unread', page)
    return int(found[1]) if found else 0


def test_an_alert_rings_the_bell_until_it_is_read(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    escalations.advance_due()
    client = browse(cast.engineer)
    assert unread(client.get("/desk/").content.decode()) == 1
    page = client.get(DESK).content.decode()
    assert f'href="/desk/tickets/{ticket.key}/"' in page
    assert page.count("Mark as read") == 1
    assert client.post(DESK, {"read": "all"})["Location"] == DESK
    page = client.get(DESK).content.decode()
    assert (unread(page), page.count("Mark as read")) == (0, 0)
    assert unread(browse(cast.lead).get("/desk/").content.decode()) == 0  # it was not for the lead


def test_one_message_is_read_by_itself(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We look at it")
    client = browse(cast.acme.requester)
    page = client.get(ACME).content.decode()
    assert unread(page) == 2
    assert f'href="/c/acme/tickets/{ticket.number}/"' in page
    newest = re.search(r'name="read" value="(\d+)"', page)
    assert newest is not None
    client.post(ACME, {"read": newest[1]})
    assert unread(client.get("/c/acme/").content.decode()) == 1


@pytest.mark.parametrize("read", ["", "x", "99999999999999999999", "-1"])
def test_what_names_no_message_reads_none(cast: Cast, browse: Browse, read: str) -> None:
    file_ticket(cast.acme.requester)
    client = browse(cast.acme.requester)
    assert client.post(ACME, {"read": read}).status_code == 302
    assert unread(client.get(ACME).content.decode()) == 1


def test_nobody_reads_or_marks_what_a_colleague_was_told(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    with acting_as(worker_context()):
        row = Notification.objects.get(member=cast.acme.requester)
    client = browse(cast.acme.lead)
    assert row.subject not in client.get(ACME).content.decode()
    client.post(ACME, {"read": row.pk})
    client.post(ACME, {"read": "all"})
    with acting_as(worker_context()):
        assert Notification.objects.get(pk=row.pk).read_at is None


def test_the_database_shows_a_member_their_own_alone(cast: Cast) -> None:
    with acting_as(member_context(cast.acme.lead)):
        tell(cast.acme, cast.acme.requester, "one")  # writing to a colleague is what every reply does
        tell(cast.acme, cast.acme.lead, "two")
        tell(cast.acme, cast.acme.lead, "two")
        assert [row.member_id for row in Notification.objects.all()] == [cast.acme.lead.pk]
        assert Notification.objects.filter(member=cast.acme.requester).update(read_at=None) == 0
    with acting_as(worker_context()):
        assert Notification.objects.count() == 2
