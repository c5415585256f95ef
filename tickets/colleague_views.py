"""A lead deactivates a colleague: what is open of theirs is shown before, and gets another contact."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from customers.access import member_actor
from customers.desk_admin_views import attempt
from customers.doors import member_door
from customers.models import Member, MemberRole
from customers.portal_access import colleagues_of, get_colleague
from tickets import access, actions


class ContactForm(forms.Form):
    """Who becomes the contact for the tickets of a colleague who leaves."""

    to = forms.ChoiceField(
        label=gettext_lazy("Who becomes the contact for their tickets?"),
        error_messages={
            "required": gettext_lazy("Select who becomes the contact for their tickets."),
            "invalid_choice": gettext_lazy("Select one of your active colleagues."),
        },
    )

    def __init__(self, *args: Any, lead: Member, leaving: Member, is_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heirs = [lead, *colleagues_of(lead).exclude(pk=leaving.pk)]
        self.heirs = {str(one.pk): one for one in heirs if one.pk != leaving.pk}
        if not is_needed:
            del self.fields["to"]
            return
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Select a person")),
            *((pk, f"{one.name}, {one.get_role_display()}") for pk, one in self.heirs.items()),
        ]

    def heir(self) -> Member | None:
        """Return who becomes the contact; None where nothing is open."""
        return self.heirs.get(self.cleaned_data.get("to", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@member_door(MemberRole.LEAD)
def colleague_leave(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Take a colleague's way in; somebody else becomes the contact for what is open of theirs."""
    leaving = get_colleague(member, pk)
    tickets = list(access.unfinished_requested_by(leaving))
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        lead=member,
        leaving=leaving,
        is_needed=bool(tickets),
    )
    if form.is_bound and attempt(
        form,
        lambda: actions.let_member_go(member=leaving, heir=form.heir(), actor=member_actor(member), at=now),
    ):
        messages.success(request, _("%(name)s no longer gets in.") % {"name": leaving.name})
        return redirect("people", customer=member.customer.slug)
    return TemplateResponse(
        request,
        "portal/colleague_leave.html",
        {
            "customer": member.customer,
            "colleague": leaving,
            "tickets": tickets,
            "form": form,
            "now": now,
        },
        status=422 if form.errors else 200,
    )
