"""The steps of the demonstration at AWS: accounts are connected, cases asked for, answered, and passed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from core.tenancy import acting_as, worker_context
from customers import access
from customers.models import AwsAccount, DeskPerson, Member
from tickets.models import Ticket
from trusst_support.demo.aws import RememberedAws
from vendors.actions import cases, links
from vendors.actions.looking import look_due
from vendors.actions.sending import send_due
from vendors.actions.sync import look_soon, poll
from vendors.adapters import adapter_for
from vendors.models import AccountLink, VendorCase, VendorMessage
from vendors.states import Side

STEPS = frozenset({"ask aws", "aws says", "tell aws", "share aws"})
#: The accounts that their customers connect, by the lead's first name; the others are not connected yet.
CONNECTED = {
    "Joel": ("acme-prod", "acme-dev"),
    "Grace": ("banksia-clinical",),
    "Carla": ("tidewater-core",),
    "Paula": ("wattle-shop",),
    "Erin": ("jacaranda-main",),
}


def connect(members: Mapping[str, Member]) -> None:
    """Let customers' leads connect their accounts, and look at each."""
    for name, accounts in CONNECTED.items():
        lead = members[name]
        with acting_as(access.member_context(lead)) as at:
            actor = access.member_actor(lead)
            for account in access.aws_accounts_of(lead.customer).filter(name__in=accounts):
                link = links.begin(account=account, actor=actor, at=at)
                arn = f"arn:aws:iam::{account.account_id}:role/{settings.AWS_ROLE_NAME}"
                links.name_role(link=link, actor=actor, at=at, role_arn=arn)
    look_due()


def look_again(person: DeskPerson) -> None:
    """Look at every account once more, so that what is shown of its plan is of today."""
    with acting_as(access.desk_context(person)) as at:
        for link in AccountLink.objects.automatic().order_by("pk"):
            links.ask_look(link=link, actor=access.desk_actor(person), at=at)
    look_due()


def let_rest() -> None:
    """Make no call for what is invented, unless this machine has an AWS of its own that knows of it."""
    if settings.LOCAL:
        return
    with acting_as(worker_context()):
        AccountLink.objects.update(next_poll_at=None, next_probe_at=None)


def take(verb: str, ticket: Ticket, values: dict[str, Any], *, person: DeskPerson | None) -> None:
    """Take one step."""
    if person is None:
        _say(ticket, **values)
    elif verb == "ask aws":
        _ask(ticket, person, **values)
    elif verb == "tell aws":
        _tell(ticket, person, **values)
    else:
        _share(ticket, person)


def _ask(
    ticket: Ticket,
    person: DeskPerson,
    *,
    account: str,
    severity: str,
    body: str,
    service: str,
    category: str,
    number: str,
    refused: str,
) -> None:
    with acting_as(access.desk_context(person)) as at:
        link = AccountLink.objects.select_related("vendor", "customer", "account").get(
            customer_id=ticket.customer_id, account__name=account
        )
        aws = _remembered(link)
        aws.number, aws.refuses = number, refused
        cases.ask_for_case(
            ticket=ticket,
            link=link,
            actor=access.desk_actor(person),
            at=at,
            wanted=cases.Wanted(
                subject=ticket.subject,
                body=body,
                severity=severity,
                service=service,
                category=category,
                allowed_by=_lead_of(link.account).name,
            ),
            token=f"{ticket.key}/{at.isoformat()}",
        )
    send_due()


def _lead_of(account: AwsAccount | None) -> Member:
    assert account is not None
    return next(one for one in access.members_of(account.customer) if one.role == "lead")


def _tell(ticket: Ticket, person: DeskPerson, *, body: str) -> None:
    with acting_as(access.desk_context(person)) as at:
        cases.reply_to_vendor(
            case=_case_of(ticket),
            actor=access.desk_actor(person),
            at=at,
            body=body,
            token=f"{ticket.key}/{at.isoformat()}",
        )
    send_due()


def _share(ticket: Ticket, person: DeskPerson) -> None:
    with acting_as(access.desk_context(person)) as at:
        case = _case_of(ticket)
        received = VendorMessage.objects.filter(
            customer_id=case.customer_id, case=case, side=Side.VENDOR, is_automatic=False
        ).latest("at")
        cases.share(received=received, actor=access.desk_actor(person), at=at, with_files=False)


def _say(ticket: Ticket, *, status: str, body: str, is_automatic: bool) -> None:
    """Let AWS write on a ticket's case, or move it, and read that."""
    with acting_as(worker_context()) as at:
        case = _case_of(ticket)
        link = AccountLink.objects.select_related("vendor").get(pk=case.link_id, customer_id=case.customer_id)
        aws = _remembered(link)
        aws.move(link.account_number, case.external_id, status)
        aws.write(case.external_id, body, is_automatic=is_automatic)
        look_soon(link_id=link.pk, customer_id=link.customer_id, at=at)
    poll(link_id=link.pk)


def _case_of(ticket: Ticket) -> VendorCase:
    return (
        VendorCase.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
        .select_related("ticket__customer", "vendor", "link__account", "link__vendor", "customer")
        .latest("pk")
    )


def _remembered(link: AccountLink) -> RememberedAws:
    adapter = adapter_for(link)
    assert isinstance(adapter, RememberedAws)
    return adapter


def plans_of(accounts: Iterable[tuple[str, str, str, str]]) -> dict[str, str]:
    """Return the plan of each account by its number, as AWS would tell it."""
    return {number: plan or "Basic" for _name, number, plan, _state in accounts}
