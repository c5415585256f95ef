"""Attachments: what is accepted, where it is kept, and how it is handed out."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from core.problems import Refused
from tickets.models import Attachment

MAX_BYTES = 25 * 1024 * 1024
MAX_FILES = 10
_HEAD = 8192

#: Extension → content type sent on download. Nothing that a browser would run is on the list.
ALLOWED: dict[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/plain",
    "csv": "text/csv",
    "json": "application/json",
    "yaml": "text/plain",
    "yml": "text/plain",
    "har": "application/json",
    "eml": "message/rfc822",
    "zip": "application/zip",
    "gz": "application/gzip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_TEXT = frozenset({"txt", "log", "md", "csv", "json", "yaml", "yml", "har", "eml"})
_OFFICE = frozenset({"docx", "xlsx", "pptx"})


@dataclass(frozen=True)
class CheckedFile:
    """An upload that passed every check, under the name that people will see."""

    name: str
    size: int
    content_type: str
    sha256: str
    upload: UploadedFile[Any]


def check(files: Sequence[UploadedFile[Any]], *, beside: int = 0) -> list[CheckedFile]:
    """Check uploads by number, size, name and content; raises Refused naming the file at fault.

    `beside` is how many other files go with the same message.
    """
    if len(files) + beside > MAX_FILES:
        raise Refused(
            _("At most %(number)s files fit on one message.") % {"number": MAX_FILES}, field="files"
        )
    return [_check(file) for file in files]


def clean_name(name: str) -> str:
    """Return a file name without path, hidden characters or leading dots, at most 120 characters long."""
    name = unicodedata.normalize("NFKC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    name = name.strip().lstrip(".").strip()
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:120]
    return f"{stem[: 119 - len(extension)]}.{extension}"


def _check(file: UploadedFile[Any]) -> CheckedFile:
    name = clean_name(file.name or "")
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in ALLOWED:
        raise Refused(
            _("%(name)s is of a kind we do not take. Send it as a picture, PDF, text or zip.")
            % {"name": name or _("This file")},
            field="files",
        )
    size = file.size or 0
    if size == 0:
        raise Refused(_("%(name)s is empty.") % {"name": name}, field="files")
    if size > MAX_BYTES:
        raise Refused(
            _("%(name)s is larger than %(number)s MB. Split it, or share a link.")
            % {"name": name, "number": MAX_BYTES // 1024 // 1024},
            field="files",
        )
    digest = hashlib.sha256()
    head = b""
    total = 0
    for chunk in file.chunks():
        head = head or bytes(chunk[:_HEAD])
        total += len(chunk)
        digest.update(chunk)
    if total != size:
        raise Refused(_("%(name)s did not arrive whole. Send it again.") % {"name": name}, field="files")
    if not _content_agrees(extension, head):
        raise Refused(
            _("%(name)s does not contain what its name says. Check the file and its ending.")
            % {"name": name},
            field="files",
        )
    return CheckedFile(
        name=name,
        size=size,
        content_type=ALLOWED[extension],
        sha256=digest.hexdigest(),
        upload=file,
    )


def _content_agrees(extension: str, head: bytes) -> bool:
    kind = filetype.guess(head)
    if extension in _TEXT:
        return kind is None and b"\x00" not in head
    if kind is None:
        return False
    found = kind.extension
    if extension in _OFFICE:
        return found in (*_OFFICE, "zip") and head.startswith(b"PK\x03\x04")
    if extension in ("jpg", "jpeg"):
        return bool(found == "jpg")
    return bool(found == extension)


def _storage() -> FileSystemStorage:
    return FileSystemStorage(
        location=settings.PORTAL_FILES_ROOT, file_permissions_mode=0o600, directory_permissions_mode=0o700
    )


def store(file: CheckedFile) -> str:
    """Keep the content under a random name of our own and return that name."""
    secret = secrets.token_hex(20)
    file.upload.seek(0)
    return _storage().save(f"{secret[:2]}/{secret}", file.upload)


def store_bytes(content: bytes) -> str:
    """Keep content that nobody is handed as it is, such as a mail's original, and return its name."""
    secret = secrets.token_hex(20)
    return _storage().save(f"{secret[:2]}/{secret}", ContentFile(content))


def read_bytes(stored_name: str) -> bytes:
    """Return what was kept; raises FileNotFoundError."""
    with _storage().open(stored_name) as kept:
        content: bytes = kept.read()
    return content


def discard(stored_name: str) -> None:
    """Throw the content of a file away that no row names any more."""
    _storage().delete(stored_name)


def download(attachment: Attachment) -> FileResponse:
    """Hand out an attachment so that no browser shows or runs it on the portal's address."""
    try:
        content = _storage().open(attachment.stored_name)
    except FileNotFoundError:
        raise Http404("The file is no longer there.") from None
    response = FileResponse(
        content, as_attachment=True, filename=attachment.name, content_type=attachment.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
