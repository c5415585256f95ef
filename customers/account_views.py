"""A customer's AWS accounts: whether the desk can open cases for each, and what to do where it cannot."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers import portal_access, portal_actions
from customers.access import member_actor
from customers.coverage import standing_of
from customers.desk_admin_actions import switch_account
from customers.desk_admin_forms import SwitchForm
from customers.desk_admin_views import attempt
from customers.doors import member_door
from customers.models import Member, MemberRole
from customers.plans import plans
from customers.portal_forms import NewAccountForm, PlanForm

READERS = (MemberRole.COORDINATOR, MemberRole.LEAD)


@require_safe
@member_door(*READERS)
def aws_accounts(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """List a customer's AWS accounts; those where something is to be done come first."""
    return _list_page(request, member, now)


@require_http_methods(["GET", "HEAD", "POST"])
@member_door(MemberRole.LEAD)
def aws_account_new(request: HttpRequest, member: Member, now: datetime) -> HttpResponseBase:
    """Add an AWS account."""
    form = NewAccountForm(request.POST if request.method == "POST" else None)
    if form.is_bound and attempt(
        form,
        lambda: portal_actions.declare_account(
            customer=member.customer, actor=member_actor(member), at=now, **form.cleaned_data
        ),
    ):
        messages.success(request, _("%(name)s is added.") % {"name": form.cleaned_data["name"]})
        return redirect("aws-accounts", customer=member.customer.slug)
    return TemplateResponse(
        request,
        "portal/aws_account.html",
        {"customer": member.customer, "account": None, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_door(MemberRole.LEAD)
def aws_account(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Change an account's name, its plan as declared, and whether the desk may open cases for it."""
    account = portal_access.get_account(member, pk)
    form = PlanForm(request.POST if request.method == "POST" else None, account=account)
    if form.is_bound and attempt(
        form,
        lambda: portal_actions.change_account(
            account=account, actor=member_actor(member), at=now, **form.cleaned_data
        ),
    ):
        messages.success(request, _("%(name)s is changed.") % {"name": form.cleaned_data["name"]})
        return redirect("aws-accounts", customer=member.customer.slug)
    return TemplateResponse(
        request,
        "portal/aws_account.html",
        {"customer": member.customer, "account": account, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_POST
@member_door(MemberRole.LEAD)
def aws_account_switch(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Retire an account, or take it back; tickets about it keep it."""
    account = portal_access.get_account(member, pk)
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return _list_page(request, member, now, status=422)
    is_active = form.cleaned_data["active"] == "yes"
    switch_account(account=account, actor=member_actor(member), at=now, is_active=is_active)
    said = _("%(name)s is taken back.") if is_active else _("%(name)s is retired.")
    messages.success(request, said % {"name": account.name})
    return redirect("aws-accounts", customer=member.customer.slug)


def _list_page(request: HttpRequest, member: Member, now: datetime, *, status: int = 200) -> TemplateResponse:
    on, terms = now.astimezone(UTC).date(), plans()
    accounts = [
        (account, standing_of(account, on=on, terms=terms)) for account in portal_access.accounts_of(member)
    ]
    return TemplateResponse(
        request,
        "portal/aws_accounts.html",
        {
            "customer": member.customer,
            "in_use": sorted(
                (pair for pair in accounts if pair[0].is_active), key=lambda pair: not pair[1].steps
            ),
            "retired": [account for account, _standing in accounts if not account.is_active],
            "may_change": member.role == MemberRole.LEAD,
            "now": now,
        },
        status=status,
    )
