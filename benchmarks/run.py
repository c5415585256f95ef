"""`make bench`: every benchmark's figures as one table. They are of this machine, and no verdict."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
from collections.abc import Iterator

from benchmarks.scale import SCALES, VARIABLE

#: Each has a function `figures()` that returns names with what was measured.
MODULES = (
    "benchmarks.calendar",
    "benchmarks.peers",
    "benchmarks.clock",
    "benchmarks.queue",
    "benchmarks.firing",
    "benchmarks.reports",
    "benchmarks.dry_run",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="smoke", help="how many rows: %(choices)s")
    os.environ[VARIABLE] = parser.parse_args().scale
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.machine()}\n")
    rows = list(_figures())
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    for name, value in rows:
        print(f"{name:<{widths[0]}}  {value:>{widths[1]}}")


def _figures() -> Iterator[tuple[str, str]]:
    for name in MODULES:
        yield from importlib.import_module(name).figures()


if __name__ == "__main__":
    main()
