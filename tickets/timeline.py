"""A ticket's story: its messages and the facts that have something to say, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from core.events import load_event
from core.models import EventRecord
from tickets.markdown import render
from tickets.models import Attachment, Message, Ticket


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line or message of the story; `kind` is message or event."""

    kind: str
    at: datetime
    author_kind: str
    author_name: str
    audience: str
    html: SafeString
    sentence: str = ""
    automatic: bool = False
    by_mail: bool = False
    quoted: str = ""
    vendor: str = ""
    message_id: int | None = None
    attachments: Sequence[Attachment] = ()


def timeline(ticket: Ticket, *, mentions: Mapping[int, Sequence[str]] | None = None) -> list[Entry]:
    """Return everything the present context may read about a ticket, oldest first; three queries.

    `mentions` are the names that are marked in a message, by its id.
    """
    named = mentions or {}
    messages = (
        Message.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
        .prefetch_related("attachments")
        .order_by("at", "id")
    )
    entries = [_message(message, named.get(message.pk, ())) for message in messages]
    records = EventRecord.objects.filter(customer_id=ticket.customer_id, ticket_id=ticket.pk).order_by(
        "occurred_at", "seq"
    )
    for record in records:
        sentence = load_event(record).sentence()
        if sentence:
            entries.append(_fact(record, sentence))
    entries.sort(key=lambda entry: (entry.at, entry.kind == "event"))
    return entries


def _message(message: Message, mentions: Sequence[str]) -> Entry:
    return Entry(
        kind="message",
        at=message.at,
        author_kind=message.author_kind,
        author_name=message.author_name,
        audience=message.audience,
        html=render(message.body, mentions),
        automatic=message.automatic,
        by_mail=message.by_mail,
        quoted=message.quoted,
        vendor=message.vendor,
        message_id=message.pk,
        attachments=list(message.attachments.all()),
    )


def _fact(record: EventRecord, sentence: str) -> Entry:
    return Entry(
        kind="event",
        at=record.occurred_at,
        author_kind=record.actor_kind,
        author_name=record.actor_name,
        audience=record.audience,
        html=SafeString(""),
        sentence=sentence,
    )
