"""A clock's life as a bar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from slas.bars import WIDTH, Piece, bar
from slas.documents import Segment

START = datetime(2026, 3, 3, tzinfo=UTC)


def segment(first: int, last: int, kind: str = "counted") -> Segment:
    return Segment(
        from_=START + timedelta(minutes=first),
        to=START + timedelta(minutes=last),
        kind=kind,
        reason=None,
        fact="e00001",
        policy="p",
        calendar="c",
    )


def after(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def test_a_running_clock_shows_what_is_used_and_what_is_left() -> None:
    drawn = bar([segment(0, 30), segment(30, 40, "paused")], now=after(40), due_at=after(100))
    assert drawn is not None
    assert drawn.pieces == [
        Piece(x=0, width=300, look="counted"),
        Piece(x=300, width=100, look="paused"),
        Piece(x=400, width=600, look="left"),
    ]
    assert (drawn.now_x, drawn.starts_at, drawn.ends_at) == (400, START, after(100))


def test_a_finished_clock_has_nothing_left_and_no_now() -> None:
    drawn = bar([segment(0, 30)], now=after(90), due_at=None)
    assert drawn is not None
    assert drawn.pieces == [Piece(x=0, width=WIDTH, look="counted")]
    assert drawn.now_x is None


def test_a_due_instant_that_is_past_does_not_shorten_the_bar() -> None:
    drawn = bar([segment(0, 60)], now=after(60), due_at=after(30))
    assert drawn is not None
    assert (drawn.pieces[-1].x + drawn.pieces[-1].width, drawn.ends_at) == (WIDTH, after(60))


def test_a_clock_without_a_life_has_no_bar() -> None:
    assert bar([], now=START, due_at=after(5)) is None
