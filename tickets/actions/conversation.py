from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from tickets import files as stored_files
from tickets.actions.flow import end_hold, put_back_to_work
from tickets.actions.locking import lock, save
from tickets.events import AttachmentAdded, CustomerNotePosted, InternalNotePosted, PublicReplyPosted
from tickets.lifecycle import ENDED_BY_CUSTOMER, HoldReason, Status, Verb
from tickets.models import Attachment, AudienceChoice, Message, Ticket
from tickets.search import add_words

MAX_BODY = 20_000


@transaction.atomic
def post_reply(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    body: str,
    files: Sequence[UploadedFile[Any]] = (),
    automatic: bool = False,
    expected_version: int | None = None,
) -> Message:
    """Post a reply that customer and desk read.

    A desk person's reply takes a new ticket into work. A member's reply ends a hold that waited for the
    customer, and reopens a resolved ticket.
    """
    locked = lock(ticket, verb=Verb.REPLY, expected_version=expected_version)
    message = write_message(
        locked,
        actor=actor,
        at=at,
        body=body,
        audience=AudienceChoice.PUBLIC,
        files=files,
        automatic=automatic,
    )
    publish(
        PublicReplyPosted(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            by="desk" if actor.is_desk else "customer" if actor.is_member else "vendor",
            automatic=automatic,
            message_id=message.pk,
        )
    )
    changed: list[str] = []
    if actor.is_desk and not automatic and locked.is_with_desk and locked.status == Status.NEW:
        locked.status = Status.IN_PROGRESS.value
        changed.append("status")
    if actor.is_member and not automatic:
        if locked.hold_reason and HoldReason(locked.hold_reason) in ENDED_BY_CUSTOMER:
            changed += end_hold(locked, actor=actor, at=at)
        if locked.status == Status.RESOLVED:
            changed += put_back_to_work(locked, actor=actor, at=at)
    save(locked, at, *changed)
    return message


@transaction.atomic
def post_internal_note(
    *, ticket: Ticket, actor: Actor, at: datetime, body: str, files: Sequence[UploadedFile[Any]] = ()
) -> Message:
    """Write a note that only the desk reads."""
    locked = lock(ticket, verb=Verb.NOTE)
    message = write_message(locked, actor=actor, at=at, body=body, audience=AudienceChoice.DESK, files=files)
    publish(
        InternalNotePosted(
            at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor, message_id=message.pk
        )
    )
    return message


@transaction.atomic
def post_customer_note(
    *, ticket: Ticket, actor: Actor, at: datetime, body: str, files: Sequence[UploadedFile[Any]] = ()
) -> Message:
    """Write a note that only the customer's own people read."""
    locked = lock(ticket, verb=Verb.NOTE)
    message = write_message(
        locked, actor=actor, at=at, body=body, audience=AudienceChoice.CUSTOMER, files=files
    )
    publish(
        CustomerNotePosted(
            at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor, message_id=message.pk
        )
    )
    return message


def write_message(
    ticket: Ticket,
    *,
    actor: Actor,
    at: datetime,
    body: str,
    audience: AudienceChoice,
    files: Sequence[UploadedFile[Any]] = (),
    automatic: bool = False,
) -> Message:
    """Save a message and its files on a locked ticket; raises Refused beside the field at fault."""
    body = body.replace("\r\n", "\n").replace("\x00", "").strip()
    if not body:
        raise Refused("Write something first.", field="body")
    if len(body) > MAX_BODY:
        raise Refused(f"This is longer than {MAX_BODY:,} characters. Attach it as a file.", field="body")
    checked = stored_files.check(files)
    message = Message.objects.create(
        customer_id=ticket.customer_id,
        ticket=ticket,
        author_kind=actor.kind.value,
        author_id=actor.id,
        author_name=actor.name,
        body=body,
        audience=audience,
        automatic=automatic,
        at=at,
    )
    for file in checked:
        _attach(ticket, message, file, actor=actor, at=at)
    add_words(ticket, audience, " ".join([body, *(file.name for file in checked)]))
    return message


def _attach(
    ticket: Ticket, message: Message, file: stored_files.CheckedFile, *, actor: Actor, at: datetime
) -> None:
    attachment = Attachment.objects.create(
        customer_id=ticket.customer_id,
        ticket=ticket,
        message=message,
        audience=message.audience,
        name=file.name,
        size=file.size,
        content_type=file.content_type,
        sha256=file.sha256,
        stored_name=stored_files.store(file),
        uploaded_by=actor.name,
        at=at,
    )
    if message.audience == AudienceChoice.PUBLIC:
        publish(
            AttachmentAdded(
                at=at,
                customer_id=ticket.customer_id,
                ticket_id=ticket.pk,
                actor=actor,
                attachment_id=attachment.pk,
            )
        )
