"""A customer's account at the AWS of the tests, connected, and what the desk does there through its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import AwsAccount
from notifications.models import Notification
from tests.cast import HIGH, House, file_ticket, fresh
from tests.vendors import factories
from tests.vendors.fake import FakeAws
from tickets.models import Message, Ticket
from trusst_support.local.aws.catalogue import LEVELS, PLANS, SERVICES
from vendors.actions.sending import send_due
from vendors.models import AccountLink, Outgoing, VendorCase

SERVICE = "amazon-elastic-compute-cloud-linux"


def offers(plan: str = "Business Support+") -> dict[str, Any]:
    """Return what an account of a plan offers, as a look at it keeps it."""
    return {
        "severities": [[code, LEVELS[code]] for code in PLANS[plan]],
        "services": [
            [code, name, [list(one) for one in categories]] for code, (name, categories) in SERVICES.items()
        ],
        "languages": [["en", "English"]],
    }


def connect(aws: FakeAws, house: House, *, allowed: bool = True, **changes: Any) -> AccountLink:
    """Connect a customer's account, with the permission to open cases on record."""
    account = factories.account_of(house.customer)
    plan = changes.pop("plan", "Business Support+")
    made = aws.account(account.account_id, plan)
    with acting_as(worker_context()) as now:
        AwsAccount.objects.filter(pk=account.pk).update(
            declared_plan=plan,
            checked_at=now,
            cases_allowed_by=house.lead.name if allowed else "",
            cases_allowed_at=now if allowed else None,
        )
        account.refresh_from_db()
    return factories.link(
        house.customer,
        account,
        external_id=made.external_id,
        options=changes.pop("options", offers(plan)),
        options_at=now,
        **changes,
    )


def report(house: House, **more: Any) -> Ticket:
    """File a ticket about the customer's account."""
    usual: dict[str, Any] = {"impact": HIGH, "aws_account": factories.account_of(house.customer)}
    return file_ticket(house.requester, **usual | more)


def address(ticket: Ticket, end: str = "vendor-case/") -> str:
    return f"/desk/tickets/{ticket.key}/{end}"


def prefilled(browser: Client, ticket: Ticket, query: str = "") -> dict[str, Any]:
    """Return the form of a new case as the page shows it, ready to be sent."""
    form = browser.get(f"{address(ticket)}{query}").context["form"]
    typed: dict[str, Any] = {
        name: form[name].value() for name in form.fields if form[name].value() not in (None, False)
    }
    return typed | {
        "service": SERVICE,
        "category": "volume-issue",
        "link": str(form_link(browser, ticket, query)),
    }


def form_link(browser: Client, ticket: Ticket, query: str) -> int:
    link: AccountLink = browser.get(f"{address(ticket)}{query}").context["link"]
    return link.pk


def ask(browser: Client, ticket: Ticket, query: str = "", **typed: Any) -> Any:
    """Send a new case from its form, and return the answer."""
    given = prefilled(browser, ticket, query) | {"step": "send"} | typed
    return browser.post(address(ticket), {name: value for name, value in given.items() if value is not None})


def write(browser: Client, ticket: Ticket, body: str, **typed: Any) -> Any:
    """Write to the vendor from the ticket's page, and return the answer."""
    form = pane(browser, ticket).form
    given: dict[str, Any] = {"body": body, "case": form["case"].value(), "token": form["token"].value()}
    return browser.post(address(ticket, "vendor/"), given | typed)


def pane(browser: Client, ticket: Ticket) -> Any:
    """Return the pane of the composer in which one writes to a vendor, or None."""
    contexts: Any = browser.get(address(ticket, "")).context
    for context in contexts:
        if "vendor" in context and getattr(context["vendor"], "mode", "") == "vendor":
            return context["vendor"]
    return None


def sweep(clock: Any, **length: float) -> int:
    """Let time pass, then send what is due."""
    if length:
        clock.advance(**length)
    return send_due()


# --- What there is afterwards ------------------------------------------------------------------------
def case_of(ticket: Ticket) -> VendorCase:
    with acting_as(worker_context()):
        return VendorCase.objects.select_related("link__account", "vendor", "ticket").get(ticket=ticket)


def rows_of(ticket: Ticket) -> list[Outgoing]:
    with acting_as(worker_context()):
        return list(Outgoing.objects.filter(case__ticket=ticket).order_by("pk"))


def states_of(ticket: Ticket) -> list[str]:
    return [row.state for row in rows_of(ticket)]


def messages_of(ticket: Ticket) -> list[tuple[str, str, str]]:
    """Return (audience, vendor, body) of a ticket's messages, oldest first."""
    with acting_as(worker_context()):
        return list(
            Message.objects.filter(ticket=ticket).order_by("pk").values_list("audience", "vendor", "body")
        )


def facts(ticket: Ticket, *names: str) -> list[dict[str, Any]]:
    """Return what the facts of some types carry, oldest first."""
    with acting_as(worker_context()):
        found = EventRecord.objects.filter(
            ticket_id=ticket.pk, type__in=[f"vendors.{name}" for name in names]
        )
        return list(found.order_by("seq").values_list("payload", flat=True))


def mails(kind: str = "vendor") -> list[tuple[str, str]]:
    """Return who was told what by the sending of things to vendors."""
    with acting_as(worker_context()):
        found = Notification.objects.filter(kind=kind).order_by("pk")
        return list(found.values_list("recipient_name", "subject"))


def again(ticket: Ticket) -> Ticket:
    return fresh(ticket)


SOON = timedelta(seconds=31)
