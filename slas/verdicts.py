"""Which verdicts two replays of a ticket say differently; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slas.documents import Metric, Replay

#: What stands for a cycle that one of the replays does not have.
NONE = "none"
_OPEN = frozenset({"pending", NONE})


@dataclass(frozen=True, kw_only=True)
class VerdictChange:
    """A clock whose outcome is another; `none` stands for a cycle that never was."""

    metric: str
    cycle: int
    was: str
    now: str

    @property
    def was_open(self) -> bool:
        """Tell whether there was no verdict before."""
        return self.was in _OPEN


def changed_verdicts(before: Replay, after: Replay) -> Sequence[VerdictChange]:
    """Return the clocks whose outcome differs, ordered by metric, then cycle.

    A cycle that begins or goes away while it is pending had no verdict, so none has changed.
    """
    was, now = _outcomes(before), _outcomes(after)
    order = {metric.value: place for place, metric in enumerate(Metric)}
    names = sorted(was.keys() | now.keys(), key=lambda name: (order[name[0]], name[1]))
    return tuple(
        VerdictChange(metric=name[0], cycle=name[1], was=was.get(name, NONE), now=now.get(name, NONE))
        for name in names
        if was.get(name, NONE) != now.get(name, NONE)
        and not {was.get(name, NONE), now.get(name, NONE)} <= _OPEN
    )


def signature(changes: Iterable[VerdictChange]) -> str:
    """Return a text that two equal lists of changes share; empty for no change."""
    return ",".join(f"{one.metric}-{one.cycle}:{one.was}>{one.now}" for one in changes)


def _outcomes(replay: Replay) -> dict[tuple[str, int], str]:
    return {(clock.metric.value, clock.cycle): clock.outcome for clock in replay.clocks}
