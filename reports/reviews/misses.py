"""Misses as people read them: what was said once of several is said once; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from reports.reviews.figures import read_moment
from reports.reviews.words import METRICS, say_counted


@dataclass(frozen=True, kw_only=True)
class Misses:
    """Misses of one objective on one ticket of which the same was said, in the order in which they fell."""

    told: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]

    @property
    def ticket(self) -> str:
        ticket: str = self.told["ticket"]
        return ticket

    @property
    def first_at(self) -> datetime:
        return read_moment(self.rows[0]["breached_at"])

    @property
    def last_at(self) -> datetime:
        return read_moment(self.rows[-1]["breached_at"])

    @property
    def number(self) -> int:
        return len(self.rows)

    @property
    def waived(self) -> int:
        return sum(row["waived"] for row in self.rows)

    @property
    def promise(self) -> str:
        """What was promised, such as 'Update no. 3, P2' or '9 updates (nos. 2 to 10), P2'."""
        name, severity = METRICS[self.told["metric"]], self.rows[0]["severity"]
        first, last = self.rows[0]["cycle"], self.rows[-1]["cycle"]
        if self.number == 1:
            return f"{name}{f' no. {first}' if first > 1 else ''}, {severity}"
        return f"{name}, {self.number} times (nos. {first} to {last}), {severity}"

    @property
    def took(self) -> str:
        """How much of the allowed time was used; of several nothing, for each took its own."""
        if self.number > 1:
            return ""
        [row] = self.rows
        said = f"{say_counted(row['consumed_seconds'])} used of {say_counted(row['target_seconds'] or 0)}"
        return said if row["stopped_at"] else f"{said}, and not met yet"


def grouped(review: Mapping[str, Any]) -> list[Misses]:
    """Return the misses of a review, those together that follow each other and of which the same was said."""
    rows = {(row["ticket"], row["metric"], row["cycle"]): row for row in review["figures"]["rows"]}
    found = [(one, rows[one["ticket"], one["metric"], one["cycle"]]) for one in review["told"]["misses"]]
    groups = []
    for _, listed in groupby(found, key=lambda pair: _sameness(*pair)):
        pairs = list(listed)
        groups.append(Misses(told=pairs[0][0], rows=[row for _, row in pairs]))
    return groups


def _sameness(told: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[Any, ...]:
    said = tuple(
        sorted((name, value) for name, value in told.items() if name != "cycle" and value is not None)
    )
    return (*said, row["severity"])
