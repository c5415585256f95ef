"""How many clocks ended how, and the shares that follow from it; pure."""

from __future__ import annotations

from dataclasses import dataclass

#: Fewer verdicts than this are too few to judge by a share.
ENOUGH = 20


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many clocks ended how; `waived` are among the missed."""

    met: int = 0
    missed: int = 0
    waived: int = 0
    excluded: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            met=self.met + other.met,
            missed=self.missed + other.missed,
            waived=self.waived + other.waived,
            excluded=self.excluded + other.excluded,
        )

    @property
    def judged(self) -> int:
        """How many count: those met and those missed, waived or not."""
        return self.met + self.missed

    @property
    def percent(self) -> float | None:
        """The share of the judged that were met; None where none was judged."""
        return _share(self.met, self.judged)

    @property
    def percent_with_excluded(self) -> float | None:
        """The share if every excluded clock had been missed, the worst that exclusions can hide."""
        return _share(self.met, self.judged + self.excluded)

    @property
    def is_enough(self) -> bool:
        return self.judged >= ENOUGH


def verdict_of(tally: Tally, goal: int | None) -> str:
    """Return what a figure means: attained, not_attained, too_few, none where nothing was judged; '' without a goal."""
    percent = tally.percent
    if percent is None:
        return "none"
    if goal is None:
        return ""
    if percent >= goal:
        return "attained"
    return "not_attained" if tally.is_enough else "too_few"


def _share(part: int, whole: int) -> float | None:
    # Rounded down: 94.96 % has not attained 95 %.
    return None if whole == 0 else part * 1000 // whole / 10
