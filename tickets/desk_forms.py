"""What the desk types about several tickets at once: shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.access import active_desk_people, active_members_of
from customers.desk_admin_access import active_teams
from customers.models import DeskPerson, Member, Team
from tickets.actions.handover import Passing
from tickets.models import Ticket

NOBODY = "nobody"


class LeaveForm(forms.Form):
    """Who gets the tickets of a person who leaves; somebody must choose, also that nobody does."""

    to = forms.ChoiceField(
        label="Their tickets go to", error_messages={"required": "Select who gets their tickets."}
    )

    def __init__(self, *args: Any, leaving: DeskPerson, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heirs = {str(one.pk): one for one in active_desk_people().exclude(pk=leaving.pk)}
        self.count = count
        if not count:
            del self.fields["to"]
            return
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Select a person"),
            *((pk, f"{one.name}, {one.get_role_display()}") for pk, one in self.heirs.items()),
            (NOBODY, "No one: they wait in Unassigned"),
        ]

    def heir(self) -> DeskPerson | None:
        """Return who gets the tickets; None for nobody, or where there are none."""
        return self.heirs.get(self.cleaned_data.get("to", NOBODY))

    def said(self) -> str:
        """Return what became of the tickets."""
        if not self.count:
            return "No ticket was theirs."
        heir = self.heir()
        what = f"{self.count} ticket{'s' if self.count != 1 else ''}"
        return f"{what} went to {heir.name}." if heir else f"{what} wait in Unassigned."


class MemberLeaveForm(forms.Form):
    """Who becomes the contact for the tickets of one of a customer's people who leaves."""

    to = forms.ChoiceField(
        label="Who becomes the contact for their tickets?",
        error_messages={
            "required": "Select who becomes the contact for their tickets.",
            "invalid_choice": "Select one of their active colleagues.",
        },
    )

    def __init__(self, *args: Any, leaving: Member, is_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heirs = active_members_of(leaving.customer).exclude(pk=leaving.pk)
        self.heirs = {str(one.pk): one for one in heirs}
        if not is_needed:
            del self.fields["to"]
            return
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Select a person"),
            *((pk, f"{one.name}, {one.get_role_display()}") for pk, one in self.heirs.items()),
        ]

    def heir(self) -> Member | None:
        """Return who becomes the contact; None where nothing is open."""
        return self.heirs.get(self.cleaned_data.get("to", ""))


# --- Handover ----------------------------------------------------------------------------------------
class HandoverForm(forms.Form):
    """Who gets a person's tickets, each with a note; one choice for all fills those that are left open."""

    everyone = forms.ChoiceField(
        label="Hand all of them to",
        required=False,
        help_text="Where nothing else is selected beside a ticket.",
    )
    note = forms.CharField(
        label="Note for everybody",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only the desk reads it. It stands on each ticket.",
    )

    def __init__(self, *args: Any, person: DeskPerson, tickets: list[Ticket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tickets = tickets
        others = active_desk_people().exclude(pk=person.pk).select_related("user")
        self.receivers: dict[str, DeskPerson | Team] = {f"p{one.pk}": one for one in others}
        self.receivers |= {f"t{one.pk}": one for one in active_teams().select_related("lead__user")}
        offered = [
            ("People", [(value, one.name) for value, one in self.receivers.items() if value[0] == "p"]),
            ("Teams", [(value, one.name) for value, one in self.receivers.items() if value[0] == "t"]),
        ]
        everyone = self.fields["everyone"]
        assert isinstance(everyone, forms.ChoiceField)
        everyone.choices = [("", "Choose for each ticket"), *offered]
        for ticket in tickets:
            self.fields[f"to-{ticket.pk}"] = forms.ChoiceField(
                label=f"New owner of {ticket.key}",
                required=False,
                initial=self._proposed(ticket),
                choices=[("", "As above"), (KEEP, "Stays with me"), *offered],
            )
            self.fields[f"note-{ticket.pk}"] = forms.CharField(
                label=f"Note on {ticket.key}", max_length=500, required=False
            )
            self.fields[f"version-{ticket.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=ticket.version
            )

    def _proposed(self, ticket: Ticket) -> str:
        """Return who is proposed: the lead of the ticket's team, where that is somebody else."""
        lead = "" if ticket.team is None else f"p{ticket.team.lead_id}"
        return lead if lead in self.receivers else ""

    def rows(self) -> list[tuple[Ticket, Any, Any, Any]]:
        """Return each ticket with its fields, for the page."""
        return [
            (ticket, self[f"to-{ticket.pk}"], self[f"note-{ticket.pk}"], self[f"version-{ticket.pk}"])
            for ticket in self.tickets
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for ticket in self.tickets:
            chosen = cleaned.get(f"to-{ticket.pk}") or cleaned.get("everyone")
            if not chosen and ticket.next_due_at is not None and f"to-{ticket.pk}" not in self.errors:
                self.add_error(
                    f"to-{ticket.pk}", f"{ticket.key} has a promise due. Select a new owner, or keep it."
                )
        return cleaned

    def passings(self) -> list[Passing]:
        """Return what was chosen for each ticket, once it is valid; what stays is left out."""
        found = []
        for ticket in self.tickets:
            value = self.cleaned_data[f"to-{ticket.pk}"] or self.cleaned_data["everyone"]
            to = self.receivers.get(value)
            if to is None:
                continue
            found.append(
                Passing(
                    ticket=ticket,
                    version=self.cleaned_data[f"version-{ticket.pk}"] or 0,
                    person=to if isinstance(to, DeskPerson) else None,
                    team=to if isinstance(to, Team) else None,
                    note=self.cleaned_data[f"note-{ticket.pk}"],
                )
            )
        return found

    def refuse(self, by_key: dict[str, str]) -> None:
        """Say beside each ticket why it cannot be handed over, and let the choice be sent again."""
        renewed = dict(self.data.items())
        for ticket in self.tickets:
            if reason := by_key.get(ticket.key):
                self.add_error(f"to-{ticket.pk}", f"{ticket.key}: {reason}")
                renewed[f"version-{ticket.pk}"] = str(ticket.version)
        self.data = renewed


KEEP = "keep"


class UpdateForm(forms.Form):
    """The next update on one ticket."""

    body = forms.CharField(
        label="Reply to customer",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=20_000,
        error_messages={"required": "Write something first."},
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"update-{ticket.key}-%s"
