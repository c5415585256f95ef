"""What the desk's pages cost over many tickets; benchmarks/queue_inside.py says which, benchmarks/queue_rows.py of what."""

from __future__ import annotations

import json

from benchmarks.portal import ask


def figures() -> list[tuple[str, str]]:
    """Return what each page takes, from a process with a database of its own."""
    return [(str(name), str(value)) for name, value in json.loads(ask("benchmarks.queue_inside"))]
