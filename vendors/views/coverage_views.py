"""The desk's list of customers' accounts: which fall short of the agreed plan, now or soon, and who was told."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from core.problems import Refused
from customers.access import desk_actor, get_customer
from customers.desk_admin_access import TEAM_EDITORS
from customers.doors import desk_door
from customers.models import DeskPerson
from vendors.access import coverage as access
from vendors.access.directory import aws_terms
from vendors.actions import coverage as actions
from vendors.plans import day_of

PAGE_SIZE = 100


@require_safe
@desk_door()
def accounts(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every customer's accounts with what was declared, what was seen and when, and how they are connected."""
    on, which = day_of(now), request.GET.get("show", "")
    which = which if which in access.FILTERS else ""
    every = access.rows(now=now, terms=aws_terms())
    counted = [(word, name, len(access.sieve(every, word, on))) for word, name in access.FILTERS.items()]
    page = Paginator(access.sieve(every, which, on), PAGE_SIZE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "vendors/links/desk_accounts.html",
        {"page": page, "counted": counted, "which": which, "on": on, "now": now},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*TEAM_EDITORS)
def account_tell(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Show what an account's leads would be told, and tell them."""
    row = access.get_row(get_customer(customer), pk, now)
    if request.method == "POST":
        try:
            actions.tell_now(row=row, actor=desk_actor(person), at=now)
        except Refused as refused:
            messages.error(request, refused.reason)
        else:
            messages.success(request, f"The leads of {row.account.customer.name} are told.")
        return redirect("desk-account-link", customer=customer, pk=pk)
    return TemplateResponse(
        request,
        "vendors/links/desk_tell.html",
        {
            "row": row,
            "account": row.account,
            "notice": actions.preview(row, at=now),
            "recipients": actions.recipients_of(row.account),
            "told_at": access.told_at(row.account),
            "now": now,
        },
    )
