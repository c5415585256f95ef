"""What higher floors want to hear of: that tickets' clocks were just looked at, so that their verdicts may be others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tickets.models import Ticket

#: The tickets of one transaction whose clocks were replayed and kept.
Told = Callable[[Sequence[Ticket]], None]

_told: list[Told] = []


def looks_tell(told: Told) -> None:
    """Let a higher floor hear of looks at clocks, once for each batch."""
    if told not in _told:
        _told.append(told)


def tell_of_looks(tickets: Sequence[Ticket]) -> None:
    """Say that the clocks of some tickets were looked at, in the transaction that keeps them."""
    for told in _told:
        told(tickets)
