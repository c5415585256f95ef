"""Reporting an incident or asking for a service: answer, check your answers, send, and read what happens next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused
from core.templatetags.ui import say_when
from customers.access import member_actor
from customers.doors import member_door
from customers.models import Member
from tickets import access, actions, affected_access, article_access
from tickets.forms import PastTimeField, PreviewForm, ReportForm
from tickets.lenient import Understood
from tickets.models import Kind, ReportDraft, Ticket
from tickets.request_forms import AlikeForm, RequestForm
from tickets.severity import Severity, propose

#: What of a report is kept with it; files wait beside it.
_NOT_ANSWERS = ("csrfmiddlewaretoken", "files", "remove", "staged")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What is asked for a kind of ticket, and where: `place` is how the names of its addresses begin."""

    kind: Kind
    form: type[ReportForm]
    place: str
    template: str
    send: str | Promise
    sent: str | Promise
    gone: str | Promise


_SHEETS: dict[str, Sheet] = {
    sheet.kind: sheet
    for sheet in (
        Sheet(
            kind=Kind.INCIDENT,
            form=ReportForm,
            place="portal-report",
            template="portal/report.html",
            send=lazy("Send the report"),
            sent=lazy("We have your report. Its reference is %(key)s."),
            gone=lazy("This report was sent already, or thrown away. Here are your tickets."),
        ),
        Sheet(
            kind=Kind.REQUEST,
            form=RequestForm,
            place="portal-request",
            template="portal/request.html",
            send=lazy("Send the request"),
            sent=lazy("We have your request. Its reference is %(key)s."),
            gone=lazy("This request was sent already, or thrown away. Here are your tickets."),
        ),
    )
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def report(
    request: HttpRequest, member: Member, now: datetime, kind: str = Kind.INCIDENT
) -> HttpResponseBase:
    """Take the answers of a report; what proposes P1 is sent at once, all others are checked first."""
    sheet = _SHEETS[kind]
    if request.method != "POST":
        draft = access.report_draft_of(member, kind)
        form = _form(sheet, member, now, initial=draft.answers if draft else None)
        return _report_page(request, sheet, member, form, draft, now)
    form = _form(sheet, member, now, request.POST, request.FILES)
    valid = form.is_valid()
    _keep(request, sheet, member, form, now)
    if not (valid and form.is_valid()):
        return _report_page(request, sheet, member, form, access.report_draft_of(member, kind), now)
    if propose(form.impact()) is not Severity.P1:
        return redirect(f"{sheet.place}-check", customer=member.customer.slug)
    return _send(request, sheet, member, form, now) or _report_page(request, sheet, member, form, None, now)


@require_http_methods(["GET", "HEAD", "POST"])
@member_door()
def report_check(
    request: HttpRequest, member: Member, now: datetime, kind: str = Kind.INCIDENT
) -> HttpResponseBase:
    """Show a member what they are about to send, and send it."""
    sheet = _SHEETS[kind]
    draft = access.report_draft_of(member, kind)
    if draft is None:
        if request.method == "POST":
            messages.error(
                request,
                str(sheet.gone),
            )
            return redirect("portal-tickets", customer=member.customer.slug)
        return redirect(sheet.place, customer=member.customer.slug)
    # "20 minutes ago" was said when it was typed, not when it is checked.
    form = _form(sheet, member, draft.saved_at, _as_posted(draft))
    if not form.is_valid():
        return _report_page(request, sheet, member, form, draft, now)
    if request.method == "POST":
        sent = _send(request, sheet, member, form, now)
        return sent or _report_page(request, sheet, member, form, draft, now)
    return TemplateResponse(
        request,
        "portal/report_check.html",
        {
            "sheet": sheet,
            "customer": member.customer,
            "form": form,
            "answers": _answers(form, now),
            "files": list(access.report_files_of(member, kind)),
            "files_label": form.fields["files"].label,
            "severity": propose(form.impact()),
            "to_desk": form.cleaned_data["to"] == "desk",
            "now": now,
        }
        | _alike(member, form.cleaned_data, now, kind=kind),
    )


@require_POST
@member_door()
def report_discard(
    request: HttpRequest, member: Member, now: datetime, kind: str = Kind.INCIDENT
) -> HttpResponseBase:
    """Throw away what a member has answered so far."""
    actions.discard_report(member=member, kind=kind)
    messages.success(request, _("Your answers are thrown away."))
    return redirect(_SHEETS[kind].place, customer=member.customer.slug)


@require_POST
@member_door()
def report_files(
    request: HttpRequest, member: Member, now: datetime, kind: str = Kind.INCIDENT
) -> HttpResponseBase:
    """Keep files as soon as they are chosen, or throw one away; answers a line of the list."""
    if token := request.POST.get("remove"):
        actions.drop_report_file(member=member, token=token, kind=kind)
        return HttpResponse(status=204)
    try:
        kept = actions.keep_report_files(
            member=member, at=now, files=request.FILES.getlist("files"), kind=kind
        )
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


@require_POST
@member_door()
def report_alike(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Offer what looks like the line that somebody is typing: open tickets, and articles."""
    form = AlikeForm(request.POST, customer=member.customer)
    found = _alike(member, form.cleaned_data, now) if form.is_valid() else {}
    return TemplateResponse(request, "portal/_alike.html", {"customer": member.customer, "now": now} | found)


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


def _form(sheet: Sheet, member: Member, now: datetime, *given: Any, **more: Any) -> ReportForm:
    return sheet.form(
        *given, customer=member.customer, may_file_to_desk=member.may_file_to_desk, now=now, **more
    )


def _alike(
    member: Member, answers: Mapping[str, Any], now: datetime, *, kind: str = Kind.INCIDENT
) -> dict[str, Any]:
    """Return what was said already about what somebody reports; a request has only articles."""
    text = answers.get("subject") or ""
    found: list[Ticket] = []
    if kind == Kind.INCIDENT:
        found = affected_access.alike(
            member,
            text,
            service=answers.get("service"),
            aws_account=answers.get("aws_account"),
            now=now,
        )
    return {
        "alike": found,
        "is_affected": affected_access.said_affected_in(member, found) if found else set(),
        "articles": article_access.suggested(member, text),
    }


def _keep(request: HttpRequest, sheet: Sheet, member: Member, form: ReportForm, now: datetime) -> None:
    """Keep the answers and the files, so that neither is lost when the form comes back or waits to be checked.

    A file that is refused says so beside its field.
    """
    for token in set(request.POST.getlist("remove")):
        actions.drop_report_file(member=member, token=token, kind=sheet.kind)
    answers = {name: value for name, value in request.POST.items() if name not in _NOT_ANSWERS}
    actions.save_report(
        member=member,
        at=now,
        answers={
            name: str(value).replace("\x00", "")[:20_000]
            for name, value in answers.items()
            if name in form.fields
        },
        kind=sheet.kind,
    )
    try:
        actions.keep_report_files(
            member=member, at=now, files=form.cleaned_data.get("files", ()), kind=sheet.kind
        )
        actions.check_start(form.cleaned_data.get("started_at"), at=now)
    except Refused as refused:
        form.add_error(refused.field or "files", refused.reason)


def _as_posted(draft: ReportDraft) -> QueryDict:
    """Return kept answers as a browser sends them."""
    posted = QueryDict(mutable=True)
    posted.update(draft.answers)
    return posted


def _answers(form: ReportForm, now: datetime) -> list[tuple[str, str, str]]:
    """Return each answer with its question and its field's id, as the person reads them."""
    return [
        (str(bound.label), _said(form, bound.name, now), bound.id_for_label or f"{bound.auto_id}_0")
        for bound in form
        if bound.name != "files" and not (bound.name == "workaround" and not form.cleaned_data["workaround"])
    ]


def _said(form: ReportForm, name: str, now: datetime) -> str:
    field, value = form.fields[name], form.cleaned_data[name]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices: Mapping[str, str] = dict(getattr(field, "choices", ())) if isinstance(value, str) else {}
    if isinstance(field, PastTimeField):
        return _say_start(field.understood, now)
    if isinstance(field, forms.DateField):
        return f"{value:%A} {value.day} {value:%B %Y}" if isinstance(value, date) else _("Not said")
    return str(choices.get(value) or value or _("I do not know"))


def _say_start(understood: Understood | None, now: datetime) -> str:
    """Return what a typed time was read as, and how where that is worth saying."""
    if understood is None:
        return _("Not said")
    is_today = timezone.localtime(understood.at).date() == timezone.localtime(now).date()
    said = say_when(understood.at, now)
    if is_today:
        said = _("Today %(time)s") % {"time": said}
    return f"{said}\n{understood.note}".strip()


def _send(
    request: HttpRequest, sheet: Sheet, member: Member, form: ReportForm, now: datetime
) -> HttpResponseBase | None:
    """File the report; where it is refused, the form says why."""
    answers = form.cleaned_data
    try:
        ticket: Ticket = actions.send_report(
            member=member,
            actor=member_actor(member),
            at=now,
            kind=sheet.kind,
            subject=answers["subject"],
            description=form.text(),
            impact=form.impact(),
            to_desk=answers["to"] == "desk",
            service=answers["service"],
            aws_account=answers["aws_account"],
            started_at=answers.get("started_at"),
            is_private=answers.get("private", False),
        )
    except Refused as refused:
        field = "to" if refused.field == "to_desk" else refused.field
        form.add_error(field if field in form.fields else None, refused.reason)
        return None
    messages.success(request, str(sheet.sent) % {"key": ticket.key})
    return redirect("portal-report-sent", customer=member.customer.slug, number=ticket.number)


def _report_page(
    request: HttpRequest,
    sheet: Sheet,
    member: Member,
    form: ReportForm,
    draft: ReportDraft | None,
    now: datetime,
) -> TemplateResponse:
    answered = form.is_bound and not (set(form.errors) & set(PreviewForm.base_fields))
    is_request = sheet.kind is Kind.REQUEST
    return TemplateResponse(
        request,
        sheet.template,
        {
            "sheet": sheet,
            "form": form,
            "customer": member.customer,
            "severity": propose(form.impact()) if answered or is_request else None,
            "files_to_desk": member.customer.files_to_desk,
            "files": list(access.report_files_of(member, sheet.kind)),
            "draft": draft if draft is not None and not form.is_bound else None,
            "now": now,
        },
        status=422 if form.errors else 200,
    )
