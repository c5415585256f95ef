"""How one message travels: as a mail, into a chat, or to a webhook."""

from __future__ import annotations

from datetime import datetime
from http.client import HTTPException
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.html import escape, format_html, urlize
from django.utils.safestring import SafeString, mark_safe

from core.outbound import Answer, NotAllowed, post
from notifications import payloads, signing, threads
from notifications.models import Audience, Channel, Notification, Way
from notifications.words import REPLY_LINE

#: Where the chats' incoming webhooks are; a name that begins with a dot stands for those that end so.
HOSTS: dict[str, tuple[str, ...]] = {
    Way.SLACK: ("hooks.slack.com",),
    Way.TEAMS: (".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com"),
}
_SHAPES = {Way.SLACK: payloads.slack, Way.TEAMS: payloads.teams, Way.WEBHOOK: payloads.webhook}
_GONE = 410
#: The colours are the reader's own: `color-scheme` lets a mail program in the dark turn them round.
_LOOK = "font-family:system-ui,sans-serif;font-size:15px;line-height:1.5;margin:16px"


class AttemptsLost(Exception):
    """Every attempt ended together with the process that made it."""


class NotTaken(OSError):
    """A server answered that it did not take the message; `str()` is its status."""

    @property
    def is_gone(self) -> bool:
        """Tell whether it says that the address will never take one again."""
        return str(self) == f"HTTP {_GONE}"


#: What the world outside may do to an attempt, without anything being wrong with the message.
FAILURES = (OSError, SMTPException, HTTPException, NotAllowed)


def send_once(row: Notification, *, now: datetime, is_first: bool, may_send: bool) -> str:
    """Send a message and say what the receiver answered; not again when an earlier attempt has arrived.

    A mailbox that can be asked is asked first. A chat and a webhook cannot be, so they get the same message
    again under the same id. Raises AttemptsLost when there have been enough attempts.
    """
    if row.channel is not None:
        if not may_send:
            raise AttemptsLost
        answer = send_to(row.channel, alert_of(row), now=now)
        if not answer.is_taken:
            raise NotTaken(f"HTTP {answer.status}")
        return f"HTTP {answer.status}"
    message = mail_of(row)
    has_message = getattr(message.connection, "has_message", None)
    if not is_first and has_message is not None and has_message(message.extra_headers["Message-ID"]):
        return "Had arrived"
    if not may_send:
        raise AttemptsLost
    message.send()
    return "Sent"


# --- Chats and webhooks ------------------------------------------------------------------------------
def alert_of(row: Notification) -> payloads.Alert:
    """Return what a row says, for a chat or a webhook."""
    return payloads.Alert(
        key=row.message_key,
        kind=row.kind,
        subject=row.subject,
        body=row.body,
        occurred_at=row.occurred_at,
        more=row.payload,
    )


def send_to(channel: Channel, alert: payloads.Alert, *, now: datetime) -> Answer:
    """Send an alert to a channel under the alert's key, signed where the channel is a webhook."""
    way = Way(channel.kind)
    body = _SHAPES[way](alert)
    headers = {"Content-Type": "application/json", "Idempotency-Key": alert.key}
    if way == Way.WEBHOOK:
        headers |= signing.signed_headers(channel.secrets_at(now), message_id=alert.key, at=now, body=body)
    return post(channel.address, body=body, headers=headers, hosts=hosts_of(way), allow_local=settings.LOCAL)


def hosts_of(way: str) -> tuple[str, ...]:
    """Return the hosts to which a kind of channel may lead; () for any, as on a portal of one machine."""
    return () if settings.LOCAL else HOSTS.get(way, ())


# --- Mail --------------------------------------------------------------------------------------------
def mail_of(row: Notification) -> EmailMultiAlternatives:
    """Return a row as a mail, in plain text and in HTML."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    choices = _where_to_choose(row)
    is_answered = bool(row.thread) and threads.takes_answers()
    body = f"{REPLY_LINE}\n\n{row.body}" if is_answered else row.body
    thread = threads.reference(row.thread) if is_answered else ""
    message = EmailMultiAlternatives(
        subject=row.subject,
        body=f"{body}\n-- \nChoose which mails you get: {choices}\n" if choices else body,
        to=[row.recipient_email],
        reply_to=[threads.reply_address(row.thread)] if is_answered else None,
        connection=get_connection(),
        headers={
            "Message-ID": f"<{row.message_key}+{thread[1:]}"
            if is_answered
            else f"<{row.message_key}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "List-Id": f"<{row.customer.slug}.{domain}>",
            "X-Occurred-At": row.occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        | ({"List-Unsubscribe": f"<{choices}>"} if choices else {})
        | ({"In-Reply-To": thread, "References": thread} if is_answered else {}),
    )
    message.attach_alternative(_html(row, body, choices), "text/html")
    return message


def _html(row: Notification, body: str, choices: str) -> SafeString:
    """Return a mail's text as HTML that loads nothing: what people wrote is escaped, addresses are links."""
    paragraphs = [
        mark_safe(urlize(part, autoescape=True).replace("\n", "<br>"))  # noqa: S308 - urlize has escaped it
        for part in body.strip().split("\n\n")
    ]
    foot = (
        format_html('<hr><p><small><a href="{}">Choose which mails you get</a></small></p>', choices)
        if choices
        else SafeString("")
    )
    inside = SafeString("".join(format_html("<p>{}</p>", one) for one in paragraphs))
    return format_html(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        '<title>{}</title></head><body style="{}">{}{}</body></html>',
        escape(row.subject),
        _LOOK,
        inside,
        foot,
    )


def _where_to_choose(row: Notification) -> str:
    """Return where the reader turns mails off; '' for somebody invited, who has no such page yet."""
    if row.kind == "invitation":
        return ""
    page = "/desk/settings/" if row.audience == Audience.DESK else f"/c/{row.customer.slug}/you/"
    return f"{settings.PORTAL_BASE_URL}{page}#mails"
