"""Files of cases: carried out in a set made just before it is used, and fetched from AWS's own host or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any, BinaryIO, TypeVar

from django.conf import settings

from core import outbound
from vendors.adapters.aws import clients, roles
from vendors.adapters.aws.errors import reading, writing
from vendors.adapters.base import (
    Ambiguous,
    Invalid,
    NotAuthorised,
    NotFound,
    SentFile,
    Target,
    Unavailable,
)

_SET_IS_GONE = {"AttachmentSetExpired", "AttachmentSetIdNotFound"}
_DOWNLOAD_SECONDS = 120.0
_GONE = {403, 404, 410}
Result = TypeVar("Result")


def with_set(writes: Any, files: Sequence[SentFile], send: Callable[[dict[str, Any]], Result]) -> Result:
    """Call `send` with a set of the files; a set that AWS no longer knows is made again, once.

    That a set is gone means that nothing was sent with it, so that sending again doubles nothing.
    """
    if not files:
        return send({})
    try:
        return send({"attachmentSetId": _make_set(writes, files)})
    except NotFound as error:
        if error.code not in _SET_IS_GONE:
            raise
    return send({"attachmentSetId": _make_set(writes, files)})


def _make_set(writes: Any, files: Sequence[SentFile]) -> str:
    """Bring the files to AWS; a set that is never used ends by itself, so a lost answer loses nothing."""
    attachments = [{"fileName": file.name, "data": file.content} for file in files]
    try:
        answer = writing(writes.add_attachments_to_set, attachments=attachments)
    except Ambiguous as error:
        raise Unavailable("AWS did not take the files.", code=error.code) from error
    found = str(answer.get("attachmentSetId") or "")
    if not found:
        raise Unavailable("AWS did not take the files.", code="NoSet")
    return found


def fetch(reads: Any, target: Target, ref: str, sink: BinaryIO, *, most: int) -> int:
    """Write a file to `sink`: as AWS hands it over itself, and where it does not, from the link that it gives."""
    try:
        answer = reading(reads.describe_attachment, attachmentId=ref)
        content = (answer.get("attachment") or {}).get("data")
    except (Invalid, NotFound) as error:
        refusal: Invalid | NotFound | None = error
        content = None
    else:
        refusal = None
    if content is None:
        return _fetch_by_link(reads, target, ref, sink, most=most, refusal=refusal)
    if len(content) > most:
        raise _too_large(most)
    sink.write(content)
    return len(content)


def _fetch_by_link(
    reads: Any, target: Target, ref: str, sink: BinaryIO, *, most: int, refusal: Invalid | NotFound | None
) -> int:
    try:
        answer = reading(reads.get_attachment_download_link, attachmentId=ref)
    except (Invalid, NotAuthorised, NotFound) as error:
        raise refusal or error from None
    return download(str((answer.get("downloadUrl") or {}).get("url") or ""), target, sink, most=most)


def download(url: str, target: Target, sink: BinaryIO, *, most: int) -> int:
    """Fetch a file from the address that AWS gave; only AWS's own host for files is ever asked."""
    local = clients.endpoint()
    is_local = local is not None and url.startswith(f"{local}/")
    host = settings.AWS_ATTACHMENT_HOST or roles.attachment_host(target.partition)
    try:
        return outbound.fetch(
            url,
            sink=sink,
            most=most,
            hosts=() if is_local else (host,),
            allow_local=is_local,
            longest=_DOWNLOAD_SECONDS,
        )
    except outbound.NotAllowed as error:
        raise Invalid("AWS names an address for this file that is not AWS's.", code="OtherHost") from error
    except outbound.TooMuch as error:
        raise _too_large(most) from error
    except outbound.NotTaken as error:
        if error.status in _GONE:
            raise NotFound("AWS no longer has this file.", code=f"Status{error.status}") from error
        if error.is_redirect:
            raise Invalid("AWS sends on to another place for this file.", code="Redirect") from error
        raise Unavailable("AWS did not give this file.", code=f"Status{error.status}") from error
    except (OSError, HTTPException) as error:
        raise Unavailable("AWS did not give this file.", code=type(error).__name__) from error


def _too_large(most: int) -> Invalid:
    return Invalid(f"The file is larger than {most // 1024 // 1024} MB.", code="FileTooLarge", field="files")
