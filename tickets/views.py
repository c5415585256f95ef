"""Ticket pages: form in, action, redirect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused, Stale
from core.tenancy import Actor
from customers.access import desk_actor, get_customer, member_actor
from customers.doors import desk_door, member_door
from customers.models import Customer, DeskPerson, LookKind, Member
from tickets import access, actions, after_reply, composer_access, files, verbs
from tickets.forms import (
    DESK_FORMS,
    MEMBER_FORMS,
    DeskReportForm,
    PreviewForm,
    ReportForm,
    TicketForm,
    WriteForm,
)
from tickets.history import severity_history
from tickets.looks import look_at
from tickets.models import ModeChoice, ThenChoice, Ticket
from tickets.severity import propose
from tickets.timeline import timeline


# --- The customer's portal ---------------------------------------------------------------------------
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
        _put_pen_down(asked, name)
        messages.success(request, str(doing.done))
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
    typed: Mapping[str, TicketForm] | None = None,
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
            "forms": _forms(MEMBER_FORMS, ticket, {**(failed or {}), **(typed or {})}),
            "failed": failed or {},
            "typed": typed or {},
            "stale": status == 409,
            "now": now,
        },
        status=status,
    )


def member_page_while_writing(
    request: HttpRequest, member: Member, ticket: Ticket, now: datetime, *, name: str, form: WriteForm
) -> TemplateResponse:
    """Show a member's page of a ticket again to somebody who is still writing."""
    return _member_page(request, member, ticket, now, typed={name: form})


# --- The desk ----------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_report(request: HttpRequest, person: DeskPerson, now: datetime, customer: str) -> HttpResponseBase:
    """Take a report for one of a customer's people, such as somebody on the phone."""
    reported_by = get_customer(customer)
    posted = request.method == "POST"
    form = DeskReportForm(
        request.POST if posted else None, request.FILES if posted else None, customer=reported_by, now=now
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
    ticket = look_at(access.get_ticket_for_desk(person, key), person=person, at=now)
    return _desk_page(request, person, ticket, now)


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
        _put_pen_down(asked, name)
        return _go_on(request, person, ticket, now, doing)
    return _desk_page(
        request, person, access.get_ticket_for_desk(person, key), now, failed={name: form}, status=status
    )


@require_safe
@desk_door()
def desk_file(request: HttpRequest, person: DeskPerson, now: datetime, token: str) -> HttpResponseBase:
    """Hand the desk a file."""
    file = access.get_attachment_for_desk(person, token)
    look_at(file.ticket, person=person, at=now, kind=LookKind.FILE)
    return files.download(file)


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


def _go_on(
    request: HttpRequest, person: DeskPerson, ticket: Ticket, now: datetime, doing: verbs.Doing
) -> HttpResponseBase:
    """Go back to the ticket or, after a reply, to where somebody chose beside the button; the choice is kept."""
    then = request.POST.get("then", "")
    if doing.name == "reply" and then in ThenChoice:
        if then != after_reply.then_of(person):
            actions.set_then(person=person, then=ThenChoice(then))
        if then == ThenChoice.NEXT:
            found = after_reply.next_due(ticket, person, now)
            what = "This is due next." if found is not None else "No other promise is running."
            messages.success(request, f"{ticket.key}: {doing.done} {what}")
            return redirect("desk-queue") if found is None else redirect("desk-ticket", key=found.key)
    messages.success(request, str(doing.done))
    return redirect("desk-ticket", key=ticket.key)


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
            "entries": timeline(ticket, mentions=composer_access.mentions_of(ticket)),
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


def desk_page_while_writing(
    request: HttpRequest, person: DeskPerson, ticket: Ticket, now: datetime, *, name: str, form: WriteForm
) -> TemplateResponse:
    """Show the desk's page of a ticket again to somebody who is still writing."""
    return _desk_page(request, person, ticket, now, typed={name: form})


def desk_page_refused(
    request: HttpRequest,
    person: DeskPerson,
    ticket: Ticket,
    now: datetime,
    *,
    name: str,
    form: WriteForm,
    status: int,
) -> TemplateResponse:
    """Show the desk's page of a ticket again with a text that a higher floor could not send, and why."""
    return _desk_page(request, person, ticket, now, failed={name: form}, status=status)


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
        _keep_files(doing, asked, form)
        return 422
    try:
        doing.act(replace(asked, values=form.cleaned_data))
    except Stale as stale:
        _put(stale, form)
        _renew_version(form, asked.ticket)
        if isinstance(stale, actions.Overtaken):
            _change_typed(form, "seen", [str(stale.message.pk)])
            form.overtaken_by = stale.message  # type: ignore[union-attr]
        _keep_files(doing, asked, form)
        return 409
    except Refused as refused:
        _put(refused, form)
        _keep_files(doing, asked, form)
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


def _put_pen_down(asked: verbs.Request, name: str) -> None:
    """Forget the draft of what was just sent, and what was chosen for it and left out."""
    if name in ModeChoice:
        actions.discard_draft(ticket=asked.ticket, actor=asked.actor, mode=ModeChoice(name))
        actions.unstage_rest(ticket=asked.ticket, actor=asked.actor, mode=ModeChoice(name))


def _change_typed(form: TicketForm, name: str, values: list[str]) -> None:
    """Change what a form that comes back carries in a field."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data.setlist(name, values)
    form.data = data


def _keep_files(doing: verbs.Doing, asked: verbs.Request, form: TicketForm) -> None:
    """Keep the files of a text that comes back: a browser does not send them again by itself."""
    if not isinstance(form, WriteForm):
        return
    for file in form.files.getlist("files"):  # type: ignore[attr-defined]
        try:
            [kept] = actions.stage_files(
                ticket=asked.ticket,
                actor=asked.actor,
                at=asked.at,
                mode=ModeChoice(doing.name),
                files=[file],
            )
        except Refused:  # the answer names it already, or the number of files
            continue
        _change_typed(form, "staged", [*form.data.getlist("staged"), kept.token])  # type: ignore[attr-defined]
