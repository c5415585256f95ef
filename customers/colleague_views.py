"""What a lead does about a colleague: another role, back in, and an invitation sent again."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.problems import Refused
from core.tenancy import Actor
from customers import access, actions, portal_access
from customers.access import desk_actor, member_actor
from customers.desk_admin_access import READERS
from customers.desk_admin_actions import change_member_role, switch_member
from customers.desk_admin_views import attempt
from customers.doors import desk_door, member_door
from customers.models import Customer, DeskPerson, Member, MemberRole
from customers.portal_forms import ColleagueForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_door(MemberRole.LEAD)
def colleague(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Show a colleague, and give them another role."""
    one = portal_access.get_colleague(member, pk)
    form = ColleagueForm(request.POST if request.method == "POST" else None, initial={"role": one.role})
    if form.is_bound and attempt(
        form,
        lambda: change_member_role(
            member=one, actor=member_actor(member), at=now, role=form.cleaned_data["role"]
        ),
    ):
        messages.success(request, _("%(name)s's role is changed.") % {"name": one.name})
        return redirect("people", customer=member.customer.slug)
    return TemplateResponse(
        request,
        "portal/colleague.html",
        {
            "customer": member.customer,
            "colleague": one,
            "form": form,
            "is_self": one.pk == member.pk,
            "now": now,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@member_door(MemberRole.LEAD)
def colleague_return(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Let a colleague who had left back in, with the role that they had."""
    one = portal_access.get_colleague(member, pk)
    switch_member(member=one, actor=member_actor(member), at=now, is_active=True)
    messages.success(request, _("%(name)s gets in again.") % {"name": one.name})
    return redirect("people", customer=member.customer.slug)


@require_POST
@member_door(MemberRole.LEAD)
def resend(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Send an invitation of the lead's own customer once more, with a new link."""
    _resend(request, member.customer, pk, member_actor(member), now)
    return redirect("people", customer=member.customer.slug)


@require_POST
@desk_door(*READERS)
def desk_resend(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Send an invitation to a customer once more, with a new link."""
    _resend(request, access.get_customer(customer), pk, desk_actor(person), now)
    return redirect("desk-people", customer=customer)


def _resend(request: HttpRequest, customer: Customer, pk: int, actor: Actor, now: datetime) -> None:
    old = access.get_open_invitation(customer, pk)
    try:
        actions.invite_member(
            customer=customer, actor=actor, at=now, email=old.email, name=old.name, role=old.role
        )
    except Refused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(
            request, _("%(email)s gets a new link. The one before no longer works.") % {"email": old.email}
        )
