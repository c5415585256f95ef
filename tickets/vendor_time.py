"""Whose time a wait for a vendor is: the vendor's, or the customer's where its account lacks the agreed plan.

What a ticket itself does not know, such as what an older case was opened with, higher floors say; they add
themselves in `trusst_support/subscriptions.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from tickets.models import Ticket

Answer = Callable[[Ticket], bool]
_answers: list[Answer] = []


def vendor_time_asks(answer: Answer) -> None:
    """Let a higher floor say that a ticket's wait for its vendor is the customer's time."""
    _answers.append(answer)


def lacks_plan(ticket: Ticket) -> bool:
    """Tell whether time that a ticket waits for a vendor from now on is the customer's."""
    if ticket.aws_account is None:
        return False
    return ticket.aws_account.lacks_plan or any(answer(ticket) for answer in _answers)
