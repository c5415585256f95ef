"""Links and cases as rows, so that a page's test needs no call to a vendor."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from core.tenancy import acting_as, worker_context
from customers.models import AwsAccount, Customer
from tickets.models import AudienceChoice, Message, Ticket
from vendors.models import (
    AccountLink,
    CaseStatus,
    Outgoing,
    PlanObservation,
    Vendor,
    VendorCase,
    VendorMessage,
)
from vendors.states import CaseState, Finding, LinkState, SendKind, SendState, Side

#: A word of AWS for each of our states.
RAW = {
    CaseState.NEW: "unassigned",
    CaseState.VENDOR_WORKING: "work-in-progress",
    CaseState.WAITING_ON_US: "pending-customer-action",
    CaseState.WAITING_ON_VENDOR: "customer-action-completed",
    CaseState.SOLUTION_OFFERED: "solution-offered",
    CaseState.RESOLVED: "resolved",
    CaseState.CLOSED: "closed",
    CaseState.UNKNOWN: "gone-fishing",
}


def aws() -> Vendor:
    """Return the vendor that every database has."""
    return Vendor.objects.get(slug="aws")


def account_of(customer: Customer) -> AwsAccount:
    """Return a customer's first account."""
    with acting_as(worker_context()):
        found = AwsAccount.objects.filter(customer=customer).order_by("pk").first()
        assert found is not None
        return found


def link(customer: Customer, account: AwsAccount | None = None, **changes: Any) -> AccountLink:
    """Connect an account of a customer, verified unless said otherwise."""
    with acting_as(worker_context()) as now:
        account = account or account_of(customer)
        number = account.account_id
        columns: dict[str, Any] = {
            "vendor": aws(),
            "account_number": number,
            "role_arn": f"arn:aws:iam::{number}:role/TrusstSupport",
            "external_id": f"external-{customer.pk}-{number}",
            "state": LinkState.OK.value,
            "state_since": now,
            "created_at": now,
            "created_by": "Sam Field",
            "verified_at": now,
        }
        return AccountLink.objects.create(customer=customer, account=account, **columns | changes)


def observe(of: AccountLink, finding: Finding = Finding.MET, **changes: Any) -> PlanObservation:
    """Note a look at the plan of a link's account."""
    with acting_as(worker_context()) as now:
        columns: dict[str, Any] = {
            "at": now,
            "evidence": {
                Finding.MET: "lists low, normal, high, urgent, critical",
                Finding.NOT_MET: "SubscriptionRequiredException",
                Finding.UNKNOWN: "AccessDeniedException",
            }[finding],
            "changed": True,
        }
        return PlanObservation.objects.create(
            customer=of.customer, link=of, finding=finding.value, **columns | changes
        )


def case(
    ticket: Ticket, over: AccountLink, *, state: CaseState = CaseState.NEW, **changes: Any
) -> VendorCase:
    """Open a case as AWS would have it, with its first status; `external_id=""` is one that is not made yet."""
    with acting_as(worker_context()) as now:
        number = VendorCase.objects.count() + 1
        opened_at: datetime | None = changes.get("opened_at", now)
        columns: dict[str, Any] = {
            "vendor": over.vendor,
            "external_id": f"case-{over.account_number}-muen-2026-{number:016x}",
            "display_id": f"17640291{number:04d}",
            "subject": f"[{ticket.key}] {ticket.subject}",
            "severity": "urgent",
            "severity_name": "Production system down",
            "service": "amazon-elastic-block-store",
            "category": "other",
            "raw_status": RAW[state],
            "state_since": opened_at or now,
            "asked_at": opened_at or now,
            "asked_by": "Priya Nair",
            "opened_at": opened_at,
            "opened_by": "TrusstSupport (Role)",
            "plan": "Business Support+",
            "finding": Finding.MET.value,
            "target_seconds": 3600,
            "target_source": "AWS's published support plans, read in October 2026",
            "read_at": now,
        }
        made = VendorCase.objects.create(
            customer=ticket.customer, ticket=ticket, link=over, state=state.value, **columns | changes
        )
        if made.external_id:
            CaseStatus.objects.create(
                customer=ticket.customer,
                case=made,
                raw_status=made.raw_status,
                state=state.value,
                at=made.state_since,
            )
        return made


def move(of: VendorCase, state: CaseState, *, raw: str = "", at: datetime | None = None) -> VendorCase:
    """Let a case take another status now, which a look five minutes ago did not show."""
    with acting_as(worker_context()) as now:
        at = at or now
        of.raw_status, of.state, of.state_since = raw or RAW[state], state.value, at
        columns = ["raw_status", "state", "state_since"]
        if state.is_over:
            of.resolved_after, of.resolved_at = at - timedelta(minutes=5), at
            columns += ["resolved_after", "resolved_at"]
        of.save(update_fields=columns)
        CaseStatus.objects.create(
            customer=of.customer,
            case=of,
            raw_status=of.raw_status,
            state=state.value,
            at=at,
            after=at - timedelta(minutes=5),
        )
        return of


def message(
    of: VendorCase,
    *,
    side: Side = Side.VENDOR,
    body: str = "We engaged the storage team.",
    author: str = "Amazon Web Services",
    is_automatic: bool = False,
    at: datetime | None = None,
    shared: bool = False,
) -> VendorMessage:
    """Let somebody write on a case now."""
    with acting_as(worker_context()) as now:
        at = at or now
        said = _say(of, body, author, AudienceChoice.DESK, at, by="desk" if side is Side.DESK else "vendor")
        copy = _say(of, body, f"{author}, shared by the desk", AudienceChoice.PUBLIC, at) if shared else None
        number = VendorMessage.objects.filter(customer_id=of.customer_id, case=of).count()
        received = VendorMessage.objects.create(
            customer=of.customer,
            case=of,
            message=said,
            shared=copy,
            fingerprint=sha256(f"{of.pk}/{number}".encode()).hexdigest(),
            side=side.value,
            author=author,
            is_automatic=is_automatic,
            at=at,
            read_at=at,
        )
        _note(of, side, at, is_automatic=is_automatic)
        return received


def _say(
    of: VendorCase, body: str, author: str, audience: AudienceChoice, at: datetime, *, by: str = "vendor"
) -> Message:
    return Message.objects.create(
        customer=of.customer,
        ticket=of.ticket,
        audience=audience.value,
        author_kind=by,
        author_name=author,
        body=body,
        vendor="AWS Support" if audience is AudienceChoice.DESK else "",
        at=at,
    )


def _note(of: VendorCase, side: Side, at: datetime, *, is_automatic: bool) -> None:
    """Keep the columns of the case as reading its messages keeps them."""
    if side is not Side.VENDOR:
        of.last_desk_at = at
        of.save(update_fields=["last_desk_at"])
        return
    of.last_vendor_at = at
    if of.first_reply_at is None or (of.first_reply_is_automatic and not is_automatic):
        of.first_reply_at, of.first_reply_is_automatic = at, is_automatic
    of.save(update_fields=["last_vendor_at", "first_reply_at", "first_reply_is_automatic"])


def outgoing(
    of: VendorCase, *, kind: SendKind = SendKind.REPLY, state: SendState, **changes: Any
) -> Outgoing:
    """Write down something that is to be sent on a case."""
    with acting_as(worker_context()) as now:
        number = Outgoing.objects.filter(customer_id=of.customer_id, case=of).count()
        columns: dict[str, Any] = {
            "idem_key": f"{of.pk}/{number}",
            "payload": {"body": "The volume is vol-1."},
            "asked_at": now,
            "asked_by": "Priya Nair",
        }
        return Outgoing.objects.create(
            customer=of.customer,
            link=of.link,
            case=of,
            kind=kind.value,
            state=state.value,
            **columns | changes,
        )
