"""How a ticket stands, in the sentences that its customer reads: whose move it is, and what is promised by when.

A promise is told as objective, state, reason, since, zone: "Restore: paused, waiting for AWS since 14:05 AEDT".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.templatetags.ui import say_when
from tickets.lifecycle import HoldReason, Status
from tickets.models import Ticket

_NAMES = {
    "respond": gettext_lazy("Respond"),
    "update": gettext_lazy("Update"),
    "restore": gettext_lazy("Restore"),
    "resolve": gettext_lazy("Resolve"),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a ticket is, in a few words; what goes on there; and what is promised, the next one first."""

    where: str
    what: str
    promises: tuple[str, ...]

    @property
    def others(self) -> tuple[str, ...]:
        """What is promised beside the next one."""
        return self.promises[1:]


def standing_of(ticket: Ticket, now: datetime) -> Standing:
    """Return how a ticket stands for its customer; no query, the clocks wrote down for lists what is needed."""
    return Standing(
        where=_where(ticket),
        what=_what(ticket, now),
        promises=tuple(str(one) for one in _promises(ticket, now)),
    )


def _where(ticket: Ticket) -> str:
    """Say whose move it is."""
    match Status(ticket.status):
        case Status.CLOSED:
            return _("Closed")
        case Status.RESOLVED:
            return _("Resolved")
        case Status.RESTORED if ticket.is_confirmed:
            return _("Restored")
        case Status.RESTORED:
            return _("Waiting for you: is it fixed?")
    if not ticket.is_with_desk:
        return _("With %(customer)s's Level 1") % {"customer": ticket.customer.name}
    match ticket.hold_reason:
        case HoldReason.CUSTOMER_REPLY | HoldReason.CUSTOMER_ACCESS:
            return _("Waiting for you")
        case HoldReason.VENDOR:
            return _("With %(vendor)s") % {"vendor": _vendor(ticket)}
    return _("With the Trusst desk")


def _what(ticket: Ticket, now: datetime) -> str:
    """Say what goes on there."""
    match Status(ticket.status):
        case Status.CLOSED:
            return _since(_("Closed %(when)s."), ticket.closed_at, now)
        case Status.RESOLVED if ticket.closes_at is not None:
            return _("It closes by itself %(when)s unless you reply.") % {
                "when": say_when(ticket.closes_at, now)
            }
        case Status.RESOLVED:
            return _since(_("Resolved %(when)s."), ticket.resolved_at, now)
        case Status.RESTORED if ticket.is_confirmed:
            return _since(
                _("You confirmed it %(when)s. The Trusst desk resolves it next."), ticket.confirmed_at, now
            )
        case Status.RESTORED:
            return _since(_("We think this is fixed, since %(when)s."), ticket.restored_at, now)
    if ticket.is_on_hold:
        return ticket.hold_note
    if not ticket.is_with_desk:
        if ticket.is_returned:
            return _("The Trusst desk gave it back.")
        return _("Nobody has begun yet.") if ticket.status == Status.NEW else _("Somebody works on it.")
    if ticket.assignee is None:
        return _("Waiting for an engineer.")
    return _("%(name)s works on it.") % {"name": ticket.assignee.name}


def _since(sentence: str, moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else sentence % {"when": say_when(moment, now)}


def _promises(ticket: Ticket, now: datetime) -> Iterator[str]:
    """Yield a sentence for the promise that is due next and, where it is another one, for the one to restore."""
    if not ticket.is_with_desk and ticket.is_open:
        yield _("Our clocks have not started. They start when the ticket reaches the Trusst desk.")
        return
    if not ticket.has_cover:
        yield _("Best effort: no agreement was in force, so nothing is promised by a time.")
        return
    objective, due = ticket.next_objective, ticket.next_due_at
    if objective and ticket.clock_state == "paused":
        if objective != "restore" and ticket.restore_state == "paused":
            both = _("%(first)s and %(second)s") % {"first": _NAMES[objective], "second": _NAMES["restore"]}
            yield _say_paused(both, ticket, now)
            return
        yield _say_paused(_NAMES[objective], ticket, now)
    elif objective and due is not None:
        yield _say_due(objective, due, now, is_missed=ticket.clock_state == "missed")
    elif ticket.is_open:
        yield _("Nothing is due now.")
    if objective == "restore" or not ticket.is_open:
        return
    match ticket.restore_state:
        case "paused":
            yield _say_paused(_NAMES["restore"], ticket, now)
        case "running" | "missed" if ticket.restore_due_at is not None:
            yield _say_due("restore", ticket.restore_due_at, now, is_missed=ticket.restore_state == "missed")


def _say_due(objective: str, due: datetime, now: datetime, *, is_missed: bool) -> str:
    told = {"objective": _NAMES[objective], "when": say_when(due, now)}
    if not is_missed and due > now:
        return _("%(objective)s: due by %(when)s") % told
    if due >= now:
        return _("%(objective)s: missed, it was due by %(when)s") % told
    told["span"] = _say_span(now - due)
    return _("%(objective)s: missed by %(span)s, it was due by %(when)s") % told


def _say_paused(objectives: str | Promise, ticket: Ticket, now: datetime) -> str:
    told = {"objective": objectives, "reason": _reason(ticket)}
    if ticket.held_at is None:
        return _("%(objective)s: paused, %(reason)s") % told
    return _("%(objective)s: paused, %(reason)s since %(when)s") % (
        told | {"when": say_when(ticket.held_at, now)}
    )


def _reason(ticket: Ticket) -> str:
    """Say for what a clock stands still, as the middle of a sentence."""
    match ticket.hold_reason:
        case HoldReason.CUSTOMER_REPLY:
            return _("waiting for your reply")
        case HoldReason.CUSTOMER_ACCESS:
            return _("waiting for access from you")
        case HoldReason.VENDOR:
            return _("waiting for %(vendor)s") % {"vendor": _vendor(ticket)}
        case HoldReason.AGREED_WAIT:
            return _("as agreed")
    return _("it is not counted now")


def _vendor(ticket: Ticket) -> str:
    return ticket.hold_owner or _("a vendor")


def _say_span(span: timedelta) -> str:
    """Say a length of time in its two largest units."""
    minutes = int(span.total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        said = ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
        return f"{said} {hours} h" if hours else said
    if hours:
        return f"{hours} h {left} min" if left else f"{hours} h"
    return f"{minutes} min" if minutes else _("less than a minute")
