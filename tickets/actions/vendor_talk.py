"""What is said to a vendor, and by one, in a ticket's conversation: only the desk reads it until it is shared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor, ActorKind
from tickets.actions.conversation import MAX_BODY, check_variables, write_message
from tickets.actions.locking import lock, save
from tickets.actions.staging import claim_staged
from tickets.events import AttachmentAdded, PublicReplyPosted, VendorMessagePosted
from tickets.lifecycle import Verb
from tickets.models import Attachment, AudienceChoice, Message, Ticket

#: What stands where a vendor sent no words, such as with a file alone.
NO_WORDS = "(no text)"


@transaction.atomic
def post_to_vendor(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    body: str,
    vendor: str,
    files: Sequence[UploadedFile[Any]] = (),
    staged: Sequence[str] = (),
) -> Message:
    """Write down what the desk says to a vendor; no clock moves, and no customer reads it."""
    locked = lock(ticket, verb=Verb.NOTE)
    check_variables(body)
    message = write_message(
        locked,
        actor=actor,
        at=at,
        body=body,
        audience=AudienceChoice.DESK,
        files=files,
        staged=claim_staged(locked, actor=actor, at=at, tokens=staged),
        vendor=vendor,
    )
    _tell(locked, actor, at, message)
    return message


@transaction.atomic
def post_from_vendor(
    *,
    ticket: Ticket,
    at: datetime,
    body: str,
    vendor: str,
    author_name: str = "",
    files: Sequence[UploadedFile[Any]] = (),
) -> Message:
    """Write down what a vendor said, whatever it is: what is too long is cut, and no text is said to be none."""
    locked = lock(ticket)
    actor = Actor(kind=ActorKind.VENDOR, id=None, name=(author_name or vendor)[:150])
    text = body.replace("\r\n", "\n").replace("\x00", "").strip()
    message = write_message(
        locked,
        actor=actor,
        at=at,
        body=text[:MAX_BODY].strip() or NO_WORDS,
        audience=AudienceChoice.DESK,
        files=files,
        vendor=vendor,
    )
    _tell(locked, actor, at, message)
    return message


@transaction.atomic
def share_vendor_message(
    *, message: Message, actor: Actor, at: datetime, with_files: bool = False
) -> Message:
    """Let the customer read what a vendor said, as a reply that meets no promise of ours.

    `actor` is who of the desk shares it; the customer reads both names. With its files, copies of their rows
    are made, for the same content.
    """
    locked = lock(message.ticket, verb=Verb.REPLY)
    if message.audience != AudienceChoice.DESK or not message.vendor or message.author_kind == "desk":
        raise Refused("Only what a vendor has written can be shared.")
    by = Actor(kind=ActorKind.VENDOR, id=None, name=f"{message.vendor}, shared by {actor.name}"[:150])
    copy = write_message(locked, actor=by, at=at, body=message.body, audience=AudienceChoice.PUBLIC)
    publish(
        PublicReplyPosted(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=by,
            by="vendor",
            automatic=False,
            message_id=copy.pk,
        )
    )
    if with_files:
        _share_files(message, copy, by, at)
    save(locked, at)
    return copy


def _share_files(message: Message, copy: Message, by: Actor, at: datetime) -> None:
    for file in Attachment.objects.filter(customer_id=message.customer_id, message=message):
        shared = Attachment.objects.create(
            customer_id=copy.customer_id,
            ticket=copy.ticket,
            message=copy,
            audience=AudienceChoice.PUBLIC,
            name=file.name,
            size=file.size,
            content_type=file.content_type,
            sha256=file.sha256,
            stored_name=file.stored_name,
            uploaded_by=by.name,
            at=at,
        )
        publish(
            AttachmentAdded(
                at=at,
                customer_id=copy.customer_id,
                ticket_id=copy.ticket_id,
                actor=by,
                attachment_id=shared.pk,
            )
        )


def _tell(ticket: Ticket, actor: Actor, at: datetime, message: Message) -> None:
    publish(
        VendorMessagePosted(
            at=at,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            actor=actor,
            vendor=message.vendor,
            message_id=message.pk,
        )
    )
