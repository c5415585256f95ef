"""The escalation from Level 2 to Level 3 and back: its states, and what it must say; pure."""

from __future__ import annotations

from enum import StrEnum

from core.problems import Refused


class State(StrEnum):
    """Where a ticket's visit to Level 3 stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    RECALLED = "recalled"
    ENDED = "ended"


#: While Level 3 has the ticket.
OPEN = frozenset({State.WAITING, State.ACCEPTED})


class NotOpen(Refused):
    """An escalation that is over, or that somebody has taken up already."""


def check_acceptable(state: State, *, by: str) -> None:
    """Raise NotOpen, with who was first, unless somebody of the team may still take it up."""
    if state is State.ACCEPTED:
        raise NotOpen(f"{by} accepted this already.")
    check_open(state)


def check_open(state: State) -> None:
    """Raise NotOpen unless Level 3 has the ticket."""
    if state not in OPEN:
        raise NotOpen("This ticket is not with Level 3 any more.")


def check_said(*, tried: str, needed: str) -> None:
    """Raise Refused unless an escalation says what was tried and what is needed."""
    if not tried.strip():
        raise Refused("Say what you tried, so that Level 3 goes on from there.", field="tried")
    if not needed.strip():
        raise Refused("Say what you need from Level 3.", field="needed")


def check_given_back(*, reason: str, findings: str, by_team: bool) -> None:
    """Raise Refused unless it is said why Level 2 has it again, and by the team what it found."""
    if not reason.strip():
        raise Refused("Say why Level 2 has it again.", field="reason")
    if by_team and not findings.strip():
        raise Refused("Say what you found, so that Level 2 goes on from there.", field="findings")
