"""Taking a person off the desk, or a customer: what is open of theirs is shown before, and dealt with."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from customers.access import active_members_of, desk_actor, get_customer
from customers.desk_admin_access import ADMINS, READERS, get_desk_colleague, get_member_for_desk
from customers.desk_admin_actions import switch_customer
from customers.desk_admin_views import attempt
from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import access, actions
from tickets.desk_forms import LeaveForm, MemberLeaveForm


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def person_leave(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Take a person off the desk, and give their tickets to somebody or to nobody."""
    colleague = get_desk_colleague(pk)
    tickets = list(access.unfinished_of(colleague))
    form = LeaveForm(
        request.POST if request.method == "POST" else None, leaving=colleague, count=len(tickets)
    )
    if form.is_bound and attempt(
        form,
        lambda: actions.let_go(person=colleague, heir=form.heir(), actor=desk_actor(person), at=now),
    ):
        messages.success(request, f"{colleague.name} is off the desk. {form.said()}")
        return redirect("admin-people")
    return TemplateResponse(
        request,
        "desk/admin/leave.html",
        {"colleague": colleague, "tickets": tickets, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*READERS)
def member_leave(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Take the way in of one of a customer's people; a colleague becomes the contact for what is open of theirs."""
    found = get_customer(customer)
    leaving = get_member_for_desk(found, pk)
    tickets = list(access.unfinished_requested_by(leaving))
    form = MemberLeaveForm(
        request.POST if request.method == "POST" else None, leaving=leaving, is_needed=bool(tickets)
    )
    if form.is_bound and attempt(
        form,
        lambda: actions.let_member_go(member=leaving, heir=form.heir(), actor=desk_actor(person), at=now),
    ):
        messages.success(request, f"{leaving.name} no longer gets in.")
        return redirect("desk-people", customer=found.slug)
    return TemplateResponse(
        request,
        "desk/admin/member_leave.html",
        {"customer": found, "member": leaving, "tickets": tickets, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def customer_leave(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str
) -> HttpResponseBase:
    """Ask before a customer's people are locked out, saying what stays open."""
    found = get_customer(customer)
    if request.method == "POST":
        switch_customer(customer=found, actor=desk_actor(person), at=now, is_active=False)
        messages.success(request, f"{found.name} is not active any more.")
        return redirect("admin-customer", customer=found.slug)
    return TemplateResponse(
        request,
        "desk/admin/customer_leave.html",
        {
            "customer": found,
            "people": active_members_of(found).count(),
            "open": access.list_for_desk(found).open().count(),
            "now": now,
        },
    )
