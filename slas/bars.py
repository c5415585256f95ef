"""A clock's life as a bar: geometry only, the page's stylesheet paints it; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slas.documents import Segment

WIDTH = 1000


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One stretch of the bar, in thousandths of its width; `look` is a segment's kind, or `left`."""

    x: float
    width: float
    look: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The pieces of a clock's life from its start to its due instant or its end, and where now is."""

    pieces: Sequence[Piece]
    now_x: float | None
    starts_at: datetime
    ends_at: datetime


def bar(segments: Sequence[Segment], *, now: datetime, due_at: datetime | None) -> Bar | None:
    """Draw a clock's segments and, up to `due_at`, the time that is left; None for a clock without a life."""
    if not segments:
        return None
    starts_at, last = segments[0].from_, segments[-1].to
    ends_at = max(last, due_at or last)
    whole = (ends_at - starts_at).total_seconds()

    def place(moment: datetime) -> float:
        return round((moment - starts_at).total_seconds() * WIDTH / whole, 1)

    pieces = [
        Piece(x=place(one.from_), width=round(place(one.to) - place(one.from_), 1), look=one.kind)
        for one in segments
    ]
    if ends_at > last:
        pieces.append(Piece(x=place(last), width=round(WIDTH - place(last), 1), look="left"))
    return Bar(
        pieces=pieces,
        now_x=place(now) if starts_at <= now <= ends_at else None,
        starts_at=starts_at,
        ends_at=ends_at,
    )
