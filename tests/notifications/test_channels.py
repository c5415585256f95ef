"""Alerts reach chats and webhooks as surely as people; the desk sees each attempt, and keeps the secrets."""

from __future__ import annotations

import json
import re

import pytest

from core.problems import Refused
from core.tenancy import SYSTEM, acting_as, worker_context
from notifications import actions, channel_health
from notifications.models import Channel, State
from notifications.signing import is_signed
from notifications.tasks import deliver_due
from tests.cast import START, Cast
from tests.conftest import Browse, Clock
from tests.core.test_outbound import Server
from tests.notifications.channels import add, again, outcomes, put, receiver, rows
from tests.notifications.test_delivery_failures import Killed
from tests.notifications.test_outbox import put as put_mail

__all__ = ["receiver"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def test_a_webhook_gets_a_signed_message_once(real_cast: Cast, receiver: Server) -> None:
    channel = add(real_cast, receiver.url)
    put(real_cast, channel)
    put(real_cast, channel)
    assert (deliver_due(), deliver_due()) == (1, 0)
    [row], [(_, headers, body)] = rows(), receiver.got
    assert (row.state, row.recipient_name, outcomes()) == (State.SENT, "Pager", ["HTTP 204"])
    assert headers["webhook-id"] == headers["idempotency-key"] == row.message_key
    assert is_signed([channel.secret], headers, body, now=START)
    assert json.loads(body)["data"]["ticket"] == "ACME-1"


def test_a_refusal_is_tried_again_under_the_same_id(real_cast: Cast, receiver: Server, clock: Clock) -> None:
    put(real_cast, add(real_cast, receiver.url))
    receiver.status = 503
    deliver_due()
    [row] = rows()
    assert (row.state, row.last_error) == (State.QUEUED, "HTTP 503")
    receiver.status = 200
    clock.advance(seconds=10)
    deliver_due()
    first, second = (headers["webhook-id"] for _, headers, _ in receiver.got)
    assert first == second
    assert outcomes() == ["HTTP 503", "HTTP 200"]


def test_a_redirect_is_no_arrival(real_cast: Cast, receiver: Server) -> None:
    put(real_cast, add(real_cast, receiver.url))
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    deliver_due()
    assert [row.last_error for row in rows()] == ["HTTP 302"]
    assert len(receiver.got) == 1


def test_after_a_death_between_sending_and_saving_it_goes_out_under_the_same_id(
    real_cast: Cast, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(real_cast, add(real_cast, receiver.url))

    def die(channel: Channel) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(channel_health, "note_arrival", die)
        with pytest.raises(Killed):
            deliver_due()
    assert [row.state for row in rows()] == [State.QUEUED]
    assert deliver_due() == 1
    assert [row.state for row in rows()] == [State.SENT]
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert outcomes() == ["", "HTTP 204"]  # of the first one nobody knows


def test_a_channel_that_fails_again_and_again_is_paused_and_the_leads_are_told(
    real_cast: Cast, receiver: Server, clock: Clock, browse: Browse
) -> None:
    channel = add(real_cast, receiver.url)
    receiver.status = 500
    for number in range(channel_health.PAUSE_AFTER):
        put(real_cast, channel, f"key:{number}")
    deliver_due()
    paused = again(channel)
    assert (paused.failures_in_row, paused.paused_at) == (channel_health.PAUSE_AFTER, START)
    told = [row for row in rows() if row.kind == "channel_paused"]
    assert {row.recipient_email for row in told} == {"lead@trusst.example", "admin@trusst.example"}
    clock.advance(hours=1)
    deliver_due()
    assert len(receiver.got) == channel_health.PAUSE_AFTER  # nothing more is tried
    assert {row.last_error for row in rows() if row.channel_id} == {"ChannelIsPaused"}
    receiver.status = 204
    client = browse(real_cast.admin)
    client.post(f"/desk/admin/channels/{channel.pk}/on/")
    deliver_due()
    assert {row.state for row in rows()} == {State.SENT}
    assert again(channel).failures_in_row == 0


def test_a_channel_that_is_gone_is_paused_at_once(real_cast: Cast, receiver: Server) -> None:
    channel = add(real_cast, receiver.url)
    put(real_cast, channel)
    receiver.status = 410
    deliver_due()
    assert again(channel).paused_at == START


# --- The pages ---------------------------------------------------------------------------------------
def test_an_administrator_adds_a_webhook_and_sees_its_secret_once(
    real_cast: Cast, receiver: Server, browse: Browse
) -> None:
    client = browse(real_cast.admin)
    page = client.post(
        "/desk/admin/channels/", {"kind": "webhook", "name": "Pager", "address": receiver.url}
    ).content.decode()
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    for path in ("/desk/admin/channels/", "/desk/admin/channels/1/"):
        later = client.get(path).content.decode()
        assert secret not in later
        assert receiver.url not in later
    put(real_cast, again(Channel(pk=1)))
    deliver_due()
    [(_, headers, body)] = receiver.got
    assert is_signed([secret], headers, body, now=START)


def test_a_new_secret_signs_beside_the_one_before_for_a_day(
    real_cast: Cast, receiver: Server, browse: Browse, clock: Clock
) -> None:
    channel = add(real_cast, receiver.url)
    client = browse(real_cast.admin)
    page = client.post(f"/desk/admin/channels/{channel.pk}/secret/", {"generation": 1}).content.decode()
    [new] = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    twice = client.post(f"/desk/admin/channels/{channel.pk}/secret/", {"generation": 1})
    assert twice.status_code == 422
    assert "has a new secret already" in twice.content.decode()
    for hours, is_old_known in ((23, True), (2, False)):
        put(real_cast, channel, f"key:{hours}")
        clock.advance(hours=hours)
        deliver_due()
        _, headers, body = receiver.got[-1]
        assert is_signed([new], headers, body, now=clock.now)
        assert is_signed([channel.secret], headers, body, now=clock.now) is is_old_known


def test_a_test_message_says_what_came_of_it(real_cast: Cast, receiver: Server, browse: Browse) -> None:
    channel = add(real_cast, receiver.url)
    client = browse(real_cast.admin)
    address = f"/desk/admin/channels/{channel.pk}/test/"
    assert "The channel took the test: HTTP 204" in client.post(address, follow=True).content.decode()
    receiver.status = 404
    assert "did not take the test: HTTP 404" in client.post(address, follow=True).content.decode()
    assert rows() == []


def test_a_message_that_arrived_is_sent_once_more_under_its_id(
    real_cast: Cast, receiver: Server, browse: Browse
) -> None:
    channel = add(real_cast, receiver.url)
    put(real_cast, channel)
    deliver_due()
    [row] = rows()
    browse(real_cast.admin).post(f"/desk/admin/channels/{channel.pk}/messages/{row.pk}/again/")
    deliver_due()
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 2


def test_a_channel_is_switched_off_only_when_it_is_confirmed(
    real_cast: Cast, receiver: Server, browse: Browse
) -> None:
    channel = add(real_cast, receiver.url)
    client = browse(real_cast.admin)
    assert client.post(f"/desk/admin/channels/{channel.pk}/off/").status_code == 422
    assert again(channel).is_active
    client.post(f"/desk/admin/channels/{channel.pk}/off/", {"sure": "on"})
    assert not again(channel).is_active
    put(real_cast, channel)
    deliver_due()
    assert [(row.state, row.last_error) for row in rows()] == [(State.DEAD, "ChannelIsOff")]
    assert receiver.got == []


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("webhook", "https://169.254.169.254/latest/"),
        ("webhook", "http://hooks.example.com/"),
        ("webhook", "https://2130706433/"),
        ("teams", "javascript:alert(1)"),
    ],
)
def test_an_address_that_leads_inside_is_refused_with_the_reason(
    real_cast: Cast, browse: Browse, kind: str, address: str
) -> None:
    answer = browse(real_cast.admin).post(
        "/desk/admin/channels/", {"kind": kind, "name": "Pager", "address": address}
    )
    assert answer.status_code == 422
    assert "address" in answer.context["form"].errors
    with pytest.raises(Channel.DoesNotExist):
        again(Channel(pk=1))


def test_what_went_to_a_person_is_not_sent_once_more(real_cast: Cast) -> None:
    put_mail(real_cast.acme)
    deliver_due()
    [row] = rows()
    with pytest.raises(Refused), acting_as(worker_context()) as now:
        actions.replay(notification_id=row.pk, actor=SYSTEM, at=now)
    assert [one.state for one in rows()] == [State.SENT]
