"""Send what waits to be sent to vendors, each thing once: rows are claimed, calls are made outside every transaction.

A row is committed before its call. Whoever claims it has a lease; when that passes, the worker was lost between the
call and its record, and nobody knows whether it arrived. Then, as when an answer is lost, the vendor is asked twice,
30 seconds and 2 minutes apart, before anything is sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor, ActorKind, acting_as, worker_context
from customers.access import active_desk_leads, active_desk_people
from customers.models import DeskPerson
from notifications import actions as notifications
from notifications.models import Audience
from tickets import files as stored_files
from tickets.models import Attachment
from tickets.severity import Severity
from vendors.access import cases as access
from vendors.access.links import options_of
from vendors.actions.cases import hold_for_vendor, tell_told
from vendors.adapters import adapter_for, target_of
from vendors.adapters.base import (
    Ambiguous,
    Draft,
    Invalid,
    NotAuthorised,
    NotEntitled,
    NotFound,
    Opened,
    RateLimited,
    SentFile,
    Snapshot,
    Target,
    Unavailable,
    VendorAdapter,
    VendorError,
)
from vendors.events import VendorCaseFailed, VendorCaseOpened
from vendors.models import AccountLink, CaseStatus, Outgoing, VendorCase
from vendors.states import CaseState, LinkState, SendKind, SendState

logger = logging.getLogger(__name__)

#: How long a worker has for one call; longer than the call's own time-outs.
LEASE = timedelta(seconds=120)
#: When the vendor is asked whether something arrived: so long after the loss, and so long after the first look.
LOOKS = (timedelta(seconds=30), timedelta(minutes=2))
#: A limit on new cases is waited out at least so long.
QUOTA_WAIT = timedelta(minutes=10)
#: What cannot be reached is tried again after these times, and then at the last one.
WAITS = (timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=10))
#: What nobody could find out or send within this time is given to a person.
LONGEST = timedelta(days=1)
#: The agent hears of a vendor that cannot be reached when so many attempts have failed.
TOLD_AFTER = 3
#: Files are left out after so many attempts: the words matter more.
FILES_TRIED = 3
_MOST_ERROR = 500


class What(StrEnum):
    """Which call is made for a row."""

    OPEN = "open"
    ADOPT = "adopt"
    REPLY = "reply"
    RESOLVE = "resolve"
    LOOK_FOR_CASE = "look for case"
    LOOK_FOR_REPLY = "look for reply"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A claimed row with everything that its call needs, so that the call reads no row."""

    pk: int
    lease: datetime
    what: What
    adapter: VendorAdapter
    target: Target
    reference: str
    idem: str
    external_id: str
    draft: Draft
    named: str = ""
    files: Sequence[tuple[str, str]] = ()


class Outcome(StrEnum):
    """What came of a call."""

    DONE = "done"
    NOT_FOUND = "not found"
    REFUSED = "refused"
    HELD = "held"
    LOST = "lost"
    DOWN = "down"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a call, in words where a person has to read it; `left_out` says why files did not go."""

    outcome: Outcome
    opened: Opened | None = None
    snapshot: Snapshot | None = None
    reason: str = ""
    code: str = ""
    after: timedelta = timedelta(0)
    is_quota: bool = False
    is_invalid: bool = False
    left_out: str = ""


def send_due(*, limit: int = 50) -> int:
    """Make the calls of everything that is due, and return how many rows were dealt with."""
    dealt = 0
    while dealt < limit:
        found, job = _claim()
        if not found:
            break
        dealt += 1
        if job is not None:
            _deal_with(job)
    return dealt


def _deal_with(job: Job) -> None:
    """Make one call and record it; what cannot be recorded is looked for when its lease has passed."""
    answer = _call(job)
    try:
        _settle(job, answer)
    except Exception:
        logger.exception("what came of %s %s could not be recorded", job.what, job.pk)


# --- Claiming ------------------------------------------------------------------------------------------
def _claim() -> tuple[bool, Job | None]:
    """Take the next due row, or say that there is none; a row that needs no call is settled here."""
    with acting_as(worker_context()) as now:
        row = _next(now)
        if row is None:
            return False, None
        match row.state:
            case SendState.SENDING:
                _lost_its_worker(row, now)
                return True, None
            case SendState.AMBIGUOUS if now >= row.asked_at + LONGEST:
                _refuse(row, now, Answer(outcome=Outcome.REFUSED, reason=_NOBODY_KNOWS))
                return True, None
        if reason := _why_no_call(row):
            _refuse(row, now, Answer(outcome=Outcome.REFUSED, reason=reason, code="link"))
            return True, None
        is_look = row.state == SendState.AMBIGUOUS
        row.next_try_at = now + LEASE
        if not is_look:
            row.state = SendState.SENDING.value
            row.attempts += 1
        row.save(update_fields=["state", "attempts", "next_try_at"])
        return True, _job(row, is_look=is_look)


_NOBODY_KNOWS = (
    "The answer was lost, and for a day we could not find out whether it arrived. Look in the vendor's console,"
    " then try again or follow the case that is there."
)


def _next(now: datetime) -> Outgoing | None:
    """Return the next due row, locked: of each case the oldest first, and nothing after a part that was refused."""
    before = Outgoing.objects.filter(
        customer_id=OuterRef("customer_id"), case_id=OuterRef("case_id"), pk__lt=OuterRef("pk")
    )
    unsettled = before.waiting()
    refused_part = before.filter(state=SendState.REFUSED, message_id=OuterRef("message_id"))
    return (
        Outgoing.objects.due_by(now)
        .filter(Q(kind=SendKind.OPEN) | ~Q(case__external_id=""))
        .filter(~Exists(unsettled), ~Exists(refused_part))
        .exclude(link__paused_until__gt=now)
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .select_related(
            "case__ticket__customer", "link__vendor", "link__account", "link__customer", "message"
        )
        .first()
    )


def _lost_its_worker(row: Outgoing, now: datetime) -> None:
    """Whether the call was made is unknown; what may be made twice without harm is simply made again."""
    if _is_harmless(row):
        row.state, row.next_try_at = SendState.QUEUED.value, now
    else:
        row.state, row.looks, row.next_try_at = SendState.AMBIGUOUS.value, 0, now + LOOKS[0]
        row.error = "The worker that sent it was lost: we look whether it arrived."
    row.save(update_fields=["state", "looks", "next_try_at", "error"])


def _is_harmless(row: Outgoing) -> bool:
    return row.kind == SendKind.RESOLVE or "adopt" in row.payload


def _why_no_call(row: Outgoing) -> str:
    """Return why no call may be made over a row's link now; reading needs less than writing."""
    link = row.link
    reads = row.state == SendState.AMBIGUOUS or "adopt" in row.payload
    if reads and not link.is_manual and link.standing.may_ask:
        return ""
    return access.why_not(link, link.account.declared_plan if link.account else "")


def _job(row: Outgoing, *, is_look: bool) -> Job:
    payload = row.payload
    if is_look:
        what = What.LOOK_FOR_CASE if row.kind == SendKind.OPEN else What.LOOK_FOR_REPLY
    else:
        what = What.ADOPT if "adopt" in payload else What(row.kind)
    files = Attachment.objects.filter(customer_id=row.customer_id, pk__in=row.files).order_by("pk")
    reference = row.case.ticket.key
    return Job(
        pk=row.pk,
        lease=row.next_try_at or row.asked_at,
        what=what,
        adapter=adapter_for(row.link),
        target=target_of(row.link),
        reference=reference,
        idem=row.idem_key,
        external_id=row.case.external_id,
        draft=Draft(
            reference=reference,
            subject=payload.get("subject", ""),
            body=payload.get("body", ""),
            severity=payload.get("severity", ""),
            service=payload.get("service", ""),
            category=payload.get("category", ""),
            language=payload.get("language", "en"),
            copied=tuple(payload.get("copied", ())),
        ),
        named=payload.get("adopt", ""),
        files=[] if row.attempts > FILES_TRIED else [(file.name, file.stored_name) for file in files],
    )


# --- Calling -------------------------------------------------------------------------------------------
def _call(job: Job) -> Answer:
    """Make a row's call; no transaction is open, and whatever happens is an answer."""
    files, left_out = _read_files(job)
    answer = _answer(lambda: _make(job, files))
    if files and answer.is_invalid:
        # Nothing was sent. It may be the files: the words go without them, or are refused for themselves.
        without = _answer(lambda: _make(job, ()))
        left_out = answer.reason if without.outcome is Outcome.DONE else left_out
        answer = without
    return replace(answer, left_out=left_out)


def _make(job: Job, files: Sequence[SentFile]) -> Answer:
    adapter, target = job.adapter, job.target
    match job.what:
        case What.OPEN:
            opened = adapter.open_case(target, replace(job.draft, files=tuple(files)), idem=job.idem)
            return Answer(outcome=Outcome.DONE, opened=opened)
        case What.LOOK_FOR_CASE:
            found = adapter.find_case(target, reference=job.reference, idem=job.idem)
            return Answer(outcome=Outcome.DONE if found else Outcome.NOT_FOUND, opened=found)
        case What.ADOPT:
            snapshot = adapter.find_by_id(target, job.named)
            if snapshot is None:
                raise NotFound(f"This account has no case {job.named}.", code="unknown")
            return Answer(outcome=Outcome.DONE, snapshot=snapshot)
        case What.REPLY:
            adapter.reply(target, job.external_id, job.draft.body, files=files, idem=job.idem)
        case What.LOOK_FOR_REPLY:
            if not adapter.find_reply(target, job.external_id, idem=job.idem):
                return Answer(outcome=Outcome.NOT_FOUND)
        case What.RESOLVE:
            adapter.resolve(target, job.external_id)
    return Answer(outcome=Outcome.DONE)


def _answer(make: Callable[[], Answer]) -> Answer:
    """Return what a call answered, an error in the words that a person reads included."""
    try:
        return make()
    except RateLimited as error:
        wait = timedelta(seconds=error.after)
        return Answer(
            outcome=Outcome.HELD,
            reason=str(error),
            code=error.code,
            is_quota=error.is_quota,
            after=max(wait, QUOTA_WAIT) if error.is_quota else wait,
        )
    except Ambiguous as error:
        return Answer(outcome=Outcome.LOST, reason=str(error), code=error.code)
    except Unavailable as error:
        return Answer(outcome=Outcome.DOWN, reason=str(error), code=error.code)
    except Invalid as error:
        return Answer(outcome=Outcome.REFUSED, reason=str(error), code=error.code, is_invalid=True)
    except VendorError as error:
        code = {NotEntitled: "not_entitled", NotAuthorised: "not_authorised"}.get(type(error), error.code)
        return Answer(outcome=Outcome.REFUSED, reason=str(error), code=code)
    except Exception:
        logger.exception("a call to a vendor ended in an error that nobody expects")
        return Answer(outcome=Outcome.LOST, reason="The answer could not be read.", code="unexpected")


def _read_files(job: Job) -> tuple[list[SentFile], str]:
    """Return the content of what goes with a message, and which files are not there any more."""
    found: list[SentFile] = []
    missing: list[str] = []
    for name, stored_name in job.files if job.what in (What.OPEN, What.REPLY) else ():
        try:
            content = stored_files.read_bytes(stored_name)
        except OSError:
            logger.exception("a file that was to be sent cannot be read")
            missing.append(name)
            continue
        found.append(SentFile(name=name, size=len(content), content=content))
    return found, f"could not be read: {', '.join(missing)}" if missing else ""


# --- Settling ------------------------------------------------------------------------------------------
def _settle(job: Job, answer: Answer) -> None:
    """Record what came of a call."""
    with acting_as(worker_context()) as now:
        row = (
            Outgoing.objects.select_for_update(of=("self",), no_key=True)
            .select_related(
                "case__ticket__customer", "case__vendor", "link__account", "link__vendor", "message"
            )
            .get(pk=job.pk)
        )
        if row.state in (SendState.SENT, SendState.CANCELLED):
            return  # another worker has found out
        if answer.outcome is Outcome.DONE and not _is_of_another(row, answer):
            _done(row, now, answer)
        elif row.next_try_at != job.lease:
            return  # the lease has passed, and what comes next is under way
        elif answer.outcome in (Outcome.DONE, Outcome.NOT_FOUND):
            _looked(row, now)
        elif answer.outcome is Outcome.LOST and not _is_harmless(row):
            _lost(row, now, answer)
        elif answer.outcome is Outcome.REFUSED and row.state != SendState.AMBIGUOUS:
            _refuse(row, now, answer)
        else:
            _hold_back(row, now, answer)


def _is_of_another(row: Outgoing, answer: Answer) -> bool:
    """Tell whether a case that was found for a row is followed already, such as one opened in the console meanwhile."""
    if answer.opened is None:
        return False
    others = VendorCase.objects.filter(
        customer_id=row.customer_id, link_id=row.link_id, external_id=answer.opened.external_id
    )
    return others.exclude(pk=row.case_id).exists()


def _done(row: Outgoing, now: datetime, answer: Answer) -> None:
    """Record that the vendor has it, and what follows for the case and the ticket."""
    actor = _asker(row)
    case = (
        VendorCase.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ticket__customer", "vendor", "link__account", "link__vendor", "customer")
        .get(pk=row.case_id, customer_id=row.customer_id)
    )
    if answer.snapshot is not None and (reason := _why_not_adopted(case, answer.snapshot)):
        _refuse(row, now, Answer(outcome=Outcome.REFUSED, reason=reason, code="followed"))
        return
    row.state, row.next_try_at, row.settled_at = SendState.SENT.value, None, now
    row.error = f"Files were left out: {answer.left_out}"[:_MOST_ERROR] if answer.left_out else ""
    if row.attempts > FILES_TRIED and row.files and not row.error:
        row.error = "Files were left out: the vendor did not take them."
    row.save(update_fields=["state", "next_try_at", "settled_at", "error"])
    if answer.snapshot is not None:
        _adopted(case, answer.snapshot, actor, now)
    elif answer.opened is not None:
        _opened(case, answer.opened, actor, now)
    if row.payload.get("opens"):
        case.last_desk_at = now
        case.save(update_fields=["last_desk_at"])
    elif row.message_id is not None and row.payload.get("is_last"):
        tell_told(case, actor=actor, at=now, message_id=row.message_id)
    if row.payload.get("hold"):
        _hold(case, actor, now)
    if row.error:
        _tell(row, now, "files were left out", f"{row.error}. The text itself has arrived.")
    if row.kind == SendKind.RESOLVE:  # what else is sent says so itself, and is looked after
        AccountLink.objects.filter(pk=row.link_id, customer_id=row.customer_id).update(next_poll_at=now)


def _opened(case: VendorCase, opened: Opened, actor: Actor, now: datetime) -> None:
    case.external_id, case.display_id = opened.external_id, opened.display_id
    case.opened_at, case.opened_by = now, actor.name
    case.state, case.state_since = CaseState.NEW.value, now
    _entitle(case, now)
    case.save()
    _first_status(case, now)
    _tell_opened(case, actor, now)


def _adopted(case: VendorCase, found: Snapshot, actor: Actor, now: datetime) -> None:
    case.external_id, case.display_id = found.external_id, found.display_id
    case.subject, case.raw_status = found.subject[:250], found.raw_status[:60]
    case.state, case.state_since = found.state.value, now
    case.severity, case.service, case.category = (
        found.severity[:40],
        found.service[:120],
        found.category[:120],
    )
    names = {one.code: one.name for one in options_of(case.link).severities}
    case.severity_name = names.get(found.severity, found.severity)[:60]
    case.opened_at, case.opened_by = found.opened_at or now, found.opened_by[:150]
    case.extra = dict(found.extra)
    _entitle(case, case.opened_at)
    case.save()
    _first_status(case, now)
    _tell_opened(case, actor, now)


def _why_not_adopted(case: VendorCase, found: Snapshot) -> str:
    """Return why a case that was found cannot be followed for this ticket; '' when it can."""
    known = (
        VendorCase.objects.filter(customer_id=case.customer_id, link=case.link, external_id=found.external_id)
        .exclude(pk=case.pk)
        .select_related("ticket__customer")
        .first()
    )
    return "" if known is None else f"This case is followed on {known.ticket.key} already."


def _entitle(case: VendorCase, at: datetime) -> None:
    """Keep what the account's plan was known to promise on the day; a later plan rewrites nothing."""
    account = case.link.account
    case.plan = account.declared_plan if account is not None else ""
    case.finding = access.finding_of(case.link).value
    target = access.published_targets(case.vendor, case.plan, at).get(case.severity)
    if target is not None:
        case.target_seconds = target.seconds
        case.target_in_business_hours = target.in_business_hours
        case.target_source = target.source


def _first_status(case: VendorCase, now: datetime) -> None:
    CaseStatus.objects.create(
        customer=case.customer, case=case, raw_status=case.raw_status, state=case.state, at=now
    )


def _tell_opened(case: VendorCase, actor: Actor, now: datetime) -> None:
    publish(
        VendorCaseOpened(
            at=now,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=actor,
            case_id=case.pk,
            vendor=case.vendor.name,
            display_id=case.display_id or case.external_id,
            adopted=case.is_adopted,
        )
    )


def _hold(case: VendorCase, actor: Actor, now: datetime) -> None:
    """Let the ticket wait for the vendor now that it has the case; what has ended meanwhile waits for nobody."""
    try:
        with transaction.atomic():
            hold_for_vendor(case, actor=actor, at=now)
    except Refused:
        logger.info("the ticket of case %s waits for nobody", case.pk)


def _looked(row: Outgoing, now: datetime) -> None:
    """The vendor does not have it yet: look once more or, after the last look, send it again."""
    row.looks += 1
    if row.looks < len(LOOKS):
        row.next_try_at = now + LOOKS[row.looks]
    else:
        row.state, row.next_try_at, row.error = SendState.QUEUED.value, now, ""
    row.save(update_fields=["state", "looks", "next_try_at", "error"])


def _lost(row: Outgoing, now: datetime, answer: Answer) -> None:
    """Nobody knows whether it arrived: it is looked for. A look whose own answer was lost was none."""
    if row.state != SendState.AMBIGUOUS:
        row.looks = 0
    row.state, row.next_try_at = SendState.AMBIGUOUS.value, now + LOOKS[0]
    row.error, row.error_code = answer.reason[:_MOST_ERROR], answer.code[:80]
    row.save(update_fields=["state", "looks", "next_try_at", "error", "error_code"])


def _hold_back(row: Outgoing, now: datetime, answer: Answer) -> None:
    """Nothing was done: it waits and is tried again, and a person is told where that takes long."""
    if row.state == SendState.SENDING:
        row.state = SendState.QUEUED.value
    wait = answer.after or WAITS[min(row.attempts, len(WAITS)) - 1]
    if now >= row.asked_at + LONGEST:
        _refuse(row, now, answer)
        return
    row.next_try_at = now + wait
    row.error, row.error_code = answer.reason[:_MOST_ERROR], answer.code[:80]
    row.save(update_fields=["state", "next_try_at", "error", "error_code"])
    if answer.is_quota and _is_pressing(row):
        _tell(
            row,
            now,
            "AWS takes no more cases for now: open it in the console or by telephone",
            f"{answer.reason} It is tried again at {row.next_try_at.astimezone(UTC):%H:%M} UTC, and then once."
            " This is too urgent to wait: use the vendor's console or telephone, then follow that case here and give"
            " this one up.",
        )
    elif row.attempts == TOLD_AFTER:
        _tell(row, now, "cannot be sent yet", f"{answer.reason} It is tried again by itself.")


def _is_pressing(row: Outgoing) -> bool:
    """Tell whether somebody should not wait: by the vendor's severity, or by ours."""
    return row.payload.get("severity") in ("urgent", "critical") or row.case.ticket.severity <= Severity.P2


def _refuse(row: Outgoing, now: datetime, answer: Answer) -> None:
    """Record a refusal, tell who asked, and let the plan be looked at again where that was why."""
    row.state, row.next_try_at, row.settled_at = SendState.REFUSED.value, None, now
    row.error, row.error_code = answer.reason[:_MOST_ERROR], answer.code[:80]
    row.save(update_fields=["state", "next_try_at", "settled_at", "error", "error_code"])
    if "adopt" in row.payload:
        VendorCase.objects.filter(pk=row.case_id, customer_id=row.customer_id).update(
            given_up_at=now, given_up_why=row.error[:300]
        )
    if answer.code in ("not_entitled", "not_authorised"):
        AccountLink.objects.filter(pk=row.link_id, customer_id=row.customer_id).exclude(
            state=LinkState.RETIRED
        ).update(next_probe_at=now)
    vendor = row.link.vendor.name
    publish(
        VendorCaseFailed(
            at=now,
            customer_id=row.customer_id,
            ticket_id=row.case.ticket_id,
            actor=_asker(row),
            case_id=row.case_id,
            vendor=vendor,
            kind=row.kind,
            why=row.error[:200],
        )
    )
    what = _SAID["adopt" if "adopt" in row.payload else row.kind]
    _tell(
        row, now, f"{what} was not sent to {vendor}", f"{row.error} Correct it on the ticket, or try again."
    )


_SAID = {
    "adopt": "the case to follow",
    SendKind.OPEN.value: "the case",
    SendKind.REPLY.value: "the reply",
    SendKind.RESOLVE.value: "that the case is done",
}


# --- Telling -------------------------------------------------------------------------------------------
def _asker(row: Outgoing) -> Actor:
    return Actor(kind=ActorKind.DESK, id=row.asked_by_id, name=row.asked_by)


def _tell(row: Outgoing, now: datetime, what: str, body: str) -> None:
    """Tell whoever asked for it, and the ticket's owner; where neither works here any more, the desk's leads."""
    ticket = row.case.ticket
    for person in _concerned(row):
        notifications.queue(
            customer_id=row.customer_id,
            ticket_id=ticket.pk,
            audience=Audience.DESK,
            kind="vendor",
            dedupe_key=f"vendor-sending:{row.pk}:{row.attempts}:{row.state}:desk:{person.pk}",
            recipient_email=person.user.email,
            recipient_name=person.name,
            person_id=person.pk,
            is_urgent=_is_pressing(row),
            subject=f"{ticket.key} {what}",
            body=f"{ticket.key}: {ticket.subject}\n\n{body}\n\n"
            f"Open the ticket: {settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/#vendor-cases\n",
            occurred_at=now,
            deliver_after=now,
        )


def _concerned(row: Outgoing) -> list[DeskPerson]:
    ids = {pk for pk in (row.asked_by_id, row.case.ticket.assignee_id) if pk is not None}
    found = list(active_desk_people().filter(pk__in=ids).select_related("user").order_by("pk"))
    return found or list(active_desk_leads())
