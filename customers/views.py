"""Home, people, and the page behind an invitation."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused
from core.tenancy import Actor
from customers import access, actions
from customers.doors import desk_door, member_door
from customers.forms import InviteForm, JoinForm
from customers.models import Customer, DeskPerson, DeskRole, Member, MemberRole, User

SIGN_IN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponseBase:
    """Send everybody to where they work; someone with several places chooses."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/")
    person = access.find_desk_person(user)
    memberships = access.memberships_of(user)
    if person is not None and not memberships:
        return redirect("desk-queue")
    if person is None and len(memberships) == 1:
        return redirect("portal-tickets", customer=memberships[0].customer.slug)
    return TemplateResponse(
        request, "customers/home_choice.html", {"person": person, "memberships": memberships}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def people(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show the customer's people to its members; a lead may invite."""
    return _people(
        request,
        customer=member.customer,
        actor=access.member_actor(member),
        now=now,
        may_invite=member.may_invite,
    )


@require_safe
@desk_door()
def desk_customers(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the customers for the desk, with the way to their people and to a report on their behalf."""
    return TemplateResponse(
        request, "desk/customers.html", {"customers": access.customers_of_desk(), "now": now}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_people(request: HttpRequest, person: DeskPerson, now: datetime, customer: str) -> HttpResponseBase:
    """Show a customer's people to the desk; leads, managers and administrators may invite."""
    return _people(
        request,
        customer=access.get_customer(customer),
        actor=access.desk_actor(person),
        now=now,
        may_invite=person.role != DeskRole.ENGINEER,
    )


def _people(
    request: HttpRequest, *, customer: Customer, actor: Actor, now: datetime, may_invite: bool
) -> HttpResponseBase:
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_invite:
            raise PermissionDenied(_("Only a lead may invite people."))
        if form.is_valid():
            try:
                invitation = actions.invite_member(
                    customer=customer, actor=actor, at=now, **form.cleaned_data
                )
            except Refused as refused:
                form.add_error(refused.field, refused.reason)
            else:
                messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
                return redirect(request.path)
    return TemplateResponse(
        request,
        "customers/people.html",
        {
            "customer": customer,
            "members": access.members_of(customer),
            "invitations": access.open_invitations_of(customer),
            "form": form,
            "may_invite": may_invite,
            "may_change": may_invite,
            "change_url_name": "admin-member" if actor.is_desk else "colleague",
            "resend_url_name": "desk-people-resend" if actor.is_desk else "people-resend",
            "base_template": "desk/base.html" if actor.is_desk else "portal/base.html",
            "revoke_url_name": "desk-people-revoke" if actor.is_desk else "people-revoke",
            "now": now,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@member_door(MemberRole.LEAD)
def revoke(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Withdraw an invitation of the lead's own customer."""
    _revoke(request, member.customer, pk, access.member_actor(member), now)
    return redirect("people", customer=member.customer.slug)


@require_POST
@desk_door(DeskRole.LEAD, DeskRole.MANAGER, DeskRole.ADMIN)
def desk_revoke(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Withdraw an invitation to a customer."""
    _revoke(request, access.get_customer(customer), pk, access.desk_actor(person), now)
    return redirect("desk-people", customer=customer)


def _revoke(request: HttpRequest, customer: Customer, pk: int, actor: Actor, now: datetime) -> None:
    invitation = access.get_open_invitation(customer, pk)
    try:
        actions.revoke_invitation(invitation=invitation, actor=actor, at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(
            request, _("The invitation of %(email)s no longer works.") % {"email": invitation.email}
        )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let an invited person set a name and password and arrive in their portal."""
    try:
        link = actions.InvitationLink.read(token)
        invitation = actions.find_invitation(link=link)
    except actions.InvitationGone as gone:
        return _gone(request, gone)
    user = request.user if isinstance(request.user, User) else None
    if user is None and actions.find_user(invitation.email) is not None:
        return redirect_to_login(request.get_full_path())
    form = JoinForm(
        request.POST if request.method == "POST" else None,
        needs_password=user is None,
        initial={"name": invitation.name},
    )
    if request.method == "POST" and form.is_valid():
        try:
            member = actions.join(
                link=link,
                user=user,
                name=form.cleaned_data["name"],
                password=form.cleaned_data.get("password"),
            )
        except actions.InvitationGone as gone:
            return _gone(request, gone)
        except Refused as refused:
            form.add_error(refused.field, refused.reason)
        else:
            if user is None:
                login(request, member.user, backend=SIGN_IN_BACKEND)
            messages.success(
                request,
                _("Welcome to %(customer)s's support portal.") % {"customer": invitation.customer.name},
            )
            return redirect("portal-tickets", customer=invitation.customer.slug)
    return TemplateResponse(
        request,
        "customers/join.html",
        {"form": form, "invitation": invitation},
        status=422 if form.errors else 200,
    )


def _gone(request: HttpRequest, gone: actions.InvitationGone) -> HttpResponseBase:
    """Answer a link that does not work; the answer is the same whatever the reason."""
    return TemplateResponse(request, "customers/join_invalid.html", {"reason": gone.reason}, status=404)
