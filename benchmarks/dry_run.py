"""What it costs to try a proposal on past tickets; benchmarks/dry_run_inside.py says how it is measured."""

from __future__ import annotations

import json

from benchmarks.portal import ask


def figures() -> list[tuple[str, str]]:
    """Return how fast a dry run replays, from a process with a database of its own."""
    return [(str(name), str(value)) for name, value in json.loads(ask("benchmarks.dry_run_inside"))]
