"""The desk's page of incoming mail, and the address at which a provider's webhook brings it."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.problems import Refused
from customers.access import desk_actor
from customers.doors import desk_door
from customers.models import DeskPerson
from tickets import actions
from tickets import mail_access as access
from tickets.mail_forms import MailNoteForm, MailOpenForm
from tickets.models import IncomingMail, MailState

_PER_PAGE = 50


@require_safe
@desk_door()
def mails(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List incoming mails by where they stand; first what waits for a person."""
    state = request.GET.get("state", MailState.HELD.value)
    if state not in MailState.values:
        state = MailState.HELD.value
    counts = access.counts()
    page = Paginator(access.list_mail(state), _PER_PAGE).get_page(request.GET.get("page"))
    tabs = [(value, label, counts[value]) for value, label in MailState.choices]
    return TemplateResponse(
        request,
        "desk/mails.html",
        {"page": page, "state": state, "tabs": tabs, "address": settings.MAIL_IN_ADDRESS, "now": now},
    )


@require_safe
@desk_door()
def mail(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Show one mail, what was made of it and why, and what can be done with it."""
    found = access.get_mail(pk)
    return _page(request, found, now)


@require_POST
@desk_door()
def mail_open(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Open a ticket from a mail."""
    found = access.get_mail(pk)
    form = MailOpenForm(request.POST)
    if form.is_valid():
        try:
            ticket = actions.open_from_mail(
                mail=found, requester=form.requester, actor=desk_actor(person), at=now
            )
        except Refused as refused:
            form.add_error(None, refused.reason)
        else:
            messages.success(request, f"{ticket.key} was opened. {form.requester.name} gets a receipt.")
            return redirect("desk-ticket", key=ticket.key)
    return _page(request, found, now, opening=form, status=422)


@require_POST
@desk_door()
def mail_note(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Write a mail down on a ticket, for the desk only."""
    found = access.get_mail(pk)
    form = MailNoteForm(request.POST)
    if form.is_valid():
        ticket = form.cleaned_data["ticket"]
        try:
            actions.note_mail(mail=found, ticket=ticket, actor=desk_actor(person), at=now)
        except Refused as refused:
            form.add_error(None, refused.reason)
        else:
            messages.success(request, f"The mail stands on {ticket.key} as an internal note.")
            return redirect("desk-ticket", key=ticket.key)
    return _page(request, found, now, noting=form, status=422)


@require_POST
@desk_door()
def mail_discard(request: HttpRequest, person: DeskPerson, now: datetime, pk: int) -> HttpResponseBase:
    """Throw a mail away, or take it back."""
    found = access.get_mail(pk)
    back = request.POST.get("back") == "1"
    act = actions.keep_mail if back else actions.discard_mail
    try:
        act(mail=found, actor=desk_actor(person), at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
        return redirect("desk-mail", pk=found.pk)
    if back:
        messages.success(request, "The mail waits for a decision again.")
        return redirect("desk-mail", pk=found.pk)
    messages.success(request, "The mail was thrown away. It can be taken back under Thrown away.")
    return redirect("desk-mails")


def _page(
    request: HttpRequest,
    found: IncomingMail,
    now: datetime,
    *,
    opening: MailOpenForm | None = None,
    noting: MailNoteForm | None = None,
    status: int = 200,
) -> TemplateResponse:
    failed: list[forms.Form] = [form for form in (opening, noting) if form is not None]
    return TemplateResponse(
        request,
        "desk/mail.html",
        {
            "mail": found,
            "letter": access.letter_of(found),
            "opening": opening or MailOpenForm(initial={"member": found.sender}),
            "noting": noting or MailNoteForm(),
            "failed": failed[0] if failed else None,
            "now": now,
        },
        status=status,
    )


#: The class that reads a provider's webhook, by the provider's name in MAIL_IN_PROVIDER.
_PROVIDERS = {
    "brevo": ("brevo", "BrevoInboundWebhookView"),
    "mailgun": ("mailgun", "MailgunInboundWebhookView"),
    "mailjet": ("mailjet", "MailjetInboundWebhookView"),
    "mandrill": ("mandrill", "MandrillCombinedWebhookView"),
    "postmark": ("postmark", "PostmarkInboundWebhookView"),
    "sendgrid": ("sendgrid", "SendGridInboundWebhookView"),
    "sparkpost": ("sparkpost", "SparkPostInboundWebhookView"),
}


@csrf_exempt
def inbound_mail(request: HttpRequest) -> HttpResponseBase:
    """Take a mail from the provider in MAIL_IN_PROVIDER, which proves itself by secret and signature."""
    if settings.MAIL_IN_PROVIDER not in _PROVIDERS or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404("No provider brings mail here.")
    module, name = _PROVIDERS[settings.MAIL_IN_PROVIDER]
    view: type = getattr(import_module(f"anymail.webhooks.{module}"), name)
    answer: HttpResponseBase = view.as_view()(request)  # type: ignore[attr-defined]
    return answer
