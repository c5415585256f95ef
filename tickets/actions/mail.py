"""Mail that comes in: stored once, read within bounds, and put on a ticket only when its sender may write there."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from core.events import publish_desk
from core.problems import Refused
from core.tenancy import Actor, acting_as, worker_context
from customers.access import member_actor, member_context
from customers.models import Member
from tickets import files as stored_files
from tickets.access import list_for_member
from tickets.actions.conversation import MAX_BODY, post_internal_note, post_reply
from tickets.actions.opening import open_ticket
from tickets.events import MailSettled
from tickets.lifecycle import Status
from tickets.mail.letter import File, Letter, Unreadable, content_key, head, read
from tickets.mail_access import members_with, named_customers, signed_tickets
from tickets.models import IncomingMail, MailState, Ticket
from tickets.severity import Environment, Impact, Work

logger = logging.getLogger(__name__)

#: What one sender may begin, and write in all, within an hour; what is more waits for a person.
MOST_NEW, MOST_MAILS, _SPAN = 3, 30, timedelta(hours=1)
MOST_ATTEMPTS = 5
#: Originals are kept so long after they were dealt with.
KEPT_FOR = timedelta(days=90)
#: A mail answers no question about impact: production, and a nuisance that people can work around.
UNASKED = Impact(environment=Environment.PRODUCTION, work=Work.NUISANCE, has_workaround=True)


@transaction.atomic
def take_in(*, raw: bytes, mailbox: str, at: datetime, envelope: Sequence[str] = ()) -> bool:
    """Store a mail as it came and tell whether it is new; the same one again changes nothing.

    Only when this has been committed may the mail be marked as read where it came from.
    """
    try:
        letter, reason = head(raw), ""
    except Unreadable as fault:
        letter, reason = None, str(fault)
    sender = letter.sender if letter else ""
    names = (mailbox, sender, letter.message_id if letter else "", content_key(raw))
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()
    if IncomingMail.objects.filter(key=key).exists():
        return False
    stored_name = stored_files.store_bytes(raw)
    try:
        with transaction.atomic():
            IncomingMail.objects.create(
                key=key,
                mailbox=mailbox,
                envelope=[address.lower()[:320] for address in envelope[:100]],
                sender=sender[:254],
                sender_name=letter.sender_name if letter else "",
                subject=letter.subject if letter else "",
                size=len(raw),
                stored_name=stored_name,
                received_at=at,
                next_try_at=at,
                state=MailState.ASIDE if reason else MailState.WAITING,
                reason=reason,
            )
    except IntegrityError:  # another worker was quicker
        stored_files.discard(stored_name)
        return False
    return True


def read_due(*, limit: int = 50) -> int:
    """Deal with every mail that waits to be read; return how many were."""
    with acting_as(worker_context()) as now:
        due = list(IncomingMail.objects.due_by(now).values_list("pk", flat=True)[:limit])
    return sum(_read_safely(pk) for pk in due)


def _read_safely(mail_id: int) -> bool:
    """Deal with one mail; one that fails is logged, tried again later, and does not hold up the others."""
    try:
        return read_one(mail_id=mail_id)
    except Exception:
        logger.exception("mail %s could not be dealt with", mail_id)
        return False


def read_one(*, mail_id: int) -> bool:
    """Deal with one mail unless another worker has it; the attempt is counted before the mail is opened."""
    with acting_as(worker_context()) as now:
        row = _lock_due(mail_id, now)
        if row is None:
            return False
        row.attempts += 1
        row.next_try_at = now + timedelta(seconds=30 * 2**row.attempts)
        if row.attempts > MOST_ATTEMPTS:
            _settle(
                row, MailState.ASIDE, now, reason=f"It could not be dealt with in {MOST_ATTEMPTS} attempts."
            )
        row.save(update_fields=["attempts", "next_try_at"])
        attempt = row.attempts
    with acting_as(worker_context()) as now:
        row = (
            IncomingMail.objects.in_state(MailState.WAITING)
            .select_for_update(no_key=True, skip_locked=True)
            .filter(pk=mail_id, attempts=attempt)
            .first()
        )
        if row is not None:
            _deal_with(row, now)
    return True


def _lock_due(mail_id: int, now: datetime) -> IncomingMail | None:
    due = IncomingMail.objects.due_by(now).filter(pk=mail_id)
    return due.select_for_update(no_key=True, skip_locked=True).first()


def _deal_with(row: IncomingMail, now: datetime) -> None:
    """Put a mail on its ticket, or say why not."""
    try:
        letter = read(stored_files.read_bytes(row.stored_name), authority=settings.MAIL_IN_AUTHORITY)
    except Unreadable as fault:
        return _settle(row, MailState.ASIDE, now, reason=str(fault))
    if reason := _why_aside(letter):
        return _settle(row, MailState.ASIDE, now, reason=reason)
    if letter.is_forged:
        return _hold(row, now, "Our mail server says that it does not come from where it says.")
    addresses = (*row.envelope, *letter.recipients)
    tickets, made_up = signed_tickets(addresses, letter.references)
    if made_up:
        return _hold(row, now, "It went to a reply address that was not made here.")
    if len(tickets) > 1:
        return _hold(row, now, "It went to the reply addresses of several tickets.")
    if IncomingMail.objects.from_since(letter.sender, now - _SPAN).count() >= MOST_MAILS:
        return _hold(row, now, f"Its sender wrote more than {MOST_MAILS} mails within an hour.")
    if tickets:
        return _answer(row, letter, tickets[0], now)
    return _begin(row, letter, named_customers(addresses), now)


def _why_aside(letter: Letter) -> str:
    """Say why a mail is none that a person wrote to the desk; '' for all others."""
    if letter.automatic:
        return letter.automatic
    if not letter.sender:
        return "It does not name exactly one sender."
    ours = {settings.MAIL_IN_ADDRESS, parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()}
    name, _, domain = letter.sender.partition("@")
    if letter.sender in ours or f"{name.partition('+')[0]}@{domain}" in ours:
        return "It comes from the portal itself."
    return ""


def _answer(row: IncomingMail, letter: Letter, ticket: Ticket, now: datetime) -> None:
    """Put a mail on the ticket that it answers, when its sender may read that ticket."""
    theirs = (member for member in members_with(letter.sender) if member.customer_id == ticket.customer_id)
    member = next(theirs, None)
    if member is None:
        return _hold(row, now, f"Its sender does not belong to the customer of {ticket.key}.")
    with acting_as(member_context(member)):
        readable = list_for_member(member).filter(pk=ticket.pk).first()
        written_on = None if readable is None else _write(row, letter, readable, member, now)
    if written_on is None:
        return _hold(row, now, f"Its sender may not read {ticket.key}.")
    row.opened_ticket = written_on.pk != ticket.pk
    row.ticket_key = written_on.key
    return _settle(row, MailState.TAKEN, now)


def _write(row: IncomingMail, letter: Letter, ticket: Ticket, member: Member, now: datetime) -> Ticket:
    """Write a mail on a ticket, or on a new one that follows it when it is closed; return where it stands."""
    if ticket.status == Status.CLOSED:
        return _open(letter, member, row.received_at, follows=ticket.key)
    text, files = _content(letter)
    post_reply(
        ticket=ticket,
        actor=member_actor(member),
        # It counts at its receipt, unless more has happened on its ticket meanwhile.
        at=now if ticket.last_activity_at > row.received_at else row.received_at,
        body=text,
        files=files,
        quoted=letter.quoted,
        by_mail=True,
    )
    return ticket


def _begin(row: IncomingMail, letter: Letter, named: set[str], now: datetime) -> None:
    """Open a ticket for a sender who belongs to exactly one customer, or names one of theirs."""
    theirs = members_with(letter.sender)
    chosen = [member for member in theirs if member.customer.slug in named] or theirs
    if not chosen:
        return _hold(row, now, "Its sender belongs to no customer.")
    if len(chosen) > 1:
        return _hold(row, now, "Its sender belongs to several customers, and the address names none of them.")
    begun = IncomingMail.objects.from_since(letter.sender, now - _SPAN).filter(opened_ticket=True).count()
    if begun >= MOST_NEW:
        return _hold(row, now, f"Its sender began {MOST_NEW} tickets by mail within an hour.")
    with acting_as(member_context(chosen[0])):
        ticket = _open(letter, chosen[0], row.received_at)
    row.opened_ticket = True
    row.ticket_key = ticket.key
    return _settle(row, MailState.TAKEN, now)


def _open(letter: Letter, member: Member, at: datetime, *, follows: str = "") -> Ticket:
    text, files = _content(letter)
    return open_ticket(
        customer=member.customer,
        actor=member_actor(member),
        at=at,
        requester=member,
        subject=(letter.subject or "(no subject)")[:120],
        description=f"This follows {follows}, which is closed.\n\n{text}" if follows else text,
        impact=UNASKED,
        files=files,
        quoted=letter.quoted,
        by_mail=True,
    )


def _content(letter: Letter) -> tuple[str, list[SimpleUploadedFile]]:
    """Return what a mail says and the files that are taken from it; what is not taken is named in the text."""
    files: list[SimpleUploadedFile] = []
    refused: list[str] = []
    text = letter.text.strip()
    if len(text) > MAX_BODY - 2_000:
        files.append(SimpleUploadedFile("whole-mail.txt", text.encode(), content_type="text/plain"))
        text = f"{text[: MAX_BODY - 2_000].rstrip()}…\n\n(The whole text is in whole-mail.txt.)"
    for file in letter.files:
        _take_file(file, files, refused)
    lost = "".join(f"\n- {name}" for name in refused[:20])
    said = f"{text}\n\nThese files of the mail were not taken:\n{lost}" if refused else text
    return said.strip() or "(A mail without text.)", files


def _take_file(file: File, files: list[SimpleUploadedFile], refused: list[str]) -> None:
    upload = SimpleUploadedFile(
        stored_files.clean_name(file.name) or "file", file.content, content_type=file.content_type
    )
    try:
        stored_files.check([upload], beside=len(files))
    except Refused as refusal:
        refused.append(refusal.reason)
    else:
        upload.seek(0)
        files.append(upload)


def _hold(row: IncomingMail, now: datetime, reason: str) -> None:
    """Leave a mail to a person of the desk."""
    _settle(row, MailState.HELD, now, reason=reason)


def _settle(row: IncomingMail, state: MailState, now: datetime, *, reason: str = "", by: str = "") -> None:
    row.state, row.reason, row.settled_at, row.settled_by = state, reason[:300], now, by
    row.save(
        update_fields=["state", "reason", "settled_at", "settled_by", "opened_ticket", "ticket_key"],
    )


# --- What a person of the desk decides -------------------------------------------------------------------
@transaction.atomic
def open_from_mail(*, mail: IncomingMail, requester: Member, actor: Actor, at: datetime) -> Ticket:
    """Open a ticket for a member from a mail that was held; who wrote it stands above its text."""
    row, letter = _lock_open(mail)
    text, files = _content(letter)
    ticket = open_ticket(
        customer=requester.customer,
        actor=actor,
        at=at,
        requester=requester,
        subject=(letter.subject or "(no subject)")[:120],
        description=f"{_written_by(letter)}\n\n{text}",
        impact=UNASKED,
        files=files,
        quoted=letter.quoted,
        by_mail=True,
    )
    row.opened_ticket, row.ticket_key = True, ticket.key
    _decided(row, MailState.TAKEN, actor, at, what="opened")
    return ticket


@transaction.atomic
def note_mail(*, mail: IncomingMail, ticket: Ticket, actor: Actor, at: datetime) -> None:
    """Write a held mail down on a ticket as an internal note; no customer reads what a stranger wrote."""
    row, letter = _lock_open(mail)
    text, files = _content(letter)
    post_internal_note(
        ticket=ticket, actor=actor, at=at, body=f"{_written_by(letter)}\n\n{text}"[:MAX_BODY], files=files
    )
    row.ticket_key = ticket.key
    _decided(row, MailState.TAKEN, actor, at, what="noted")


@transaction.atomic
def discard_mail(*, mail: IncomingMail, actor: Actor, at: datetime) -> None:
    """Throw a mail away that belongs on no ticket; for a while it can be taken back."""
    row, _ = _lock_open(mail, readable=False)
    _decided(row, MailState.DISCARDED, actor, at, what="discarded", reason=row.reason)


@transaction.atomic
def keep_mail(*, mail: IncomingMail, actor: Actor, at: datetime) -> None:
    """Take back a mail that was thrown away, or look again at one that was kept aside."""
    row, _ = _lock_open(mail, readable=False)
    _decided(row, MailState.HELD, actor, at, what="kept", reason=row.reason)


def _lock_open(mail: IncomingMail, *, readable: bool = True) -> tuple[IncomingMail, Letter]:
    row = IncomingMail.objects.select_for_update(no_key=True).get(pk=mail.pk)
    if not row.is_open:
        raise Refused("Somebody has dealt with this mail meanwhile.")
    raw = stored_files.read_bytes(row.stored_name)
    try:
        return row, read(raw, authority=settings.MAIL_IN_AUTHORITY)
    except Unreadable as fault:
        if readable:
            raise Refused(f"This mail cannot be read: {fault}") from None
        return row, _NOTHING


_NOTHING = Letter(
    message_id="",
    references=(),
    senders=(),
    sender_name="",
    recipients=(),
    subject="",
    text="",
    quoted="",
    files=(),
    automatic="",
    verdicts={},
)


def _written_by(letter: Letter) -> str:
    name = f"{letter.sender_name} " if letter.sender_name else ""
    return f"A mail from {name}<{', '.join(letter.senders) or 'nobody'}>:"


def _decided(
    row: IncomingMail, state: MailState, actor: Actor, at: datetime, *, what: str, reason: str = ""
) -> None:
    _settle(row, state, at, reason=reason, by=actor.name)
    publish_desk(MailSettled(at=at, actor=actor, mail_id=row.pk, what=what, key=row.ticket_key))


def forget_mail(*, limit: int = 200) -> int:
    """Throw the originals away of mails that were dealt with long ago; return how many."""
    with acting_as(worker_context()) as now:
        old = list(IncomingMail.objects.settled_before(now - KEPT_FOR).order_by("pk")[:limit])
        for row in old:
            stored_files.discard(row.stored_name)
            row.stored_name = ""
            row.save(update_fields=["stored_name"])
    return len(old)
