"""The desk's administration: its people, its teams, and who changed what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused
from customers import actions, desk_admin_access, desk_admin_actions
from customers.access import desk_actor
from customers.desk_admin_access import ADMINS, READERS, TEAM_EDITORS, check_may
from customers.desk_admin_forms import DeskRoleForm, InviteDeskForm, SwitchForm, TeamForm
from customers.doors import desk_door
from customers.forms import JoinForm
from customers.models import DeskPerson, User
from customers.views import SIGN_IN_BACKEND

PAGE_SIZE = 100


def attempt(form: Form, act: Callable[[], object]) -> bool:
    """Run an action with a valid form's values; return whether it was done, else the reason is in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return False
    return True


@require_safe
@desk_door(*READERS)
def hub(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show what there is to administer."""
    return TemplateResponse(request, "desk/admin/hub.html", {"now": now})


# --- People ------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*READERS)
def people(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the desk's people; an administrator invites others."""
    form = InviteDeskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        check_may(person, ADMINS)
        if attempt(
            form,
            lambda: desk_admin_actions.invite_desk_person(
                actor=desk_actor(person), at=now, **form.cleaned_data
            ),
        ):
            messages.success(request, f"Invitation sent to {form.cleaned_data['email']}.")
            return redirect("admin-people")
    return TemplateResponse(
        request,
        "desk/admin/people.html",
        {
            "people": desk_admin_access.desk_people(),
            "invitations": desk_admin_access.open_desk_invitations(),
            "form": form,
            "may_edit": person.role in ADMINS,
            "now": now,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def person_role(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Give a desk person another role."""
    colleague = desk_admin_access.get_desk_colleague(pk)
    form = DeskRoleForm(request.POST if request.method == "POST" else None, initial={"role": colleague.role})
    if form.is_bound and attempt(
        form,
        lambda: desk_admin_actions.change_desk_role(
            person=colleague, actor=desk_actor(person), at=now, role=form.cleaned_data["role"]
        ),
    ):
        messages.success(request, f"{colleague.name}'s role is changed.")
        return redirect("admin-people")
    return TemplateResponse(
        request,
        "desk/admin/person.html",
        {"colleague": colleague, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_POST
@desk_door(*ADMINS)
def person_return(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Put a person back on the desk."""
    colleague = desk_admin_access.get_desk_colleague(pk)
    _say(
        request,
        lambda: desk_admin_actions.reactivate_desk_person(person=colleague, actor=desk_actor(person), at=now),
        f"{colleague.name} is on the desk again.",
    )
    return redirect("admin-people")


@require_POST
@desk_door(*ADMINS)
def invitation_revoke(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Withdraw an invitation to the desk."""
    invitation = desk_admin_access.get_desk_invitation(pk)
    _say(
        request,
        lambda: desk_admin_actions.revoke_desk_invitation(
            invitation=invitation, actor=desk_actor(person), at=now
        ),
        f"The invitation of {invitation.email} no longer works.",
    )
    return redirect("admin-people")


def _say(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Run an action that has no form, and say what became of it."""
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, done)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join_desk(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let an invited person set a name and password and arrive at the desk."""
    try:
        invitation = desk_admin_actions.find_desk_invitation(token=token)
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
    joined: list[DeskPerson] = []
    done = form.is_bound and attempt(
        form,
        lambda: joined.append(
            desk_admin_actions.join_desk(
                token=token,
                user=user,
                name=form.cleaned_data["name"],
                password=form.cleaned_data.get("password"),
            )
        ),
    )
    if done:
        if user is None:
            login(request, joined[0].user, backend=SIGN_IN_BACKEND)
        messages.success(request, "Welcome to the Trusst desk.")
        return redirect("desk-queue")
    return TemplateResponse(
        request,
        "desk/admin/join.html",
        {"form": form, "invitation": invitation},
        status=422 if form.errors else 200,
    )


def _gone(request: HttpRequest, gone: actions.InvitationGone) -> HttpResponseBase:
    return TemplateResponse(request, "customers/join_invalid.html", {"reason": gone.reason}, status=404)


# --- Teams -------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*READERS)
def teams(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List the teams; a lead or an administrator adds one."""
    form = TeamForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        check_may(person, TEAM_EDITORS)
        if attempt(
            form, lambda: desk_admin_actions.add_team(actor=desk_actor(person), at=now, **_team(form))
        ):
            messages.success(request, f"{form.cleaned_data['name']} is a team now.")
            return redirect("admin-teams")
    return TemplateResponse(
        request,
        "desk/admin/teams.html",
        {
            "teams": desk_admin_access.teams(),
            "form": form,
            "may_edit": person.role in TEAM_EDITORS,
            "now": now,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*TEAM_EDITORS)
def team(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Change a team."""
    found = desk_admin_access.get_team(pk)
    form = TeamForm(request.POST if request.method == "POST" else None, team=found)
    if form.is_bound and attempt(
        form,
        lambda: desk_admin_actions.change_team(team=found, actor=desk_actor(person), at=now, **_team(form)),
    ):
        messages.success(request, f"{form.cleaned_data['name']} is changed.")
        return redirect("admin-teams")
    return TemplateResponse(
        request,
        "desk/admin/team.html",
        {"team": found, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


def _team(form: Form) -> dict[str, Any]:
    return {**form.cleaned_data, "people": list(form.cleaned_data["people"])}


@require_POST
@desk_door(*TEAM_EDITORS)
def team_switch(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Offer a team for tickets, or no longer."""
    found = desk_admin_access.get_team(pk)
    form = SwitchForm(request.POST)
    if form.is_valid():
        is_active = form.cleaned_data["active"] == "yes"
        desk_admin_actions.switch_team(team=found, actor=desk_actor(person), at=now, is_active=is_active)
        said = "is offered again" if is_active else "is no longer offered; its tickets keep it"
        messages.success(request, f"{found.name} {said}.")
    return redirect("admin-teams")


# --- Who did what ------------------------------------------------------------------------------------
@require_safe
@desk_door(*READERS)
def activity(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show who changed what about the desk and its customers, newest first."""
    page = Paginator(desk_admin_access.activity(), PAGE_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "desk/admin/activity.html",
        {"page": page, "lines": desk_admin_access.tell_activity(list(page.object_list)), "now": now},
    )
