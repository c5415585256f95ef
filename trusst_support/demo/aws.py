"""AWS as the demonstration remembers it: it answers what the story says, and no call leaves this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

from core.now import database_now
from trusst_support.local.aws.catalogue import LEVELS, PLANS, SERVICES
from vendors.adapters.aws.statuses import state_of
from vendors.adapters.base import (
    Caps,
    Draft,
    Entitlement,
    FileRef,
    Hint,
    Invalid,
    Opened,
    Options,
    Received,
    SentFile,
    Service,
    Severity,
    Snapshot,
    Target,
    Unsupported,
)
from vendors.states import Finding, Side

NAME = "Amazon Web Services"


@dataclass
class RememberedAws:
    """Accounts with their plans, and the cases that they have so far; `refuses` is why the next case is not taken."""

    plans: Mapping[str, str]
    caps: Caps = field(
        default_factory=lambda: Caps(
            reopens_by_reply=True, pushes=True, sends_files=True, fetches_files=True, reopen_days=14
        )
    )
    held: dict[str, dict[str, Snapshot]] = field(default_factory=dict)
    letters: dict[str, list[Received]] = field(default_factory=dict)
    number: str = ""
    refuses: str = ""

    # --- What the story tells it -----------------------------------------------------------------------
    def move(self, account: str, external_id: str, status: str) -> None:
        """Let a case take another status."""
        if status:
            held = self.held[account]
            held[external_id] = replace(held[external_id], raw_status=status, state=state_of(status))

    def write(self, external_id: str, body: str, *, is_automatic: bool) -> None:
        """Let somebody at AWS write."""
        if body:
            self.letters[external_id].append(
                Received(
                    author=NAME, side=Side.VENDOR, body=body, at=database_now(), is_automatic=is_automatic
                )
            )

    # --- What the portal asks it -----------------------------------------------------------------------
    def verify(self, target: Target) -> Entitlement:
        """Look whether the plan takes cases."""
        codes = PLANS[self.plans[target.account_number]]
        if not codes:
            return Entitlement(finding=Finding.NOT_MET, evidence="SubscriptionRequiredException")
        return Entitlement(finding=Finding.MET, evidence=", ".join(codes), severities=codes)

    def prove_safe(self, target: Target) -> None:
        """Every role of the story refuses strangers."""

    def options(self, target: Target) -> Options:
        """Return what the account's plan offers."""
        return Options(
            severities=tuple(
                Severity(code=code, name=LEVELS[code]) for code in PLANS[self.plans[target.account_number]]
            ),
            services=tuple(
                Service(code=code, name=name, categories=categories)
                for code, (name, categories) in SERVICES.items()
            ),
        )

    def open_case(self, target: Target, draft: Draft, *, idem: str) -> Opened:
        """Make a case, unless the story has it refused."""
        if self.refuses:
            reason, self.refuses = self.refuses, ""
            raise Invalid(reason, code="ValidationException")
        seed = sha256(f"{target.account_number}/{draft.reference}".encode()).hexdigest()
        number, self.number = self.number or str(170_000_000_000 + int(seed[:8], 16) % 9_000_000_000), ""
        snapshot = Snapshot(
            external_id=f"case-{target.account_number}-muen-{database_now():%Y}-{seed[:16]}",
            display_id=number,
            subject=draft.subject,
            raw_status="unassigned",
            state=state_of("unassigned"),
            severity=draft.severity,
            service=draft.service,
            category=draft.category,
            opened_by="TrusstSupport (Role)",
            opened_at=database_now(),
        )
        self.held.setdefault(target.account_number, {})[snapshot.external_id] = snapshot
        self.letters[snapshot.external_id] = []
        return Opened(external_id=snapshot.external_id, display_id=number)

    def find_case(self, target: Target, *, reference: str, idem: str) -> Opened | None:
        """No answer of the story is lost."""
        return None

    def reply(
        self, target: Target, external_id: str, body: str, *, files: Sequence[SentFile], idem: str
    ) -> None:
        """Take an answer of ours: the next move is AWS's."""
        self.move(target.account_number, external_id, "customer-action-completed")

    def find_reply(self, target: Target, external_id: str, *, idem: str) -> bool:
        """No answer of the story is lost."""
        return False

    def resolve(self, target: Target, external_id: str) -> None:
        """End a case."""
        self.move(target.account_number, external_id, "resolved")

    def open_cases(self, target: Target) -> Iterable[Snapshot]:
        """Return the cases that are not resolved."""
        held = self.held.get(target.account_number, {}).values()
        return [one for one in held if not one.state.is_over]

    def cases(self, target: Target, external_ids: Sequence[str]) -> Iterable[Snapshot]:
        """Return these cases."""
        held = self.held.get(target.account_number, {})
        return [held[one] for one in external_ids if one in held]

    def find_by_id(self, target: Target, text: str) -> Snapshot | None:
        """Return the case that somebody names."""
        held = self.held.get(target.account_number, {}).values()
        return next((one for one in held if text in (one.external_id, one.display_id)), None)

    def messages(self, target: Target, external_id: str, *, since: datetime | None) -> Iterable[Received]:
        """Return what AWS wrote since a time."""
        return [one for one in self.letters[external_id] if since is None or one.at >= since]

    def fetch_file(self, target: Target, ref: FileRef, sink: BinaryIO, *, most: int) -> int:
        """No letter of the story has a file."""
        raise Unsupported("There is no such file.")

    def parse_push(self, body: bytes) -> Iterator[Hint]:
        """Nobody pushes in the story."""
        raise Unsupported("Nobody pushes here.")
