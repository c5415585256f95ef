"""What a ticket's page asks while somebody writes: keep the draft and the files, fill in, preview, who is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from core.problems import Refused
from core.tenancy import Actor
from customers.access import active_desk_people, desk_actor, member_actor
from customers.doors import desk_door, member_door
from customers.models import DeskPerson, Member
from tickets import access, actions, article_access, composer_access, verbs
from tickets.after_reply_forms import AfterReplyForm
from tickets.canned import fill
from tickets.forms import PresenceForm, WriteForm
from tickets.lifecycle import Verb
from tickets.looks import look_at
from tickets.markdown import render
from tickets.mentioning import mentioned
from tickets.models import ModeChoice, PresenceState, ThenChoice, Ticket
from tickets.vendor_writing import form_for
from tickets.views import desk_page_while_writing, member_page_while_writing


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Somebody who writes on a ticket: where they go back to, and how their page is shown again."""

    ticket: Ticket
    actor: Actor
    at: datetime
    mode: ModeChoice
    address: str
    page: Callable[[WriteForm], TemplateResponse]


# --- The desk ----------------------------------------------------------------------------------------
@require_POST
@desk_door()
def desk_draft(
    request: HttpRequest, person: DeskPerson, now: datetime, key: str, mode: str
) -> HttpResponseBase:
    """Keep what an engineer is writing."""
    return _keep(request, _of_desk(request, person, now, key, mode))


@require_POST
@desk_door()
def desk_staged(
    request: HttpRequest, person: DeskPerson, now: datetime, key: str, mode: str
) -> HttpResponseBase:
    """Keep the files that an engineer chose, or throw one away."""
    return _stage(request, _of_desk(request, person, now, key, mode))


@require_POST
@desk_door()
def desk_compose(
    request: HttpRequest, person: DeskPerson, now: datetime, key: str, mode: str
) -> HttpResponseBase:
    """Insert a canned reply, filled in, or the link of an article, or show how a text will look."""
    writer = _of_desk(request, person, now, key, mode)
    body = request.POST.get("body", "")
    step = request.POST.get("step")
    if step not in ("insert", "article"):
        return _preview(request, writer, body)
    text = ""
    if step == "article" and request.POST.get("article"):
        text = article_access.link_for(writer.ticket, request.POST["article"])
    elif step == "insert" and request.POST.get("canned", "").isdecimal():
        reply = composer_access.get_canned_reply(int(request.POST["canned"]))
        values = composer_access.values_for(writer.ticket, sender=person.name, now=now)
        text = fill(reply.body, values).text
    if _wants_json(request):
        return JsonResponse({"text": text})
    return writer.page(_typed(request, writer, "\n\n".join(part for part in (body.strip(), text) if part)))


@require_POST
@desk_door()
def desk_presence(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Note that somebody has the ticket open, and answer who else has."""
    ticket = access.get_ticket_for_desk(person, key)
    form = PresenceForm(request.POST)
    if not form.is_valid():
        return _refusal("Say whether you are viewing, replying, idle or gone.")
    state = form.cleaned_data["state"]
    if state == "gone":
        actions.leave(ticket=ticket, person=person)
    else:
        actions.show_up(ticket=ticket, person=person, at=now, state=PresenceState(state))
    present = composer_access.presence_of([ticket.pk], now=now, without=person.pk).get(ticket.pk, [])
    return TemplateResponse(
        request,
        "desk/_presence.html",
        {
            "ticket": ticket,
            "present": present,
            "taken": composer_access.taken_from(person, ticket),
            "now": now,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door()
def desk_colleague_draft(
    request: HttpRequest, person: DeskPerson, now: datetime, key: str, pk: int
) -> HttpResponseBase:
    """Show what a colleague has begun to write to the customer, and take a copy of it over."""
    ticket = look_at(access.get_ticket_for_desk(person, key), person=person, at=now)
    colleague = composer_access.get_colleague(person, pk)
    status = 200
    if request.method == "POST":
        access.check_desk_may(person, Verb.REPLY)
        try:
            actions.take_over_draft(ticket=ticket, author=colleague, actor=desk_actor(person), at=now)
        except Refused as refused:
            messages.error(request, refused.reason)
            status = 422
        else:
            messages.success(
                request, f"A copy of {colleague.name}'s reply is yours, below. {colleague.name} is told."
            )
            return redirect(f"/desk/tickets/{ticket.key}/#write")
    draft = composer_access.begun_by(colleague, ticket)
    return TemplateResponse(
        request,
        "desk/colleague_draft.html",
        {
            "ticket": ticket,
            "colleague": colleague,
            "draft": draft,
            "html": "" if draft is None else render(draft.body),
            "may_take": draft is not None and ticket.may(Verb.REPLY),
            "now": now,
        },
        status=status,
    )


@require_POST
@desk_door()
def desk_after_reply(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Keep where a desk person goes after a reply."""
    form = AfterReplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for one in form.errors["then"]))
        return redirect("desk-settings")
    actions.set_then(person=person, then=ThenChoice(form.cleaned_data["then"]))
    messages.success(request, "Your settings are saved.")
    return redirect("desk-settings")


def _of_desk(request: HttpRequest, person: DeskPerson, now: datetime, key: str, mode: str) -> Writer:
    ticket = access.get_ticket_for_desk(person, key)
    if _mode(mode) != ModeChoice.VENDOR:  # whoever of the desk writes a note may write to a vendor
        access.check_desk_may(person, verbs.DESK[_mode(mode)].verb)
    return Writer(
        ticket=ticket,
        actor=desk_actor(person),
        at=now,
        mode=_mode(mode),
        address=f"/desk/tickets/{ticket.key}/",
        page=lambda form: desk_page_while_writing(request, person, ticket, now, name=mode, form=form),
    )


# --- The customer's portal ---------------------------------------------------------------------------
@require_POST
@member_door()
def member_draft(
    request: HttpRequest, member: Member, now: datetime, number: int, mode: str
) -> HttpResponseBase:
    """Keep what a member is writing."""
    return _keep(request, _of_member(request, member, now, number, mode))


@require_POST
@member_door()
def member_staged(
    request: HttpRequest, member: Member, now: datetime, number: int, mode: str
) -> HttpResponseBase:
    """Keep the files that a member chose, or throw one away."""
    return _stage(request, _of_member(request, member, now, number, mode))


@require_POST
@member_door()
def member_compose(
    request: HttpRequest, member: Member, now: datetime, number: int, mode: str
) -> HttpResponseBase:
    """Show a member how a text will look."""
    return _preview(request, _of_member(request, member, now, number, mode), request.POST.get("body", ""))


def _of_member(request: HttpRequest, member: Member, now: datetime, number: int, mode: str) -> Writer:
    ticket = access.get_ticket_for_member(member, number)
    if _mode(mode) == ModeChoice.VENDOR:
        raise Http404("There is no such way to write.")
    access.check_member_may(member, ticket, verbs.MEMBER[_mode(mode)].verb)
    return Writer(
        ticket=ticket,
        actor=member_actor(member),
        at=now,
        mode=_mode(mode),
        address=f"/c/{member.customer.slug}/tickets/{ticket.number}/",
        page=lambda form: member_page_while_writing(request, member, ticket, now, name=mode, form=form),
    )


# --- Both --------------------------------------------------------------------------------------------
def _mode(mode: str) -> ModeChoice:
    if mode not in ModeChoice:
        raise Http404("There is no such way to write.")
    return ModeChoice(mode)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _typed(request: HttpRequest, writer: Writer, body: str) -> WriteForm:
    """Return the form again with what was typed, unchecked."""
    typed = {
        "body": body,
        "staged": request.POST.getlist("staged"),
        "seen": request.POST.get("seen", ""),
    }
    if writer.mode == ModeChoice.VENDOR:
        chosen = {name: request.POST.get(name, "") for name in ("case", "token", "hold")}
        form: WriteForm | None = form_for(writer.ticket, now=writer.at, initial=typed | chosen)
        if form is None:
            raise Http404("There is no vendor to write to.")
        return form
    return WriteForm(ticket=writer.ticket, auto_id=f"{writer.mode.value}-%s", initial=typed)


def _keep(request: HttpRequest, writer: Writer) -> HttpResponseBase:
    if "discard" in request.POST:
        actions.discard_draft(ticket=writer.ticket, actor=writer.actor, mode=writer.mode)
        messages.success(request, "Draft discarded.")
        return redirect(writer.address)
    body = request.POST.get("body", "")
    try:
        draft = actions.save_draft(
            ticket=writer.ticket, actor=writer.actor, at=writer.at, mode=writer.mode, body=body
        )
    except Refused as refused:
        if _wants_json(request):
            return JsonResponse({"said": refused.reason}, status=422)
        messages.error(request, refused.reason)
        return writer.page(_typed(request, writer, body))
    if _wants_json(request):
        said = "" if draft is None else f"Draft saved {timezone.localtime(draft.saved_at):%H:%M}"
        return JsonResponse({"said": said})
    if draft is not None:
        messages.success(request, "Draft saved.")
    return redirect(writer.address)


def _stage(request: HttpRequest, writer: Writer) -> HttpResponseBase:
    if token := request.POST.get("remove"):
        actions.unstage_file(ticket=writer.ticket, actor=writer.actor, token=token)
        return HttpResponse(status=204)
    files = request.FILES.getlist("files")
    if not files:
        return _refusal("Choose a file first.")
    try:
        kept = actions.stage_files(
            ticket=writer.ticket, actor=writer.actor, at=writer.at, mode=writer.mode, files=files
        )
    except Refused as refused:
        return _refusal(refused.reason)
    shown = [render_to_string("tickets/_staged.html", {"file": file, "is_chosen": True}) for file in kept]
    return HttpResponse("".join(shown), status=201)


def _refusal(reason: str) -> HttpResponse:
    return HttpResponse(reason, status=422, content_type="text/plain; charset=utf-8")


def _preview(request: HttpRequest, writer: Writer, body: str) -> HttpResponseBase:
    named: list[str] = []
    if writer.actor.is_desk and writer.mode == ModeChoice.NOTE:
        named = list(mentioned(body, dict(active_desk_people().values_list("pk", "name"))).values())
    html = render(body, named)
    if _wants_json(request):
        return JsonResponse({"html": html})
    form = _typed(request, writer, body)
    form.preview = html  # type: ignore[attr-defined]
    return writer.page(form)
