"""The two ways by which mail comes in: fetched over IMAP, or brought by a mail provider's webhook."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools import MailBoxStartTls as MailBoxTls

from core.tenancy import acting_as, worker_context
from tickets import actions
from tickets.mail.letter import MOST_BYTES

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 20
_AT_ONCE = 100
_KINDS: dict[str, Callable[..., BaseMailBox]] = {
    "imaps": MailBox,
    "imap+tls": MailBoxTls,
    "imap": MailBoxUnencrypted,
}


def fetch() -> int:
    """Store every mail in the mailbox that nobody has read, then mark it as read; return how many there were.

    A mail is marked only when it is safe with us, so an end in between means that it is fetched again, and
    known. One that cannot be stored is logged and left, and does not hold up the others.
    """
    if not settings.MAIL_IN_URL:
        return 0
    url = urlsplit(settings.MAIL_IN_URL)
    kind = _KINDS[url.scheme]
    where = {"port": url.port} if url.port else {}
    folder = unquote(url.path.strip("/")) or "INBOX"
    box = kind(url.hostname or "", timeout=_TIMEOUT_SECONDS, **where)
    with box.login(unquote(url.username or ""), unquote(url.password or ""), initial_folder=folder):
        found = box.uids(AND(seen=False))[:_AT_ONCE]
        return sum(_fetch_safely(box, uid) for uid in found)


def _fetch_safely(box: BaseMailBox, uid: str) -> bool:
    try:
        raw = _original(box, uid)
        with acting_as(worker_context()) as now:
            actions.take_in(raw=raw, mailbox="imap", at=now)
        box.flag(uid, MailMessageFlags.SEEN, True)
    except Exception:
        logger.exception("mail %s of the mailbox could not be stored", uid)
        return False
    return True


def _original(box: BaseMailBox, uid: str) -> bytes:
    """Return a mail as its server has it; of one that is too large only a byte more than is ever read."""
    _, answer = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)")
    for piece in answer:
        if isinstance(piece, tuple):
            return bytes(piece[1])
    raise ValueError(f"the server has no mail {uid}")


def take_from_provider(*, event: Any, esp_name: str, **_: Any) -> None:
    """Store a mail that a provider's webhook brought; it may bring the same one several times."""
    message = event.message
    envelope = [message.envelope_recipient] if message.envelope_recipient else []
    with acting_as(worker_context()) as now:
        actions.take_in(raw=message.as_bytes(), mailbox=esp_name.lower(), at=now, envelope=envelope)
