"""Reporting an incident: answer, check your answers, send, and read what happens next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused
from customers.access import member_actor
from customers.doors import member_door
from customers.models import Member
from tickets import access, actions
from tickets.forms import PreviewForm, ReportForm
from tickets.models import ReportDraft, Ticket
from tickets.severity import Severity, propose

#: What of a report is kept with it; files wait beside it.
_NOT_ANSWERS = ("csrfmiddlewaretoken", "files", "remove", "staged")


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def report(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Take the answers of a report; what proposes P1 is sent at once, all others are checked first."""
    if request.method != "POST":
        draft = access.report_draft_of(member)
        return _report_page(
            request, member, _form(member, initial=draft.answers if draft else None), draft, now
        )
    form = _form(member, request.POST, request.FILES)
    valid = form.is_valid()
    _keep(request, member, form, now)
    if not (valid and form.is_valid()):
        return _report_page(request, member, form, access.report_draft_of(member), now)
    if propose(form.impact()) is not Severity.P1:
        return redirect("portal-report-check", customer=member.customer.slug)
    return _send(request, member, form, now) or _report_page(request, member, form, None, now)


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def report_check(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show a member what they are about to send, and send it."""
    draft = access.report_draft_of(member)
    if draft is None:
        if request.method == "POST":
            messages.error(request, "This report was sent already, or thrown away. Here are your tickets.")
            return redirect("portal-tickets", customer=member.customer.slug)
        return redirect("portal-report", customer=member.customer.slug)
    form = _form(member, _as_posted(draft))
    if not form.is_valid():
        return _report_page(request, member, form, draft, now)
    if request.method == "POST":
        sent = _send(request, member, form, now)
        return sent or _report_page(request, member, form, draft, now)
    return TemplateResponse(
        request,
        "portal/report_check.html",
        {
            "customer": member.customer,
            "form": form,
            "answers": _answers(form),
            "files": list(access.report_files_of(member)),
            "severity": propose(form.impact()),
            "to_desk": form.cleaned_data["to"] == "desk",
            "now": now,
        },
    )


@require_POST
@member_door()
def report_discard(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Throw away what a member has answered so far."""
    actions.discard_report(member=member)
    messages.success(request, "Your answers are thrown away.")
    return redirect("portal-report", customer=member.customer.slug)


@require_POST
@member_door()
def report_files(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Keep files as soon as they are chosen, or throw one away; answers a line of the list."""
    if token := request.POST.get("remove"):
        actions.drop_report_file(member=member, token=token)
        return HttpResponse(status=204)
    try:
        kept = actions.keep_report_files(member=member, at=now, files=request.FILES.getlist("files"))
    except Refused as refused:
        return HttpResponse(refused.reason, status=422, content_type="text/plain")
    lines = [render_to_string("portal/_report_file.html", {"file": file}, request) for file in kept]
    return HttpResponse("".join(lines), status=201)


@require_POST
@member_door()
def report_preview(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Show what the answers given so far would promise."""
    form = PreviewForm(request.POST)
    return TemplateResponse(
        request,
        "portal/_promise.html",
        {
            "customer": member.customer,
            "severity": propose(form.impact()) if form.is_valid() else None,
            "to_desk": request.POST.get("to") == "desk",
            "now": now,
        },
    )


@require_safe
@member_door()
def report_sent(request: HttpRequest, member: Member, now: datetime, number: int) -> HttpResponseBase:
    """Confirm a report: its reference, who has it, and when they hear of us."""
    ticket = access.get_ticket_for_member(member, number)
    return TemplateResponse(
        request,
        "portal/report_sent.html",
        {"customer": member.customer, "ticket": ticket, "now": now},
    )


def _form(member: Member, *given: Any, **more: Any) -> ReportForm:
    return ReportForm(*given, customer=member.customer, may_file_to_desk=member.may_file_to_desk, **more)


def _keep(request: HttpRequest, member: Member, form: ReportForm, now: datetime) -> None:
    """Keep the answers and the files, so that neither is lost when the form comes back or waits to be checked.

    A file that is refused says so beside its field.
    """
    for token in set(request.POST.getlist("remove")):
        actions.drop_report_file(member=member, token=token)
    answers = {name: value for name, value in request.POST.items() if name not in _NOT_ANSWERS}
    actions.save_report(
        member=member,
        at=now,
        answers={
            name: str(value).replace("\x00", "")[:20_000]
            for name, value in answers.items()
            if name in form.fields
        },
    )
    try:
        actions.keep_report_files(member=member, at=now, files=form.cleaned_data.get("files", ()))
        actions.check_start(form.cleaned_data.get("started_at"), at=now)
    except Refused as refused:
        form.add_error(refused.field or "files", refused.reason)


def _as_posted(draft: ReportDraft) -> QueryDict:
    """Return kept answers as a browser sends them."""
    posted = QueryDict(mutable=True)
    posted.update(draft.answers)
    return posted


def _answers(form: ReportForm) -> list[tuple[str, str, str]]:
    """Return each answer with its question and its field's id, as the person reads them."""
    return [
        (str(bound.label), _said(form, bound.name), bound.id_for_label or f"{bound.auto_id}_0")
        for bound in form
        if bound.name != "files" and not (bound.name == "workaround" and not form.cleaned_data["workaround"])
    ]


def _said(form: ReportForm, name: str) -> str:
    field, value = form.fields[name], form.cleaned_data[name]
    choices: Mapping[str, str] = dict(getattr(field, "choices", ())) if isinstance(value, str) else {}
    if name == "started_at":
        return str(form[name].value() or "").replace("T", " ") or "Not said"
    return str(choices.get(value) or value or "I do not know")


def _send(request: HttpRequest, member: Member, form: ReportForm, now: datetime) -> HttpResponseBase | None:
    """File the report; where it is refused, the form says why."""
    answers = form.cleaned_data
    try:
        ticket: Ticket = actions.send_report(
            member=member,
            actor=member_actor(member),
            at=now,
            subject=answers["subject"],
            description=answers["description"],
            impact=form.impact(),
            to_desk=answers["to"] == "desk",
            service=answers["service"],
            aws_account=answers["aws_account"],
            started_at=answers["started_at"],
        )
    except Refused as refused:
        field = "to" if refused.field == "to_desk" else refused.field
        form.add_error(field if field in form.fields else None, refused.reason)
        return None
    messages.success(request, f"We have your report. Its reference is {ticket.key}.")
    return redirect("portal-report-sent", customer=member.customer.slug, number=ticket.number)


def _report_page(
    request: HttpRequest, member: Member, form: ReportForm, draft: ReportDraft | None, now: datetime
) -> TemplateResponse:
    answered = form.is_bound and not (set(form.errors) & set(PreviewForm.base_fields))
    return TemplateResponse(
        request,
        "portal/report.html",
        {
            "form": form,
            "customer": member.customer,
            "severity": propose(form.impact()) if answered else None,
            "files_to_desk": member.customer.files_to_desk,
            "files": list(access.report_files_of(member)),
            "draft": draft if draft is not None and not form.is_bound else None,
            "now": now,
        },
        status=422 if form.errors else 200,
    )
