"""Shifts as a calendar program reads them: names and times, no address of anybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from core.icalendar import Entry, write_calendar
from customers.models import DeskPerson
from escalations.rota import Shift, shifts
from escalations.rota_access import names_of, rotas_of_feed
from escalations.rota_models import Rota, RotaFeed

#: What a feed tells of, in months before and after the present one: its events keep their names within one.
_BEFORE, _AFTER = 1, 6
_REFRESH = timedelta(hours=1)


def fill(feed: RotaFeed, now: datetime) -> bytes:
    """Return the calendar of a feed: a rota's shifts, or one person's shifts of every rota."""
    since, until = _months(now)
    told = [(rota, shifts(rota.timeline, since, until)) for rota in rotas_of_feed(feed)]
    people = names_of(one.person for _, found in told for one in found if one.person is not None)
    whose = None if feed.rota_id is not None else feed.person_id
    entries = [entry for rota, found in told for entry in _entries(rota, found, people, whose=whose)]
    name = f"My on-call shifts, {feed.person.name}" if feed.rota is None else f"On call, {feed.rota.name}"
    return write_calendar(
        name=name,
        product="-//Trusst Support//On call//EN",
        entries=sorted(entries, key=lambda entry: (entry.starts_at, entry.uid)),
        refresh=_REFRESH,
    )


def digest(content: bytes) -> str:
    """Return what tells whether a calendar is another one than before."""
    return hashlib.sha256(content).hexdigest()[:32]


def _entries(
    rota: Rota, found: list[Shift], people: dict[int, DeskPerson], *, whose: int | None
) -> Iterator[Entry]:
    stamp = _changed_at(rota)
    for one in found:
        person = people.get(one.person) if one.person is not None else None
        if person is None or not person.is_active:
            continue
        if whose is not None and person.pk != whose:
            continue
        why = "Override" if one.duty.override is not None else f"Layer: {one.duty.layer}"
        yield Entry(
            uid=f"{one.since:%Y%m%dT%H%M%SZ}-{person.pk}-rota-{rota.pk}@trusst-support",
            starts_at=one.since,
            ends_at=one.until,
            summary=f"On call: {rota.name}" if whose is not None else f"{person.name} on call: {rota.name}",
            description=why,
            stamp=stamp,
        )


def _changed_at(rota: Rota) -> datetime:
    """Return when what a rota says last changed."""
    moments = [version.created_at for version in rota.versions.all()]
    for one in rota.overrides.all():
        moments += [one.made_at] if one.withdrawn_at is None else [one.made_at, one.withdrawn_at]
    return max([*moments, *([] if rota.retired_at is None else [rota.retired_at])])


def _months(now: datetime) -> tuple[datetime, datetime]:
    """Return the beginnings of the first month and of the one after the last, in UTC."""
    month = now.year * 12 + now.month - 1
    begins, ends = (
        now.replace(year=number // 12, month=number % 12 + 1, day=1, hour=0, minute=0, second=0)
        for number in (month - _BEFORE, month + _AFTER + 1)
    )
    return begins, ends
