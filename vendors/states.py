"""The words of vendor cases and account links, and what follows from each: pure, and the same for every vendor."""

from __future__ import annotations

from enum import StrEnum

from core.catalogue import gettext_noop


class CaseState(StrEnum):
    """Where a case stands with its vendor, whatever the vendor calls it."""

    NEW = "new"
    VENDOR_WORKING = "vendor_working"
    WAITING_ON_US = "waiting_on_us"
    WAITING_ON_VENDOR = "waiting_on_vendor"
    SOLUTION_OFFERED = "solution_offered"
    RESOLVED = "resolved"
    CLOSED = "closed"
    UNKNOWN = "unknown"

    @property
    def turn(self) -> Turn:
        """Whose move it is; an unknown status leaves that unknown too."""
        return _TURNS[self]

    @property
    def is_over(self) -> bool:
        """Tell whether the vendor is done with the case; that never ends the ticket."""
        return self in {CaseState.RESOLVED, CaseState.CLOSED}


class Turn(StrEnum):
    """Who has the next move on a case."""

    VENDOR = "vendor"
    US = "us"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


_TURNS = {
    CaseState.NEW: Turn.VENDOR,
    CaseState.VENDOR_WORKING: Turn.VENDOR,
    CaseState.WAITING_ON_VENDOR: Turn.VENDOR,
    CaseState.WAITING_ON_US: Turn.US,
    CaseState.SOLUTION_OFFERED: Turn.US,
    CaseState.RESOLVED: Turn.NOBODY,
    CaseState.CLOSED: Turn.NOBODY,
    CaseState.UNKNOWN: Turn.UNKNOWN,
}

CASE_WORDS = {
    CaseState.NEW: gettext_noop("Not picked up yet"),
    CaseState.VENDOR_WORKING: gettext_noop("The vendor works on it"),
    CaseState.WAITING_ON_US: gettext_noop("The vendor waits for us"),
    CaseState.WAITING_ON_VENDOR: gettext_noop("We wait for the vendor"),
    CaseState.SOLUTION_OFFERED: gettext_noop("A solution is offered"),
    CaseState.RESOLVED: gettext_noop("Resolved at the vendor"),
    CaseState.CLOSED: gettext_noop("Closed at the vendor"),
    CaseState.UNKNOWN: gettext_noop("A status that we do not know"),
}


class LinkState(StrEnum):
    """Whether calls to a vendor for one account may be made, and why not."""

    UNVERIFIED = "unverified"
    OK = "ok"
    NO_PLAN = "no_plan"
    DENIED = "denied"
    UNREACHABLE = "unreachable"
    RETIRED = "retired"

    @property
    def may_send(self) -> bool:
        """Tell whether something may be sent to the vendor over the link."""
        return self is LinkState.OK

    @property
    def may_ask(self) -> bool:
        """Tell whether the vendor may be asked at all; a retired link makes no call."""
        return self not in {LinkState.RETIRED, LinkState.UNVERIFIED}


LINK_WORDS = {
    LinkState.UNVERIFIED: gettext_noop("Not verified yet"),
    LinkState.OK: gettext_noop("Connected"),
    LinkState.NO_PLAN: gettext_noop("Connected, but the plan takes no cases"),
    LinkState.DENIED: gettext_noop("The account refuses us"),
    LinkState.UNREACHABLE: gettext_noop("Cannot be reached"),
    LinkState.RETIRED: gettext_noop("Retired"),
}


class Finding(StrEnum):
    """What a look at an account's plan showed."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class SendState(StrEnum):
    """Where something that is to be sent to a vendor stands."""

    QUEUED = "queued"
    SENDING = "sending"
    AMBIGUOUS = "ambiguous"
    SENT = "sent"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class SendKind(StrEnum):
    """What is sent to a vendor."""

    OPEN = "open"
    REPLY = "reply"
    RESOLVE = "resolve"


class Side(StrEnum):
    """Who wrote a message of a case."""

    VENDOR = "vendor"
    DESK = "desk"
    CUSTOMER = "customer"
