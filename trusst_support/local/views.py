"""The local mailbox as pages, so that sign-in links and alerts can be followed without a mail server."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.tenancy import acting_as, worker_context
from tickets import actions
from trusst_support.local import mail


class SendForm(forms.Form):
    """A mail to the portal, as somebody's mail program would send it."""

    sender = forms.EmailField(label="From")
    to = forms.EmailField(label="To", max_length=320)
    subject = forms.CharField(label="Subject", max_length=200)
    text = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 6, "class": "in"}))
    answers = forms.CharField(required=False, widget=forms.HiddenInput)


@require_safe
@never_cache
def mail_list(request: HttpRequest) -> TemplateResponse:
    """List what was sent, the newest first."""
    wanted = request.GET.get("to", "").strip().lower()
    found = [one for one in mail.mailbox() if wanted in one.to.lower()]
    return TemplateResponse(
        request,
        "local/mail_list.html",
        {
            "mails": found[:200],
            "count": len(found),
            "to": wanted,
            "form": SendForm(initial={"sender": wanted, "to": settings.MAIL_IN_ADDRESS}),
        },
    )


@require_safe
@never_cache
def mail_detail(request: HttpRequest, name: str) -> TemplateResponse:
    """Show one message with its links."""
    found = mail.find_mail(name)
    if found is None:
        raise Http404("There is no such message.")
    return TemplateResponse(
        request,
        "local/mail_detail.html",
        {"mail": found, "form": _answer(found)},
    )


def _answer(found: mail.Mail) -> SendForm | None:
    """Return the form of an answer to a mail; None for a mail that takes none."""
    to = str(found.message["Reply-To"] or "")
    if not to:
        return None
    subject = found.subject if found.subject.lower().startswith("re:") else f"Re: {found.subject}"
    answers = str(found.message["Message-ID"])
    return SendForm(initial={"sender": found.to, "to": to, "subject": subject, "answers": answers})


@require_POST
@never_cache
def mail_send(request: HttpRequest) -> HttpResponseBase:
    """Send a mail to the portal, on this machine only."""
    form = SendForm(request.POST)
    if not form.is_valid():
        return TemplateResponse(request, "local/mail_send.html", {"form": form}, status=422)
    given = form.cleaned_data
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = given["sender"], given["to"], given["subject"]
    message["Message-ID"] = make_msgid(domain="local.example")
    if given["answers"]:
        message["In-Reply-To"] = given["answers"]
    message.set_content(given["text"])
    with acting_as(worker_context()) as now:
        actions.take_in(raw=message.as_bytes(), mailbox="local", at=now)
    messages.success(request, "Sent. The portal reads it within a few seconds.")
    return redirect("local-mail")
