"""What lists of tickets cost under row-level security; benchmarks/queue_inside.py says of how many."""

from __future__ import annotations

import json

from benchmarks.portal import ask


def figures() -> list[tuple[str, str]]:
    """Return the medians of reading each list, from a process with a database of its own."""
    return [(str(name), str(value)) for name, value in json.loads(ask("benchmarks.queue_inside"))]
