"""What is stored of a ticket's clocks, held against a look at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from slas.documents import write_instant
from slas.looks import Look
from slas.models import Watch
from tickets.actions import Deadline, RestoreLeft


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """One thing that reads otherwise than a replay says."""

    what: str
    stored: object
    replayed: object

    def __str__(self) -> str:
        return f"{self.what} is {_say(self.stored)}, a replay says {_say(self.replayed)}"


def mismatches(look: Look, watch: Watch) -> Iterator[Mismatch]:
    """Yield what is stored otherwise than a look as of the same instant says: clocks, deadline and watch."""
    yield from _of_clocks(look)
    shown, deadline = Deadline.shown_on(look.ticket), look.deadline()
    for name in ("due_at", "objective", "state", "has_cover"):
        stored, replayed = getattr(shown, name), getattr(deadline, name)
        if stored != replayed:
            yield Mismatch(what=f"the next deadline's {name}", stored=stored, replayed=replayed)
    for column in fields(RestoreLeft):
        stored, replayed = getattr(shown.restore, column.name), getattr(deadline.restore, column.name)
        if stored != replayed:
            yield Mismatch(what=f"restore left: {column.name}", stored=stored, replayed=replayed)
    # A ticket that could not be computed was put off, and is looked at again later than it says.
    if watch.next_check_at != look.next_check_at() and not watch.failures:
        yield Mismatch(what="the next check", stored=watch.next_check_at, replayed=look.next_check_at())


def _of_clocks(look: Look) -> Iterator[Mismatch]:
    replayed = look.columns()
    for key in sorted({*look.cached, *replayed}):
        row, values = look.cached.get(key), replayed.get(key)
        clock = f"{key[0]} {key[1]}"
        if row is None or values is None:
            yield Mismatch(what=clock, stored=row and row.outcome, replayed=values and values["outcome"])
            continue
        for name, value in values.items():
            if getattr(row, name) != value:
                yield Mismatch(what=f"{clock}: {name}", stored=getattr(row, name), replayed=value)


def _say(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    return write_instant(value) if isinstance(value, datetime) else str(value)
