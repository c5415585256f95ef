"""What pages show of the links to accounts; each look-up is its own permission check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.http import Http404

from core.models import EventRecord
from customers.desk_admin_access import get_account as get_account_for_desk
from customers.models import AwsAccount, Customer, Member
from customers.portal_access import get_account as get_account_for_member
from vendors.adapters.base import Options, Service, Severity
from vendors.models import AccountLink, PlanObservation, PushHint, PushKey
from vendors.states import Finding, LinkState

#: A page shows so many looks; a list of all of them would be one a day for years.
MOST_LOOKS = 30


def own_account(member: Member, pk: int) -> AwsAccount:
    """Return an AWS account of the member's customer, or 404."""
    return get_account_for_member(member, pk)


def desk_account(customer: Customer, pk: int) -> AwsAccount:
    """Return an AWS account of a customer for the desk, or 404."""
    return get_account_for_desk(customer, pk)


def link_of(account: AwsAccount) -> AccountLink | None:
    """Return the link of an account that lives, or else the one that was retired last."""
    return links_of([account]).get(account.pk)


def get_link(account: AwsAccount) -> AccountLink:
    """Return the link of an account, or 404."""
    found = link_of(account)
    if found is None:
        raise Http404("This account is not connected.")
    return found


def links_of(accounts: Iterable[AwsAccount]) -> dict[int, AccountLink]:
    """Return the link of each account, by the account's id, in one question."""
    found: dict[int, AccountLink] = {}
    listed = list(accounts)
    rows = (
        AccountLink.objects.filter(
            customer_id__in={one.customer_id for one in listed}, account_id__in=[one.pk for one in listed]
        )
        .select_related("vendor", "account", "customer")
        .order_by(F("retired_at").asc(nulls_last=True), "pk")
    )
    for link in rows:
        if link.account_id is not None:
            found[link.account_id] = link
    return found


def earlier_links_of(account: AwsAccount, but: AccountLink | None) -> QuerySet[AccountLink]:
    """Return the links of an account that were retired before the present one."""
    links = AccountLink.objects.filter(
        customer_id=account.customer_id, account=account, state=LinkState.RETIRED
    )
    return links.exclude(pk=but.pk if but else 0).order_by("-retired_at")


def looks_at(link: AccountLink) -> QuerySet[PlanObservation]:
    """Return the looks at an account's plan, the newest first."""
    return PlanObservation.objects.filter(customer_id=link.customer_id, link=link).order_by("-at", "-pk")


def last_known(link: AccountLink) -> PlanObservation | None:
    """Return the last look that showed whether the plan takes cases."""
    return looks_at(link).exclude(finding=Finding.UNKNOWN).first()


def facts_of(link: AccountLink) -> QuerySet[EventRecord]:
    """Return what happened to a link, the newest first."""
    return EventRecord.objects.filter(
        customer_id=link.customer_id, type__startswith="vendors.", payload__link_id=link.pk, ticket_id=None
    ).order_by("-occurred_at", "-pk")


def valid_keys(link: AccountLink, now: datetime) -> QuerySet[PushKey]:
    """Return the keys with which the account's events are taken now, the newest first."""
    return PushKey.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), customer_id=link.customer_id, link=link
    ).order_by("-created_at", "-pk")


def get_key(link: AccountLink, pk: int, now: datetime) -> PushKey:
    """Return a key of a link that works, or 404."""
    key = valid_keys(link, now).filter(pk=pk).first()
    if key is None:
        raise Http404("There is no such key.")
    return key


def last_push(link: AccountLink) -> PushHint | None:
    """Return what the account's rule sent last; the desk's alone."""
    return PushHint.objects.filter(customer_id=link.customer_id, link=link).order_by("-received_at").first()


def options_of(link: AccountLink) -> Options:
    """Return what an account offered for a new case when it was asked last; nothing when it never was."""
    kept = link.options
    return Options(
        severities=tuple(Severity(code=code, name=name) for code, name in kept.get("severities", ())),
        services=tuple(
            Service(code=code, name=name, categories=tuple((one[0], one[1]) for one in categories))
            for code, name, categories in kept.get("services", ())
        ),
        languages=tuple((code, name) for code, name in kept.get("languages", ())),
    )
