"""Where a member who works Level 1 says when single keys do something."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.doors import member_door
from customers.keys import keep_keys
from customers.models import LEVEL_1_ROLES, Member, Shortcuts
from customers.portal_forms import KeysForm, ZoneForm


@require_POST
@member_door(*LEVEL_1_ROLES)
def you_keys(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Keep when single keys do something in the member's browser."""
    form = KeysForm(request.POST)
    if not form.is_valid():
        return TemplateResponse(
            request,
            "portal/you.html",
            {
                "customer": member.customer,
                "member": member,
                "form": ZoneForm(None, member=member),
                "keys_form": form,
                "now": now,
            },
            status=422,
        )
    messages.success(request, _("Your settings are saved."))
    answer = redirect("you", customer=member.customer.slug)
    keep_keys(answer, Shortcuts(form.cleaned_data["keys"]))
    return answer
