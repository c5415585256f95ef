"""A vendor that is reached by mail or telephone: what people do there they write down, and no call is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

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
    Snapshot,
    Target,
    Unsupported,
)
from vendors.states import Finding

_LONGEST_ID = 120


class ManualAdapter:
    """Accepts what a person says happened, and asks nobody."""

    caps = Caps(opens=False, replies=False, resolves=False, polls=False, longest_body=100_000, most_copied=0)

    def verify(self, target: Target) -> Entitlement:
        return Entitlement(finding=Finding.UNKNOWN, evidence="Nothing asks this vendor")

    def prove_safe(self, target: Target) -> None:
        """There is nothing to come in through."""

    def options(self, target: Target) -> Options:
        return Options()

    def open_case(self, target: Target, draft: Draft, *, idem: str) -> Opened:
        """Return the case that somebody opened by hand, under the number that they typed."""
        number = str(draft.extra.get("external_id", "")).strip()
        if not number or len(number) > _LONGEST_ID:
            raise Invalid(
                "Enter the number that the vendor gave the case.", code="NoNumber", field="external_id"
            )
        return Opened(external_id=number, display_id=str(draft.extra.get("display_id", "") or number)[:40])

    def find_case(self, target: Target, *, reference: str, idem: str) -> Opened | None:
        return None

    def reply(
        self, target: Target, external_id: str, body: str, *, files: Sequence[SentFile], idem: str
    ) -> None:
        """Somebody has said it to the vendor already."""

    def find_reply(self, target: Target, external_id: str, *, idem: str) -> bool:
        return True

    def resolve(self, target: Target, external_id: str) -> None:
        """Somebody has told the vendor already."""

    def open_cases(self, target: Target) -> Iterable[Snapshot]:
        return ()

    def cases(self, target: Target, external_ids: Sequence[str]) -> Iterable[Snapshot]:
        return ()

    def find_by_id(self, target: Target, text: str) -> Snapshot | None:
        return None

    def messages(self, target: Target, external_id: str, *, since: datetime | None) -> Iterable[Received]:
        return ()

    def fetch_file(self, target: Target, ref: FileRef, sink: BinaryIO, *, most: int) -> int:
        raise Unsupported("Files of this vendor are attached by hand.", code="Manual")

    def parse_push(self, body: bytes) -> Iterator[Hint]:
        raise Unsupported("This vendor sends no events.", code="Manual")
