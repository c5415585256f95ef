from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused, Stale
from core.tenancy import Actor
from tickets import files as stored_files
from tickets.actions.flow import end_hold, put_back_to_work
from tickets.actions.locking import lock, save
from tickets.actions.mentions import note_mentions
from tickets.actions.staging import claim_staged, forget_staged
from tickets.canned import open_variables, written
from tickets.composer_access import last_public_message
from tickets.events import AttachmentAdded, CustomerNotePosted, InternalNotePosted, PublicReplyPosted
from tickets.lifecycle import ENDED_BY_CUSTOMER, HoldReason, Status, Verb
from tickets.models import Attachment, AudienceChoice, Message, ReportFile, StagedFile, Ticket
from tickets.search import add_words

MAX_BODY = 20_000


class Overtaken(Stale):
    """A reply to a conversation that went on while it was written; `message` is what its writer has not read."""

    def __init__(self, message: Message, at: datetime) -> None:
        ago = _say_length(int((at - message.at).total_seconds()))
        super().__init__(
            f"{message.author_name} sent a reply {ago} ago. Read it, then send anyway or edit yours."
        )
        self.message = message


def _say_length(seconds: int) -> str:
    """Return a length of time in its largest unit."""
    for unit, word in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds // unit} {word}"
    return f"{max(seconds, 0)} s"


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
    staged: Sequence[str] = (),
    seen: int | None = None,
    quoted: str = "",
    by_mail: bool = False,
) -> Message:
    """Post a reply that customer and desk read.

    A desk person's reply takes a new ticket into work. A member's reply ends a hold that waited for the
    customer, and reopens a resolved ticket. `staged` are the tokens of files that the author chose before;
    `seen` is the id of the last public message that the author has read: raises Overtaken when somebody
    else has written since. `quoted` is what a mail quoted below its text.
    """
    locked = lock(ticket, verb=Verb.REPLY, expected_version=expected_version)
    _check_seen(locked, actor, at, seen)
    if actor.is_desk and not automatic:
        check_variables(body)
    message = write_message(
        locked,
        actor=actor,
        at=at,
        body=body,
        audience=AudienceChoice.PUBLIC,
        files=files,
        staged=claim_staged(locked, actor=actor, at=at, tokens=staged),
        automatic=automatic,
        quoted=quoted,
        by_mail=by_mail,
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
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    body: str,
    files: Sequence[UploadedFile[Any]] = (),
    staged: Sequence[str] = (),
) -> Message:
    """Write a note that only the desk reads; whom it names with an @ is told."""
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
    )
    note_mentions(message)
    publish(
        InternalNotePosted(
            at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor, message_id=message.pk
        )
    )
    return message


@transaction.atomic
def post_customer_note(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    body: str,
    files: Sequence[UploadedFile[Any]] = (),
    staged: Sequence[str] = (),
) -> Message:
    """Write a note that only the customer's own people read."""
    locked = lock(ticket, verb=Verb.NOTE)
    message = write_message(
        locked,
        actor=actor,
        at=at,
        body=body,
        audience=AudienceChoice.CUSTOMER,
        files=files,
        staged=claim_staged(locked, actor=actor, at=at, tokens=staged),
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
    staged: Sequence[StagedFile] | Sequence[ReportFile] = (),
    automatic: bool = False,
    quoted: str = "",
    by_mail: bool = False,
    vendor: str = "",
) -> Message:
    """Save a message and its files on a locked ticket; raises Refused beside the field at fault."""
    body = body.replace("\r\n", "\n").replace("\x00", "").strip()
    if not body:
        raise Refused(_("Write something first."), field="body")
    if len(body) > MAX_BODY:
        raise Refused(
            _("This is longer than %(number)s characters. Attach it as a file.")
            % {"number": f"{MAX_BODY:,}"},
            field="body",
        )
    checked = stored_files.check(files, beside=len(staged))
    message = Message.objects.create(
        customer_id=ticket.customer_id,
        ticket=ticket,
        author_kind=actor.kind.value,
        author_id=actor.id,
        author_name=actor.name,
        body=body,
        audience=audience,
        automatic=automatic,
        quoted=quoted[:MAX_BODY],
        by_mail=by_mail,
        vendor=vendor,
        at=at,
    )
    for waiting in staged:
        _attach(ticket, message, waiting, stored_name=waiting.stored_name, actor=actor, at=at)
    forget_staged(staged)
    for file in checked:
        _attach(ticket, message, file, stored_name=stored_files.store(file), actor=actor, at=at)
    add_words(ticket, audience, " ".join([body, *(file.name for file in (*staged, *checked))]))
    return message


def _check_seen(ticket: Ticket, actor: Actor, at: datetime, seen: int | None) -> None:
    """Raise Overtaken when somebody else wrote to both sides after what the author has read."""
    newest = last_public_message(ticket) if seen is not None else None
    if newest is None or seen is None or newest.pk <= seen:
        return
    if (newest.author_kind, newest.author_id) != (actor.kind.value, actor.id):
        raise Overtaken(newest, at)


def check_variables(body: str) -> None:
    """Raise Refused while a canned reply's variables stand in a text."""
    if names := open_variables(body):
        raise Refused(
            f"Fill in {written(names)}, or take it out. Braces within code, between backticks, may stay.",
            field="body",
        )


def _attach(
    ticket: Ticket,
    message: Message,
    file: stored_files.CheckedFile | StagedFile | ReportFile,
    *,
    stored_name: str,
    actor: Actor,
    at: datetime,
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
        stored_name=stored_name,
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
