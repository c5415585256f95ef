"""What the portal asks of any vendor, in words that fit AWS, Azure, Google, and a telephone.

An adapter makes calls and writes no row: the actions store what it answers. Every error that a caller must tell
apart has its own class here; a vendor's own exceptions never leave its adapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from vendors.states import CaseState, Finding, Side


@dataclass(frozen=True, kw_only=True)
class Caps:
    """What a vendor's interface can do; pages offer nothing else. Sizes are in bytes, lengths in characters."""

    opens: bool = True
    replies: bool = True
    resolves: bool = True
    reopens_by_reply: bool = False
    sets_severity: bool = False
    polls: bool = True
    pushes: bool = False
    sends_files: bool = False
    fetches_files: bool = False
    has_message_ids: bool = False
    has_create_token: bool = False
    longest_body: int = 8000
    most_copied: int = 10
    largest_file: int = 0
    most_files: int = 0
    reopen_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """The account at a vendor that a call is about; made from an AccountLink, never from what a user typed."""

    link_id: int
    customer_slug: str
    account_number: str
    role_arn: str = ""
    external_id: str = ""
    partition: str = "aws"
    reads_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Severity:
    """A severity that an account offers: the vendor's code and its name for people."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service that a case can be about, with its categories as (code, name)."""

    code: str
    name: str
    categories: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Options:
    """What an account offers for a new case, the least severe first."""

    severities: tuple[Severity, ...] = ()
    services: tuple[Service, ...] = ()
    languages: tuple[tuple[str, str], ...] = (("en", "English"),)


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """What a look at an account's plan showed: `evidence` is the vendor's code or the severities it listed."""

    finding: Finding
    evidence: str
    severities: tuple[str, ...] = ()
    refusal: Refusal | None = None


class Refusal(StrEnum):
    """Why a look at an account could not be made."""

    DENIED = "denied"
    UNREACHABLE = "unreachable"
    UNSAFE = "unsafe"
    TAKEN = "taken"


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file that goes out with a message."""

    name: str
    size: int
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A new case. `reference` is the ticket's key; with `idem` it tags the case, so that it is found again."""

    reference: str
    subject: str
    body: str
    severity: str
    service: str = ""
    category: str = ""
    language: str = "en"
    copied: tuple[str, ...] = ()
    files: tuple[SentFile, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A case that was made, or found made by an earlier attempt."""

    external_id: str
    display_id: str = ""
    adopted: bool = False


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A case as the vendor tells it now; what the portal does not know is kept in `extra`.

    A vendor that promises times of its own case by case (Azure) says so in the `target_` fields.
    """

    external_id: str
    display_id: str
    subject: str
    raw_status: str
    state: CaseState
    severity: str
    service: str = ""
    category: str = ""
    opened_by: str = ""
    opened_at: datetime | None = None
    changed_at: datetime | None = None
    target_seconds: int | None = None
    target_until: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FileRef:
    """A file of a message at the vendor."""

    ref: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Received:
    """A message of a case at the vendor; `external_id` is empty where messages have no id of their own."""

    author: str
    side: Side
    body: str
    at: datetime
    files: tuple[FileRef, ...] = ()
    external_id: str = ""
    is_automatic: bool = False


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What a push said: something may have changed. Nothing of it is believed; the case is read again."""

    event_id: str
    account_number: str
    external_id: str = ""
    display_id: str = ""
    name: str = ""


class VendorError(Exception):
    """A call did not do what was asked; `code` is the vendor's word for it, `str()` a sentence for people."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class NotEntitled(VendorError):
    """The account's plan takes no cases."""


class NotAuthorised(VendorError):
    """The account does not let us in."""


class NotFound(VendorError):
    """The vendor knows no such case, file or set."""


class Invalid(VendorError):
    """The vendor, or our own check before sending, refuses what was to be sent; `field` is where."""

    def __init__(self, message: str, *, code: str = "", field: str = "") -> None:
        super().__init__(message, code=code)
        self.field = field


class RateLimited(VendorError):
    """Too many calls; try again after `after` seconds. `is_quota` when it is a limit on new cases."""

    def __init__(self, message: str, *, code: str = "", after: int = 60, is_quota: bool = False) -> None:
        super().__init__(message, code=code)
        self.after = after
        self.is_quota = is_quota


class Ambiguous(VendorError):
    """The answer was lost: what was asked may have been done, or not."""


class Unavailable(VendorError):
    """The vendor cannot be reached or failed; nothing was done."""


class Unsupported(VendorError):
    """This vendor's interface has no such thing."""


class VendorAdapter(Protocol):
    """The calls that the portal makes to one vendor. Every method may raise a VendorError."""

    caps: Caps

    def verify(self, target: Target) -> Entitlement:
        """Look whether the account lets us in as it should, and whether its plan takes cases.

        A refusal to be let in is an answer (UNKNOWN with its `refusal`), not an error.
        """

    def prove_safe(self, target: Target) -> None:
        """Raise Invalid unless the account's role refuses whoever names no or another external id."""

    def options(self, target: Target) -> Options:
        """Return what the account offers for a new case."""

    def open_case(self, target: Target, draft: Draft, *, idem: str) -> Opened:
        """Make a case once: raises Ambiguous when the answer was lost, and never sends twice by itself."""

    def find_case(self, target: Target, *, reference: str, idem: str) -> Opened | None:
        """Look for a case that an attempt with a lost answer may have made."""

    def reply(
        self, target: Target, external_id: str, body: str, *, files: Sequence[SentFile], idem: str
    ) -> None:
        """Add a message to a case."""

    def find_reply(self, target: Target, external_id: str, *, idem: str) -> bool:
        """Tell whether a message of an attempt with a lost answer has arrived."""

    def resolve(self, target: Target, external_id: str) -> None:
        """Tell the vendor that the case is done."""

    def open_cases(self, target: Target) -> Iterable[Snapshot]:
        """Return every case of the account that is not resolved, all pages."""

    def cases(self, target: Target, external_ids: Sequence[str]) -> Iterable[Snapshot]:
        """Return these cases, resolved or not; one that the vendor does not know is left out."""

    def find_by_id(self, target: Target, text: str) -> Snapshot | None:
        """Return the case that a person names by either of its ids."""

    def messages(self, target: Target, external_id: str, *, since: datetime | None) -> Iterable[Received]:
        """Return the messages of a case since a time, all pages, the oldest first."""

    def fetch_file(self, target: Target, ref: FileRef, sink: BinaryIO, *, most: int) -> int:
        """Write a file to `sink` and return its size; raises Invalid beyond `most` bytes."""

    def parse_push(self, body: bytes) -> Iterator[Hint]:
        """Read what a push says; raises Invalid for what is not one."""
