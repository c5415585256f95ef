"""Mail that stays on this machine: one file for each message, named by its Message-ID."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def _file_of(message_id: str) -> Path:
    return Path(settings.PORTAL_MAIL_DIR) / f"{hashlib.sha256(message_id.encode()).hexdigest()}.eml"


class MailboxBackend(BaseEmailBackend):
    """Write messages into the local mailbox; the same Message-ID twice shows as two deliveries."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            content = message.message()
            path = _file_of(str(content["Message-ID"]))
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            while path.exists():  # a repeated delivery must be seen, not overwritten
                path = path.with_name(f"{path.stem}+.eml")
            temporary = path.with_suffix(".part")
            temporary.write_bytes(content.as_bytes())
            temporary.replace(path)
        return len(email_messages)

    def has_message(self, message_id: str) -> bool:
        """Tell whether a message of this id was delivered."""
        return _file_of(message_id).exists()


@dataclass(frozen=True)
class Mail:
    """One message of the local mailbox."""

    name: str
    message: ParsedMessage
    arrived_at: datetime

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def occurred_at(self) -> str:
        return str(self.message["X-Occurred-At"] or "")

    @property
    def body(self) -> str:
        part = self.message.get_body(("plain",))
        return "" if part is None else str(part.get_content())


def mailbox() -> list[Mail]:
    """Return every message, the newest first."""
    files = Path(settings.PORTAL_MAIL_DIR).glob("*.eml")
    return sorted((_read(path) for path in files), key=lambda mail: mail.arrived_at, reverse=True)


def find_mail(name: str) -> Mail | None:
    """Return the message of a name from the list, or None."""
    path = Path(settings.PORTAL_MAIL_DIR) / f"{name}.eml"
    return _read(path) if path.is_file() else None


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, ParsedMessage)
    return Mail(
        name=path.stem, message=message, arrived_at=datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    )
