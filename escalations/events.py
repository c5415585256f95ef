"""Facts about calling people, the desk's own business, and about hand-overs, which both sides read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from core.events import Audience, DeskEvent, Event


@dataclass(frozen=True, kw_only=True)
class EscalationStepTaken(Event):
    """People were called about a matter."""

    type_name: ClassVar[str] = "escalations.step_taken"
    audience: ClassVar[Audience] = Audience.DESK
    escalation_id: int
    step: int
    about: str
    called: int
    who: str = ""
    note: str = ""

    def sentence(self) -> str:
        people = "1 person" if self.called == 1 else f"{self.called} people"
        named = f" ({self.who})" if self.who else ""
        note = f"; {self.note}" if self.note else ""
        return f"alerted {people}{named}: {self.about}{note}"


@dataclass(frozen=True, kw_only=True)
class AlertAcknowledged(Event):
    """A person took the matter, so nobody further is called."""

    type_name: ClassVar[str] = "escalations.acknowledged"
    audience: ClassVar[Audience] = Audience.DESK
    escalation_id: int
    about: str
    by_mail: bool = False

    def sentence(self) -> str:
        how = " by the link in a mail" if self.by_mail else ""
        return f"acknowledged the alert{how}: {self.about}"


@dataclass(frozen=True, kw_only=True)
class AcknowledgementLapsed(Event):
    """Whoever acknowledged did not work on the ticket in time, so people are called again."""

    type_name: ClassVar[str] = "escalations.acknowledgement_lapsed"
    audience: ClassVar[Audience] = Audience.DESK
    escalation_id: int
    about: str
    keeper: str

    def sentence(self) -> str:
        return f"calls people again, as nothing was done since {self.keeper} acknowledged: {self.about}"


@dataclass(frozen=True, kw_only=True)
class EscalationPolicyPublished(DeskEvent):
    """A policy says something else from now on; what runs keeps what it began with."""

    type_name: ClassVar[str] = "escalations.policy_published"
    policy_id: int
    policy: str
    number: str
    reason: str

    def sentence(self) -> str:
        return f"published version {self.number} of the escalation policy {self.policy}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class EscalationPolicySwitched(DeskEvent):
    """A policy was switched off, or on again; `kind` says which."""

    type_name: ClassVar[str] = "escalations.policy_switched"
    policy_id: int
    policy: str
    kind: str

    def sentence(self) -> str:
        return f"switched the escalation policy {self.policy} {self.kind}"


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
        if self.automatic:
            return _("accepted the hand-over from Level 1, by working on it")
        return _("accepted the hand-over from Level 1")


@dataclass(frozen=True, kw_only=True)
class EscalatedToLevel3(Event):
    """Level 2 asked a team of Level 3; `keeper` keeps the customer updated meanwhile."""

    type_name: ClassVar[str] = "escalations.to_level_3"
    audience: ClassVar[Audience] = Audience.DESK
    functional_id: int
    team_id: int
    team: str
    keeper: str

    def sentence(self) -> str:
        return f"escalated to Level 3, {self.team}; {self.keeper} keeps the customer updated"


@dataclass(frozen=True, kw_only=True)
class AcceptedByLevel3(Event):
    """Somebody of the team took it up."""

    type_name: ClassVar[str] = "escalations.accepted_by_level_3"
    audience: ClassVar[Audience] = Audience.DESK
    functional_id: int
    team: str

    def sentence(self) -> str:
        return f"accepted it for {self.team}"


@dataclass(frozen=True, kw_only=True)
class ReturnedToLevel2(Event):
    """Level 3 gave a ticket back, or Level 2 took it back: `by_team` says which."""

    type_name: ClassVar[str] = "escalations.back_at_level_2"
    audience: ClassVar[Audience] = Audience.DESK
    functional_id: int
    team: str
    by_team: bool
    reason: str

    def sentence(self) -> str:
        if self.by_team:
            return f"gave it back from {self.team} to Level 2: {self.reason}"
        return f"took it back from {self.team} to Level 2: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class ManagerCalled(Event):
    """Somebody of the desk called the duty manager by hand."""

    type_name: ClassVar[str] = "escalations.manager_called"
    audience: ClassVar[Audience] = Audience.DESK
    reason: str

    def sentence(self) -> str:
        return f"called the duty manager: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Level3TeamMarked(DeskEvent):
    """A team was marked as Level 3, or is not any more; `kind` says which."""

    type_name: ClassVar[str] = "escalations.level_3_team_marked"
    team_id: int
    kind: str

    def sentence(self) -> str:
        return "made Level 3 of the team" if self.kind == "marked" else "took Level 3 from the team"


@dataclass(frozen=True, kw_only=True)
class RotaPublished(DeskEvent):
    """A rota has a new plan, from an instant on."""

    type_name: ClassVar[str] = "escalations.rota_published"
    rota_id: int
    rota: str
    number: str
    effective_at: str
    reason: str

    def sentence(self) -> str:
        return f"published version {self.number} of the on-call rota {self.rota}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class RotaRetired(DeskEvent):
    """A rota has ended: nobody is on call by it any more."""

    type_name: ClassVar[str] = "escalations.rota_retired"
    rota_id: int
    rota: str

    def sentence(self) -> str:
        return f"retired the on-call rota {self.rota}"


@dataclass(frozen=True, kw_only=True)
class ShiftOverridden(DeskEvent):
    """Somebody is on call from an instant until another one, whoever it would have been."""

    type_name: ClassVar[str] = "escalations.shift_overridden"
    rota_id: int
    rota: str
    override_id: int
    person_id: int
    starts_at: str
    ends_at: str

    def sentence(self) -> str:
        return f"put somebody on call for {self.rota}"


@dataclass(frozen=True, kw_only=True)
class OverrideWithdrawn(DeskEvent):
    """An override was taken back; what was served of it stays."""

    type_name: ClassVar[str] = "escalations.override_withdrawn"
    rota_id: int
    rota: str
    override_id: int
    person_id: int

    def sentence(self) -> str:
        return f"took back who was put on call for {self.rota}"
