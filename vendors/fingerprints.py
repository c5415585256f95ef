"""Which message is which, where a vendor gives messages no id; and which of them are our own; pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar


class _File(Protocol):
    @property
    def ref(self) -> str: ...


class Said(Protocol):
    """A message as a vendor gives it."""

    @property
    def external_id(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def files(self) -> Sequence[_File]: ...


S = TypeVar("S", bound=Said)

#: What ends every message of ours, such as `Ref: ACME-12/345`; a vendor may cross out parts of a text, not this.
_REFERENCE = re.compile(r"Ref: (?P<ticket>[A-Z][A-Z0-9]*-\d+)/\S+")


def fingerprint(display_id: str, message: Said) -> str:
    """Return what tells a message from every other that is not exactly the same."""
    parts = [
        display_id,
        message.external_id,
        message.at.astimezone(UTC).isoformat(),
        message.author,
        message.body,
        sorted(file.ref for file in message.files),
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def numbered(display_id: str, messages: Iterable[S]) -> Iterator[tuple[S, str, int]]:
    """Yield messages with their fingerprint and how many exactly the same ones came before.

    Messages that are the same are of the same instant, so a look that begins later leaves out all of them or none.
    """
    seen: Counter[str] = Counter()
    for message in messages:
        found = fingerprint(display_id, message)
        yield message, found, seen[found]
        seen[found] += 1


def in_order(messages: Iterable[S]) -> list[S]:
    """Return messages from the oldest to the newest; those of one instant stay as the vendor gave them."""

    def instant(message: S) -> datetime:
        return message.at

    return sorted(messages, key=instant)


def is_ours(body: str, ticket_key: str) -> bool:
    """Tell whether a text ends with our own reference to the ticket."""
    last = body.rstrip().rsplit("\n", 1)[-1].strip()
    found = _REFERENCE.fullmatch(last)
    return found is not None and found["ticket"] == ticket_key
