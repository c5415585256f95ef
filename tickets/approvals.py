"""What may be done to a request for access or approval, and when; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.catalogue import gettext as _
from core.catalogue import gettext_noop
from core.problems import Refused, Stale


class ApprovalVerb(StrEnum):
    """What can be done to a request that the desk has made."""

    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    REMIND = "remind"


class State(StrEnum):
    """Where a request stands; all but the first are its end."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Settled(Stale):
    """Something asked of a request that has ended meanwhile."""


class NotConfirmed(Refused):
    """An approval that touches production, by somebody who has not just proven who they are."""


#: People are reminded no more often than this.
REMIND_EVERY = timedelta(days=1)
#: A request whose end is further away is a typing mistake, such as the year 20266.
LONGEST = timedelta(days=366)

_ENDED = {
    State.APPROVED: gettext_noop("%(name)s approved this already. Nothing was changed."),
    State.DECLINED: gettext_noop("%(name)s declined this already. Nothing was changed."),
    State.WITHDRAWN: gettext_noop("%(name)s withdrew this request. Nothing was changed."),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a request stands: `ended_by` is who ended it, `reminded_at` when people were last reminded."""

    state: State
    expires_at: datetime
    ended_by: str = ""
    reminded_at: datetime | None = None


def check(verb: ApprovalVerb, *, at: datetime, standing: Standing) -> None:
    """Raise Settled when the request has ended, and Refused for a reminder that comes too early."""
    if said := _ENDED.get(standing.state):
        raise Settled(_(said) % {"name": standing.ended_by})
    if standing.state is State.EXPIRED or at >= standing.expires_at:
        raise Settled(_("The time to answer is over. The desk has to ask again."))
    if verb is ApprovalVerb.REMIND and standing.reminded_at and at < standing.reminded_at + REMIND_EVERY:
        raise Refused(_("They were reminded less than a day ago. Once a day is enough."))


def check_until(until: datetime, *, at: datetime, field: str) -> None:
    """Raise Refused beside the field unless there is time to answer, and not more than a year."""
    if until <= at:
        raise Refused(_("Choose a time that is still to come."), field=field)
    if until > at + LONGEST:
        raise Refused(_("Choose a time within a year."), field=field)


def say_stops(clocks: list[str]) -> str:
    """Return what asking does to the clocks of a ticket, as the customer reads it."""
    if not clocks:
        return "No clock stops while we wait for your answer."
    named = clocks[0] if len(clocks) == 1 else f"{', '.join(clocks[:-1])} and {clocks[-1]}"
    several = len(clocks) > 1
    return f"The {named} clock{'s' * several} stop{'s' * (not several)} until you answer."
