"""What is read of a case's messages becomes rows and stands in the ticket's conversation, each message once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Max, Min, Q

from tickets.actions.conversation import MAX_BODY
from tickets.actions.vendor_talk import post_from_vendor
from tickets.models import Ticket
from vendors.adapters.base import Received
from vendors.fingerprints import in_order, is_ours, numbered
from vendors.models import VendorCase, VendorFile, VendorMessage
from vendors.states import Side

_NO_TEXT = "(A message without text.)"


@transaction.atomic
def store_messages(
    *, case: VendorCase, ticket: Ticket, messages: Iterable[Received], at: datetime
) -> list[VendorMessage]:
    """Store the messages of a locked case that are not known yet, oldest first, and return them.

    What we wrote ourselves stands in the conversation already, so only its time is kept. The times of the case
    are changed, and saved with it by the caller.
    """
    listed = list(numbered(case.display_id or case.external_id, in_order(messages)))
    known = set(
        VendorMessage.objects.filter(
            customer_id=case.customer_id, case=case, fingerprint__in=[one for _, one, _ in listed]
        ).values_list("fingerprint", "occurrence")
    )
    new: list[VendorMessage] = []
    for message, fingerprint, occurrence in listed:
        case.reply_seen_at = _later(case.reply_seen_at, message.at)
        if side_of(message, ticket) is Side.DESK:
            case.last_desk_at = _later(case.last_desk_at, message.at)
        elif (fingerprint, occurrence) not in known:
            new.append(_store(case, ticket, message, fingerprint, occurrence, at))
    if new:
        _note_replies(case)
    return new


#: The columns of a case that `store_messages` changes.
TIMES = ["reply_seen_at", "last_desk_at", "last_vendor_at", "first_reply_at", "first_reply_is_automatic"]


def side_of(message: Received, ticket: Ticket) -> Side:
    """Return who wrote a message; our reference at its end makes it ours, unless the vendor wrote, who may quote us."""
    if message.side is Side.CUSTOMER and is_ours(message.body, ticket.key):
        return Side.DESK
    return message.side


def _store(
    case: VendorCase, ticket: Ticket, message: Received, fingerprint: str, occurrence: int, at: datetime
) -> VendorMessage:
    body, files = _text(message.body)
    posted = post_from_vendor(
        ticket=ticket,
        at=min(message.at, at),
        body=body,
        vendor=case.vendor.name,
        author_name=message.author[:150],
        files=files,
    )
    row = VendorMessage.objects.create(
        customer_id=case.customer_id,
        case=case,
        message=posted,
        fingerprint=fingerprint,
        occurrence=occurrence,
        side=message.side.value,
        author=message.author[:200],
        is_automatic=message.is_automatic,
        at=message.at,
        read_at=at,
    )
    refs = {file.ref: file for file in message.files}
    VendorFile.objects.bulk_create(
        VendorFile(
            customer_id=case.customer_id,
            received=row,
            ref=file.ref[:300],
            name=file.name[:250] or "file",
            next_try_at=at,
        )
        for file in refs.values()
    )
    return row


def _text(body: str) -> tuple[str, Sequence[SimpleUploadedFile]]:
    """Return a text as it fits into a message, and the whole of it as a file where it does not."""
    text = body.replace("\x00", "").strip() or _NO_TEXT
    if len(text) <= MAX_BODY:
        return text, []
    whole = SimpleUploadedFile("whole-message.txt", text.encode(), content_type="text/plain")
    return f"{text[: MAX_BODY - 200].rstrip()}…\n\n(The whole text is in whole-message.txt.)", [whole]


def _note_replies(case: VendorCase) -> None:
    """Take the times of the vendor's replies from its messages, so that the order of reading does not matter.

    The first reply is a person's; until there is one, an automatic one.
    """
    by_vendor = Q(side=Side.VENDOR.value)
    found: dict[str, Any] = VendorMessage.objects.filter(customer_id=case.customer_id, case=case).aggregate(
        last=Max("at", filter=by_vendor),
        human=Min("at", filter=by_vendor & Q(is_automatic=False)),
        automatic=Min("at", filter=by_vendor & Q(is_automatic=True)),
    )
    case.last_vendor_at = found["last"]
    case.first_reply_at = found["human"] or found["automatic"]
    case.first_reply_is_automatic = found["human"] is None and found["automatic"] is not None


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
