from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish_desk
from core.problems import Refused, Stale
from core.tenancy import Actor
from tickets.canned import unknown_variables, written
from tickets.events import CannedReplyChanged
from tickets.models import CannedReply, ModeChoice

_MOST = 10_000


@transaction.atomic
def add_canned_reply(*, actor: Actor, at: datetime, name: str, body: str, mode: ModeChoice) -> CannedReply:
    """Add a text that the desk writes often."""
    reply = CannedReply(changed_at=at, changed_by_name=actor.name)
    _write(reply, name=name, body=body, mode=mode)
    reply.save()
    _tell(reply, actor=actor, at=at, kind="added")
    return reply


@transaction.atomic
def change_canned_reply(
    *,
    reply: CannedReply,
    actor: Actor,
    at: datetime,
    name: str,
    body: str,
    mode: ModeChoice,
    expected_version: int | None = None,
) -> CannedReply:
    """Change a canned reply; what was sent with it stays as it was."""
    locked = _lock(reply, expected_version)
    _write(locked, name=name, body=body, mode=mode)
    _save(locked, actor, at, "name", "body", "mode")
    _tell(locked, actor=actor, at=at, kind="edited")
    return locked


@transaction.atomic
def switch_canned_reply(
    *, reply: CannedReply, actor: Actor, at: datetime, is_active: bool, expected_version: int | None = None
) -> CannedReply:
    """Offer a canned reply, or no longer; nothing happens when it is so already."""
    locked = _lock(reply, expected_version)
    if locked.is_active == is_active:
        return locked
    locked.is_active = is_active
    _save(locked, actor, at, "is_active")
    _tell(locked, actor=actor, at=at, kind="offered" if is_active else "withdrawn")
    return locked


def _lock(reply: CannedReply, expected_version: int | None) -> CannedReply:
    locked = CannedReply.objects.select_for_update(no_key=True).get(pk=reply.pk)
    if expected_version is not None and locked.version != expected_version:
        raise Stale(
            f"{locked.changed_by_name} changed this reply while you were editing. Nothing was saved: look at "
            "it, then save again."
        )
    return locked


def _write(reply: CannedReply, *, name: str, body: str, mode: ModeChoice) -> None:
    name = " ".join(name.split())
    body = body.replace("\r\n", "\n").strip()
    if not name:
        raise Refused("Enter a name, such as “Ask for logs”.", field="name")
    if not body:
        raise Refused("Enter the text.", field="body")
    if len(body) > _MOST:
        raise Refused(f"This is longer than {_MOST:,} characters.", field="body")
    if unknown := unknown_variables(body):
        raise Refused(f"There is no variable {written(unknown)}. Take one from the list.", field="body")
    if CannedReply.objects.filter(name__iexact=name).exclude(pk=reply.pk).exists():
        raise Refused("There is a reply of this name. Enter another one.", field="name")
    reply.name, reply.body, reply.mode = name[:60], body, mode


def _save(reply: CannedReply, actor: Actor, at: datetime, *changed: str) -> None:
    reply.changed_at, reply.changed_by_name = at, actor.name
    reply.version += 1
    reply.save(update_fields=[*changed, "changed_at", "changed_by_name", "version"])


def _tell(reply: CannedReply, *, actor: Actor, at: datetime, kind: str) -> None:
    publish_desk(CannedReplyChanged(at=at, actor=actor, canned_id=reply.pk, kind=kind))
