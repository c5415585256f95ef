"""What a desk person answers about an incoming mail."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.models import Member
from tickets.access import find_by_key
from tickets.mail_access import members_with
from tickets.models import Ticket


class MailOpenForm(forms.Form):
    """For whom a ticket is opened from a mail; of several memberships the customer's short name chooses."""

    member = forms.EmailField(
        label="For whom", help_text="The mail address of a member of the customer.", max_length=254
    )
    customer = forms.SlugField(
        label="Customer (optional)",
        required=False,
        help_text="The short name, such as acme. Only needed when they belong to several.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        address = given.get("member")
        if not address:
            return given
        found = members_with(address)
        wanted = given.get("customer")
        if wanted:
            found = [member for member in found if member.customer.slug == wanted]
        if not found:
            self.add_error("member", "Nobody who can sign in has this address. Invite them first.")
        elif len(found) > 1:
            names = ", ".join(member.customer.slug for member in found)
            self.add_error("customer", f"They belong to several customers. Enter one of: {names}.")
        else:
            given["requester"] = found[0]
        return given

    @property
    def requester(self) -> Member:
        found: Member = self.cleaned_data["requester"]
        return found


class MailNoteForm(forms.Form):
    """The ticket on which a mail is written down as an internal note."""

    ticket = forms.CharField(label="Ticket", help_text="Its reference, such as ACME-128.", max_length=30)

    def clean_ticket(self) -> Ticket:
        found = find_by_key(self.cleaned_data["ticket"].upper())
        if found is None:
            raise forms.ValidationError("There is no ticket with this reference.")
        return found
