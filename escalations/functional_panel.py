"""The way of a ticket through the levels as its page shows it, with what the viewer may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from customers.models import DeskPerson
from escalations import functional_access as access
from escalations.functional_forms import BringBackForm, CallManagerForm, EscalateForm
from escalations.functional_models import FunctionalEscalation
from tickets.forms import VersionedForm
from tickets.lifecycle import TOP_LEVEL
from tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One ticket's levels for one person of the desk; `failed` are forms that came back, by name."""

    ticket: Ticket
    person: DeskPerson
    failed: Mapping[str, VersionedForm] = field(default_factory=dict)

    @cached_property
    def visits(self) -> list[FunctionalEscalation]:
        """The ticket's escalations to Level 3, the newest first."""
        return access.visits_of(self.ticket)

    @property
    def current(self) -> FunctionalEscalation | None:
        """The escalation that Level 3 has now."""
        return next((visit for visit in self.visits if visit.is_open), None)

    @property
    def past(self) -> list[FunctionalEscalation]:
        return [visit for visit in self.visits if not visit.is_open]

    @property
    def may_move(self) -> bool:
        """Tell whether the desk may move the ticket now."""
        return self.ticket.is_open and self.ticket.is_with_desk

    @cached_property
    def is_of_team(self) -> bool:
        """Tell whether the viewer is of the team that was asked."""
        return self.current is not None and access.is_of_team(self.person, self.current.team_id)

    @cached_property
    def forms(self) -> dict[str, VersionedForm]:
        """The forms that the viewer is offered, by name."""
        if not self.may_move:
            return {}
        names = ["back", "manager"] if self.ticket.level == TOP_LEVEL else ["escalate"]
        return {name: self.failed.get(name) or self.form(name) for name in names}

    def form(self, name: str, data: Any = None) -> VersionedForm:
        """Return a form, empty or with what somebody sent."""
        common: dict[str, Any] = {"ticket": self.ticket, "auto_id": f"{name}-%s"}
        if name == "escalate":
            return EscalateForm(data, person=self.person, teams=access.level_3_teams(), **common)
        return (BringBackForm if name == "back" else CallManagerForm)(data, **common)
