"""When a person wants no mails that can wait; pure. Read by the labels of the wall clock in their zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """From one time of day to another, on the days on which it begins (Monday is 0).

    An end at or before the beginning is on the next day.
    """

    begins: time
    ends: time
    days: frozenset[int]
    zone: str

    def until(self, now: datetime) -> datetime | None:
        """Return when the quiet time that holds at `now` ends, None when there is none.

        A label that daylight saving skips counts as the first one after it; of one that it repeats, the
        first that is still to come.
        """
        zone = ZoneInfo(self.zone)
        here = now.astimezone(zone).replace(tzinfo=None)
        for day in (here.date() - _DAY, here.date()):
            if day.weekday() not in self.days:
                continue
            begin = datetime.combine(day, self.begins)
            end = datetime.combine(day + _DAY if self.ends <= self.begins else day, self.ends)
            if begin <= here < end:
                first, second = (end.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
                return first if first > now else second
        return None
