"""What higher floors ask for before the desk ends a ticket, such as why a promise was missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tickets.models import Ticket

#: A locked ticket and the instant of its end; raises Refused, with what is still wanted.
Check = Callable[[Ticket, datetime], None]

_checks: list[Check] = []


def ends_ask(check: Check) -> None:
    """Let a higher floor have its say before the desk resolves or closes a ticket."""
    if check not in _checks:
        _checks.append(check)


def check_may_end(ticket: Ticket, at: datetime) -> None:
    """Raise Refused, with the reason, while a floor above wants something first."""
    for check in _checks:
        check(ticket, at)
