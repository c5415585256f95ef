"""Mails as people and machines send them."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from django.conf import settings

from core.now import database_now
from core.tenancy import acting_as, worker_context
from tickets import actions
from tickets.mail.addresses import thread_of
from tickets.models import IncomingMail, Ticket


def letter(
    sender: str,
    text: str = "It is slow again.",
    *,
    to: str = "",
    subject: str = "Shop is slow",
    message_id: str = "",
    html: str = "",
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> EmailMessage:
    """Return a mail; headers are named with underscores, such as In_Reply_To."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to or settings.MAIL_IN_ADDRESS
    message["Subject"] = subject
    message["Message-ID"] = message_id or make_msgid(domain="mail.example")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def reply_to(ticket: Ticket) -> str:
    """Return the address at which answers about a ticket arrive."""
    name, _, domain = settings.MAIL_IN_ADDRESS.partition("@")
    return f"{name}+{thread_of(ticket.key)}@{domain}"


def arrive(message: EmailMessage | bytes, **more: Any) -> bool:
    """Let a mail come in; tell whether it is new."""
    raw = message if isinstance(message, bytes) else message.as_bytes()
    with acting_as(worker_context()):
        return actions.take_in(raw=raw, mailbox="test", at=database_now(), **more)


def received(message: EmailMessage | bytes, **more: Any) -> IncomingMail:
    """Let a mail come in and be read; return what became of it."""
    arrive(message, **more)
    actions.read_due()
    return newest()


def newest() -> IncomingMail:
    with acting_as(worker_context()):
        return IncomingMail.objects.order_by("-pk")[0]
