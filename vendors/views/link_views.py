"""The desk connects a customer's AWS account, and sees how its connection stands."""

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

from core.problems import Refused
from customers.access import desk_actor, get_customer
from customers.desk_admin_access import ADMINS, TEAM_EDITORS
from customers.desk_admin_views import attempt
from customers.doors import desk_door
from customers.models import AwsAccount, DeskPerson
from vendors.access import links as access
from vendors.access.coverage import told_at
from vendors.actions import links as actions
from vendors.forms.links import ChannelForm, RoleForm, VersionForm, WayForm
from vendors.models import AccountLink
from vendors.views.setting_up import Addresses, is_live, page_of

PAGE = "desk-account-link"


def _found(customer: str, pk: int) -> AwsAccount:
    return access.desk_account(get_customer(customer), pk)


def _addresses(account: AwsAccount) -> Addresses:
    return Addresses(base=PAGE, parts={"customer": account.customer.slug, "pk": account.pk})


def _page(
    request: HttpRequest,
    person: DeskPerson,
    account: AwsAccount,
    now: datetime,
    *,
    status: int = 200,
    **more: Any,
) -> TemplateResponse:
    link = access.link_of(account)
    addresses = _addresses(account)
    context = page_of(
        account,
        link,
        addresses,
        now,
        may_connect=person.role in TEAM_EDITORS,
        may_rotate=person.role in ADMINS,
        to_way=addresses.to("way"),
        told_at=told_at(account),
        facts=list(access.facts_of(link)[:50]) if link else [],
        last_push=access.last_push(link) if link else None,
        **more,
    )
    return TemplateResponse(request, "vendors/links/desk_link.html", context, status=status)


def _back(account: AwsAccount) -> HttpResponseBase:
    return redirect(PAGE, customer=account.customer.slug, pk=account.pk)


@require_safe
@desk_door()
def account_link(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Show how an account of a customer is connected, or the steps to it."""
    return _page(request, person, _found(customer, pk), now)


@require_safe
@desk_door()
def account_link_state(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Show the state alone, for a page that waits for a look."""
    account = _found(customer, pk)
    context = page_of(account, access.get_link(account), _addresses(account), now)
    return TemplateResponse(request, "vendors/links/_state.html", context)


@require_POST
@desk_door(*TEAM_EDITORS)
def account_link_begin(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Begin to connect an account."""
    account = _found(customer, pk)
    if is_live(access.link_of(account)):  # sent twice, or a colleague was faster
        return _back(account)
    form = ChannelForm(request.POST)
    if attempt(
        form,
        lambda: actions.begin(
            account=account, actor=desk_actor(person), at=now, channel=form.cleaned_data["channel"]
        ),
    ):
        return _back(account)
    return _page(request, person, account, now, status=422, begin_form=form)


@require_POST
@desk_door(*TEAM_EDITORS)
def account_link_role(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Keep the role, and ask for it to be verified."""
    account = _found(customer, pk)
    link = access.get_link(account)
    form = RoleForm(request.POST, link=link)
    if attempt(
        form, lambda: actions.name_role(link=link, actor=desk_actor(person), at=now, **form.cleaned_data)
    ):
        return _back(account)
    return _page(request, person, account, now, status=422, form=form)


@require_POST
@desk_door()
def account_link_look(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Ask for a look at once."""
    account = _found(customer, pk)
    link = access.get_link(account)
    try:
        actions.ask_look(link=link, actor=desk_actor(person), at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
    return _back(account)


@require_POST
@desk_door(*TEAM_EDITORS)
def account_link_way(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Deal with an account by hand, or let the portal make calls again."""
    account = _found(customer, pk)
    link = access.get_link(account)
    form = WayForm(request.POST)
    if not form.is_valid():
        return _page(request, person, account, now, status=422)
    is_manual = form.cleaned_data["manual"] == "yes"
    try:
        actions.switch_way(link=link, actor=desk_actor(person), at=now, is_manual=is_manual)
    except Refused as refused:
        messages.error(request, refused.reason)
    else:
        said = "is dealt with by hand" if is_manual else "is reached by calls again"
        messages.success(request, f"{account.name} {said}.")
    return _back(account)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*ADMINS)
def account_link_rotate(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Replace the external ID, once that is confirmed."""
    account = _found(customer, pk)
    link = access.get_link(account)
    return _ask(
        request,
        link,
        account,
        now,
        "rotate",
        lambda form: actions.rotate(
            link=link, actor=desk_actor(person), at=now, expected_version=form.cleaned_data["version"]
        ),
        f"{account.name} has a new external ID. Nothing is asked until it is verified.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_door(*TEAM_EDITORS)
def account_link_retire(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Retire a connection, once that is confirmed."""
    account = _found(customer, pk)
    link = access.get_link(account)
    return _ask(
        request,
        link,
        account,
        now,
        "retire",
        lambda form: actions.retire(link=link, actor=desk_actor(person), at=now),
        f"The connection of {account.name} is retired.",
    )


def _ask(
    request: HttpRequest,
    link: AccountLink,
    account: AwsAccount,
    now: datetime,
    what: str,
    act: Callable[[Form], object],
    done: str,
) -> HttpResponseBase:
    form = VersionForm(request.POST if request.method == "POST" else None, initial={"version": link.version})
    if form.is_bound and attempt(form, lambda: act(form)):
        messages.success(request, done)
        return _back(account)
    return TemplateResponse(
        request,
        "vendors/links/desk_confirm.html",
        {"account": account, "link": link, "what": what, "form": form, "now": now},
        status=422 if form.errors else 200,
    )


@require_POST
@desk_door(*TEAM_EDITORS)
def account_link_key(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int
) -> HttpResponseBase:
    """Make a key for the account's events, and show it this once."""
    account = _found(customer, pk)
    link = access.get_link(account)
    try:
        word = actions.make_key(link=link, actor=desk_actor(person), at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
        return _back(account)
    return _page(request, person, account, now, new_key=word)


@require_POST
@desk_door(*TEAM_EDITORS)
def account_link_key_revoke(
    request: HttpRequest, person: DeskPerson, now: datetime, customer: str, pk: int, key_id: int
) -> HttpResponseBase:
    """Let a key no longer be taken."""
    account = _found(customer, pk)
    link = access.get_link(account)
    actions.revoke_key(link=link, key=access.get_key(link, key_id, now), actor=desk_actor(person), at=now)
    messages.success(request, "The key no longer works.")
    return _back(account)
