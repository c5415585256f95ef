"""With which form the desk writes to a vendor on a ticket: the vendors' floor stands above this one and makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tickets.models import Ticket

#: A ticket, the instant, and what a form takes → the form; None where there is no vendor to write to.
Maker = Callable[..., Any]


def _nobody(ticket: Ticket, *, now: datetime, **given: Any) -> Any:
    return None


_maker: Maker = _nobody


def writing_comes_from(maker: Maker) -> None:
    """Let a higher floor make the form."""
    global _maker
    _maker = maker


def form_for(ticket: Ticket, *, now: datetime, **given: Any) -> Any:
    """Return the form with which a text to a vendor is written on a ticket, or None where nobody reads it."""
    return _maker(ticket, now=now, **given)
