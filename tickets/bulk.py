"""What became of each ticket when many were changed at once, and how that is said; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CHANGED = "changed since you looked"
#: More tickets than this are confirmed first.
ASK_ABOVE = 10
#: More tickets than this are not changed at once.
MOST = 200


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one ticket; without a reason it was done."""

    key: str
    reason: str = ""

    @property
    def is_done(self) -> bool:
        return not self.reason


def tell(outcomes: Sequence[Outcome]) -> str:
    """Return what became of all in one sentence, such as '9 done, 1 not' with the ticket and its reason."""
    failed = [one for one in outcomes if not one.is_done]
    done = f"{len(outcomes) - len(failed)} done"
    if not failed:
        return f"{done}."
    if len(failed) == 1:
        return f"{done}, 1 not: {_say(failed[0])}"
    return f"{done}, {len(failed)} not."


def _say(outcome: Outcome) -> str:
    reason = outcome.reason
    if reason == CHANGED:
        return f"{outcome.key} {reason}."
    return f"{outcome.key}: {reason}"


def read_picks(texts: Iterable[str]) -> dict[str, int]:
    """Return tickets' references with the versions that were looked at, from texts such as 'ACME-128:7'."""
    picks = {}
    for text in texts:
        key, _, version = text.partition(":")
        if key and version.isascii() and version.isdigit() and len(version) <= _DIGITS:
            picks[key.upper()] = int(version)
    return picks


_DIGITS = 9  # a version of more digits is none of ours
