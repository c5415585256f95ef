"""The time ledger: to which party each second of a ticket belongs; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from slas.cycle import Halts
from slas.documents import Ledger


class Party(StrEnum):
    """Whose a second is."""

    CUSTOMER_L1 = "customer_l1"
    DESK = "desk"
    CUSTOMER = "customer"
    VENDOR = "vendor"
    AGREED_WAIT = "agreed_wait"
    EXCLUDED = "excluded"
    AFTER_RESTORE = "after_restore"


class Entry(NamedTuple):
    """From an instant on the time is a party's; None once the ticket has ended, until it is reopened."""

    at: datetime
    party: Party | None


def party_of(*, is_restored: bool, is_at_desk: bool, halts: Halts) -> Party:
    """Return the first party that fits."""
    if is_restored:
        return Party.AFTER_RESTORE
    if not is_at_desk:
        return Party.CUSTOMER_L1
    if halts.exclusion is not None:
        return Party.EXCLUDED
    if halts.hold is None:
        return Party.DESK
    match halts.hold.reason:
        case "vendor":
            return Party.CUSTOMER if halts.hold.lacks_plan else Party.VENDOR
        case "agreed_wait":
            return Party.AGREED_WAIT
        case _:
            return Party.CUSTOMER


def balance(entries: Iterable[Entry], as_of: datetime) -> Ledger:
    """Sum the time of each party from the first entry, which is the opening, to the end or as_of.

    The time from an end to a reopening comes after restoration. What follows the last end is nobody's.
    """
    listed = list(entries)
    if listed and listed[-1].party is not None:
        listed.append(Entry(at=as_of, party=None))
    while len(listed) > 1 and listed[-2].party is None:
        listed.pop()
    spent: Counter[str] = Counter()
    for entry, following in pairwise(listed):
        spent[entry.party or Party.AFTER_RESTORE] += (following.at - entry.at) // timedelta(seconds=1)
    return Ledger(**spent)
