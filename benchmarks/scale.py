"""How much the benchmarks do: enough to see that they work, or enough to be quoted."""

from __future__ import annotations

import os
from dataclasses import dataclass

#: `benchmarks.run --scale` sets it, for the processes that it starts, too.
VARIABLE = "PORTAL_BENCH_SCALE"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How many rows a benchmark makes: open timers, tickets fired by one worker, open clocks reached by an edit,
    and tickets that the desk's pages are read over, one number after the other, each page so many times,
    and tickets of the past that a proposal is tried on."""

    timers: int
    fired: int
    reached: int
    listed: tuple[int, ...]
    times: int
    tried: int


SCALES = {
    "smoke": Scale(timers=20_000, fired=1_000, reached=500, listed=(5_000,), times=15, tried=500),
    "full": Scale(
        timers=1_000_000, fired=10_000, reached=25_000, listed=(100_000, 1_000_000), times=60, tried=100_000
    ),
}


def scale() -> Scale:
    """Return what was asked for; a smoke run by default."""
    return SCALES[os.environ.get(VARIABLE, "smoke")]
