"""What a review is made of, read from every floor below: tickets, their facts, and what people wrote of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from customers.models import AwsAccount, Customer, SupportState
from reports.models import MissAction
from reports.reviews.figures import Period
from slas.access import agreement_in_force
from slas.documents import write_instant
from slas.facts import document_of, records_of_tickets
from slas.models import Agreement, Clock, Exclusion, MissExplanation
from slas.rulebook import Rulebook
from tickets.models import Ticket
from vendors import clocks as vendor_clocks
from vendors.access.pages import published_of, read_clocks
from vendors.models import CaseStatus, VendorCase, VendorMessage
from vendors.states import Side, Turn

#: Versions of policies and calendars never change, so a process reads each of them once.
_BOOK = Rulebook()


# --- Tickets and their facts --------------------------------------------------------------------------
def tickets_behind(customer: Customer, period: Period) -> list[Ticket]:
    """Return the tickets behind a month's figures: judged in it, ended since it began, or open since before its end."""
    judged = Clock.objects.of_customer(customer).judged_in(period.since, period.until).values("ticket_id")
    of_customer = Ticket.objects.of(customer)
    lately = Q(resolved_at__gte=period.since) | Q(closed_at__gte=period.since)
    open_ids = of_customer.open().filter(opened_at__lt=period.until).values("pk")
    return list(
        of_customer.filter(Q(pk__in=judged) | Q(pk__in=open_ids) | lately & Q(opened_at__lt=period.until))
        .select_related("customer", "service")
        .order_by("number")
    )


def documents_of(tickets: Sequence[Ticket], *, as_of: datetime) -> dict[str, Any]:
    """Return the replay documents of some tickets by their references, as their evidence has them."""
    records = records_of_tickets(tickets)
    return {ticket.key: document_of(records[ticket.pk], as_of=as_of, book=_BOOK) for ticket in tickets}


def say_ticket(ticket: Ticket) -> dict[str, str]:
    return {
        "subject": ticket.subject,
        "service": "" if ticket.service is None else ticket.service.name,
        "kind": ticket.kind,
    }


def agreement_of(customer: Customer, period: Period) -> Agreement | None:
    """Return the agreement that was in force at the end of the month."""
    return agreement_in_force(customer, period.end - timedelta(seconds=1))


def say_agreement(agreement: Agreement | None) -> dict[str, Any] | None:
    if agreement is None:
        return None
    return {
        "number": agreement.number,
        "starts_on": agreement.starts_on.isoformat(),
        "ends_on": agreement.ends_on.isoformat(),
        "notice_on": agreement.notice_on.isoformat() if agreement.notice_on else None,
        "renewal_note": agreement.renewal_note,
    }


# --- What people wrote --------------------------------------------------------------------------------
def told(
    customer: Customer, rows: Sequence[Mapping[str, Any]], tickets: Iterable[Ticket], period: Period
) -> dict[str, Any]:
    """Return what no clock says: causes and actions, approvals, vendors' cases, accounts and what is still open."""
    return {
        "misses": _misses(customer, rows, {ticket.key: ticket.pk for ticket in tickets}),
        "exclusions": _exclusions(customer, period),
        "vendor_cases": _vendor_cases(customer, period),
        "accounts": _accounts(customer),
        "carried_over": _carried_over(customer, period),
    }


def unexplained(content: Mapping[str, Any]) -> int:
    """Count the misses that nobody waived and of which nobody has said why."""
    waived = {
        (row["ticket"], row["metric"], row["cycle"]) for row in content["figures"]["rows"] if row["waived"]
    }
    return sum(
        not one["cause"] and (one["ticket"], one["metric"], one["cycle"]) not in waived
        for one in content["told"]["misses"]
    )


def _misses(
    customer: Customer, rows: Sequence[Mapping[str, Any]], ids: Mapping[str, int]
) -> list[dict[str, Any]]:
    missed = [row for row in rows if row["outcome"] == "missed"]
    wanted = {ids[row["ticket"]] for row in missed}
    said = {
        (one.ticket_id, one.metric, one.cycle): one
        for one in MissExplanation.objects.filter(customer=customer, ticket_id__in=wanted)
    }
    follow = {
        (one.ticket_id, one.metric, one.cycle): one
        for one in MissAction.objects.filter(customer=customer, ticket_id__in=wanted).select_related("owner")
    }
    return [
        _miss(row, said.get(key), follow.get(key))
        for row in missed
        for key in [(ids[row["ticket"]], row["metric"], row["cycle"])]
    ]


def _miss(row: Mapping[str, Any], said: MissExplanation | None, follow: MissAction | None) -> dict[str, Any]:
    return {
        "ticket": row["ticket"],
        "metric": row["metric"],
        "cycle": row["cycle"],
        "cause": "" if said is None else str(said.get_cause_display()),
        "detail": "" if said is None else said.detail,
        "action": "" if said is None else said.action,
        "owner": "" if follow is None or follow.owner is None else follow.owner.name,
        "status": "Open" if follow is None else follow.get_status_display(),
        "due_on": None if follow is None or follow.due_on is None else follow.due_on.isoformat(),
    }


def _exclusions(customer: Customer, period: Period) -> list[dict[str, Any]]:
    found = (
        Exclusion.objects.of_customer(customer)
        .counting_in(period.since, period.until)
        .select_related("ticket__customer", "decided_by")
        .order_by("starts_at", "pk")
    )
    return [
        {
            "ticket": one.ticket.key,
            "reason": one.what,
            "starts_at": write_instant(one.starts_at),
            "ends_at": None if one.ends_at is None else write_instant(one.ends_at),
            "approved_by": "" if one.decided_by is None else one.decided_by.name,
            "decision": one.decision,
            "contested": f"{one.contested_by}: {one.contest}" if one.contested_at else "",
        }
        for one in found
    ]


def _vendor_cases(customer: Customer, period: Period) -> list[dict[str, Any]]:
    """Return the cases that vendors had in the month, with their own times as they read now."""
    cases = list(
        VendorCase.objects.filter(customer=customer, opened_at__lt=period.until)
        .exclude(external_id="")
        .exclude(resolved_at__lt=period.since)
        .select_related("vendor", "ticket__customer")
        .order_by("opened_at", "pk")
    )
    ids = [case.pk for case in cases]
    statuses: dict[int, list[CaseStatus]] = {}
    for status in CaseStatus.objects.filter(customer=customer, case_id__in=ids).order_by("at", "pk"):
        statuses.setdefault(status.case_id, []).append(status)
    written: dict[int, list[vendor_clocks.Wrote]] = {}
    for message in VendorMessage.objects.filter(
        customer=customer, case_id__in=ids, side=Side.VENDOR
    ).order_by("at", "pk"):
        wrote = vendor_clocks.Wrote(at=message.at, side=Side.VENDOR, is_automatic=message.is_automatic)
        written.setdefault(message.case_id, []).append(wrote)
    return [
        _vendor_case(case, reading)
        for case in cases
        if (
            reading := read_clocks(
                case, statuses.get(case.pk, ()), written.get(case.pk, ()), now=period.as_of
            )
        )
    ]


def _vendor_case(case: VendorCase, reading: vendor_clocks.Reading) -> dict[str, Any]:
    assert case.opened_at is not None
    published, took = published_of(case), reading.response.took
    with_vendor = reading.per_turn.get(Turn.VENDOR)
    return {
        "vendor": case.vendor.name,
        "case": case.display_id or case.external_id,
        "ticket": case.ticket.key,
        "severity": case.severity_name or case.severity,
        "opened_at": write_instant(case.opened_at),
        "took": None if took is None else int(took.total_seconds()),
        "published": published.seconds,
        "in_business_hours": published.in_business_hours,
        "on_vendor": 0 if with_vendor is None else int(with_vendor.total_seconds()),
        "state": str(case.get_state_display()),
    }


def _accounts(customer: Customer) -> list[dict[str, str]]:
    return [
        {
            "name": str(account),
            "plan": account.declared_plan or "not named",
            "says": "Plan too low: we cannot commit to times for AWS"
            if account.support_state == SupportState.NOT_MET
            else str(account.get_support_state_display()),
        }
        for account in AwsAccount.objects.filter(customer=customer, is_active=True).order_by("name", "pk")
    ]


def _carried_over(customer: Customer, period: Period) -> list[dict[str, Any]]:
    """Return the actions of earlier months' misses that are not done."""
    found = (
        MissAction.objects.filter(customer=customer, missed_at__lt=period.since)
        .standing()
        .not_done()
        .with_explanation()
        .select_related("ticket__customer", "owner")
        .order_by("missed_at", "pk")
    )
    return [
        {
            "ticket": one.ticket.key,
            "action": one.said_action,
            "owner": "" if one.owner is None else one.owner.name,
            "due_on": None if one.due_on is None else one.due_on.isoformat(),
            "status": one.get_status_display(),
        }
        for one in found
    ]
