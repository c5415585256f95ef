"""What two replays of one ticket say differently, clock by clock; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from slas.documents import ClockResult, Replay

#: What stands for a clock that one of the replays does not have.
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One clock that reads differently: its outcomes, and when it falls or fell due."""

    metric: str
    cycle: int
    severity: str
    was: str
    becomes: str
    due_before: datetime | None
    due_after: datetime | None

    @property
    def changes_verdict(self) -> bool:
        """Tell whether a verdict is another; a cycle that comes or goes while pending had none."""
        return self.was != self.becomes and not {self.was, self.becomes} <= {"pending", NONE}

    @property
    def moves(self) -> bool:
        return self.due_before != self.due_after


def differences(before: Replay, after: Replay) -> Iterator[Difference]:
    """Yield the clocks whose outcome or due instant differs, in the order of the results."""
    was, becomes = _by_name(before), _by_name(after)
    for name in [*becomes, *(gone for gone in was if gone not in becomes)]:
        old, new = was.get(name), becomes.get(name)
        one = new or old
        assert one is not None
        found = Difference(
            metric=name[0],
            cycle=name[1],
            severity=one.severity,
            was=NONE if old is None else old.outcome,
            becomes=NONE if new is None else new.outcome,
            due_before=None if old is None else old.due_at,
            due_after=None if new is None else new.due_at,
        )
        if found.changes_verdict or found.moves:
            yield found


def _by_name(replay: Replay) -> dict[tuple[str, int], ClockResult]:
    return {(str(clock.metric), clock.cycle): clock for clock in replay.clocks}
