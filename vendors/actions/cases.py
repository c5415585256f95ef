"""Ask for a case, follow one that exists, write to it, resolve it; nothing here calls a vendor: rows are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor, ActorKind
from tickets import actions as tickets
from tickets.lifecycle import HoldReason, Verb
from tickets.models import Attachment, Message, ModeChoice, Ticket
from vendors.access import cases as access
from vendors.access.links import options_of
from vendors.adapters import adapter_for
from vendors.adapters.base import Caps
from vendors.events import (
    VendorCaseAsked,
    VendorCaseMoved,
    VendorCaseOpened,
    VendorMessageShared,
    VendorReplied,
    VendorTold,
)
from vendors.models import AccountLink, CaseStatus, Outgoing, Vendor, VendorCase, VendorMessage
from vendors.prefill import mark_of_part, split, tagged
from vendors.secrets import scan
from vendors.states import CaseState, LinkState, SendKind, SendState, Side

#: What a text needs beside its words: the number of its part, and the mark of the message.
ROOM_FOR_MARKS = 500
#: The longest text; it stands in the ticket's conversation as one message.
LONGEST_TEXT = 20_000
_TOKEN = re.compile(r"[0-9a-f]{12}")


def new_token() -> str:
    """Return what makes one form, sent twice, one message."""
    return uuid4().hex[:12]


def longest_part(caps: Caps) -> int:
    """Return how long one piece of a text may be, before its marks."""
    return caps.longest_body - ROOM_FOR_MARKS


# --- A new case ----------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A new case as somebody wrote it; `files` are ids of the ticket's attachments.

    `allowed_by` is who of the customer agreed, where nobody has on record. `confirmed` when somebody looked at
    what looks like a secret and wants it sent.
    """

    subject: str
    body: str
    severity: str
    service: str = ""
    category: str = ""
    language: str = "en"
    copied: tuple[str, ...] = ()
    files: tuple[int, ...] = ()
    hold: bool = False
    allowed_by: str = ""
    confirmed: bool = False


@transaction.atomic
def ask_for_case(
    *,
    ticket: Ticket,
    link: AccountLink,
    actor: Actor,
    at: datetime,
    wanted: Wanted,
    token: str,
    reopens: VendorCase | None = None,
    instead_of: VendorCase | None = None,
) -> VendorCase:
    """Write down a case to be opened; a sweep opens it. A form that is sent twice asks once.

    `reopens` is a case that is over for too long, which this one takes up. `instead_of` is one that was
    refused and is corrected: it becomes this one. Raises Refused beside the field at fault.
    """
    locked = tickets.lock(ticket, verb=Verb.ASK)
    mark = _mark(locked, token)
    if (sent := _find(link, mark)) is not None:
        return sent.case
    link = _fresh(link, locked)
    severity_name = check_wanted(ticket=locked, link=link, wanted=wanted)
    case = _corrected(instead_of, locked) if instead_of is not None else VendorCase(customer=locked.customer)
    case.ticket, case.vendor, case.link, case.reopens = locked, link.vendor, link, reopens or case.reopens
    case.subject, case.severity, case.severity_name = (
        tagged(locked.key, wanted.subject)[:250],
        wanted.severity,
        severity_name[:60],
    )
    case.service, case.category, case.language = wanted.service, wanted.category, wanted.language
    case.state, case.state_since, case.asked_at, case.asked_by = CaseState.NEW.value, at, at, actor.name
    case.allowed_by, case.allowed_at = _permission(link, wanted, at)
    case.save()
    message = tickets.post_to_vendor(
        ticket=locked, actor=actor, at=at, body=wanted.body, vendor=link.vendor.name
    )
    payload = {
        "subject": case.subject,
        "severity": case.severity,
        "service": case.service,
        "category": case.category,
        "language": case.language,
        "copied": list(wanted.copied),
        "hold": wanted.hold,
    }
    _queue(case, message, SendKind.OPEN, payload, wanted.body, wanted.files, mark=mark, actor=actor, at=at)
    publish(
        VendorCaseAsked(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=actor,
            case_id=case.pk,
            vendor=link.vendor.name,
            vendor_severity=case.severity_name or case.severity,
        )
    )
    return case


def check_wanted(*, ticket: Ticket, link: AccountLink, wanted: Wanted) -> str:
    """Raise Refused, beside the field at fault, unless a case could be sent as it is; return its severity's name."""
    if reason := access.why_not(link, link.account.declared_plan if link.account else ""):
        raise Refused(reason)
    caps = adapter_for(link).caps
    _check_permission(link, wanted)
    name = _check_choices(link, wanted)
    if not wanted.subject.strip():
        raise Refused("Enter a subject.", field="subject")
    _check_text(wanted.body)
    if len(wanted.copied) > caps.most_copied:
        raise Refused(
            f"{link.vendor.name} sends copies to at most {caps.most_copied} addresses; these are {len(wanted.copied)}.",
            field="copied",
        )
    offered = {one.file.pk: one.file for one in access.files_to_offer(ticket)}
    if any(pk not in offered for pk in wanted.files):
        raise Refused("A file that you chose is no longer on the ticket. Choose again.", field="files")
    _check_files([offered[pk] for pk in wanted.files], caps, link.vendor)
    _check_secrets(f"{wanted.subject}\n{wanted.body}", is_confirmed=wanted.confirmed)
    return name


def _check_permission(link: AccountLink, wanted: Wanted) -> None:
    on_record = link.account is not None and link.account.cases_allowed_by
    if not on_record and not wanted.allowed_by.strip():
        raise Refused("Say who of the customer agreed to this case.", field="allowed_by")


def _permission(link: AccountLink, wanted: Wanted, at: datetime) -> tuple[str, datetime]:
    account = link.account
    if account is not None and account.cases_allowed_by:
        return account.cases_allowed_by, account.cases_allowed_at or at
    return wanted.allowed_by.strip()[:150], at


def _check_choices(link: AccountLink, wanted: Wanted) -> str:
    """Check what was chosen against what the account offers now, and return the severity's name."""
    options = options_of(link)
    severities = {one.code: one.name for one in options.severities}
    if wanted.severity not in severities:
        names = ", ".join(severities.values()) or "nothing: it has to be looked at first"
        raise Refused(
            f"This account does not offer that severity now. It offers {names}. Choose again.",
            field="severity",
        )
    services = {one.code: one for one in options.services}
    if services:
        if wanted.service not in services:
            raise Refused("Choose a service that this account offers.", field="service")
        service = services[wanted.service]
        if service.categories and wanted.category not in dict(service.categories):
            raise Refused(f"Choose a category of {service.name}.", field="category")
    return severities[wanted.severity]


def _corrected(refused: VendorCase, ticket: Ticket) -> VendorCase:
    """Return a refused case, locked, with what was to be sent called off."""
    case = _lock(refused)
    if case.ticket_id != ticket.pk or case.is_made:
        raise Refused("This case exists. Write a reply to it instead.")
    waiting = Outgoing.objects.select_for_update(no_key=True).filter(customer_id=case.customer_id, case=case)
    if any(row.state in (SendState.SENDING, SendState.AMBIGUOUS, SendState.QUEUED) for row in waiting):
        raise Refused("This case is being sent. Wait for its answer.")
    waiting.filter(state=SendState.REFUSED).update(state=SendState.CANCELLED)
    case.given_up_at, case.given_up_why = None, ""
    return case


# --- A case that exists --------------------------------------------------------------------------------
@transaction.atomic
def adopt_case(
    *, ticket: Ticket, link: AccountLink, actor: Actor, at: datetime, named: str, token: str
) -> VendorCase:
    """Follow a case that the account has at the vendor, by either of its ids; a sweep looks it up.

    It is asked for with the account's own credentials, so that a case of another account is not found.
    """
    locked = tickets.lock(ticket, verb=Verb.ASK)
    mark = _mark(locked, token)
    if (sent := _find(link, mark)) is not None:
        return sent.case
    link = _fresh(link, locked)
    if link.is_manual or not link.standing.may_ask or link.standing is LinkState.NO_PLAN:
        raise Refused(access.why_not(link, link.account.declared_plan if link.account else ""))
    wanted = "".join(named.split())
    if not wanted or len(wanted) > 120:
        raise Refused("Enter the case's number, such as 176402918835.", field="named")
    _check_not_followed(link, wanted, field="named")
    case = VendorCase.objects.create(
        customer=locked.customer,
        ticket=locked,
        vendor=link.vendor,
        link=link,
        subject=f"[{locked.key}] Case {wanted}"[:250],
        state_since=at,
        asked_at=at,
        asked_by=actor.name,
        is_adopted=True,
    )
    _queue(case, None, SendKind.OPEN, {"adopt": wanted}, "", (), mark=mark, actor=actor, at=at)
    return case


def _check_not_followed(link: AccountLink, named: str, *, field: str) -> None:
    known = (
        VendorCase.objects.filter(customer_id=link.customer_id, link=link, given_up_at=None)
        .filter(Q(external_id=named) | Q(display_id=named))
        .select_related("ticket__customer")
        .first()
    )
    if known is not None:
        raise Refused(f"This case is followed on {known.ticket.key} already.", field=field)


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A case that somebody has at a vendor by telephone, mail or console, as they write it down."""

    number: str
    subject: str
    said: str = ""
    heard: str = ""
    state: CaseState = CaseState.WAITING_ON_VENDOR
    severity: str = ""
    hold: bool = False
    allowed_by: str = ""


@transaction.atomic
def record_by_hand(
    *,
    ticket: Ticket,
    vendor: Vendor,
    link: AccountLink | None,
    actor: Actor,
    at: datetime,
    noted: Noted,
) -> VendorCase:
    """Write down a case that the desk opened itself; this is possible whatever state an account is in.

    What is not connected has a link by hand, over which no call is ever made.
    """
    locked = tickets.lock(ticket, verb=Verb.ASK)
    number = " ".join(noted.number.split())
    if not number or len(number) > 40:
        raise Refused(
            "Enter the number that the vendor gave the case, of at most 40 characters.", field="number"
        )
    over = _link_by_hand(locked, vendor, link, actor, at)
    _check_not_followed(over, number, field="number")
    case = VendorCase.objects.create(
        customer=locked.customer,
        ticket=locked,
        vendor=vendor,
        link=over,
        external_id=number,
        display_id=number,
        subject=tagged(locked.key, noted.subject or locked.subject)[:250],
        severity=noted.severity[:40],
        severity_name=noted.severity[:60],
        state=noted.state.value,
        state_since=at,
        asked_at=at,
        asked_by=actor.name,
        allowed_by=noted.allowed_by[:150],
        opened_at=at,
        opened_by=actor.name,
    )
    CaseStatus.objects.create(customer=case.customer, case=case, state=case.state, at=at)
    publish(
        VendorCaseOpened(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=actor,
            case_id=case.pk,
            vendor=vendor.name,
            display_id=number,
            adopted=False,
        )
    )
    if noted.said.strip():
        _note_told(case, actor=actor, at=at, body=noted.said)
    if noted.heard.strip():
        _note_heard(case, at=at, body=noted.heard, author=vendor.name)
    if noted.hold:
        hold_for_vendor(case, actor=actor, at=at)
    return case


def _link_by_hand(
    ticket: Ticket, vendor: Vendor, link: AccountLink | None, actor: Actor, at: datetime
) -> AccountLink:
    """Return the link under which a case by hand is kept: one that makes no calls, so that nobody polls it."""
    if link is not None and link.customer_id == ticket.customer_id and link.is_manual:
        return link
    kept = (
        AccountLink.objects.live()
        .filter(customer_id=ticket.customer_id, vendor=vendor, account_number="", is_manual=True)
        .first()
    )
    return kept or AccountLink.objects.create(
        customer=ticket.customer,
        vendor=vendor,
        is_manual=True,
        external_id=str(uuid4()),
        state_since=at,
        created_at=at,
        created_by=actor.name,
    )


@transaction.atomic
def note_by_hand(
    *,
    case: VendorCase,
    actor: Actor,
    at: datetime,
    side: Side,
    body: str,
    state: CaseState,
    author: str = "",
) -> VendorCase:
    """Write down what was said on a case that no call reaches, and whose move it is now."""
    locked = _lock(case)
    if not locked.link.is_manual:
        raise Refused("This case is read from the vendor by itself.")
    if body.strip():
        if side is Side.DESK:
            _note_told(locked, actor=actor, at=at, body=body)
        else:
            _note_heard(locked, at=at, body=body, author=author.strip() or locked.vendor.name)
    elif state is locked.standing:
        raise Refused("Write down what was said, or choose another status.", field="body")
    move_by_hand(locked, actor=actor, at=at, state=state)
    ticket = tickets.lock(locked.ticket)
    if locked.standing in _ENDS_HOLD and ticket.hold_reason == HoldReason.VENDOR and ticket.may(Verb.RESUME):
        by = Actor(kind=ActorKind.VENDOR, id=None, name=locked.vendor.name)
        tickets.resume(ticket=ticket, actor=by, at=at)
    return locked


_ENDS_HOLD = (CaseState.WAITING_ON_US, CaseState.SOLUTION_OFFERED, CaseState.RESOLVED, CaseState.CLOSED)


def move_by_hand(case: VendorCase, *, actor: Actor, at: datetime, state: CaseState) -> None:
    """Let a case by hand take another status, as somebody says."""
    if state is case.standing:
        return
    was = case.state
    case.state, case.state_since = state.value, at
    changed = ["state", "state_since"]
    if state.is_over:
        case.resolved_at = at
        changed.append("resolved_at")
    case.save(update_fields=changed)
    CaseStatus.objects.create(customer=case.customer, case=case, state=case.state, at=at)
    publish(
        VendorCaseMoved(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=actor,
            case_id=case.pk,
            vendor=case.vendor.name,
            display_id=case.display_id,
            raw=case.get_state_display().lower(),
            was=was,
            now=case.state,
        )
    )


def _note_told(case: VendorCase, *, actor: Actor, at: datetime, body: str) -> Message:
    message = tickets.post_to_vendor(
        ticket=case.ticket, actor=actor, at=at, body=body, vendor=case.vendor.name
    )
    keep_message(case, message, Side.DESK, at)
    tell_told(case, actor=actor, at=at, message_id=message.pk)
    return message


def _note_heard(case: VendorCase, *, at: datetime, body: str, author: str) -> None:
    message = tickets.post_from_vendor(
        ticket=case.ticket, at=at, body=body, vendor=case.vendor.name, author_name=author
    )
    keep_message(case, message, Side.VENDOR, at)
    case.last_vendor_at = at
    case.first_reply_at = case.first_reply_at or at
    case.save(update_fields=["last_vendor_at", "first_reply_at"])
    publish(
        VendorReplied(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=Actor(kind=ActorKind.VENDOR, id=None, name=author[:150]),
            case_id=case.pk,
            vendor=case.vendor.name,
            message_id=message.pk,
            automatic=False,
            on_us=case.standing in _ENDS_HOLD,
        )
    )


def keep_message(case: VendorCase, message: Message, side: Side, at: datetime) -> VendorMessage:
    """Let a message that nobody reads at the vendor stand among those of its case."""
    return VendorMessage.objects.create(
        customer=case.customer,
        case=case,
        message=message,
        fingerprint=sha256(f"by hand/{message.pk}".encode()).hexdigest(),
        side=side.value,
        author=message.author_name,
        at=at,
        read_at=at,
    )


def tell_told(case: VendorCase, *, actor: Actor, at: datetime, message_id: int) -> None:
    """Keep on a case that the desk wrote, and publish it."""
    case.last_desk_at = at
    case.save(update_fields=["last_desk_at"])
    publish(
        VendorTold(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=actor,
            case_id=case.pk,
            vendor=case.vendor.name,
            message_id=message_id,
        )
    )


# --- Writing to a case ---------------------------------------------------------------------------------
@transaction.atomic
def reply_to_vendor(
    *,
    case: VendorCase,
    actor: Actor,
    at: datetime,
    body: str,
    token: str,
    files: Sequence[UploadedFile[Any]] = (),
    staged: Sequence[str] = (),
    hold: bool = False,
    confirmed: bool = False,
) -> Message:
    """Write to a vendor; a sweep sends it, in parts where it is too long. A form that is sent twice writes once."""
    ticket = tickets.lock(case.ticket, verb=Verb.NOTE)
    mark = _mark(ticket, token)
    if (sent := _find(case.link, mark)) is not None and sent.message is not None:
        return sent.message
    locked = _lock(case)
    link = _fresh(locked.link, ticket)
    check_writable(locked, at)
    _check_text(body)
    _check_secrets(body, is_confirmed=confirmed)
    if link.is_manual:
        message = _note_told(locked, actor=actor, at=at, body=body)
        move_by_hand(locked, actor=actor, at=at, state=CaseState.WAITING_ON_VENDOR)
        if hold:
            hold_for_vendor(locked, actor=actor, at=at)
        return message
    if reason := access.why_not(link, link.account.declared_plan if link.account else ""):
        raise Refused(reason)
    message = tickets.post_to_vendor(
        ticket=ticket,
        actor=actor,
        at=at,
        body=body,
        vendor=locked.vendor.name,
        files=files,
        staged=staged,
    )
    attached = access.files_of(message)
    _check_files(attached, adapter_for(link).caps, locked.vendor)
    _queue(
        locked,
        message,
        SendKind.REPLY,
        {"hold": hold},
        body,
        [file.pk for file in attached],
        mark=mark,
        actor=actor,
        at=at,
    )
    return message


def check_writable(case: VendorCase, at: datetime) -> None:
    """Raise Refused unless a text can be written to a case: after its vendor's window a new one takes it up."""
    if case.given_up_at is not None:
        raise Refused("This case was given up before it was made.")
    if access.is_past_reopening(case, at):
        raise Refused(
            f"{case.vendor.name} is done with case {case.display_id}, and a reply does not reopen it any more."
            " Open a related case instead."
        )
    if (
        not case.is_made
        and Outgoing.objects.filter(
            customer_id=case.customer_id, case=case, kind=SendKind.OPEN, state=SendState.REFUSED
        ).exists()
    ):
        raise Refused("The case could not be opened. Correct it and send it again first.")


@transaction.atomic
def resolve_case(*, case: VendorCase, actor: Actor, at: datetime, token: str) -> None:
    """Tell the vendor that a case is done; the ticket stays as it is."""
    ticket = tickets.lock(case.ticket)
    mark = _mark(ticket, token)
    if _find(case.link, mark) is not None:
        return
    locked = _lock(case)
    if not locked.is_made:
        raise Refused("The vendor does not have this case yet.")
    if not locked.is_open:
        raise Refused("This case is resolved already.")
    if locked.link.is_manual:
        move_by_hand(locked, actor=actor, at=at, state=CaseState.RESOLVED)
        return
    link = _fresh(locked.link, ticket)
    if reason := access.why_not(link, link.account.declared_plan if link.account else ""):
        raise Refused(reason)
    _queue(locked, None, SendKind.RESOLVE, {}, "", (), mark=mark, actor=actor, at=at)


@transaction.atomic
def give_up(*, case: VendorCase, actor: Actor, at: datetime, why: str) -> None:
    """Give up a case that was not made: nothing of it is sent any more, and what may be under way is waited for."""
    tickets.lock(case.ticket)
    locked = _lock(case)
    if locked.is_made:
        raise Refused("The vendor has this case. Resolve it instead.")
    if not why.strip():
        raise Refused("Say why it is given up.", field="why")
    waiting = Outgoing.objects.select_for_update(no_key=True).filter(
        customer_id=locked.customer_id, case=locked
    )
    if any(row.state in (SendState.SENDING, SendState.AMBIGUOUS) for row in waiting):
        raise Refused("It may have reached the vendor. Wait until we know, then resolve it or give it up.")
    waiting.exclude(state=SendState.SENT).update(state=SendState.CANCELLED, settled_at=at, next_try_at=None)
    locked.given_up_at, locked.given_up_why = at, why.strip()[:300]
    locked.save(update_fields=["given_up_at", "given_up_why"])


@transaction.atomic
def send_again(*, row: Outgoing, actor: Actor, at: datetime) -> None:
    """Try again to send what was refused, with everything after it that waits for it; nothing is changed."""
    tickets.lock(row.case.ticket)
    link = _fresh(row.link, row.case.ticket)
    if reason := access.why_not(link, link.account.declared_plan if link.account else ""):
        raise Refused(reason)
    if "adopt" in row.payload:
        raise Refused("Enter the case's number again.")
    of_message = Outgoing.objects.filter(
        customer_id=row.customer_id, case_id=row.case_id, state=SendState.REFUSED, message=row.message
    )
    rows = list(of_message.select_for_update(no_key=True))
    if row.pk not in {one.pk for one in rows}:
        raise Refused("This is not waiting to be tried again.")
    of_message.update(
        state=SendState.QUEUED,
        next_try_at=at,
        settled_at=None,
        looks=0,
        error="",
        error_code="",
        asked_by=actor.name,
        asked_by_id=actor.id,
    )


@transaction.atomic
def take_back(*, row: Outgoing, actor: Actor, at: datetime) -> None:
    """Take a refused reply back into the composer, to be corrected there: it is not sent as it is."""
    tickets.lock(row.case.ticket)
    rows = Outgoing.objects.select_for_update(no_key=True).filter(
        customer_id=row.customer_id, case_id=row.case_id, message=row.message
    )
    states = {one.state for one in rows}
    if row.message is None or row.kind != SendKind.REPLY or SendState.REFUSED.value not in states:
        raise Refused("Only a reply that was refused can be corrected.")
    if SendState.SENT.value in states:
        raise Refused("A part of it has arrived. Try the rest again, or write another reply.")
    rows.update(state=SendState.CANCELLED, settled_at=at, next_try_at=None)
    tickets.save_draft(
        ticket=row.case.ticket,
        actor=actor,
        at=at,
        mode=ModeChoice.VENDOR,
        body=row.message.body,
        again=True,
    )


# --- Sharing -------------------------------------------------------------------------------------------
@transaction.atomic
def share(*, received: VendorMessage, actor: Actor, at: datetime, with_files: bool) -> Message:
    """Let the customer read what a vendor wrote, once."""
    tickets.lock(received.case.ticket)
    locked = (
        VendorMessage.objects.select_for_update(of=("self",), no_key=True)
        .select_related("message__ticket__customer", "case__vendor")
        .get(pk=received.pk, customer_id=received.customer_id)
    )
    if locked.shared_id is not None:
        raise Refused("The customer can read this already.")
    copy = tickets.share_vendor_message(message=locked.message, actor=actor, at=at, with_files=with_files)
    locked.shared = copy
    locked.save(update_fields=["shared"])
    publish(
        VendorMessageShared(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.case.ticket_id,
            actor=actor,
            case_id=locked.case_id,
            vendor=locked.case.vendor.name,
            message_id=copy.pk,
        )
    )
    return copy


# --- What several share --------------------------------------------------------------------------------
def hold_for_vendor(case: VendorCase, *, actor: Actor, at: datetime) -> bool:
    """Let a ticket wait for the vendor that has its case; another hold, or one that runs already, stays as it is."""
    ticket = tickets.lock(case.ticket)
    if ticket.is_on_hold or not ticket.may(Verb.HOLD):
        return False
    name = f"{case.vendor.name} case {case.display_id or case.external_id}"
    tickets.hold(
        ticket=ticket,
        actor=actor,
        at=at,
        reason=HoldReason.VENDOR,
        owner=case.vendor.name,
        note=f"{case.vendor.name} has the next move in case {case.display_id or case.external_id}.",
        evidence=name,
    )
    return True


def _queue(
    case: VendorCase,
    message: Message | None,
    kind: SendKind,
    payload: dict[str, Any],
    body: str,
    files: Sequence[int],
    *,
    mark: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Write down the calls that send a text, one for each part; files go with the first.

    `opens` marks the parts with which a case begins: it is told as a case, not as a message.
    """
    caps = adapter_for(case.link).caps
    parts = split(body, longest_part(caps)) if body else [""]
    for number, part in enumerate(parts, start=1):
        is_first = number == 1
        Outgoing.objects.create(
            customer=case.customer,
            link=case.link,
            case=case,
            message=message,
            kind=(kind if is_first else SendKind.REPLY).value,
            idem_key=mark_of_part(mark, number),
            payload={"body": part}
            | (payload if is_first else {})
            | {"is_last": number == len(parts), "opens": kind is SendKind.OPEN},
            files=list(files) if is_first else [],
            next_try_at=at,
            asked_at=at,
            asked_by=actor.name,
            asked_by_id=actor.id,
        )


def _mark(ticket: Ticket, token: str) -> str:
    """Return the mark of a form's text: the same however often the form is sent."""
    return f"{ticket.key}/{token if _TOKEN.fullmatch(token) else new_token()}"


def _find(link: AccountLink, mark: str) -> Outgoing | None:
    return (
        Outgoing.objects.filter(customer_id=link.customer_id, link=link, idem_key=mark)
        .select_related("case", "message")
        .first()
    )


def _fresh(link: AccountLink, ticket: Ticket) -> AccountLink:
    """Return a link as it stands now; one of another customer does not exist."""
    found = (
        AccountLink.objects.select_related("vendor", "account", "customer")
        .filter(pk=link.pk, customer_id=ticket.customer_id)
        .first()
    )
    if found is None:
        raise Refused("Choose an account of this customer.", field="link")
    return found


def _lock(case: VendorCase) -> VendorCase:
    return (
        VendorCase.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "ticket__customer", "vendor", "link__vendor", "link__account")
        .get(pk=case.pk, customer_id=case.customer_id)
    )


def _check_text(body: str) -> None:
    if not body.strip():
        raise Refused("Write something first.", field="body")
    if len(body) > LONGEST_TEXT:
        raise Refused(f"This is longer than {LONGEST_TEXT:,} characters. Attach it as a file.", field="body")


def _check_secrets(text: str, *, is_confirmed: bool) -> None:
    found = scan(text)
    if found and not is_confirmed:
        named = "; ".join(f"{one.kind.value} ({one.shown})" for one in found[:5])
        raise Refused(
            f"This looks like it contains {named}. Take it out, or say that it may be sent.",
            field="confirmed",
        )


def _check_files(files: Sequence[Attachment], caps: Caps, vendor: Vendor) -> None:
    if not files:
        return
    if len(files) > caps.most_files:
        raise Refused(
            f"{vendor.name} takes at most {caps.most_files} files with one message; these are {len(files)}.",
            field="files",
        )
    for file in files:
        if file.size > caps.largest_file:
            megabytes = caps.largest_file // 1024 // 1024
            raise Refused(
                f"{file.name} is larger than the {megabytes} MB that {vendor.name} takes.", field="files"
            )
