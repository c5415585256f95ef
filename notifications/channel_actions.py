"""Keep the channels outside: add, change, try, switch and give a new secret."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from core.events import publish_desk
from core.outbound import NotAllowed, check_url
from core.problems import Refused, Stale
from core.tenancy import Actor
from notifications import actions, sending, signing
from notifications.events import ChannelChanged
from notifications.models import Channel, Way
from notifications.payloads import Alert

#: How long the secret before the last still signs.
BOTH_SECRETS = timedelta(hours=24)


@transaction.atomic
def add_channel(*, kind: str, name: str, address: str, actor: Actor, at: datetime) -> Channel:
    """Add a channel; a webhook gets the secret that signs what is sent to it.

    Raises Refused for a name that is taken and for an address that may not be sent to.
    """
    _check(kind, address)
    secret = signing.new_secret() if kind == Way.WEBHOOK else ""
    channel = Channel(kind=kind, name=name, address=address, secret=secret)
    _save(channel)
    _tell(channel, "added", actor, at)
    return channel


@transaction.atomic
def change_channel(*, channel: Channel, name: str, address: str, actor: Actor, at: datetime) -> None:
    """Change a channel's name, and its address unless the new one is empty."""
    locked = _lock(channel)
    if address:
        _check(locked.kind, address)
        locked.address = address
    locked.name = name
    _save(locked)
    _tell(locked, "edited", actor, at)


@transaction.atomic
def rotate_secret(*, channel: Channel, generation: int, actor: Actor, at: datetime) -> str:
    """Give a webhook a new secret and return it; for a day, messages are signed with the one before as well.

    Raises Stale when somebody has done it since `generation` was read, so that a page sent twice does it once.
    """
    locked = _lock(channel)
    if locked.kind != Way.WEBHOOK:
        raise Refused("Only a webhook has a secret.")
    if locked.generation != generation:
        raise Stale("The channel has a new secret already. Make another one if nobody has kept it.")
    locked.previous_secret, locked.previous_until = locked.secret, at + BOTH_SECRETS
    locked.secret = signing.new_secret()
    locked.generation += 1
    locked.save(update_fields=["previous_secret", "previous_until", "secret", "generation"])
    _tell(locked, "rotated", actor, at)
    return locked.secret


@transaction.atomic
def switch_channel(*, channel: Channel, is_active: bool, actor: Actor, at: datetime) -> int:
    """Switch a channel off, or on; then what it did not take is sent again, and the number of it returned."""
    locked = _lock(channel)
    locked.is_active = is_active
    if is_active:
        locked.paused_at, locked.failures_in_row = None, 0
    locked.save(update_fields=["is_active", "paused_at", "failures_in_row"])
    _tell(locked, "on" if is_active else "off", actor, at)
    return actions.send_all_again(actor=actor, at=at, channel_id=locked.pk) if is_active else 0


@transaction.atomic
def try_channel(*, channel: Channel, actor: Actor, at: datetime) -> str:
    """Send a test message to a channel now, and return what came of it in words; raises Refused when it failed."""
    key = hashlib.sha256(f"test:{channel.pk}:{at.isoformat()}".encode()).hexdigest()[:40]
    alert = Alert(
        key=key,
        kind="test",
        subject=f"Test from Trusst Support by {actor.name}",
        body="If you can read this, the channel works. Nothing has happened.",
        occurred_at=at,
        more={"url": f"{settings.PORTAL_BASE_URL}/desk/"},
    )
    _tell(channel, "tried", actor, at)
    try:
        answer = sending.send_to(channel, alert, now=at)
    except NotAllowed as refused:
        raise Refused(str(refused)) from None
    except sending.FAILURES as error:
        raise Refused(f"The channel did not answer ({type(error).__name__}).") from None
    said = f"HTTP {answer.status} after {answer.seconds:.1f} s"
    if not answer.is_taken:
        raise Refused(f"The channel did not take the test: {said}.")
    return f"The channel took the test: {said}."


def _check(kind: str, address: str) -> None:
    try:
        check_url(address, hosts=sending.hosts_of(kind), allow_local=settings.LOCAL)
    except NotAllowed as refused:
        raise Refused(str(refused), field="address") from None


def _lock(channel: Channel) -> Channel:
    return Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)


def _save(channel: Channel) -> None:
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        raise Refused("Another channel has this name.", field="name") from None


def _tell(channel: Channel, kind: str, actor: Actor, at: datetime) -> None:
    publish_desk(ChannelChanged(at=at, actor=actor, channel_id=channel.pk, kind=kind))
