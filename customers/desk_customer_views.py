"""The desk's administration of customers: taking one on, its settings, services, AWS accounts and people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers import desk_admin_access, desk_admin_actions
from customers.access import desk_actor, get_customer
from customers.desk_admin_access import ADMINS, READERS, TEAM_EDITORS, check_may
from customers.desk_admin_forms import (
    AccountForm,
    AccountNameForm,
    CustomerForm,
    MemberRoleForm,
    ServiceForm,
    SwitchForm,
    TakeOnForm,
)
from customers.desk_admin_views import attempt
from customers.doors import desk_door
from customers.models import Customer, DeskPerson


@require_safe
@desk_door(*READERS)
def customers(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """List every customer, and the way to take another on."""
    return TemplateResponse(
        request,
        "desk/admin/customers.html",
        {"customers": desk_admin_access.all_customers(), "may_edit": person.role in ADMINS, "now": now},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def customer_new(request: HttpRequest, person: DeskPerson, now: datetime) -> HttpResponseBase:
    """Take a customer on."""
    form = TakeOnForm(request.POST if request.method == "POST" else None)
    if form.is_bound and attempt(form, lambda: _take_on(form, person, now)):
        messages.success(
            request,
            f"{form.cleaned_data['name']} is taken on. {form.cleaned_data['lead_name']} gets an invitation.",
        )
        return redirect("admin-customer", customer=form.cleaned_data["slug"])
    return TemplateResponse(
        request,
        "desk/admin/customer_new.html",
        {"form": form, "now": now},
        status=422 if form.errors else 200,
    )


def _take_on(form: TakeOnForm, person: DeskPerson, now: datetime) -> Customer:
    typed = form.cleaned_data
    return desk_admin_actions.take_on(
        actor=desk_actor(person),
        at=now,
        slug=typed["slug"],
        key=typed["key"],
        settings=form.settings(),
        lead_name=typed["lead_name"],
        lead_email=typed["lead_email"],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*READERS)
def customer(request: HttpRequest, person: DeskPerson, now: datetime, customer: str) -> HttpResponseBase:
    """Show a customer's settings, services and AWS accounts; an administrator changes the settings."""
    found = get_customer(customer)
    if request.method != "POST":
        return _page(request, person, found, now)
    check_may(person, ADMINS)
    form = CustomerForm(request.POST)
    if attempt(
        form,
        lambda: desk_admin_actions.change_customer(
            customer=found, actor=desk_actor(person), at=now, settings=form.settings()
        ),
    ):
        return _back(request, found, "The settings are changed.")
    return _page(request, person, found, now, settings=form)


@require_POST
@desk_door(*ADMINS)
def customer_return(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str
) -> HttpResponseBase:
    """Let a customer's people in again."""
    found = get_customer(customer)
    desk_admin_actions.switch_customer(customer=found, actor=desk_actor(person), at=now, is_active=True)
    return _back(request, found, f"{found.name} is active again.")


# --- What a customer has -----------------------------------------------------------------------------
@require_POST
@desk_door(*TEAM_EDITORS)
def service_add(request: HttpRequest, person: DeskPerson, now: datetime, customer: str) -> HttpResponseBase:
    """Name a service of a customer."""
    found = get_customer(customer)
    form = ServiceForm(request.POST, auto_id="service-%s")
    if attempt(
        form,
        lambda: desk_admin_actions.add_service(
            customer=found, actor=desk_actor(person), at=now, **form.cleaned_data
        ),
    ):
        return _back(request, found, f"{form.cleaned_data['name']} is added.")
    return _page(request, person, found, now, service=form)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*TEAM_EDITORS)
def service(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Rename a service."""
    found = get_customer(customer)
    one = desk_admin_access.get_service(found, pk)
    form = ServiceForm(request.POST if request.method == "POST" else None, service=one)
    return _rename(
        request,
        found,
        form,
        now,
        was=one.name,
        act=lambda: desk_admin_actions.rename_service(
            service=one, actor=desk_actor(person), at=now, name=form.cleaned_data["name"]
        ),
    )


@require_POST
@desk_door(*TEAM_EDITORS)
def service_switch(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Offer a service on new reports, or no longer."""
    found = get_customer(customer)
    one = desk_admin_access.get_service(found, pk)
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return _page(request, person, found, now, status=422)
    is_active = form.cleaned_data["active"] == "yes"
    desk_admin_actions.switch_service(service=one, actor=desk_actor(person), at=now, is_active=is_active)
    return _back(request, found, f"{one.name} is {'offered again' if is_active else 'no longer offered'}.")


@require_POST
@desk_door(*TEAM_EDITORS)
def account_add(request: HttpRequest, person: DeskPerson, now: datetime, customer: str) -> HttpResponseBase:
    """Record an AWS account of a customer."""
    found = get_customer(customer)
    form = AccountForm(request.POST, auto_id="account-%s")
    if attempt(
        form,
        lambda: desk_admin_actions.add_account(
            customer=found, actor=desk_actor(person), at=now, **form.cleaned_data
        ),
    ):
        return _back(request, found, f"{form.cleaned_data['name']} is added.")
    return _page(request, person, found, now, account=form)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*TEAM_EDITORS)
def account(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Rename an AWS account."""
    found = get_customer(customer)
    one = desk_admin_access.get_account(found, pk)
    form = AccountNameForm(request.POST if request.method == "POST" else None, initial={"name": one.name})
    return _rename(
        request,
        found,
        form,
        now,
        was=one.name,
        act=lambda: desk_admin_actions.rename_account(
            account=one, actor=desk_actor(person), at=now, name=form.cleaned_data["name"]
        ),
    )


@require_POST
@desk_door(*TEAM_EDITORS)
def account_switch(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Retire an AWS account, or take it back."""
    found = get_customer(customer)
    one = desk_admin_access.get_account(found, pk)
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return _page(request, person, found, now, status=422)
    is_active = form.cleaned_data["active"] == "yes"
    desk_admin_actions.switch_account(account=one, actor=desk_actor(person), at=now, is_active=is_active)
    return _back(request, found, f"{one.name} is {'taken back' if is_active else 'retired'}.")


# --- A customer's people -----------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*READERS)
def member(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Change the role of one of a customer's people."""
    found = get_customer(customer)
    one = desk_admin_access.get_member_for_desk(found, pk)
    form = MemberRoleForm(request.POST if request.method == "POST" else None, initial={"role": one.role})
    if form.is_bound and attempt(
        form,
        lambda: desk_admin_actions.change_member_role(
            member=one, actor=desk_actor(person), at=now, role=form.cleaned_data["role"]
        ),
    ):
        messages.success(request, f"{one.name}'s role is changed.")
        return redirect("desk-people", customer=found.slug)
    return _member_page(request, found, one, now, form)


@require_POST
@desk_door(*READERS)
def member_return(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Let one of a customer's people in again; taking them out asks first who gets their tickets."""
    found = get_customer(customer)
    one = desk_admin_access.get_member_for_desk(found, pk)
    desk_admin_actions.switch_member(member=one, actor=desk_actor(person), at=now, is_active=True)
    messages.success(request, f"{one.name} gets in again.")
    return redirect("desk-people", customer=found.slug)


def _member_page(
    request: HttpRequest, found: Customer, one: Any, now: datetime, form: Form
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "desk/admin/member.html",
        {"customer": found, "member": one, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


# --- Answers -----------------------------------------------------------------------------------------
def _back(request: HttpRequest, found: Customer, said: str) -> HttpResponseBase:
    messages.success(request, said)
    return redirect("admin-customer", customer=found.slug)


def _rename(
    request: HttpRequest,
    found: Customer,
    form: Form,
    now: datetime,
    *,
    was: str,
    act: Callable[[], object],
) -> HttpResponseBase:
    if form.is_bound and attempt(form, act):
        return _back(request, found, f"{was} is called {form.cleaned_data['name']} now.")
    return TemplateResponse(
        request,
        "desk/admin/rename.html",
        {"customer": found, "was": was, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


def _page(
    request: HttpRequest,
    person: DeskPerson,
    found: Customer,
    now: datetime,
    *,
    status: int = 200,
    **failed: Form,
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "desk/admin/customer.html",
        {
            "customer": found,
            "services": desk_admin_access.all_services_of(found),
            "accounts": desk_admin_access.all_accounts_of(found),
            "form": failed.get("settings") or CustomerForm(customer=found),
            "service_form": failed.get("service") or ServiceForm(auto_id="service-%s"),
            "account_form": failed.get("account") or AccountForm(auto_id="account-%s"),
            "failed": failed,
            "may_edit": person.role in ADMINS,
            "may_name": person.role in TEAM_EDITORS,
            "now": now,
        },
        status=422 if failed else status,
    )
