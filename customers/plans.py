"""The support plans that AWS sells and from when until when each serves: a customer declares one for each account.

Who knows the plans sits on a higher floor and says so in `trusst_support/subscriptions.py`. A day is one in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class PlanTerms:
    """A plan, and from which day until before which one it meets what a customer agrees to hold.

    Without `accepted_from` it never does; from `offered_until` on it is not sold any more.
    """

    name: str
    takes_cases: bool = True
    severities: tuple[str, ...] = ()
    offered_until: date | None = None
    accepted_from: date | None = None
    accepted_until: date | None = None

    def serves_on(self, day: date) -> bool:
        """Tell whether it meets on a day what a customer agrees to hold."""
        begins = self.accepted_from is not None and self.accepted_from <= day
        return begins and (self.accepted_until is None or day < self.accepted_until)

    def is_sold_on(self, day: date) -> bool:
        return self.offered_until is None or day < self.offered_until


Source = Callable[[], Sequence[PlanTerms]]
_sources: list[Source] = []


def plans_come_from(source: Source) -> None:
    """Let a higher floor say which plans there are, the smallest first."""
    _sources[:] = [source]


def plans() -> Sequence[PlanTerms]:
    """Return the plans that AWS sells or sold, the smallest first."""
    return [terms for source in _sources for terms in source()]


def named(terms: Sequence[PlanTerms], name: str) -> PlanTerms | None:
    """Return the plan of a name, or None for one that nobody wrote down."""
    return next((one for one in terms if one.name == name), None)


def smallest_that_serves(terms: Sequence[PlanTerms], day: date) -> str:
    """Return the smallest plan that can be bought on a day and serves then, or ''.

    One whose end is announced already is named only where there is no other.
    """
    found = [one for one in terms if one.serves_on(day) and one.is_sold_on(day)]
    lasting = [one for one in found if one.accepted_until is None and one.offered_until is None]
    return next((one.name for one in (*lasting, *found)), "")
