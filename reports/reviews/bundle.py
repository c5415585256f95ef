"""The sealed files of a review: one archive whose every byte follows from what is in it; pure.

The archive is stored, not compressed: what a compressor writes depends on its version, and then nobody could tell a
changed byte from another machine.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from reports.reviews.tables import rows_csv
from reports.reviews.words import CHECKING, say_month

REVIEW_FORMAT = "service-review/1"
MANIFEST_FORMAT = "review-manifest/1"
CHAIN_FORMAT = "review-chain/1"
MANIFEST, REVIEW, ROWS, PDF, CHAIN, README = (
    "manifest.json",
    "review.json",
    "rows.csv",
    "review.pdf",
    "chain.json",
    "READ-ME.txt",
)
TICKETS = "tickets/"
_TIME = (1980, 1, 1, 0, 0, 0)  # the first instant that an archive can name
_READABLE = 0o100644 << 16
_UNIX = 3
#: What a damaged archive does to its reader.
_DAMAGED = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    EOFError,
    LookupError,
    OverflowError,
    MemoryError,
    struct.error,
)


class BundleError(ValueError):
    """An archive that is not one of ours."""


def canonical(value: Any) -> bytes:
    """Return a value as the one JSON text that it has here: sorted, indented by one, ended by a new line."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def digest(content: bytes) -> str:
    """Return the SHA-256 of a content in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


# --- The chain ----------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Link:
    """What a seal says of one sealed review; `previous` is the seal of the customer's review before, '' for the first.

    `content` is the digest of the list of its files.
    """

    customer: str
    month: str
    issue: int
    sealed_at: str
    sealed_by: str
    content: str
    previous: str

    @property
    def seal(self) -> str:
        """The digest of everything that the link says."""
        return digest(canonical(asdict(self)))

    @property
    def said(self) -> str:
        return f"{self.customer} {self.month} issue {self.issue}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"seal": self.seal}


_PARTS = frozenset(one.name for one in fields(Link))


def read_link(value: Any) -> tuple[Link, str]:
    """Read a link with the seal that stands beside it; raises BundleError where a part is missing or odd."""
    if not isinstance(value, dict) or set(value) != {*_PARTS, "seal"}:
        raise BundleError("a link names other things than it should")
    for name, part in value.items():
        if not isinstance(part, int if name == "issue" else str) or isinstance(part, bool):
            raise BundleError(f"the {name} of a link is odd")
    return Link(**{name: value[name] for name in _PARTS}), value["seal"]


# --- The archive --------------------------------------------------------------------------------------
def pack(files: Mapping[str, bytes]) -> bytes:
    """Return files as an archive; equal files are equal archives, byte for byte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE
            archive.writestr(entry, files[name])
    return out.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive; raises BundleError unless `pack` would make exactly this archive of them."""
    files = _files_in(content)
    try:
        same = pack(files) == content
    except (ValueError, UnicodeError):
        same = False
    if not same:
        raise BundleError("bytes between its files are not as they were sealed")
    return files


def _files_in(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            stored = [entry for entry in entries if entry.compress_type == zipfile.ZIP_STORED]
            files = {entry.filename: archive.read(entry) for entry in stored}
    except _DAMAGED as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise BundleError(f"not an archive that can be read: {said}") from None
    if len(files) != len(entries):
        raise BundleError("a file in it is compressed or there twice, and sealed files are not")
    return files


def inventory(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """List every file but the manifest with its digest and size."""
    return [
        {"name": name, "sha256": digest(files[name]), "bytes": len(files[name])}
        for name in sorted(files)
        if name != MANIFEST
    ]


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A sealed review: its archive and its link of the chain."""

    bundle: bytes
    link: Link


def seal(
    review: Mapping[str, Any],
    *,
    documents: Mapping[str, Any],
    pdf: bytes,
    history: Sequence[Link],
    sealed_at: str,
    sealed_by: str,
) -> Sealed:
    """Seal a review together with the documents behind it; `history` is the customer's chain up to now."""
    files = {
        REVIEW: canonical(review),
        ROWS: rows_csv(review),
        PDF: pdf,
        CHAIN: canonical({"format": CHAIN_FORMAT, "links": [link.as_json() for link in history]}),
        README: readme(review),
        **{document_name(ticket): canonical(document) for ticket, document in documents.items()},
    }
    listed = inventory(files)
    link = Link(
        customer=review["customer"]["key"],
        month=review["month"],
        issue=review["issue"],
        sealed_at=sealed_at,
        sealed_by=sealed_by,
        content=digest(canonical(listed)),
        previous=history[-1].seal if history else "",
    )
    manifest = canonical({"format": MANIFEST_FORMAT, "files": listed, "link": link.as_json()})
    return Sealed(bundle=pack(files | {MANIFEST: manifest}), link=link)


def document_name(ticket: str) -> str:
    """Return the name of a ticket's document in the archive."""
    return f"{TICKETS}{ticket}.json"


def readme(review: Mapping[str, Any]) -> bytes:
    """Return the words that lie beside the files."""
    title = f"Service review of {review['customer']['name']}, {say_month(review['month'])}, issue {review['issue']}"
    what = (
        f"{REVIEW}   every figure, and what people wrote\n"
        f"{ROWS}      a line for each objective whose verdict fell in the month\n"
        f"{PDF}    the same to read and to print\n"
        f"{TICKETS}       the facts of each ticket behind a figure, as slo_replay reads them\n"
        f"{CHAIN}    the seals of the reviews before this one\n"
        f"{MANIFEST} the digest of each file, and the seal\n"
    )
    return "\n\n".join([title, what, *CHECKING, ""]).encode()
