"""A slow second opinion on rotas: it walks minute by minute and looks at the clock on the wall.

It shares no code with escalations.rota. Whose turn it is, it finds by counting how often the wall clock has
come to a hand-over since the layer began.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.slas.oracle import DAYS, Oracle

MINUTE = timedelta(minutes=1)


class RotaOracle:
    """One plan, walked from an instant before every layer begins."""

    def __init__(self, document: dict[str, Any], *, overrides: list[tuple[int, datetime, datetime]]) -> None:
        self.zone = ZoneInfo(document["timezone"])
        self.layers = document["layers"]
        self.overrides = overrides
        always = {day: [["00:00", "24:00"]] for day in DAYS}
        self.hours = [
            Oracle(
                {
                    "timezone": document["timezone"],
                    "weekly": one.get("hours", always),
                    "holidays": one.get("off_dates", []),
                }
            )
            for one in self.layers
        ]

    def walk(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, int | None]]:
        """Yield each minute with who is on call; nothing may have begun before the start."""
        ahead = [list(self._labels(one, end)) for one in self.layers]
        turns = [-1] * len(self.layers)
        place = start
        while place < end:
            wall = place.astimezone(self.zone).replace(tzinfo=None)
            person = None
            for number, one in enumerate(self.layers):
                # Once the clock has shown a label it has been shown, also when the clock goes back after it.
                while ahead[number] and wall >= ahead[number][0]:
                    ahead[number].pop(0)
                    turns[number] += 1
                if turns[number] >= 0 and self.hours[number].is_open(place):
                    person = one["people"][turns[number] % len(one["people"])]
            for chosen, since, until in self.overrides:
                if since <= place < until:
                    person = chosen
            yield place, person
            place += MINUTE

    def _labels(self, one: dict[str, Any], end: datetime) -> Iterator[datetime]:
        """Yield what the clock shows at each hand-over, the beginning of the first turn included."""
        at, day = time.fromisoformat(one["at"]), date.fromisoformat(one["starts_on"])
        last = end.astimezone(self.zone).date() + timedelta(days=1)
        yield datetime.combine(day, at)
        passed = 0 if one["unit"] == "days" else (day.weekday() - DAYS.index(one["weekday"])) % 7
        length = one["every"] * (1 if one["unit"] == "days" else 7)
        while day <= last:
            day, passed = day + timedelta(days=1), passed + 1
            if passed == length:
                passed = 0
                yield datetime.combine(day, at)
