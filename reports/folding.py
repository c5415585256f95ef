"""What one ticket adds to the managers' figures, and how that differs from what it added before; pure.

An amount is a number under a key: what is counted, on which of the customer's days, at which severity and
service. Amounts of tickets add up to the sums, and so do differences of amounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

#: Parts of the allowed time, 5 % each, up to 120 %; the last bucket is for all above.
BUCKETS = 25
#: In which bucket a missed clock is at least: all before it is for those that were in time.
_FIRST_MISSED = 20
_QUARTER = timedelta(minutes=15)


class Sum(StrEnum):
    """The kinds of sums."""

    VERDICTS = "verdicts"
    TICKETS = "tickets"
    MISSES = "misses"


class Key(NamedTuple):
    """What is counted together; `at` is a UTC instant and only misses have one."""

    sum: Sum
    day: date
    severity: int
    service: int | None
    metric: str = ""
    at: str = ""

    @property
    def of_month(self) -> Key:
        return self._replace(day=self.day.replace(day=1))


Amounts = Mapping[Key, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A clock that was judged: `at` is the breach of a missed one, the stop of any other."""

    metric: str
    severity: int
    outcome: str
    at: datetime
    waived: bool
    is_stopped: bool
    used_seconds: int
    target_seconds: int | None


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A fact of a ticket's life, as `kind`: opened, reached, returned, resolved, reopened or ended."""

    kind: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Ended:
    """When a ticket ended, and whose each second was until then."""

    at: datetime
    seconds: Mapping[str, int]


def bucket_of(*, used_seconds: int, target_seconds: int, is_missed: bool) -> int:
    """Return the bucket of a share of the allowed time; up to 100 % lie those in time, beyond it the missed."""
    share = max(0, -(-used_seconds * _FIRST_MISSED // target_seconds) - 1)
    return min(max(share, _FIRST_MISSED) if is_missed else share, BUCKETS - 1)


def amounts_of(
    *,
    severity: int,
    service: int | None,
    zone: str,
    verdicts: Iterable[Verdict],
    life: Sequence[Happened],
    ended: Ended | None,
) -> dict[Key, Counter[str]]:
    """Return what a ticket adds to the sums. `life` is in order; `severity` is the ticket's own."""
    where = ZoneInfo(zone)
    found: dict[Key, Counter[str]] = {}
    for verdict in verdicts:
        for key, amounts in _of_verdict(verdict, service, where):
            found.setdefault(key, Counter()).update(amounts)

    def count(at: datetime, name: str, number: int = 1) -> None:
        key = Key(Sum.TICKETS, at.astimezone(where).date(), severity, service)
        found.setdefault(key, Counter())[name] += number

    for at, name in lasting(life):
        count(at, name)
    if ended is not None:
        count(ended.at, "ended")
        for party, seconds in ended.seconds.items():
            if seconds:
                count(ended.at, f"time_{party}", seconds)
    return found


def _of_verdict(
    verdict: Verdict, service: int | None, where: ZoneInfo
) -> Iterable[tuple[Key, dict[str, int]]]:
    day = verdict.at.astimezone(where).date()
    key = Key(Sum.VERDICTS, day, verdict.severity, service, verdict.metric)
    is_missed = verdict.outcome == "missed"
    amounts = {verdict.outcome: 1}
    if is_missed and verdict.waived:
        amounts["waived"] = 1
    if verdict.is_stopped and verdict.target_seconds and verdict.outcome in ("met", "missed"):
        bucket = bucket_of(
            used_seconds=verdict.used_seconds, target_seconds=verdict.target_seconds, is_missed=is_missed
        )
        amounts[f"used_{bucket}"] = 1
    yield key, amounts
    if is_missed:
        yield key._replace(sum=Sum.MISSES, at=_quarter(verdict.at)), {"number": 1}


def _quarter(at: datetime) -> str:
    """Write the quarter of an hour in which an instant lies; every zone's hours begin at one."""
    at = at.astimezone(UTC)
    whole = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
    return f"{whole:%Y-%m-%dT%H:%M:%SZ}"


def lasting(life: Iterable[Happened]) -> list[tuple[datetime, str]]:
    """Return when a ticket was opened, reached the desk and was resolved, and which of these did not last.

    An arrival that the desk gave back is `returned`, and a resolution that was reopened is `reopened`, both
    at the instant of the arrival or the resolution.
    """
    counted: list[tuple[datetime, str]] = []
    arrived: datetime | None = None
    resolved: datetime | None = None
    is_over = False
    for one in life:
        match one.kind:
            case "opened":
                counted.append((one.at, "opened"))
            case "reached" if arrived is None and not is_over:
                arrived = one.at
                counted.append((one.at, "reached"))
            case "returned" if arrived is not None and not is_over:
                counted.append((arrived, "returned"))
                arrived = None
            case "resolved" if resolved is None and not is_over:
                resolved = one.at
                counted.append((one.at, "resolved"))
            case "ended":
                is_over = True
            case "reopened":
                if resolved is not None:
                    counted.append((resolved, "reopened"))
                resolved, is_over = None, False
    return counted


def difference(new: Amounts, old: Amounts) -> dict[Key, Counter[str]]:
    """Return what has to be added to old amounts to make new ones; nothing where they are equal."""
    found: dict[Key, Counter[str]] = {}
    for key in new.keys() | old.keys():
        after, before = new.get(key, {}), old.get(key, {})
        changed = Counter(
            {
                name: number
                for name in after.keys() | before.keys()
                if (number := after.get(name, 0) - before.get(name, 0))
            }
        )
        if changed:
            found[key] = changed
    return found


def total(listed: Iterable[Amounts]) -> dict[Key, Counter[str]]:
    """Return the sum of amounts."""
    found: dict[Key, Counter[str]] = {}
    for amounts in listed:
        for key, numbers in amounts.items():
            held = found.setdefault(key, Counter())
            for name, number in numbers.items():  # Counter.update would do, twice as slowly
                held[name] += number
    return found


def by_month(amounts: Amounts) -> dict[Key, Counter[str]]:
    """Return amounts of days as amounts of their months."""
    return total({key.of_month: numbers} for key, numbers in amounts.items())


def dump(amounts: Amounts) -> list[list[Any]]:
    """Write amounts as JSON, equal ones alike."""
    return [
        [
            key.sum.value,
            key.day.isoformat(),
            key.severity,
            key.service,
            key.metric,
            key.at,
            dict(sorted(numbers.items())),
        ]
        for key, numbers in sorted(amounts.items(), key=lambda item: order(item[0]))
        if any(numbers.values())
    ]


def load(parts: Iterable[Sequence[Any]]) -> dict[Key, Counter[str]]:
    """Read what `dump` wrote."""
    return {
        Key(Sum(kind), date.fromisoformat(day), severity, service, metric, at): Counter(numbers)
        for kind, day, severity, service, metric, at, numbers in parts
    }


def order(key: Key) -> tuple[Any, ...]:
    """Return by what keys are sorted: two sweeps that change the same rows do so in the same order."""
    return (key.sum, key.day, key.at, key.metric, key.severity, key.service or 0)
