"""Which accounts fall short of the agreed plan, now or soon: the desk's list, and what is known of one account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet
from django.http import Http404

from customers.models import AwsAccount, Customer
from customers.plans import PlanTerms
from notifications.models import Notification
from tickets.models import Ticket
from vendors.access.directory import aws_terms
from vendors.access.links import links_of
from vendors.models import AccountLink, PlanObservation, VendorCase
from vendors.plans import Outlook, day_of, outlook, plan_seen
from vendors.states import Finding, LinkState

#: The kind of the messages that tell a lead about a plan.
NOTICE = "aws_plan"


@dataclass(frozen=True, kw_only=True)
class Row:
    """An account as the list shows it: what was declared, what was seen and when, and since when it falls short."""

    account: AwsAccount
    link: AccountLink | None
    outlook: Outlook
    short_since: datetime | None
    evidence: str

    @property
    def is_connected(self) -> bool:
        """Tell whether a link lives that was verified, or one over which the desk works by hand."""
        return self.link is not None and (
            self.link.is_manual or self.link.standing not in {LinkState.UNVERIFIED, LinkState.RETIRED}
        )

    @property
    def is_unreachable(self) -> bool:
        return self.link is not None and self.link.standing in {LinkState.DENIED, LinkState.UNREACHABLE}

    @property
    def has_link(self) -> bool:
        return self.link is not None and self.link.standing is not LinkState.RETIRED


def active_accounts(customer: Customer | None = None) -> QuerySet[AwsAccount]:
    """Return the accounts in use, of one customer or of every active one."""
    accounts = AwsAccount.objects.filter(is_active=True, customer__is_active=True).select_related("customer")
    if customer is not None:
        accounts = accounts.filter(customer=customer)
    return accounts.order_by("customer__name", "name", "pk")


def rows(
    *, now: datetime, terms: Sequence[PlanTerms], accounts: Iterable[AwsAccount] | None = None
) -> list[Row]:
    """Return how accounts stand, in as many questions for one as for all."""
    listed = list(active_accounts() if accounts is None else accounts)
    links = links_of(listed)
    last = _last_changes(links.values())
    seen = _last_seen(links.values())
    return [
        _row(account, links.get(account.pk), seen, last, terms=terms, on=day_of(now)) for account in listed
    ]


def _row(
    account: AwsAccount,
    link: AccountLink | None,
    seen: dict[int, PlanObservation],
    changes: dict[int, PlanObservation],
    *,
    terms: Sequence[PlanTerms],
    on: date,
) -> Row:
    look = seen.get(link.pk) if link else None
    change = changes.get(link.pk) if link else None
    plan = plan_seen(terms, look.severities if look else (), account.declared_plan)
    view = outlook(finding=Finding(account.support_state), plan=plan, terms=terms, on=on)
    since = None
    if view.is_short and view.by_look:
        since = change.at if change and change.finding == Finding.NOT_MET else account.checked_at
    elif view.is_short and view.ends_on is not None and view.ends_on <= on:
        since = datetime.combine(view.ends_on, time(), tzinfo=UTC)
    return Row(
        account=account, link=link, outlook=view, short_since=since, evidence=look.evidence if look else ""
    )


def _last_changes(links: Iterable[AccountLink]) -> dict[int, PlanObservation]:
    """Return the look that last showed something else than the one before it, by link."""
    found = PlanObservation.objects.filter(link_id__in=[link.pk for link in links], changed=True)
    return {row.link_id: row for row in found.order_by("link_id", "-at", "-pk").distinct("link_id")}


def _last_seen(links: Iterable[AccountLink]) -> dict[int, PlanObservation]:
    """Return the last look that showed whether the plan takes cases, by link."""
    found = PlanObservation.objects.filter(link_id__in=[link.pk for link in links])
    found = found.exclude(finding=Finding.UNKNOWN)
    return {row.link_id: row for row in found.order_by("link_id", "-at", "-pk").distinct("link_id")}


def row_of(account: AwsAccount, now: datetime) -> Row:
    """Return how one account stands."""
    [row] = rows(now=now, terms=aws_terms(), accounts=[account])
    return row


def get_row(customer: Customer, pk: int, now: datetime) -> Row:
    """Return how an account of a customer stands, for the desk, or 404."""
    account = AwsAccount.objects.filter(customer=customer, pk=pk).select_related("customer").first()
    if account is None:
        raise Http404("There is no such AWS account.")
    return row_of(account, now)


# --- The list's filters --------------------------------------------------------------------------------
#: By the word in the address: what the filter is called.
FILTERS = {
    "": "All",
    "short": "Falls short now",
    "soon": "Will fall short",
    "unconnected": "Not connected",
    "unreachable": "Unreachable",
}


def sieve(listed: Iterable[Row], which: str, on: date) -> list[Row]:
    """Return the rows of a filter; every row when there is no such filter."""
    return [row for row in listed if _fits(row, which, on)]


def _fits(row: Row, which: str, on: date) -> bool:
    match which:
        case "short":
            return row.outlook.is_short
        case "soon":
            return row.outlook.will_fall_short(on)
        case "unconnected":
            return not row.is_connected
        case "unreachable":
            return row.is_unreachable
    return True


# --- What was told, and what cases were opened with ----------------------------------------------------
def notices_of(account: AwsAccount) -> str:
    """Return how the keys of an account's notices begin."""
    return f"aws-plan:{account.pk}:"


def told_at(account: AwsAccount) -> datetime | None:
    """Return when somebody of the customer was last told about the account's plan."""
    told = Notification.objects.filter(
        customer_id=account.customer_id, kind=NOTICE, dedupe_key__startswith=notices_of(account)
    )
    last = told.order_by("-occurred_at").first()
    return None if last is None else last.occurred_at


def was_told_on(account: AwsAccount, day: date) -> bool:
    """Tell whether somebody of the customer was told on a day, in UTC."""
    begin = datetime.combine(day, time(), tzinfo=UTC)
    return Notification.objects.filter(
        customer_id=account.customer_id,
        kind=NOTICE,
        dedupe_key__startswith=notices_of(account),
        deliver_after__gte=begin,
        deliver_after__lt=begin + timedelta(days=1),
    ).exists()


def has_case_without_plan(ticket: Ticket) -> bool:
    """Tell whether a running case of a ticket was opened, or waited, while the account lacked the plan."""
    if ticket.aws_account is None:
        return False
    cases = VendorCase.objects.running().filter(customer_id=ticket.customer_id, ticket=ticket)
    return cases.filter(lacked_plan_at__isnull=False).exists()
