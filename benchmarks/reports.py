"""What the managers' figures cost; benchmarks/reports_inside.py says how it is measured."""

from __future__ import annotations

import json

from benchmarks.portal import ask


def figures() -> list[tuple[str, str]]:
    """Return what counting and reading cost, from a process with a database of its own."""
    return [(str(name), str(value)) for name, value in json.loads(ask("benchmarks.reports_inside"))]
