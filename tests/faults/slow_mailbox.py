"""The local mailbox at the pace of a mail server; who sends has a mark, so that it can be hurt meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from trusst_support.local.mail import MailboxBackend

#: What a mail server takes to answer, before and after it has the text.
_PACE = 0.03


class SlowMailbox(MailboxBackend):
    """A mailbox that takes its time, and can be asked."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with _marked():
            time.sleep(_PACE)
            sent = super().send_messages(email_messages)
            time.sleep(_PACE)
        return sent


def marks(mailbox: Path) -> Path:
    """Return where the processes that send into a mailbox have their marks."""
    return mailbox.with_name("sending")


@contextmanager
def _marked() -> Iterator[None]:
    mark = marks(Path(settings.PORTAL_MAIL_DIR)) / str(os.getpid())
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    try:
        yield
    finally:
        mark.unlink()
