"""What dates and looks say of an account's plan, and when it is looked at again: pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from customers.plans import PlanTerms, named
from vendors.states import Finding

#: How long what an account offers for a new case is good for.
OPTIONS_LAST = timedelta(hours=24)
#: A look that showed nothing is repeated after this time.
LOOK_AGAIN = timedelta(hours=1)
#: Two looks of the daily round are at least this far apart.
_APART = timedelta(hours=12)
_DAY = timedelta(days=1)

#: How many days before a plan ends the customer's leads are told, the earliest first.
NOTICE_DAYS = (60, 30, 7)
#: How far ahead the desk's list looks.
AHEAD = timedelta(days=90)


def day_of(at: datetime) -> date:
    """Return the day, in UTC, on which plans are compared with their dates."""
    return at.astimezone(UTC).date()


def next_look(link_id: int, at: datetime, *, finding: Finding) -> datetime:
    """Return when an account is looked at next: daily at a time of its own, so that they do not come at once."""
    if finding is Finding.UNKNOWN:
        return at + LOOK_AGAIN
    seconds = int.from_bytes(hashlib.sha256(f"look:{link_id}".encode()).digest()[:4]) % 86_400
    slot = datetime.combine(day_of(at), time(), tzinfo=UTC) + timedelta(seconds=seconds)
    while slot < at + _APART:
        slot += _DAY
    return slot


def plan_seen(terms: Sequence[PlanTerms], severities: Collection[str], declared: str) -> str:
    """Return the plan that an account has, as far as its severities tell, or else the declared one.

    Several plans have the same severities, and then the declared one decides.
    """
    if not severities:
        return declared
    fitting = [one.name for one in terms if one.takes_cases and set(one.severities) == set(severities)]
    if declared in fitting or len(fitting) != 1:
        return declared
    return fitting[0]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Whether an account falls short of what its customer agreed to hold, and when it will.

    `is_short` is so by what was seen (`by_look`) or by the plan's dates. `differs` when what was seen and what
    was declared cannot both be so. `ends_on` is the day from which the plan does not serve any more.
    """

    plan: str
    is_short: bool
    by_look: bool = False
    differs: bool = False
    ends_on: date | None = None

    def will_fall_short(self, on: date) -> bool:
        """Tell whether it serves now and stops to within the time that the list looks ahead."""
        return not self.is_short and self.ends_on is not None and self.ends_on - on <= AHEAD


def outlook(*, finding: Finding, plan: str, terms: Sequence[PlanTerms], on: date) -> Outlook:
    """Return how an account stands on a day, from what was seen last and from its plan's dates.

    An account that takes cases is not short because an old declaration says that it takes none.
    """
    known = named(terms, plan)
    if finding is Finding.NOT_MET:
        differs = known is not None and known.takes_cases
        return Outlook(plan=plan, is_short=True, by_look=True, differs=differs)
    if known is None:
        return Outlook(plan=plan, is_short=False)
    if finding is Finding.MET and not known.takes_cases:
        return Outlook(plan=plan, is_short=False, differs=True)
    return Outlook(plan=plan, is_short=not known.serves_on(on), ends_on=known.accepted_until)


def notice_due(ends_on: date, on: date) -> int | None:
    """Return which notice before the end is due on a day, in days before it, or None before the first one."""
    left = (ends_on - on).days
    return next((days for days in reversed(NOTICE_DAYS) if 0 < left <= days), None)
