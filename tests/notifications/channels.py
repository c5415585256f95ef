"""Channels for the tests, and messages to them."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from notifications import actions, channel_actions
from notifications.models import Channel, DeliveryAttempt, Notification
from tests.cast import START, Cast, actor_of
from tests.core.test_outbound import Server


@pytest.fixture
def receiver() -> Iterator[Server]:
    """A server of this machine to which a webhook leads."""
    one = Server()
    thread = Thread(target=one.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield one
    one.http.shutdown()
    thread.join()
    one.http.server_close()


def add(cast: Cast, address: str, *, kind: str = "webhook", name: str = "Pager") -> Channel:
    with acting_as(worker_context()) as now:
        return channel_actions.add_channel(
            kind=kind, name=name, address=address, actor=actor_of(cast.admin), at=now
        )


def put(cast: Cast, channel: Channel, key: str = "escalation:1", **changes: Any) -> None:
    values: dict[str, Any] = {
        "channel_id": channel.pk,
        "customer_id": cast.acme.customer.pk,
        "ticket_id": None,
        "kind": "breach",
        "dedupe_key": key,
        "subject": "ACME-1 first response missed",
        "body": "Nobody has answered.",
        "occurred_at": START,
        "deliver_after": START,
        "payload": {"ticket": "ACME-1", "severity": "P1 Critical"},
    }
    with acting_as(worker_context()):
        actions.queue_to_channel(**(values | changes))


def rows() -> list[Notification]:
    with acting_as(worker_context()):
        return list(Notification.objects.order_by("pk"))


def outcomes() -> list[str]:
    with acting_as(worker_context()):
        return list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True))


def again(channel: Channel) -> Channel:
    with acting_as(worker_context()):
        return Channel.objects.get(pk=channel.pk)
