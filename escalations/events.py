"""Facts about calling people, the desk's own business, and about hand-overs, which both sides read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Audience, Event


@dataclass(frozen=True, kw_only=True)
class EscalationStepTaken(Event):
    """People were called about a matter."""

    type_name: ClassVar[str] = "escalations.step_taken"
    audience: ClassVar[Audience] = Audience.DESK
    escalation_id: int
    step: int
    about: str
    called: int

    def sentence(self) -> str:
        people = "1 person" if self.called == 1 else f"{self.called} people"
        return f"alerted {people}: {self.about}"


@dataclass(frozen=True, kw_only=True)
class AlertAcknowledged(Event):
    """A person took the matter, so nobody further is called."""

    type_name: ClassVar[str] = "escalations.acknowledged"
    audience: ClassVar[Audience] = Audience.DESK
    escalation_id: int
    about: str

    def sentence(self) -> str:
        return f"acknowledged the alert: {self.about}"


@dataclass(frozen=True, kw_only=True)
class HandOverOffered(Event):
    """Level 1 wrote down what it knows and passed the ticket on; that it reached the desk is a fact beside it."""

    type_name: ClassVar[str] = "escalations.hand_over_offered"
    hand_over_id: int


@dataclass(frozen=True, kw_only=True)
class HandOverAccepted(Event):
    """The desk accepted what Level 1 handed over; `automatic` when it did so by working on the ticket."""

    type_name: ClassVar[str] = "escalations.hand_over_accepted"
    hand_over_id: int
    automatic: bool

    def sentence(self) -> str:
        how = ", by working on it" if self.automatic else ""
        return f"accepted the hand-over from Level 1{how}"
