"""How long a message waits after a failure; pure.

The wait doubles up to half an hour. From the second failure on it is up to a fifth shorter, by the message's own
key, so that what failed together in an outage does not come back all at once.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

_FIRST = timedelta(seconds=10)
_LONGEST = timedelta(minutes=30)
#: Doubling stops where it no longer matters, so that the number stays a length of time.
_MOST_DOUBLINGS = 10
_SHARE = 5


def wait_after(failures: int, *, key: str) -> timedelta:
    """Return the wait after so many failures (from 1) of the message of a key, in whole seconds."""
    whole = min(_FIRST * (1 << min(failures - 1, _MOST_DOUBLINGS)), _LONGEST)
    if failures == 1:
        return whole
    digest = hashlib.sha256(f"{key}:{failures}".encode()).digest()
    part = int.from_bytes(digest[:4], "big") / 2**32
    return whole - timedelta(seconds=int(whole.total_seconds() / _SHARE * part))
