"""Open a vendor's case from a ticket, follow one, write to it, resolve it, and share what a vendor wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from core.problems import Refused
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import actions as tickets
from tickets.access import get_ticket_for_desk, readers_of
from tickets.lifecycle import HoldReason, Verb
from tickets.models import ModeChoice, Ticket
from tickets.stops import stopped_by
from tickets.views import desk_page_refused
from vendors.access import cases as access
from vendors.access.links import options_of
from vendors.actions import cases as actions
from vendors.adapters import adapter_for
from vendors.forms.cases import (
    AdoptForm,
    ByHandForm,
    CaseForm,
    GiveUpForm,
    NoteForm,
    ReplyForm,
    ResolveForm,
    ShareForm,
)
from vendors.models import AccountLink, VendorCase
from vendors.prefill import mark_of_part, marked, split, tagged
from vendors.secrets import scan
from vendors.states import CaseState, SendKind, Side

READ_OR_WRITE = ["GET", "HEAD", "POST"]


# --- A new case ----------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Opening:
    """A case that is being written on a ticket: over which link, and what it takes up or corrects."""

    ticket: Ticket
    link: AccountLink | None
    links: list[AccountLink]
    reopens: VendorCase | None
    instead_of: VendorCase | None
    now: datetime

    @property
    def blocked(self) -> str:
        """Why nothing can be sent; '' when it can."""
        if not self.ticket.may(Verb.ASK):
            return (
                "This ticket is finished, or with the customer's Level 1: the desk opens no case for it now."
            )
        account = self.link.account if self.link is not None else self.ticket.aws_account
        if reason := access.why_not(self.link, account.declared_plan if account else ""):
            return reason
        assert self.link is not None
        if not options_of(self.link).severities:
            return "We have not read yet what this account offers for a case. Ask for a look at the account, then come back."
        return ""

    def form(self, data: Any = None, before: Mapping[str, Any] | None = None) -> CaseForm:
        """Return the form of the case."""
        assert self.link is not None
        return CaseForm(
            data,
            ticket=self.ticket,
            link=self.link,
            now=self.now,
            before=before or _before(self),
            auto_id="case-%s",
        )


@require_http_methods(READ_OR_WRITE)
@desk_door()
def open_case(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Write a case from what the ticket knows, look at exactly what would be sent, and send it."""
    opening = _opening(request, person, now, key)
    if opening.blocked:
        return _open_page(request, opening, None, status=422 if request.method == "POST" else 200)
    if request.method != "POST":
        return _open_page(request, opening, opening.form())
    step = request.POST.get("step", "preview")
    if step in ("service", "edit"):
        return _open_page(request, opening, opening.form(before=_typed(request)))
    form = opening.form(request.POST)
    if not form.is_valid():
        return _open_page(request, opening, form, status=422)
    assert opening.link is not None
    try:
        # What looks like a secret is shown in the preview, and confirmed there.
        wanted = form.wanted() if step == "send" else replace(form.wanted(), confirmed=True)
        actions.check_wanted(ticket=opening.ticket, link=opening.link, wanted=wanted)
        if step != "send":
            return _preview_page(request, opening, form)
        actions.ask_for_case(
            ticket=opening.ticket,
            link=opening.link,
            actor=desk_actor(person),
            at=now,
            wanted=wanted,
            token=form.cleaned_data["token"],
            reopens=opening.reopens,
            instead_of=opening.instead_of,
        )
    except Refused as refused:
        _put(refused, form)
        if refused.field == "confirmed":
            return _preview_page(request, opening, form, status=422)
        return _open_page(request, opening, form, status=422)
    messages.success(request, f"The case goes to {opening.link.vendor.name} now. Its number appears here.")
    return _to_ticket(opening.ticket)


def _opening(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> Opening:
    ticket = get_ticket_for_desk(person, key)
    links = [link for link in access.links_for(ticket) if not link.is_manual]
    asked = request.POST.get("link") or request.GET.get("link", "")
    of_account = next((link for link in links if link.account_id == ticket.aws_account_id), None)
    chosen = next((link for link in links if str(link.pk) == asked), None)
    fallback = of_account if ticket.aws_account_id is not None else None
    return Opening(
        ticket=ticket,
        link=chosen or fallback,
        links=links,
        reopens=_case_named(request, person, ticket, "reopens"),
        instead_of=_case_named(request, person, ticket, "instead_of"),
        now=now,
    )


def _case_named(request: HttpRequest, person: DeskPerson, ticket: Ticket, name: str) -> VendorCase | None:
    """Return the case of the ticket that an address names, if it names one."""
    named = request.POST.get(name) or request.GET.get(name, "")
    if not named:
        return None
    if not (named.isascii() and named.isdecimal() and len(named) < 16):
        raise Http404("There is no such case.")
    case = access.get_case_for_desk(person, int(named))
    if case.ticket_id != ticket.pk:
        raise Http404("There is no such case on this ticket.")
    return case


def _before(opening: Opening) -> dict[str, Any]:
    """Return what a refused case said, so that it is corrected and not written again."""
    if opening.instead_of is None:
        return {}
    case = opening.instead_of
    refused = next((row for row in access.unsettled_of([case])[case.pk] if row.kind == SendKind.OPEN), None)
    if refused is None:
        return {}
    return {
        "subject": case.subject,
        "body": refused.message.body if refused.message is not None else refused.payload.get("body", ""),
        "severity": case.severity,
        "service": case.service,
        "category": case.category,
        "copied": "\n".join(refused.payload.get("copied", ())),
        "files": [str(pk) for pk in refused.files],
        "hold": refused.payload.get("hold", False),
        "allowed_by": case.allowed_by,
    }


def _typed(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed, unchecked, for a form that is shown again."""
    names = ("severity", "service", "category", "subject", "body", "copied", "allowed_by", "token")
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in names}
    return typed | {
        "files": request.POST.getlist("files"),
        "hold": request.POST.get("hold", "") not in ("", "False"),
    }


def _open_page(
    request: HttpRequest, opening: Opening, form: CaseForm | None, *, status: int = 200
) -> TemplateResponse:
    link = opening.link
    account = link.account if link is not None else opening.ticket.aws_account
    return TemplateResponse(
        request,
        "vendors/cases/open.html",
        {
            "opening": opening,
            "ticket": opening.ticket,
            "link": link,
            "account": account,
            "form": form,
            "now": opening.now,
        },
        status=status,
    )


def _preview_page(
    request: HttpRequest, opening: Opening, form: CaseForm, *, status: int = 200
) -> TemplateResponse:
    """Show exactly what would be sent, and what it would change here."""
    assert opening.link is not None
    wanted = form.wanted()
    options = options_of(opening.link)
    service = next((one for one in options.services if one.code == wanted.service), None)
    mark = f"{opening.ticket.key}/{form.cleaned_data['token']}"
    pieces = split(wanted.body, actions.longest_part(adapter_for(opening.link).caps))
    files = [one.file for one in access.files_to_offer(opening.ticket) if one.file.pk in wanted.files]
    return TemplateResponse(
        request,
        "vendors/cases/preview.html",
        {
            "opening": opening,
            "ticket": opening.ticket,
            "link": opening.link,
            "form": form,
            "hidden": [field.as_hidden() for field in form if field.name != "confirmed"],
            "subject": tagged(opening.ticket.key, wanted.subject),
            "parts": [marked(one, mark_of_part(mark, number)) for number, one in enumerate(pieces, start=1)],
            "severity": dict(form.fields["severity"].choices)[wanted.severity],  # type: ignore[attr-defined]
            "service": service.name if service is not None else "",
            "category": dict(service.categories).get(wanted.category, "") if service is not None else "",
            "copied": wanted.copied,
            "files": files,
            "suspects": scan(f"{wanted.subject}\n{wanted.body}"),
            "wanted": wanted,
            "stops": stopped_by(opening.ticket, HoldReason.VENDOR) if wanted.hold else [],
            "now": opening.now,
        },
        status=status,
    )


# --- A case that exists --------------------------------------------------------------------------------
@require_http_methods(READ_OR_WRITE)
@desk_door()
def adopt(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Follow a case that the account has already."""
    opening = _opening(request, person, now, key)
    form = AdoptForm(request.POST if request.method == "POST" else None, auto_id="adopt-%s")

    def act(values: dict[str, Any]) -> None:
        if opening.link is None:
            raise Refused(access.why_not(None))
        actions.adopt_case(
            ticket=opening.ticket,
            link=opening.link,
            actor=desk_actor(person),
            at=now,
            named=values["named"],
            token=values["token"],
        )

    if request.method == "POST" and _attempt(form, act):
        messages.success(request, "We look for the case in this account. It appears here when it is found.")
        return _to_ticket(opening.ticket)
    return _form_page(
        request, "vendors/cases/adopt.html", form, opening.ticket, now, link=opening.link, opening=opening
    )


@require_http_methods(READ_OR_WRITE)
@desk_door()
def by_hand(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Write down a case that the desk has opened itself."""
    ticket = get_ticket_for_desk(person, key)
    usual = access.aws_vendor()
    form = ByHandForm(
        request.POST if request.method == "POST" else None,
        initial={"vendor": usual.pk if usual is not None else None},
        auto_id="hand-%s",
    )

    def act(values: dict[str, Any]) -> None:
        vendor = values["vendor"]
        links = [one for one in access.links_for(ticket) if one.vendor_id == vendor.pk and one.is_manual]
        actions.record_by_hand(
            ticket=ticket,
            vendor=vendor,
            link=links[0] if links else None,
            actor=desk_actor(person),
            at=now,
            noted=form.noted(ticket),
        )

    if request.method == "POST" and _attempt(form, act):
        messages.success(request, "The case is written down. Nothing was sent.")
        return _to_ticket(ticket)
    return _form_page(request, "vendors/cases/by_hand.html", form, ticket, now)


@require_http_methods(READ_OR_WRITE)
@desk_door()
def note(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Write down what was said on a case that no call reaches."""
    case = access.get_case_for_desk(person, pk)
    form = NoteForm(
        request.POST if request.method == "POST" else None, initial={"state": case.state}, auto_id="note-%s"
    )

    def act(values: dict[str, Any]) -> None:
        actions.note_by_hand(
            case=case,
            actor=desk_actor(person),
            at=now,
            side=Side(values["side"]),
            body=values["body"],
            state=CaseState(values["state"]),
            author=values["author"],
        )

    if request.method == "POST" and _attempt(form, act):
        messages.success(request, "Written down.")
        return _to_ticket(case.ticket)
    return _form_page(request, "vendors/cases/note.html", form, case.ticket, now, case=case)


# --- Writing to a case ---------------------------------------------------------------------------------
@require_POST
@desk_door()
def reply(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Write to a vendor on one of the ticket's cases."""
    ticket = get_ticket_for_desk(person, key)
    cases = access.writable(access.cases_on(ticket), now)
    if not cases:
        messages.error(request, _nobody_to_write_to(ticket, now))
        return redirect(f"/desk/tickets/{ticket.key}/#vendor-cases")
    form = ReplyForm(request.POST, request.FILES, ticket=ticket, cases=cases)

    def act(values: dict[str, Any]) -> None:
        actions.reply_to_vendor(
            case=next(case for case in cases if case.pk == values["case"]),
            actor=desk_actor(person),
            at=now,
            body=values["body"],
            token=values["token"],
            files=values["files"],
            staged=values["staged"],
            hold=values.get("hold", False),
            confirmed=values["confirmed"],
        )

    if not _attempt(form, act):
        _keep_files(request, form, ticket, person, now)
        shown = get_ticket_for_desk(person, key)
        return desk_page_refused(request, person, shown, now, name="vendor", form=form, status=422)
    actor = desk_actor(person)
    tickets.discard_draft(ticket=ticket, actor=actor, mode=ModeChoice.VENDOR)
    tickets.unstage_rest(ticket=ticket, actor=actor, mode=ModeChoice.VENDOR)
    messages.success(request, f"It goes to {form.vendor} now. The customer does not see it.")
    return _to_ticket(ticket)


def _nobody_to_write_to(ticket: Ticket, now: datetime) -> str:
    over = next((case for case in access.cases_on(ticket) if access.is_past_reopening(case, now)), None)
    if over is None:
        return "This ticket has no case to write to. Open one first."
    return (
        f"{over.vendor.name} is done with case {over.display_id}, and a reply does not reopen it any more."
        " Open a related case instead."
    )


def _keep_files(
    request: HttpRequest, form: ReplyForm, ticket: Ticket, person: DeskPerson, now: datetime
) -> None:
    """Keep the files of a text that comes back: a browser does not send them again by itself."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    for file in request.FILES.getlist("files"):
        try:
            [kept] = tickets.stage_files(
                ticket=ticket, actor=desk_actor(person), at=now, mode=ModeChoice.VENDOR, files=[file]
            )
        except Refused:  # the answer names it already, or the number of files
            continue
        data.setlist("staged", [*data.getlist("staged"), kept.token])
    form.data = data


@require_http_methods(READ_OR_WRITE)
@desk_door()
def resolve(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Ask, then tell the vendor that a case is done."""
    case = access.get_case_for_desk(person, pk)
    form = ResolveForm(request.POST if request.method == "POST" else None, auto_id="resolve-%s")

    def act(values: dict[str, Any]) -> None:
        actions.resolve_case(case=case, actor=desk_actor(person), at=now, token=values["token"])

    if request.method == "POST" and _attempt(form, act):
        messages.success(request, f"{case.vendor.name} is told that the case is done. The ticket stays open.")
        return _to_ticket(case.ticket)
    return _form_page(request, "vendors/cases/resolve.html", form, case.ticket, now, case=case)


@require_http_methods(READ_OR_WRITE)
@desk_door()
def give_up(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Ask, then give up a case that the vendor does not have."""
    case = access.get_case_for_desk(person, pk)
    form = GiveUpForm(request.POST if request.method == "POST" else None, auto_id="up-%s")

    def act(values: dict[str, Any]) -> None:
        actions.give_up(case=case, actor=desk_actor(person), at=now, why=values["why"])

    if request.method == "POST" and _attempt(form, act):
        messages.success(request, "Given up. Nothing of it is sent any more.")
        return _to_ticket(case.ticket)
    return _form_page(request, "vendors/cases/give_up.html", form, case.ticket, now, case=case)


@require_POST
@desk_door()
def again(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Try again to send what was refused."""
    row = access.get_outgoing(person, pk)
    try:
        actions.send_again(row=row, actor=desk_actor(person), at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, f"It goes to {row.case.vendor.name} again.")
    return _to_ticket(row.case.ticket)


@require_POST
@desk_door()
def edit(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Take a refused reply back into the composer, to be corrected."""
    row = access.get_outgoing(person, pk)
    try:
        actions.take_back(row=row, actor=desk_actor(person), at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
        return _to_ticket(row.case.ticket)
    messages.success(request, "The text is in the composer again. It was not sent.")
    return redirect(f"/desk/tickets/{row.case.ticket.key}/#vendor-body")


# --- Sharing -------------------------------------------------------------------------------------------
@require_http_methods(READ_OR_WRITE)
@desk_door()
def share(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show what the customer would read of a vendor's message, then share it."""
    received = access.get_received(person, pk)
    ticket = received.case.ticket
    form = ShareForm(request.POST if request.method == "POST" else None, auto_id="share-%s")

    def act(values: dict[str, Any]) -> None:
        actions.share(received=received, actor=desk_actor(person), at=now, with_files=values["with_files"])

    if request.method == "POST" and _attempt(form, act):
        messages.success(request, f"{ticket.customer.name} can read it now.")
        return _to_ticket(ticket)
    return _form_page(
        request,
        "vendors/cases/share.html",
        form,
        ticket,
        now,
        received=received,
        files=access.files_of(received.message),
        suspects=scan(received.message.body),
        told=[member.name for member in readers_of(ticket)],
    )


# --- What all of them do -------------------------------------------------------------------------------
def _attempt(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Act with a form's values; tell whether that was done, with the reason in the form when not."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Refused as refused:
        _put(refused, form)
        return False
    return True


def _put(refused: Refused, form: forms.Form) -> None:
    """Say a refusal beside the field it is about, or above the form."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.reason)


def _form_page(
    request: HttpRequest, template: str, form: forms.Form, ticket: Ticket, now: datetime, **more: Any
) -> TemplateResponse:
    return TemplateResponse(
        request,
        template,
        {"form": form, "ticket": ticket, "now": now, **more},
        status=422 if form.errors else 200,
    )


def _to_ticket(ticket: Ticket) -> HttpResponseBase:
    return redirect(f"/desk/tickets/{ticket.key}/#vendor-cases")
