"""How often an account is looked at, how long it waits after a failure, and when it is left alone; pure.

Whatever is random here is made from a key, so that accounts spread out and a test can tell when each is due.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

#: What vendors call the severities that cannot wait, in small letters.
PRESSING = frozenset({"urgent", "critical", "p0", "p1", "highestcriticalimpact"})

#: Between two looks, at least and at most.
_SOON = (timedelta(seconds=20), timedelta(seconds=30))
_PRESSING = (timedelta(seconds=60), timedelta(seconds=120))
_OPEN = (timedelta(seconds=240), timedelta(seconds=300))
_IDLE = (timedelta(minutes=25), timedelta(minutes=30))
_AFTER_FAILURE = (timedelta(seconds=1), timedelta(seconds=60))

#: So long after something was sent to a vendor, its answer is looked for more often.
ACCELERATED_FOR = timedelta(minutes=10)
#: However many pushes come, an account is not looked at more often than this.
LEAST_GAP = timedelta(seconds=15)
#: A look for messages begins so long before the newest one that is known.
OVERLAP = timedelta(minutes=15)
#: Cases that were resolved are looked at so long, because within it a vendor's side may open them again.
FOLLOWED_FOR = timedelta(days=16)

#: After so many failures in a row an account is left alone for a while, and longer each time.
BREAKS_AFTER = 5
_FIRST_BREAK, _LONGEST_BREAK = timedelta(minutes=2), timedelta(minutes=30)


def is_pressing(severity: str) -> bool:
    """Tell whether a vendor's severity is one that cannot wait."""
    return severity.lower() in PRESSING


def gap(severities: Iterable[str], *, key: str, accelerated: bool = False) -> timedelta:
    """Return the time until the next look at an account whose open cases have these severities."""
    listed = list(severities)
    if accelerated and listed:
        return _within(_SOON, key)
    if any(is_pressing(one) for one in listed):
        return _within(_PRESSING, key)
    return _within(_OPEN if listed else _IDLE, key)


def is_due(*, severity: str, read_at: datetime | None, now: datetime, accelerated: bool = False) -> bool:
    """Tell whether a case's messages are to be read again by now, if nothing says that they changed."""
    if read_at is None:
        return True
    usual = _PRESSING if is_pressing(severity) else _OPEN
    return now - read_at >= (_SOON if accelerated else usual)[0]


def after_failure(failures: int, *, key: str, after: int = 0) -> timedelta:
    """Return the wait after so many failures in a row (from 1): anything up to a minute, but at least `after` seconds."""
    return max(_within(_AFTER_FAILURE, f"{key}:{failures}"), timedelta(seconds=after))


def break_after(failures: int) -> timedelta | None:
    """Return how long an account is left alone after so many failures in a row; None while it is not."""
    if failures < BREAKS_AFTER:
        return None
    doublings = min(failures - BREAKS_AFTER, 10)
    return min(_FIRST_BREAK * (1 << doublings), _LONGEST_BREAK)


def file_wait(attempts: int) -> timedelta:
    """Return the wait before a file is fetched again after so many attempts (from 1)."""
    return min(timedelta(seconds=30) * (1 << min(attempts - 1, 10)), timedelta(hours=1))


def _within(span: tuple[timedelta, timedelta], key: str) -> timedelta:
    """Return a time within a span that is always the same for a key, in whole seconds."""
    least, most = span
    digest = hashlib.sha256(key.encode()).digest()
    part = int.from_bytes(digest[:4], "big") / 2**32
    return least + timedelta(seconds=round((most - least).total_seconds() * part))
