"""Requests for access or approval: the customer answers, the desk looks after what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from core.problems import Refused, Stale
from customers.access import desk_actor, member_actor
from customers.confirming import ask_to_confirm, has_confirmed
from customers.doors import desk_door, member_door
from customers.models import DeskPerson, Member
from tickets import approval_access as access
from tickets import approval_verbs as verbs
from tickets.approval_forms import BackForm
from tickets.approval_panel import Failed, bind, cards
from tickets.approvals import NotConfirmed

PAST = 20


# --- The customer -------------------------------------------------------------------------------------
@require_safe
@member_door()
def member_approvals(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """List what the desk asks of the member's organisation: what waits first, then how the others ended."""
    return _member_page(request, member, now)


@require_POST
@member_door()
def member_answer(
    request: HttpRequest, member: Member, now: datetime, pk: int, name: str
) -> HttpResponseBase:
    """Approve or decline; where production is touched the password is asked for again first."""
    approval = access.get_approval_for_member(member, pk)
    access.check_may_answer(member, approval)
    form = bind(approval, name, request.POST)
    asked = verbs.Request(
        approval=approval,
        actor=member_actor(member),
        at=now,
        values={},
        member=member,
        confirmed=has_confirmed(request),
    )
    if (status := _attempt(request, verbs.MEMBER[name], asked, form)) != 200:
        return _member_page(request, member, now, failed=Failed(pk=pk, name=name, form=form), status=status)
    messages.success(request, str(verbs.MEMBER[name].done))
    if form.cleaned_data["back"] == "list":
        return redirect("portal-approvals", customer=member.customer.slug)
    return redirect("portal-ticket", customer=member.customer.slug, number=approval.ticket.number)


def _member_page(
    request: HttpRequest, member: Member, now: datetime, *, failed: Failed | None = None, status: int = 200
) -> TemplateResponse:
    readable = access.approvals_for_member(member)
    past = Paginator(readable.over(now), PAST).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "portal/approvals.html",
        {
            "waiting": cards(readable.waiting(now), now=now, back="list", member=member, failed=failed),
            "page": past,
            "failed": failed,
            "is_stale": status == 409,
            "now": now,
        },
        status=status,
    )


# --- The desk -----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def desk_approvals(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List what waits for an answer of a customer, the oldest first."""
    return _desk_page(request, person, now)


@require_POST
@desk_door()
def desk_on_approval(
    request: HttpRequest, person: DeskPerson, now: datetime, pk: int, name: str
) -> HttpResponseBase:
    """Withdraw a request, or remind whoever decides."""
    approval = access.get_approval_for_desk(person, pk)
    form = bind(approval, name, request.POST)
    asked = verbs.Request(approval=approval, actor=desk_actor(person), at=now, values={})
    if (status := _attempt(request, verbs.DESK[name], asked, form)) != 200:
        return _desk_page(request, person, now, failed=Failed(pk=pk, name=name, form=form), status=status)
    messages.success(request, str(verbs.DESK[name].done))
    if form.cleaned_data["back"] == "list":
        return redirect("desk-approvals")
    return redirect("desk-ticket", key=approval.ticket.key)


def _desk_page(
    request: HttpRequest,
    person: DeskPerson,
    now: datetime,
    *,
    failed: Failed | None = None,
    status: int = 200,
) -> TemplateResponse:
    waiting = access.approvals_for_desk().waiting(now)
    return TemplateResponse(
        request,
        "desk/approvals.html",
        {
            "waiting": cards(waiting, now=now, back="list", person=person, failed=failed),
            "failed": failed,
            "now": now,
        },
        status=status,
    )


# --- Both ---------------------------------------------------------------------------------------------
def _attempt(request: HttpRequest, doing: verbs.Doing, asked: verbs.Request, form: BackForm) -> int:
    """Run the verb with a form's values; return the status of the answer, with the reason in the form."""
    if not form.is_valid():
        return 422
    try:
        _act(request, doing, replace(asked, values=form.cleaned_data))
    except Stale as stale:
        form.add_error(None, stale.reason)
        return 409
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return 422
    return 200


def _act(request: HttpRequest, doing: verbs.Doing, asked: verbs.Request) -> None:
    try:
        doing.act(asked)
    except NotConfirmed:
        ask_to_confirm(request)
