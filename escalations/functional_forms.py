"""What the desk types about an escalation: shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.access import active_desk_people
from customers.models import DeskPerson, Team
from tickets.forms import PersonField, VersionedForm
from tickets.lifecycle import Verb
from tickets.models import Ticket

MANAGER, LEVEL_1 = "manager", "level-1"


class _AskedField(forms.CharField):
    """A text that the page asks for; whether it can do without is for the rule to say."""

    def validate(self, value: Any) -> None:
        pass


def _text(label: str, hint: str = "", *, rows: int = 3, most: int = 5000) -> forms.CharField:
    return _AskedField(
        label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}), max_length=most
    )


class EscalateForm(VersionedForm):
    """To whom, what was tried and is needed, and who keeps the customer updated."""

    to = forms.ChoiceField(label="Escalate to", error_messages={"required": "Select whom you ask."})
    tried = _text("What you tried", "Only a team of Level 3 needs it. Leave out passwords.")
    needed = _text("What you need", "For Level 1: what they should do. They read it.")
    keeper = PersonField(
        queryset=None,
        label="Who keeps the customer updated",
        empty_label=None,
        error_messages={"required": "Select who keeps the customer updated."},
    )

    def __init__(
        self, *args: Any, ticket: Ticket, person: DeskPerson, teams: list[Team], **kwargs: Any
    ) -> None:
        self.teams = {f"team-{team.pk}": team for team in teams}
        owner = ticket.assignee
        keeper = owner if owner is not None and owner.is_active else person
        kwargs["initial"] = {"keeper": keeper.pk} | kwargs.get("initial", {})
        super().__init__(*args, ticket=ticket, **kwargs)
        others = [(MANAGER, "The duty manager")]
        if ticket.may(Verb.RETURN):
            others.append((LEVEL_1, f"Back to {ticket.customer.name}'s Level 1"))
        to, people = self.fields["to"], self.fields["keeper"]
        assert isinstance(to, forms.ChoiceField)
        assert isinstance(people, forms.ModelChoiceField)
        to.choices = [(name, f"Level 3, {team.name}") for name, team in self.teams.items()] + others
        people.queryset = active_desk_people()

    @property
    def team(self) -> Team | None:
        """The team of Level 3 that a valid form asks, if it asks one."""
        return self.teams.get(self.cleaned_data["to"])


class BringBackForm(VersionedForm):
    """Why Level 2 has it again, and what Level 3 found."""

    reason = _text("Why", rows=2, most=500)
    findings = _text("What was found", "The team that gives it back says so.")


class CallManagerForm(VersionedForm):
    """What the duty manager is called for."""

    needed = _text("What you need", rows=2, most=170)
