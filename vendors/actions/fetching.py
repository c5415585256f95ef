"""Files of vendors' messages: fetched after the message is there, checked as every other file, and never in its way."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile

from core.problems import Refused
from core.tenancy import Actor, ActorKind, acting_as, worker_context
from tickets import files as stored_files
from tickets.actions.late_files import attach_later
from vendors.adapters import adapter_for, target_of
from vendors.adapters.base import FileRef, Invalid, NotFound, Unsupported, VendorError
from vendors.models import AccountLink, VendorFile
from vendors.models.cases import FileState
from vendors.pacing import file_wait
from vendors.states import LinkState

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 10
#: So long a file belongs to one worker.
_LEASE = timedelta(minutes=10)
#: What is smaller is kept in memory while it is fetched.
_IN_MEMORY = 1024 * 1024
#: Asking again changes nothing.
_FINAL = (Invalid, NotFound, Unsupported)


@dataclass(frozen=True, kw_only=True)
class _Claim:
    file: VendorFile
    link: AccountLink
    attempt: int


def fetch_files(*, limit: int = 50) -> int:
    """Fetch every file that is due and return how many were dealt with."""
    with acting_as(worker_context()) as now:
        due = list(VendorFile.objects.due_by(now).values_list("pk", flat=True)[:limit])
    return sum(_fetch_safely(pk) for pk in due)


def _fetch_safely(file_id: int) -> bool:
    """Fetch one file; one that fails is logged and does not hold up the others."""
    try:
        return fetch(file_id=file_id)
    except Exception:
        logger.exception("vendor file %s could not be fetched", file_id)
        return False


def fetch(*, file_id: int) -> bool:
    """Fetch one file unless another worker does; the attempt is counted before the call is made."""
    claim = _claim(file_id)
    if claim is None:
        return False
    file = claim.file
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as sink:
        try:
            adapter_for(claim.link).fetch_file(
                target_of(claim.link),
                FileRef(ref=file.ref, name=file.name),
                sink,  # type: ignore[arg-type]
                most=stored_files.MAX_BYTES,
            )
        except VendorError as error:
            _not_fetched(claim, error)
            return True
        return _keep(claim, sink)


def _claim(file_id: int) -> _Claim | None:
    with acting_as(worker_context()) as now:
        file = (
            VendorFile.objects.due_by(now)
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=file_id)
            .select_related("received__case__link__vendor", "received__case__link__customer")
            .first()
        )
        if file is None:
            return None
        link = file.received.case.link
        if link.is_manual or link.standing in {LinkState.RETIRED, LinkState.UNVERIFIED}:
            _without_a_call(file, link, now)
            return None
        if link.paused_until is not None and link.paused_until > now:
            file.next_try_at = link.paused_until
            file.save(update_fields=["next_try_at"])
            return None
        file.attempts += 1
        file.next_try_at = now + _LEASE
        file.save(update_fields=["attempts", "next_try_at"])
        return _Claim(file=file, link=link, attempt=file.attempts)


def _without_a_call(file: VendorFile, link: AccountLink, now: datetime) -> None:
    """Give a file up where no call is made any more; where one may be made again, look later."""
    if link.standing is LinkState.UNVERIFIED:
        file.next_try_at = now + timedelta(hours=1)
        file.save(update_fields=["next_try_at"])
    else:
        _refuse(file, "The portal makes no calls for this account any more. The file is still at the vendor.")


def _not_fetched(claim: _Claim, error: VendorError) -> None:
    """Plan the next attempt, or say why there is none."""
    with acting_as(worker_context()) as now:
        file = _lock(claim)
        if file is None:
            return
        if isinstance(error, NotFound):
            _refuse(file, "The vendor does not have this file any more.")
        elif isinstance(error, _FINAL):
            _refuse(file, str(error))
        elif claim.attempt >= MOST_ATTEMPTS:
            _refuse(file, f"It could not be fetched in {MOST_ATTEMPTS} attempts: {error}")
        else:
            file.next_try_at = now + file_wait(claim.attempt)
            file.why = str(error)[:300]
            file.save(update_fields=["next_try_at", "why"])


def _keep(claim: _Claim, sink: IO[Any]) -> bool:
    """Put what was fetched beside its message, or say why not."""
    sink.seek(0, 2)
    size = sink.tell()
    sink.seek(0)
    upload = UploadedFile(file=sink, name=claim.file.name, size=size)
    with acting_as(worker_context()) as now:
        file = _lock(claim)
        if file is None:
            return False
        message = file.received.message
        try:
            attachment = attach_later(
                message=message,
                actor=Actor(kind=ActorKind.VENDOR, id=None, name=message.author_name),
                at=now,
                file=upload,
            )
        except Refused as refusal:
            _refuse(file, refusal.reason)
            return True
        file.attachment = attachment
        file.state, file.next_try_at, file.why = FileState.STORED, None, ""
        file.save(update_fields=["attachment", "state", "next_try_at", "why"])
        return True


def _lock(claim: _Claim) -> VendorFile | None:
    """Return a claimed file, locked, unless it became another worker's."""
    return (
        VendorFile.objects.select_for_update(no_key=True, of=("self",))
        .select_related("received__message__ticket")
        .filter(pk=claim.file.pk, state=FileState.WAITING, attempts=claim.attempt)
        .first()
    )


def _refuse(file: VendorFile, why: str) -> None:
    file.state, file.next_try_at, file.why = FileState.REFUSED, None, why[:300]
    file.save(update_fields=["state", "next_try_at", "why"])
