"""A vendor in this process: what a test puts there, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO

from vendors.adapters.base import (
    Caps,
    Draft,
    Entitlement,
    FileRef,
    Hint,
    Invalid,
    NotFound,
    Opened,
    Options,
    RateLimited,
    Received,
    SentFile,
    Snapshot,
    Target,
    Unsupported,
    VendorError,
)
from vendors.states import CaseState, Side

STATES = {
    "unassigned": CaseState.NEW,
    "work-in-progress": CaseState.VENDOR_WORKING,
    "pending-customer-action": CaseState.WAITING_ON_US,
    "customer-action-completed": CaseState.WAITING_ON_VENDOR,
    "reopened": CaseState.WAITING_ON_VENDOR,
    "resolved": CaseState.RESOLVED,
}


@dataclass
class MemoryVendor:
    """Cases and their messages by account; `faults` are raised by the next calls of an operation."""

    caps: Caps = field(default_factory=lambda: Caps(pushes=True, fetches_files=True, reopen_days=14))
    accounts: dict[str, dict[str, Snapshot]] = field(default_factory=dict)
    letters: dict[str, list[Received]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Exception | None]] = field(default_factory=dict)
    refusing: dict[str, Exception] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    # --- What a test does -----------------------------------------------------------------------------
    def open(self, account: str, external_id: str, **given: Any) -> Snapshot:
        usual: dict[str, Any] = {
            "external_id": external_id,
            "display_id": f"d-{external_id}",
            "subject": "The shop is slow",
            "raw_status": "unassigned",
            "state": CaseState.NEW,
            "severity": "urgent",
        }
        snapshot = Snapshot(**usual | given)
        self.accounts.setdefault(account, {})[external_id] = snapshot
        self.letters.setdefault(external_id, [])
        return snapshot

    def move(self, external_id: str, raw: str, **more: Any) -> None:
        for cases in self.accounts.values():
            if external_id in cases:
                state = STATES.get(raw, CaseState.UNKNOWN)
                cases[external_id] = replace(cases[external_id], raw_status=raw, state=state, **more)

    def write(
        self,
        external_id: str,
        body: str,
        at: datetime,
        *,
        side: Side = Side.VENDOR,
        author: str = "Amazon Web Services",
        automatic: bool = False,
        files: Sequence[FileRef] = (),
    ) -> Received:
        message = Received(
            author=author, side=side, body=body, at=at, is_automatic=automatic, files=tuple(files)
        )
        self.letters[external_id].append(message)
        return message

    def fail(self, operation: str, *errors: Exception | None) -> None:
        """Let the next calls of an operation fail, each with its error; None lets one through."""
        self.faults.setdefault(operation, []).extend(errors)

    def made(self, operation: str) -> int:
        return sum(1 for name, _ in self.calls if name == operation)

    def _call(self, operation: str, target: Target) -> None:
        self.calls.append((operation, target.account_number))
        if (error := self.refusing.get(target.account_number)) is not None:
            raise error
        waiting = self.faults.get(operation)
        if waiting and (error := waiting.pop(0)) is not None:
            raise error

    # --- What the portal asks -------------------------------------------------------------------------
    def open_cases(self, target: Target) -> Iterable[Snapshot]:
        self._call("open_cases", target)
        found = self.accounts.get(target.account_number, {}).values()
        return [one for one in found if not one.state.is_over]

    def cases(self, target: Target, external_ids: Sequence[str]) -> Iterable[Snapshot]:
        self._call("cases", target)
        assert len(external_ids) <= 100
        found = self.accounts.get(target.account_number, {})
        return [found[one] for one in external_ids if one in found]

    def messages(self, target: Target, external_id: str, *, since: datetime | None) -> Iterable[Received]:
        self._call("messages", target)
        if external_id not in self.accounts.get(target.account_number, {}):
            raise NotFound("There is no such case.", code="CaseIdNotFound")
        found = [one for one in self.letters[external_id] if since is None or one.at >= since]
        return sorted(found, key=lambda one: one.at)

    def fetch_file(self, target: Target, ref: FileRef, sink: BinaryIO, *, most: int) -> int:
        self._call("fetch_file", target)
        if ref.ref not in self.files:
            raise NotFound("There is no such file.")
        content = self.files[ref.ref]
        if len(content) > most:
            raise Invalid(f"{ref.name} is larger than {most} bytes.")
        return sink.write(content)

    def parse_push(self, body: bytes) -> Iterator[Hint]:
        raise Unsupported("This vendor does not push.")

    def verify(self, target: Target) -> Entitlement:
        raise Unsupported("not asked here")

    def prove_safe(self, target: Target) -> None:
        raise Unsupported("not asked here")

    def options(self, target: Target) -> Options:
        raise Unsupported("not asked here")

    def open_case(self, target: Target, draft: Draft, *, idem: str) -> Opened:
        raise Unsupported("not asked here")

    def find_case(self, target: Target, *, reference: str, idem: str) -> Opened | None:
        raise Unsupported("not asked here")

    def reply(
        self, target: Target, external_id: str, body: str, *, files: Sequence[SentFile], idem: str
    ) -> None:
        raise Unsupported("not asked here")

    def find_reply(self, target: Target, external_id: str, *, idem: str) -> bool:
        raise Unsupported("not asked here")

    def resolve(self, target: Target, external_id: str) -> None:
        raise Unsupported("not asked here")

    def find_by_id(self, target: Target, text: str) -> Snapshot | None:
        raise Unsupported("not asked here")


def throttled() -> VendorError:
    return RateLimited("Too many calls.", code="ThrottlingException", after=1)
