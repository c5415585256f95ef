"""On-call rotas: who is on call at every instant, and from when until when; pure.

A plan has a time zone and layers in order, each of which covers the ones before it wherever it serves. A
timeline is the plans of a rota, each from its instant on, with overrides above them all. Hand-overs are read
by the clock on the wall: at 09:00 they stay at 09:00 across daylight saving. One at a time that is skipped
happens when the clocks jump over it, one at a time that is repeated happens the first time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from slas.calendar import DAYS, Calendar, CalendarError

_SECOND = timedelta(seconds=1)
_ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
MOST_LAYERS, MOST_PEOPLE, LONGEST_TURN = 8, 30, 366
#: How far ahead somebody else is looked for.
HORIZON = timedelta(days=400)


class RotaError(ValueError):
    """A plan that is refused; `path` names the part at fault, such as 'layers[0].at'."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class Unit(StrEnum):
    """In what the length of a turn is written."""

    DAYS = "days"
    WEEKS = "weeks"


# --- What there is ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call, and why: by a layer or by an override; a gap has neither person nor reason."""

    person: int | None = None
    layer: str = ""
    override: int | None = None


NOBODY = Duty()


@dataclass(frozen=True, slots=True)
class Shift:
    """A duty from an instant, included, until another one."""

    since: datetime
    until: datetime
    duty: Duty

    @property
    def person(self) -> int | None:
        return self.duty.person

    @property
    def is_gap(self) -> bool:
        return self.duty.person is None


@dataclass(frozen=True, kw_only=True)
class Layer:
    """People who take turns, in order, from a date on; `hours` is when whoever has the turn serves.

    A turn takes so many days or weeks and begins at a wall-clock time; one of weeks begins on its weekday,
    so that the very first may be shorter.
    """

    name: str
    people: tuple[int, ...]
    starts_on: date
    every: int
    unit: Unit
    at: time
    weekday: int = 0
    hours: Calendar

    @property
    def _first(self) -> date:
        """The date on which turns are counted from."""
        if self.unit is Unit.DAYS:
            return self.starts_on
        return self.starts_on - timedelta(days=(self.starts_on.weekday() - self.weekday) % 7)

    @property
    def _days(self) -> int:
        return self.every * (7 if self.unit is Unit.WEEKS else 1)

    def begins(self, zone: ZoneInfo) -> datetime:
        """Return when the layer first serves."""
        return instant_of(zone, self.starts_on, self.at)

    def hand_over(self, zone: ZoneInfo, turn: int) -> datetime:
        """Return when a turn begins by the clock on the wall."""
        return instant_of(zone, self._first + timedelta(days=turn * self._days), self.at)

    def turn_at(self, zone: ZoneInfo, moment: datetime) -> int:
        """Return the number of the turn that an instant is in; the layer has begun by then."""
        turn = (moment.astimezone(zone).date() - self._first).days // self._days
        while self.hand_over(zone, turn) > moment:
            turn -= 1
        while self.hand_over(zone, turn + 1) <= moment:
            turn += 1
        return turn

    def person_of(self, turn: int) -> int:
        return self.people[turn % len(self.people)]

    def shifts(self, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Shift]:
        """Return when the layer serves within [since, until), and who."""
        place = max(since, self.begins(zone))
        if place >= until:
            return
        turn = self.turn_at(zone, place)
        while place < until:
            ends = min(self.hand_over(zone, turn + 1), until)
            duty = Duty(person=self.person_of(turn), layer=self.name)
            for piece in self.hours.pieces(place, ends):
                if piece.is_open:
                    yield Shift(piece.start, piece.end, duty)
            place, turn = ends, turn + 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A time zone, and layers of which a later one covers an earlier one."""

    timezone: str
    layers: tuple[Layer, ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, kw_only=True)
class Override:
    """That a person is on call from an instant until another one, whoever it would have been."""

    id: int
    person: int
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """What a rota says of every instant.

    `plans` are in the order in which they were made: each holds from its instant on, until one that was made
    later begins. Of two overrides the one made later wins. Nobody is on call from `ends_at` on.
    """

    plans: tuple[tuple[datetime, Plan], ...]
    overrides: tuple[Override, ...] = ()
    ends_at: datetime | None = None

    def plan_at(self, moment: datetime) -> Plan | None:
        """Return the plan that holds at an instant, or None."""
        if self.ends_at is not None and moment >= self.ends_at:
            return None
        return next((plan for since, plan in reversed(self.plans) if since <= moment), None)

    def stretches(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, Plan | None]]:
        """Cut [since, until) where one plan takes the place of another."""
        turns = [begins for begins, _ in self.plans] + ([] if self.ends_at is None else [self.ends_at])
        cuts = {since, until, *(turn for turn in turns if since < turn < until)}
        for begins, stops in pairwise(sorted(cuts)):
            yield begins, stops, self.plan_at(begins)


# --- Questions ----------------------------------------------------------------------------------------
def shifts(timeline: Timeline, since: datetime, until: datetime) -> list[Shift]:
    """Tile [since, until) with duties and gaps, in order; equal neighbours are one."""
    if until <= since:
        return []
    found: list[Shift] = []
    for begins, stops, plan in timeline.stretches(since, until):
        laid = [Shift(begins, stops, NOBODY)]
        if plan is not None:
            for layer in plan.layers:
                laid = _laid_over(laid, list(layer.shifts(plan.zone, begins, stops)))
        found += laid
    last = until if timeline.ends_at is None else min(until, timeline.ends_at)
    for one in timeline.overrides:
        begins, stops = max(one.since, since), min(one.until, last)
        if begins < stops:
            found = _laid_over(found, [Shift(begins, stops, Duty(person=one.person, override=one.id))])
    return _merged(found)


def on_call(timeline: Timeline, at: datetime) -> Duty:
    """Return who is on call at an instant; asked of the rules themselves, without tiling anything."""
    if timeline.ends_at is not None and at >= timeline.ends_at:
        return NOBODY
    for one in reversed(timeline.overrides):
        if one.since <= at < one.until:
            return Duty(person=one.person, override=one.id)
    plan = timeline.plan_at(at)
    if plan is None:
        return NOBODY
    for layer in reversed(plan.layers):
        if layer.begins(plan.zone) <= at and layer.hours.is_open(at):
            return Duty(person=layer.person_of(layer.turn_at(plan.zone, at)), layer=layer.name)
    return NOBODY


def next_change(timeline: Timeline, at: datetime) -> Shift | None:
    """Return the first shift after an instant that is somebody else's, or nobody's; its end may be cut.

    None where it stays as it is for more than a year.
    """
    now, ahead = on_call(timeline, at).person, timedelta(days=10)
    while True:
        ahead = min(ahead * 2, HORIZON)
        found = next((one for one in shifts(timeline, at, at + ahead) if one.person != now), None)
        if found is not None or ahead == HORIZON:
            return found


def gaps(found: Iterable[Shift]) -> list[Shift]:
    """Keep the stretches in which nobody is on call."""
    return [one for one in found if one.is_gap]


def clock_change(zone: ZoneInfo, since: datetime, until: datetime) -> timedelta:
    """Return by how much the clocks go forward between two instants; negative where they go back."""
    before, after = (moment.astimezone(zone).utcoffset() for moment in (since, until))
    assert before is not None
    assert after is not None
    return after - before


# --- Tiles --------------------------------------------------------------------------------------------
def _laid_over(under: Sequence[Shift], over: Sequence[Shift]) -> list[Shift]:
    """Put shifts on top of others; both are ordered and do not overlap among themselves."""
    return sorted([*_uncovered(under, over), *over], key=lambda one: one.since)


def _uncovered(under: Sequence[Shift], over: Sequence[Shift]) -> Iterator[Shift]:
    first = 0
    for piece in under:
        place, at = piece.since, first
        while at < len(over) and over[at].since < piece.until:
            top = over[at]
            if top.since > place:
                yield Shift(place, top.since, piece.duty)
            place = max(place, top.until)
            if top.until > piece.until:
                break  # it covers a part of the next piece too
            at += 1
            first = at
        if place < piece.until:
            yield Shift(place, piece.until, piece.duty)


def _merged(found: Iterable[Shift]) -> list[Shift]:
    result: list[Shift] = []
    for one in found:
        if result and result[-1].duty == one.duty:
            result[-1] = Shift(result[-1].since, one.until, one.duty)
        else:
            result.append(one)
    return result


# --- The clock on the wall ----------------------------------------------------------------------------
@lru_cache(maxsize=8192)
def instant_of(zone: ZoneInfo, day: date, at: time) -> datetime:
    """Return the first instant at which the clocks of a zone show a date and time, or have jumped over it."""
    local = datetime.combine(day, at, tzinfo=zone)
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return first
    # It is skipped: read with the offset before the jump it lies after it, and the other way round.
    low, high = second, first
    before = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


# --- Reading ------------------------------------------------------------------------------------------
def read_plan(document: Any) -> Plan:
    """Read a plan as a version stores it; raises RotaError, which names the part at fault."""
    if not isinstance(document, Mapping):
        raise RotaError("plan", "a time zone and layers are required")
    zone = document.get("timezone")
    _calendar(zone, None, None, "timezone")
    layers = document.get("layers")
    if not isinstance(layers, list) or not layers:
        raise RotaError("layers", "Add a layer: somebody has to be on call.")
    if len(layers) > MOST_LAYERS:
        raise RotaError("layers", f"Choose at most {MOST_LAYERS} layers.")
    read = tuple(_layer(one, str(zone), f"layers[{number}]") for number, one in enumerate(layers))
    names: set[str] = set()
    for number, layer in enumerate(read):
        if layer.name in names:
            raise RotaError(f"layers[{number}].name", "Another layer has this name. Enter another one.")
        names.add(layer.name)
    return Plan(timezone=str(zone), layers=read)


def _layer(stored: Any, zone: str, path: str) -> Layer:
    if not isinstance(stored, Mapping):
        raise RotaError(path, "a layer is required")
    name, people = stored.get("name"), stored.get("people")
    if not isinstance(name, str) or not name.strip():
        raise RotaError(f"{path}.name", "Enter a name, such as “Primary”.")
    if not isinstance(people, list) or not people:
        raise RotaError(f"{path}.people", "Select who takes turns.")
    if not all(type(person) is int for person in people):
        raise RotaError(f"{path}.people", "People are named by their numbers.")
    if len(people) > MOST_PEOPLE:
        raise RotaError(f"{path}.people", f"Choose at most {MOST_PEOPLE} people.")
    unit = stored.get("unit")
    if unit not in tuple(Unit):
        raise RotaError(f"{path}.unit", "Select days or weeks.")
    every = stored.get("every")
    if type(every) is not int or every < 1 or every * (7 if unit == Unit.WEEKS else 1) > LONGEST_TURN:
        raise RotaError(f"{path}.every", "Enter a whole number from 1 on; a turn lasts at most a year.")
    weekday = stored.get("weekday", DAYS[0])
    if weekday not in DAYS:
        raise RotaError(f"{path}.weekday", "Select a weekday.")
    return Layer(
        name=name,
        people=tuple(people),
        starts_on=_date(stored.get("starts_on"), f"{path}.starts_on"),
        every=every,
        unit=Unit(unit),
        at=_time(stored.get("at"), f"{path}.at"),
        weekday=DAYS.index(weekday),
        hours=_calendar(zone, stored.get("hours"), stored.get("off_dates"), path),
    )


def _calendar(zone: Any, hours: Any, off_dates: Any, path: str) -> Calendar:
    """Read when a layer serves, as opening hours are read."""
    try:
        return Calendar.from_dict(
            {"timezone": zone, "weekly": _ALWAYS if hours is None else hours, "holidays": off_dates or []}
        )
    except CalendarError as error:
        part = error.path
        if part == "timezone":
            raise RotaError("timezone", "Enter a time zone, such as Australia/Perth.") from None
        part = part.replace("holidays", "off_dates").replace("weekly", "hours")
        raise RotaError(f"{path}.{part}", error.message) from None


def _date(value: Any, path: str) -> date:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise RotaError(path, "Enter a date, such as 2026-12-25.") from None
    if not 1970 <= day.year <= 2900:
        raise RotaError(path, "Enter a year from 1970 on.")
    return day


def _time(value: Any, path: str) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise RotaError(path, "Enter a time, such as 09:00.")
    return time.fromisoformat(value)
