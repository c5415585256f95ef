"""The local mailbox as pages, so that sign-in links and alerts can be followed without a mail server."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.html import urlize
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from trusst_support.local import mail


@require_safe
@never_cache
def mail_list(request: HttpRequest) -> TemplateResponse:
    """List what was sent, the newest first."""
    wanted = request.GET.get("to", "").strip().lower()
    found = [one for one in mail.mailbox() if wanted in one.to.lower()]
    return TemplateResponse(
        request, "local/mail_list.html", {"mails": found[:200], "count": len(found), "to": wanted}
    )


@require_safe
@never_cache
def mail_detail(request: HttpRequest, name: str) -> TemplateResponse:
    """Show one message with its links."""
    found = mail.find_mail(name)
    if found is None:
        raise Http404("There is no such message.")
    return TemplateResponse(
        request, "local/mail_detail.html", {"mail": found, "body": urlize(found.body, autoescape=True)}
    )
