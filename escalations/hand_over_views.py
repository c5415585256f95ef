"""Pass a ticket to the desk, accept it there, and see how hand-overs end."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.periods import PeriodForm
from core.problems import Refused, Stale
from customers.access import desk_actor, member_actor
from customers.doors import desk_door, member_door
from customers.models import DECIDERS, DeskPerson, Member
from escalations import hand_over_access as access
from escalations import hand_over_actions as actions
from escalations.hand_over_forms import HandOverForm
from escalations.handing_over import NotWaiting
from tickets import actions as tickets
from tickets.composer_access import staged_of
from tickets.level1_access import checklist_of
from tickets.models import ModeChoice, Ticket

PAGE = 50


# --- The customer -------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def member_pass(request: HttpRequest, member: Member, now: datetime, number: int) -> HttpResponseBase:
    """Ask Level 1 for what it knows, and pass the ticket to the desk with it."""
    ticket = access.get_ticket_to_pass(member, number)
    before = access.on_ticket(ticket).first()
    if request.method != "POST":
        if ticket.is_with_desk or not ticket.is_open:
            return redirect("portal-ticket", customer=member.customer.slug, number=number)
        return _pass_page(request, member, ticket, now, HandOverForm(ticket=ticket, before=before), 200)
    form = HandOverForm(request.POST, request.FILES, ticket=ticket, before=before)
    if (status := _attempt(form, ticket, member, now)) != 200:
        _keep_files(form, ticket, member, now)
        return _pass_page(request, member, ticket, now, form, status)
    messages.success(request, _("Passed to the Trusst desk. Our clocks run from now."))
    return redirect("portal-ticket", customer=member.customer.slug, number=number)


def _attempt(form: HandOverForm, ticket: Ticket, member: Member, now: datetime) -> int:
    """Pass the ticket on with a form's values; return the status of the answer, with the reason in the form."""
    if not form.is_valid():
        return 422
    try:
        actions.hand_over(
            ticket=ticket,
            actor=member_actor(member),
            at=now,
            expected_version=form.cleaned_data["version"],
            **form.values(),
        )
    except Stale as stale:
        form.add_error(None, stale.reason)
        ticket.refresh_from_db()
        _type(form, "version", [str(ticket.version)])
        return 409
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
        return 422
    return 200


def _type(form: HandOverForm, name: str, values: list[str]) -> None:
    """Change what a form that comes back carries in a field."""
    typed = form.data.copy()  # type: ignore[attr-defined]
    typed.setlist(name, values)
    form.data = typed


def _keep_files(form: HandOverForm, ticket: Ticket, member: Member, now: datetime) -> None:
    """Keep the files of a form that comes back: a browser does not send them again by itself."""
    kept = list(form.data.getlist("staged"))  # type: ignore[attr-defined]
    for file in form.files.getlist("files"):  # type: ignore[attr-defined]
        try:
            staged = tickets.stage_files(
                ticket=ticket, actor=member_actor(member), at=now, mode=ModeChoice.REPLY, files=[file]
            )
        except Refused:  # the answer names it already, or the number of files
            continue
        kept += [one.token for one in staged]
    _type(form, "staged", kept)


def _pass_page(
    request: HttpRequest, member: Member, ticket: Ticket, now: datetime, form: HandOverForm, status: int
) -> TemplateResponse:
    chosen = form.data.getlist("staged") if form.is_bound else []  # type: ignore[attr-defined]
    waiting = staged_of(member_actor(member), ticket, now).get(ModeChoice.REPLY, []) if chosen else []
    return TemplateResponse(
        request,
        "escalations/pass.html",
        {
            "ticket": ticket,
            "form": form,
            "steps": checklist_of(ticket),
            "before": access.on_ticket(ticket).returned().first(),
            "staged": [file for file in waiting if file.token in chosen],
            "now": now,
        },
        status=status,
    )


# --- The desk -----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def desk_hand_overs(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List what customers handed over and no one of the desk has answered, the oldest first."""
    return _desk_page(request, now, status=200)


@require_POST
@desk_door()
def desk_accept(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Accept a hand-over."""
    given = access.get_for_desk(person, pk)
    try:
        actions.accept(given=given, actor=desk_actor(person), at=now)
    except NotWaiting as refused:
        return _desk_page(request, now, status=409, refused=refused.reason)
    messages.success(request, f"Accepted the hand-over of {given.ticket.key}.")
    if request.POST.get("back") == "list":
        return redirect("desk-hand-overs")
    return redirect("desk-ticket", key=given.ticket.key)


def _desk_page(request: HttpRequest, now: datetime, *, status: int, refused: str = "") -> TemplateResponse:
    page = Paginator(access.waiting_of_desk(), PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "escalations/desk_hand_overs.html",
        {"page": page, "refused": refused, "now": now},
        status=status,
    )


@require_safe
@desk_door(*DECIDERS)
def desk_bounces(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show how the hand-overs of a period ended, by customer."""
    form = PeriodForm(request.GET, now=now)
    report = None
    if form.is_valid():
        since, until = form.period()
        report = access.bounces(since=since, until=until)
    return TemplateResponse(
        request,
        "escalations/desk_bounces.html",
        {"form": form, "report": report, "now": now},
        status=200 if report else 422,
    )
