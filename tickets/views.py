"""Ticket pages: form in, action, redirect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused, Stale
from core.tenancy import Actor
from customers.access import customers_of_desk, desk_actor, get_customer, member_actor
from customers.doors import desk_door, member_door
from customers.models import Customer, DeskPerson, Member
from tickets import access, actions, files, verbs
from tickets.forms import (
    DESK_FORMS,
    MEMBER_FORMS,
    DeskReportForm,
    ListFilterForm,
    PreviewForm,
    QueueFilterForm,
    ReportForm,
    TicketForm,
)
from tickets.history import severity_history
from tickets.models import Ticket
from tickets.queues import VIEWS, group_rows
from tickets.severity import propose
from tickets.timeline import timeline

PAGE_SIZE = 100
LIST_SIZE = 50


# --- The customer's portal ---------------------------------------------------------------------------
@require_safe
@member_door()
def member_list(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """List the tickets that a member may read, those that wait for their side first."""
    form = ListFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    text, mine, finished = asked.get("q", ""), asked.get("mine") == "1", asked.get("show") == "finished"
    listed = access.list_for_member(member)
    if mine:
        listed = listed.requested_by(member)
    if text:
        listed = listed.search(text)
    chosen = listed.finished() if finished else listed.open()
    page = Paginator(listed if text else chosen, LIST_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "portal/tickets.html",
        {
            "page": page,
            "text": text,
            "mine": mine,
            "finished": finished,
            "filter": form,
            "waiting": [] if text or finished else list(listed.open().waiting_for_customer()[:6]),
            "confirmable": [] if text or finished else list(listed.awaiting_confirmation()[:6]),
            "now": now,
        },
        status=200 if form.is_valid() else 422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def report(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Take a report of an incident."""
    posted = request.method == "POST"
    form = ReportForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        customer=member.customer,
        may_file_to_desk=member.may_file_to_desk,
    )
    ticket = _take_report(form, requester=member, actor=member_actor(member), at=now)
    if ticket is not None:
        messages.success(request, f"We have your report. Its reference is {ticket.key}.")
        return redirect("portal-ticket", customer=member.customer.slug, number=ticket.number)
    return _report_page(request, "portal/report.html", form, member.customer, now)


@require_POST
@member_door()
def report_preview(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show what the answers given so far would promise."""
    form = PreviewForm(request.POST)
    severity = propose(form.impact()) if form.is_valid() else None
    return TemplateResponse(
        request,
        "portal/_promise.html",
        {
            "customer": member.customer,
            "severity": severity,
            "to_desk": request.POST.get("to") == "desk",
            "now": now,
        },
    )


@require_safe
@member_door()
def member_ticket(request: HttpRequest, member: Member, now: datetime, number: int) -> HttpResponseBase:
    """Show a member one ticket."""
    return _member_page(request, member, access.get_ticket_for_member(member, number), now)


@require_POST
@member_door()
def member_act(
    request: HttpRequest, member: Member, now: datetime, number: int, name: str
) -> HttpResponseBase:
    """Do what a member asks of a ticket."""
    doing = verbs.MEMBER[name]
    ticket = access.get_ticket_for_member(member, number)
    access.check_member_may(member, ticket, doing.verb)
    form = _bound(MEMBER_FORMS[name], name, request, ticket)
    asked = verbs.Request(ticket=ticket, actor=member_actor(member), at=now, values={}, member=member)
    if (status := _attempt(doing, asked, form)) == 200:
        messages.success(request, doing.done)
        if not access.may_still_read(member, ticket):
            return redirect("portal-tickets", customer=member.customer.slug)
        return redirect("portal-ticket", customer=member.customer.slug, number=ticket.number)
    return _member_page(
        request, member, access.get_ticket_for_member(member, number), now, failed={name: form}, status=status
    )


@require_safe
@member_door()
def member_file(request: HttpRequest, member: Member, now: datetime, token: str) -> HttpResponseBase:
    """Hand a member a file on a ticket that they may read."""
    return files.download(access.get_attachment_for_member(member, token))


def _member_page(
    request: HttpRequest,
    member: Member,
    ticket: Ticket,
    now: datetime,
    *,
    failed: Mapping[str, TicketForm] | None = None,
    status: int = 200,
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "portal/ticket.html",
        {
            "ticket": ticket,
            "entries": timeline(ticket),
            "history": severity_history(ticket),
            "may": access.verbs_of_member(member, ticket),
            "forms": _forms(MEMBER_FORMS, ticket, failed),
            "failed": failed or {},
            "stale": status == 409,
            "now": now,
        },
        status=status,
    )


# --- The desk ----------------------------------------------------------------------------------------
@require_safe
@desk_door()
def desk_queue(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Show the desk's open tickets, the next deadline first."""
    form = QueueFilterForm(request.GET, customers=customers_of_desk())
    chosen = form.cleaned_data if form.is_valid() else {}
    text = chosen.get("q", "")
    found = access.find_by_key(text)
    if found is not None:
        return redirect("desk-ticket", key=found.key)
    view = VIEWS[chosen.get("view") or "due"]
    tickets = access.all_for_desk().search(text).newest_first() if text else access.queue(view, person, now)
    if chosen.get("customer"):
        tickets = tickets.of(chosen["customer"])
    if chosen.get("severity"):
        tickets = tickets.of_severity(chosen["severity"])
    page = Paginator(tickets, PAGE_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "desk/queue.html",
        {
            "view": view,
            "page": page,
            "groups": group_rows(page.object_list, now=now, searched=bool(text)),
            "filter": form,
            "text": text,
            "chosen": chosen,
            "now": now,
        },
        status=200 if form.is_valid() else 422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_report(request: HttpRequest, person: DeskPerson, now: datetime, customer: str) -> HttpResponseBase:
    """Take a report for one of a customer's people, such as somebody on the phone."""
    reported_by = get_customer(customer)
    posted = request.method == "POST"
    form = DeskReportForm(
        request.POST if posted else None, request.FILES if posted else None, customer=reported_by
    )
    ticket = _take_report(form, requester=None, actor=desk_actor(person), at=now)
    if ticket is not None:
        messages.success(request, f"Filed as {ticket.key} for {ticket.requester.name}.")
        return redirect("desk-ticket", key=ticket.key)
    return _report_page(request, "desk/report.html", form, reported_by, now)


@require_safe
@desk_door()
def desk_ticket(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Show the desk one ticket."""
    return _desk_page(request, person, access.get_ticket_for_desk(person, key), now)


@require_POST
@desk_door()
def desk_act(
    request: HttpRequest, person: DeskPerson, now: datetime, key: str, name: str
) -> HttpResponseBase:
    """Do what an engineer asks of a ticket."""
    doing = verbs.DESK[name]
    ticket = access.get_ticket_for_desk(person, key)
    access.check_desk_may(person, doing.verb)
    form = _bound(DESK_FORMS[name], name, request, ticket)
    asked = verbs.Request(ticket=ticket, actor=desk_actor(person), at=now, values={}, person=person)
    if (status := _attempt(doing, asked, form)) == 200:
        messages.success(request, doing.done)
        return redirect("desk-ticket", key=ticket.key)
    return _desk_page(
        request, person, access.get_ticket_for_desk(person, key), now, failed={name: form}, status=status
    )


@require_safe
@desk_door()
def desk_file(request: HttpRequest, person: DeskPerson, now: datetime, token: str) -> HttpResponseBase:
    """Hand the desk a file."""
    return files.download(access.get_attachment_for_desk(person, token))


def desk_page_with(
    request: HttpRequest, person: DeskPerson, ticket: Ticket, now: datetime, *, name: str, preview: object
) -> TemplateResponse:
    """Show the desk's page of a ticket again with what was typed into one form, and what it would change.

    Without a preview the form is at fault, and says so.
    """
    if preview is None:
        form = _bound(DESK_FORMS[name], name, request, ticket)
        return _desk_page(request, person, ticket, now, failed={name: form}, status=422)
    typed = DESK_FORMS[name](ticket=ticket, auto_id=f"{name}-%s", initial=request.POST.dict())
    return _desk_page(request, person, ticket, now, typed={name: typed}, preview=preview)


def _desk_page(
    request: HttpRequest,
    person: DeskPerson,
    ticket: Ticket,
    now: datetime,
    *,
    failed: Mapping[str, TicketForm] | None = None,
    typed: Mapping[str, TicketForm] | None = None,
    preview: object = None,
    status: int = 200,
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "desk/ticket.html",
        {
            "ticket": ticket,
            "entries": timeline(ticket),
            "history": severity_history(ticket),
            "may": access.verbs_of_desk(person, ticket),
            "forms": _forms(DESK_FORMS, ticket, {**(failed or {}), **(typed or {})}),
            "failed": failed or {},
            "typed": typed or {},
            "preview": preview,
            "stale": status == 409,
            "now": now,
        },
        status=status,
    )


# --- Both --------------------------------------------------------------------------------------------
def _take_report(form: ReportForm, *, requester: Member | None, actor: Actor, at: datetime) -> Ticket | None:
    """File what a form says, or return None with the reasons in the form; without a requester the form names one."""
    if not (form.is_bound and form.is_valid()):
        return None
    answers = form.cleaned_data
    by = requester or answers["requester"]
    try:
        return actions.open_ticket(
            customer=by.customer,
            actor=actor,
            at=at,
            requester=by,
            subject=answers["subject"],
            description=answers["description"],
            impact=form.impact(),
            to_desk=answers["to"] == "desk",
            service=answers["service"],
            aws_account=answers["aws_account"],
            started_at=answers["started_at"],
            files=answers["files"],
        )
    except Refused as refused:
        _put(refused, form)
        return None


def _report_page(
    request: HttpRequest, template: str, form: ReportForm, customer: Customer, now: datetime
) -> TemplateResponse:
    answered = form.is_bound and not (set(form.errors) & set(PreviewForm.base_fields))
    return TemplateResponse(
        request,
        template,
        {
            "form": form,
            "customer": customer,
            "severity": propose(form.impact()) if answered else None,
            "files_to_desk": customer.files_to_desk,
            "now": now,
        },
        status=422 if form.errors else 200,
    )


def _bound(form: type[Any], name: str, request: HttpRequest, ticket: Ticket) -> TicketForm:
    bound: TicketForm = form(request.POST, request.FILES, ticket=ticket, auto_id=f"{name}-%s")
    return bound


def _forms(
    kinds: Mapping[str, type[Any]], ticket: Ticket, failed: Mapping[str, TicketForm] | None
) -> dict[str, TicketForm]:
    return {name: form(ticket=ticket, auto_id=f"{name}-%s") for name, form in kinds.items()} | dict(
        failed or {}
    )


def _attempt(doing: verbs.Doing, asked: verbs.Request, form: TicketForm) -> int:
    """Run the verb with a form's values; return the status of the answer, with the reason in the form."""
    if not form.is_valid():
        return 422
    try:
        doing.act(replace(asked, values=form.cleaned_data))
    except Stale as stale:
        _put(stale, form)
        _renew_version(form, asked.ticket)
        return 409
    except Refused as refused:
        _put(refused, form)
        return 422
    return 200


def _put(refused: Refused, form: Any) -> None:
    """Say a refusal beside the field it is about, or above the form."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.reason)


def _renew_version(form: Any, ticket: Ticket) -> None:
    """Let the same text be sent again after its writer has seen what changed."""
    ticket.refresh_from_db(fields=["version"])
    form.data = form.data.copy()
    form.data["version"] = str(ticket.version)
