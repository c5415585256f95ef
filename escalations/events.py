"""Facts about calling people; the desk's own business."""

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
