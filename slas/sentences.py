"""A clock told in sentences, each with its times in the viewer's zone; no rule is decided here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from core.templatetags.ui import say_when

if TYPE_CHECKING:
    from slas.presenters import ClockView, Stretch


def tell(clock: ClockView, *, now: datetime) -> list[str]:
    """Return the life of a clock in sentences, from its first stretch to how it stands."""
    return [*(_say_stretch(one, now) for one in clock.stretches), *_say_end(clock, now)]


def _say_stretch(one: Stretch, now: datetime) -> str:
    began = f"{one.length} {_span(one.from_, one.to, now)}"
    if one.kind == "counted":
        return f"Counted {began}."
    if one.kind == "closed":
        return f"Not counted: {began}, outside the agreed hours."
    what, _, reason = one.said.partition(": ")
    clause = f" (clause {one.clause})" if one.clause else ""
    by = f" {one.who} set this" if one.who else ""
    note = f": “{one.note}”" if one.note else ""
    remark = f"{by}{note}." if by else ""
    return f"{what} {began}: {reason[:1].lower()}{reason[1:]}{clause}.{remark}"


def _say_end(clock: ClockView, now: datetime) -> Iterator[str]:
    """Yield what was used of the target, and what that means."""
    if clock.target != "no target":
        yield f"That is {clock.consumed} counted of {clock.target}."
    if clock.breached_at is not None:
        yield f"The target was used up {_at(clock.breached_at, now)}: missed."
        if clock.stopped_at is not None:
            yield f"It ended {_at(clock.stopped_at, now)}."
    elif clock.outcome == "met" and clock.stopped_at is not None:
        yield f"It was done {_at(clock.stopped_at, now)}: met."
    elif clock.outcome in ("cancelled", "excluded") and clock.stopped_at is not None:
        yield f"It ended {_at(clock.stopped_at, now)}, {clock.outcome}: it counts neither as met nor as missed."
    elif clock.is_live and clock.due_at is not None:
        yield f"{clock.remaining} are left, so it is due {_at(clock.due_at, now)} if nothing stops it."
    elif clock.resumed_due_at is not None:
        yield f"{clock.remaining} are left; if it went on now, it would be due {_at(clock.resumed_due_at, now)}."
    if clock.waived:
        yield "The customer agreed that this miss is waived. It stays listed as missed and waived."


def _span(from_: datetime, to: datetime, now: datetime) -> str:
    """Say from when to when, naming the day and the zone no oftener than needed."""
    start, end = timezone.localtime(from_), timezone.localtime(to)
    is_one_day = start.date() == end.date() and start.tzname() == end.tzname()
    if not is_one_day:
        today = "today, " if _is_today(end, now) else ""
        return f"from {say_when(from_, now)} to {today}{say_when(to, now)}"
    day = "" if _is_today(start, now) else say_when(from_, now).rpartition(", ")[0]
    return f"{f'on {day} ' if day else ''}from {start:%H:%M} to {end:%H:%M %Z}"


def _is_today(local: datetime, now: datetime) -> bool:
    return local.date() == timezone.localtime(now).date()


def _at(moment: datetime, now: datetime) -> str:
    said = say_when(moment, now)
    return f"at {said}" if "," not in said else f"on {said}"
