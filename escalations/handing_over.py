"""The hand-over from a customer's Level 1 to the desk: its states, and what it must say; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.catalogue import gettext as _
from core.problems import Refused
from tickets.severity import Severity


class State(StrEnum):
    """Where a hand-over stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    STRAIGHT = "straight"


#: What somebody of the desk may still do, in each state.
ACCEPTABLE = frozenset({State.OFFERED})
RETURNABLE = frozenset({State.OFFERED, State.ACCEPTED, State.STRAIGHT})


class NotWaiting(Refused):
    """A hand-over that nobody waits for any more."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A step of the checklist as it stood when the ticket was handed over."""

    text: str
    done_by: str

    @property
    def is_done(self) -> bool:
        return self.done_by != ""


def check_acceptable(state: State, *, by: str) -> None:
    """Raise NotWaiting, with who was first, unless the hand-over can be accepted."""
    if state in ACCEPTABLE:
        return
    why = {
        State.ACCEPTED: f"{by} accepted this hand-over already.",
        State.RETURNED: f"{by} returned this hand-over already.",
        State.STRAIGHT: "This ticket went straight to the desk: there is nothing to accept.",
    }
    raise NotWaiting(why[state])


def check_said(*, checked: str, severity: Severity) -> None:
    """Raise Refused unless a hand-over says what Level 1 checked; a critical ticket is not held up for that."""
    if not checked.strip() and severity is not Severity.P1:
        raise Refused(_("Say what you checked: the desk goes on from there."), field="checked")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How the hand-overs of one customer ended."""

    offered: int
    accepted: int
    returned: int
    straight: int

    @property
    def waiting(self) -> int:
        return self.offered - self.accepted - self.returned

    @property
    def decided(self) -> int:
        return self.accepted + self.returned

    @property
    def bounce_percent(self) -> float | None:
        """Return the share of those decided that came back, with one decimal; None where none was decided."""
        return round(100 * self.returned / self.decided, 1) if self.decided else None

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            offered=self.offered + other.offered,
            accepted=self.accepted + other.accepted,
            returned=self.returned + other.returned,
            straight=self.straight + other.straight,
        )
