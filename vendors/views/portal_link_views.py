"""A customer's lead connects an AWS account, and sees how its connection stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.problems import Refused
from customers.access import member_actor
from customers.desk_admin_views import attempt
from customers.doors import member_door
from customers.models import AwsAccount, Member, MemberRole
from vendors.access import links as access
from vendors.actions import links as actions
from vendors.forms.links import ChannelForm, RoleForm, VersionForm
from vendors.models import AccountLink
from vendors.views.setting_up import Addresses, is_live, page_of


def _addresses(account: AwsAccount) -> Addresses:
    return Addresses(base="aws-link", parts={"customer": account.customer.slug, "pk": account.pk})


def _page(
    request: HttpRequest,
    account: AwsAccount,
    link: AccountLink | None,
    now: datetime,
    *,
    status: int = 200,
    **more: Any,
) -> TemplateResponse:
    context = page_of(account, link, _addresses(account), now, **more)
    return TemplateResponse(request, "portal/aws_link.html", context, status=status)


@require_safe
@member_door(MemberRole.LEAD)
def aws_link(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Show how an account is connected, or the steps to it."""
    account = access.own_account(member, pk)
    return _page(request, account, access.link_of(account), now)


@require_safe
@member_door(MemberRole.LEAD)
def aws_link_state(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Show the state alone, for a page that waits for a look."""
    account = access.own_account(member, pk)
    link = access.get_link(account)
    context = page_of(account, link, _addresses(account), now)
    return TemplateResponse(request, "vendors/links/_state.html", context)


@require_POST
@member_door(MemberRole.LEAD)
def aws_link_begin(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Begin to connect an account."""
    account = access.own_account(member, pk)
    if is_live(access.link_of(account)):  # sent twice, or a colleague was faster
        return redirect("aws-link", customer=member.customer.slug, pk=pk)
    form = ChannelForm(request.POST)
    if attempt(
        form,
        lambda: actions.begin(
            account=account, actor=member_actor(member), at=now, channel=form.cleaned_data["channel"]
        ),
    ):
        return redirect("aws-link", customer=member.customer.slug, pk=pk)
    return _page(request, account, access.link_of(account), now, status=422, begin_form=form)


@require_POST
@member_door(MemberRole.LEAD)
def aws_link_role(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Keep the role, and ask for it to be verified."""
    account = access.own_account(member, pk)
    link = access.get_link(account)
    form = RoleForm(request.POST, link=link)
    if attempt(
        form,
        lambda: actions.name_role(link=link, actor=member_actor(member), at=now, **form.cleaned_data),
    ):
        return redirect("aws-link", customer=member.customer.slug, pk=pk)
    return _page(request, account, link, now, status=422, form=form)


@require_POST
@member_door(MemberRole.LEAD)
def aws_link_look(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Ask for a look at once."""
    link = access.get_link(access.own_account(member, pk))
    try:
        actions.ask_look(link=link, actor=member_actor(member), at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
    return redirect("aws-link", customer=member.customer.slug, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_door(MemberRole.LEAD)
def aws_link_rotate(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Replace the external ID, once that is confirmed."""
    link = access.get_link(access.own_account(member, pk))
    return _ask(
        request,
        link,
        now,
        "rotate",
        lambda form: actions.rotate(
            link=link, actor=member_actor(member), at=now, expected_version=form.cleaned_data["version"]
        ),
        _("The connection has a new external ID. Put it into the role, then verify."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_door(MemberRole.LEAD)
def aws_link_retire(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Retire a connection, once that is confirmed."""
    link = access.get_link(access.own_account(member, pk))
    return _ask(
        request,
        link,
        now,
        "retire",
        lambda form: actions.retire(link=link, actor=member_actor(member), at=now),
        _("The connection is retired. We make no call to the account any more."),
    )


def _ask(
    request: HttpRequest,
    link: AccountLink,
    now: datetime,
    what: str,
    act: Callable[[Form], object],
    done: str,
) -> HttpResponseBase:
    account = link.account
    assert account is not None
    form = VersionForm(request.POST if request.method == "POST" else None, initial={"version": link.version})
    if form.is_bound and attempt(form, lambda: act(form)):
        messages.success(request, done)
        return redirect("aws-link", customer=link.customer.slug, pk=account.pk)
    return TemplateResponse(
        request,
        "portal/aws_link_confirm.html",
        {
            "customer": link.customer,
            "account": account,
            "link": link,
            "what": what,
            "form": form,
            "now": now,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@member_door(MemberRole.LEAD)
def aws_link_key(request: HttpRequest, member: Member, now: datetime, pk: int) -> HttpResponseBase:
    """Make a key for the account's events, and show it this once."""
    account = access.own_account(member, pk)
    link = access.get_link(account)
    try:
        word = actions.make_key(link=link, actor=member_actor(member), at=now)
    except Refused as refused:
        messages.error(request, refused.reason)
        return redirect("aws-link", customer=member.customer.slug, pk=pk)
    return _page(request, account, link, now, new_key=word)


@require_POST
@member_door(MemberRole.LEAD)
def aws_link_key_revoke(
    request: HttpRequest, member: Member, now: datetime, pk: int, key_id: int
) -> HttpResponseBase:
    """Let a key no longer be taken."""
    link = access.get_link(access.own_account(member, pk))
    actions.revoke_key(link=link, key=access.get_key(link, key_id, now), actor=member_actor(member), at=now)
    messages.success(request, _("The key no longer works."))
    return redirect("aws-link", customer=member.customer.slug, pk=pk)
