"""Shifts as pages and calendars show them: with names, reasons, and what the clocks do meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from customers.models import DeskPerson
from escalations.rota import Plan, Shift, Timeline, Unit, clock_change, next_change, on_call, shifts
from escalations.rota_access import may_withdraw, names_of, overrides_ahead
from escalations.rota_models import Rota, RotaOverride, RotaVersion
from slas.calendar import DAYS
from slas.words import say_seconds

AHEAD = timedelta(days=14)
#: So far the end of the last shift is looked for.
_LOOKED = AHEAD + timedelta(days=31)
PREVIEWED = timedelta(days=28)
_WIDTH = 1000
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT = tuple(name[:3] for name in _DAY_NAMES)


@dataclass(frozen=True, kw_only=True)
class ShiftLook:
    """One row of a timeline; `name` is empty in a gap, `said` is why somebody is on call, or why nobody is."""

    since: datetime
    until: datetime
    person_id: int | None
    name: str
    said: str
    length: str
    clocks: str
    is_now: bool
    goes_on: bool
    override_id: int | None
    x: float = 0
    width: float = 0
    look: str = "closed"


@dataclass(frozen=True, kw_only=True)
class RotaLook:
    """A rota as the desk sees it at an instant."""

    rota: Rota
    zone: str
    now: ShiftLook | None
    next: ShiftLook | None
    rows: Sequence[ShiftLook]

    @property
    def title(self) -> str:
        return f"{self.rota.name}: who is on call in the next 14 days"

    @property
    def gaps(self) -> list[ShiftLook]:
        return [row for row in self.rows if not row.name]


def look_at_rotas(rotas: Iterable[Rota], now: datetime) -> list[RotaLook]:
    """Return rotas with who is on call now, who comes next, and the coming two weeks; names in one query."""
    found = list(rotas)
    told = {rota.pk: _told(rota.timeline, now) for rota in found}
    people = names_of(
        one.person for shown, ahead in told.values() for one in [*shown, *ahead] if one.person is not None
    )
    return [_look(rota, *told[rota.pk], people, now) for rota in found]


def _told(timeline: Timeline, now: datetime) -> tuple[list[Shift], list[Shift]]:
    """Return the shifts of the coming weeks, and the change that comes next."""
    coming = next_change(timeline, now)
    found = [one for one in shifts(timeline, now, now + _LOOKED) if one.since < now + AHEAD]
    return found, [] if coming is None else [coming]


def _look(
    rota: Rota, shown: list[Shift], ahead: list[Shift], people: dict[int, DeskPerson], now: datetime
) -> RotaLook:
    version = _zone_of(rota, now)
    rows = look_at_shifts(shown, people, plan=version.plan, now=now, cut=now + _LOOKED)
    coming = look_at_shifts(ahead, people, plan=version.plan, now=now)
    return RotaLook(
        rota=rota,
        zone=version.zone,
        now=rows[0] if rows else None,
        next=coming[0] if coming else None,
        rows=rows,
    )


def _zone_of(rota: Rota, now: datetime) -> RotaVersion:
    """Return the version whose zone a page names: the one in force, else the first."""
    versions = list(rota.versions.all())
    return next((one for one in reversed(versions) if one.effective_at <= now), versions[0])


def look_at_shifts(
    found: Sequence[Shift],
    people: dict[int, DeskPerson],
    *,
    plan: Plan,
    now: datetime,
    cut: datetime | None = None,
) -> list[ShiftLook]:
    """Return shifts as rows, and as pieces of a strip that has them all; what ends at `cut` only seems to."""
    if not found:
        return []
    begins, whole = found[0].since, (found[-1].until - found[0].since).total_seconds()
    drawn: list[ShiftLook] = []
    for number, one in enumerate(found):
        x = round((one.since - begins).total_seconds() * _WIDTH / whole, 1)
        end = round((one.until - begins).total_seconds() * _WIDTH / whole, 1)
        person = None if one.person is None else people.get(one.person)
        serves = person is not None and person.is_active
        drawn.append(
            ShiftLook(
                since=one.since,
                until=one.until,
                person_id=one.person if serves else None,
                name=person.name if person is not None and serves else "",
                said=_why(one, person),
                length=say_seconds(max(60, int((one.until - one.since).total_seconds()) // 60 * 60)),
                clocks=_clocks(plan, one),
                is_now=one.since <= now < one.until,
                goes_on=one.until == cut,
                override_id=one.duty.override,
                x=x,
                width=round(end - x, 1),
                look="paused" if not serves else ("closed", "left")[number % 2],
            )
        )
    return drawn


def _why(one: Shift, person: DeskPerson | None) -> str:
    if person is not None and not person.is_active:
        return f"{person.name} has this shift and is not on the desk any more"
    if one.is_gap:
        return "No layer serves"
    return one.duty.layer if one.duty.override is None else "Override"


def _clocks(plan: Plan, one: Shift) -> str:
    """Say that a shift is longer or shorter than the clocks on the wall say, where it is."""
    change = clock_change(plan.zone, one.since, one.until)
    if not change or one.until - one.since > timedelta(days=60):
        return ""
    length = say_seconds(int(abs(change).total_seconds()))
    return f"{length} {'shorter' if change > timedelta(0) else 'longer'}: the clocks change"


def gap_seconds(found: Iterable[Shift]) -> str:
    """Return how long nobody is on call altogether, in words."""
    return say_seconds(sum(int((one.until - one.since).total_seconds()) for one in found if one.is_gap))


@dataclass(frozen=True, kw_only=True)
class OverrideLook:
    """An override that holds now or later, and whether the viewer may take it back."""

    override: RotaOverride
    may_withdraw: bool
    is_now: bool


def look_at_overrides(rota: Rota, person: DeskPerson, now: datetime) -> list[OverrideLook]:
    """Return the overrides of a rota that hold now or later, the next one first."""
    return [
        OverrideLook(override=one, may_withdraw=may_withdraw(person, one), is_now=one.starts_at <= now)
        for one in overrides_ahead(rota, now)
    ]


def on_call_now(timeline: Timeline, at: datetime) -> Shift:
    """Return who is on call at an instant, until somebody else is; cut where that is more than a year away."""
    coming = next_change(timeline, at)
    return Shift(at, coming.since if coming else at + AHEAD, on_call(timeline, at))


# --- Plans in words -----------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class LayerLook:
    """A layer of a plan in words."""

    name: str
    people: Sequence[str]
    turns: str
    hours: str
    off_dates: Sequence[str]


def look_at_layers(version: RotaVersion) -> list[LayerLook]:
    """Return the layers of a version in words; names in one query."""
    people = names_of(person for layer in version.layers for person in layer["people"])
    return [
        LayerLook(
            name=layer["name"],
            people=[
                people[pk].name + ("" if people[pk].is_active else " (not on the desk any more)")
                for pk in layer["people"]
            ],
            turns=_say_turns(layer),
            hours=_say_hours(layer.get("hours")),
            off_dates=layer.get("off_dates", []),
        )
        for layer in version.layers
    ]


def _say_turns(layer: dict[str, Any]) -> str:
    every, unit = layer["every"], layer["unit"]
    long = f"Every {every} {unit}" if every > 1 else f"Every {unit[:-1]}"
    day = f", on {_DAY_NAMES[DAYS.index(layer['weekday'])]}" if unit == Unit.WEEKS else ""
    return f"{long}{day} at {layer['at']}, from {layer['starts_on']} on"


def _say_hours(hours: dict[str, list[list[str]]] | None) -> str:
    if hours is None:
        return "Around the clock"
    by_shifts: dict[str, list[str]] = {}
    for day in DAYS:
        if hours.get(day):
            said = ", ".join(f"{opens}-{closes}" for opens, closes in hours[day])
            by_shifts.setdefault(said, []).append(_SHORT[DAYS.index(day)])
    return "; ".join(f"{', '.join(days)} {said}" for said, days in by_shifts.items())
