"""How much the benchmarks do: enough to see that they work, or enough to be quoted."""

from __future__ import annotations

import os
from dataclasses import dataclass

#: `benchmarks.run --scale` sets it, for the processes that it starts, too.
VARIABLE = "PORTAL_BENCH_SCALE"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How many rows a benchmark makes: open timers, tickets fired by one worker, open clocks reached by an edit."""

    timers: int
    fired: int
    reached: int


SCALES = {
    "smoke": Scale(timers=20_000, fired=1_000, reached=500),
    "full": Scale(timers=1_000_000, fired=10_000, reached=25_000),
}


def scale() -> Scale:
    """Return what was asked for; a smoke run by default."""
    return SCALES[os.environ.get(VARIABLE, "smoke")]
