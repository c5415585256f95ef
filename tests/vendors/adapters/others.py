"""Two vendors of the tests, shaped as Azure's and Google's interfaces are, that show whether ours fits them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

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
    Received,
    SentFile,
    Severity,
    Snapshot,
    Target,
    Unsupported,
    VendorAdapter,
)
from vendors.states import CaseState, Finding, Side

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Note:
    """A message at one of these vendors."""

    name: str
    side: Side
    body: str
    at: datetime
    files: list[str] = field(default_factory=list)


@dataclass
class Kept:
    """A case at one of these vendors."""

    name: str
    number: str
    subject: str
    severity: str
    status: str
    at: datetime
    mark: str
    notes: list[Note] = field(default_factory=list)


class Memory:
    """What both have: cases and files in memory, and a clock that goes on a second with each thing that happens."""

    statuses: dict[str, CaseState] = {}
    first_status = ""
    last_status = ""
    severities: tuple[str, ...] = ()
    caps = Caps()

    def __init__(self) -> None:
        self.adapter: VendorAdapter = self
        self.target = Target(link_id=1, customer_slug="acme", account_number="sub-1")
        self.kept: dict[str, Kept] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.ticks = 0

    def now(self) -> datetime:
        self.ticks += 1
        return START + timedelta(seconds=self.ticks)

    # --- In a test's hands -----------------------------------------------------------------------------
    def says(self, external_id: str, body: str, files: Sequence[tuple[str, bytes]] = ()) -> datetime:
        note = self._add(external_id, Side.VENDOR, body, f"theirs-{self.ticks}", files)
        return note.at

    def has_status(self, external_id: str, raw: str) -> None:
        self.kept[external_id].status = raw

    def count(self) -> int:
        return len(self.kept)

    def _add(
        self, external_id: str, side: Side, body: str, name: str, files: Sequence[tuple[str, bytes]]
    ) -> Note:
        if external_id not in self.kept:
            raise NotFound("There is no such case.")
        note = Note(name=name, side=side, body=body, at=self.now())
        for file in files:
            ref = f"file-{len(self.files)}"
            self.files[ref] = file
            note.files.append(ref)
        self.kept[external_id].notes.append(note)
        return note

    # --- As an adapter ---------------------------------------------------------------------------------
    def verify(self, target: Target) -> Entitlement:
        return Entitlement(finding=Finding.MET, evidence="Premium", severities=self.severities)

    def prove_safe(self, target: Target) -> None:
        """There is no external id at this vendor."""

    def options(self, target: Target) -> Options:
        return Options(severities=tuple(Severity(code=one, name=one.title()) for one in self.severities))

    def open_case(self, target: Target, draft: Draft, *, idem: str) -> Opened:
        if len(draft.body) > self.caps.longest_body:
            raise Invalid("Too long.", field="body")
        name = self._name(idem)
        if name not in self.kept:
            number = f"24{len(self.kept):08}"
            self.kept[name] = Kept(
                name=name,
                number=number,
                subject=draft.subject,
                severity=draft.severity,
                status=self.first_status,
                at=self.now(),
                mark=idem,
            )
            self._add(name, Side.DESK, draft.body, idem, ())
        return Opened(external_id=name, display_id=self.kept[name].number)

    def _name(self, idem: str) -> str:
        raise NotImplementedError

    def find_case(self, target: Target, *, reference: str, idem: str) -> Opened | None:
        found = next((one for one in self.kept.values() if one.mark == idem), None)
        return Opened(external_id=found.name, display_id=found.number, adopted=True) if found else None

    def reply(
        self, target: Target, external_id: str, body: str, *, files: Sequence[SentFile], idem: str
    ) -> None:
        self._add(external_id, Side.DESK, body, idem, [(one.name, one.content) for one in files])

    def find_reply(self, target: Target, external_id: str, *, idem: str) -> bool:
        return any(one.name == idem for one in self.kept[external_id].notes)

    def resolve(self, target: Target, external_id: str) -> None:
        self.kept[external_id].status = self.last_status

    def open_cases(self, target: Target) -> Iterable[Snapshot]:
        return [one for one in map(self._snapshot, self.kept.values()) if not one.state.is_over]

    def cases(self, target: Target, external_ids: Sequence[str]) -> Iterable[Snapshot]:
        return [self._snapshot(self.kept[one]) for one in dict.fromkeys(external_ids) if one in self.kept]

    def find_by_id(self, target: Target, text: str) -> Snapshot | None:
        wanted = text.strip()
        return next(
            (
                self._snapshot(one)
                for one in self.kept.values()
                if wanted and wanted in (one.name, one.number)
            ),
            None,
        )

    def messages(self, target: Target, external_id: str, *, since: datetime | None) -> Iterable[Received]:
        return [
            Received(
                author="Priya" if one.side is Side.DESK else "Sam, the vendor",
                side=one.side,
                body=one.body,
                at=one.at,
                files=tuple(FileRef(ref=ref, name=self.files[ref][0]) for ref in one.files),
                external_id=one.name if self.caps.has_message_ids else "",
            )
            for one in self.kept[external_id].notes
            if since is None or one.at >= since
        ]

    def fetch_file(self, target: Target, ref: FileRef, sink: BinaryIO, *, most: int) -> int:
        content = self.files[ref.ref][1]
        if len(content) > most:
            raise Invalid("Too large.", field="files")
        return sink.write(content)

    def parse_push(self, body: bytes) -> Iterator[Hint]:
        raise Unsupported("This vendor sends no events.")

    def _snapshot(self, one: Kept) -> Snapshot:
        return Snapshot(
            external_id=one.name,
            display_id=one.number,
            subject=one.subject,
            raw_status=one.status,
            state=self.statuses.get(one.status, CaseState.UNKNOWN),
            severity=one.severity,
            opened_at=one.at,
        )


class Azure(Memory):
    """Names of cases and messages are ours, so that sending twice is sending once; and it promises a time itself.

    A case is only open or closed: whose turn it is follows from who wrote last. A case needs the customer's consent.
    """

    statuses = {"closed": CaseState.CLOSED}
    first_status, last_status = "open", "closed"
    severities = ("minimal", "moderate", "high", "highestcriticalimpact")
    caps = Caps(sets_severity=True, has_message_ids=True, has_create_token=True)

    def _name(self, idem: str) -> str:
        return f"ticket-{idem.replace('/', '-').lower()}"

    def open_case(self, target: Target, draft: Draft, *, idem: str) -> Opened:
        if "consent" not in draft.extra or "contact" not in draft.extra:
            raise Invalid("Azure needs a contact and the consent to diagnose.", field="extra")
        return super().open_case(target, draft, idem=idem)

    def _snapshot(self, one: Kept) -> Snapshot:
        found = super()._snapshot(one)
        if one.status == "open":
            turn = {Side.VENDOR: CaseState.WAITING_ON_US}.get(one.notes[-1].side, CaseState.VENDOR_WORKING)
            state = CaseState.NEW if len(one.notes) == 1 else turn
        else:
            state = found.state
        return Snapshot(
            external_id=found.external_id,
            display_id=found.display_id,
            subject=found.subject,
            raw_status=found.raw_status,
            state=state,
            severity=found.severity,
            opened_at=found.opened_at,
            changed_at=one.notes[-1].at,
            target_seconds=3600,
            target_until=one.at + timedelta(hours=1),
        )


class Google(Memory):
    """Names are the vendor's, no comment is idempotent, files come but do not go, and it offers solutions."""

    statuses = {
        "NEW": CaseState.NEW,
        "IN_PROGRESS_GOOGLE_SUPPORT": CaseState.VENDOR_WORKING,
        "ACTION_REQUIRED": CaseState.WAITING_ON_US,
        "SOLUTION_PROVIDED": CaseState.SOLUTION_OFFERED,
        "CLOSED": CaseState.CLOSED,
    }
    first_status, last_status = "NEW", "CLOSED"
    severities = ("P4", "P3", "high", "P1", "P0")
    caps = Caps(fetches_files=True, has_message_ids=True, largest_file=1024 * 1024)

    def _name(self, idem: str) -> str:
        return f"projects/1/cases/{len(self.kept) + 1:04}"
