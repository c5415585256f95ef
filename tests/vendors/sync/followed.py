"""A ticket with a case at the vendor, as the desk has it, and what is in the rows after a look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from tests.cast import Cast, House, actor_of, context_of, file_ticket, fresh
from tests.conftest import Clock
from tests.vendors import factories
from tests.vendors.sync.memory import MemoryVendor
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Message, Ticket
from trusst_support.local.aws.state import Case
from vendors.models import AccountLink, CaseStatus, VendorCase, VendorMessage
from vendors.tasks import poll_due


def connect(house: House, **changes: Any) -> AccountLink:
    """Connect a customer's account, whose cases are to be looked at now."""
    made = factories.link(house.customer, **changes)
    with acting_as(worker_context()) as now:
        AccountLink.objects.filter(pk=made.pk).update(next_poll_at=now)
    return made


def follow(
    vendor: MemoryVendor,
    house: House,
    link: AccountLink,
    name: str = "case-1",
    *,
    on: Ticket | None = None,
    **changes: Any,
) -> VendorCase:
    """Let a ticket have a case that both sides know, and that nobody has read yet."""
    snapshot = vendor.open(link.account_number, name, severity=changes.get("severity", "urgent"))
    ticket = on or file_ticket(house.requester)
    columns: dict[str, Any] = {
        "external_id": name,
        "display_id": snapshot.display_id,
        "raw_status": "unassigned",
        "read_at": None,
    }
    return factories.case(ticket, link, **columns | changes)


def follow_aws(house: House, link: AccountLink, theirs: Case, **changes: Any) -> VendorCase:
    """Let a ticket have a case of the AWS on this machine, which nobody has read yet."""
    return factories.case(
        file_ticket(house.requester),
        link,
        **{
            "external_id": theirs.case_id,
            "display_id": theirs.display_id,
            "raw_status": "",
            "read_at": None,
            **changes,
        },
    )


def look(clock: Clock, *, minutes: float = 6) -> int:
    """Let time pass, and look at what is due."""
    clock.advance(minutes=minutes)
    return poll_due()


def look_until_all_is_read(clock: Clock, link: AccountLink) -> int:
    """Look as often as the portal itself says that it is not done; return how often that was."""
    for rounds in range(1, 100):
        clock.advance(seconds=3)
        poll_due()
        planned = link_again(link).next_poll_at
        assert planned is not None
        if planned > clock.now + timedelta(seconds=10):
            return rounds
    raise AssertionError("it is never done")


def again(case: VendorCase) -> VendorCase:
    with acting_as(worker_context()):
        return VendorCase.objects.with_everything().get(pk=case.pk)


def link_again(link: AccountLink) -> AccountLink:
    with acting_as(worker_context()):
        return AccountLink.objects.select_related("vendor", "customer").get(pk=link.pk)


def said(case: VendorCase) -> list[tuple[str, str]]:
    """Return what stands in the ticket's conversation of its vendor: who wrote, and what."""
    with acting_as(worker_context()):
        found = Message.objects.filter(ticket=case.ticket).exclude(vendor="").order_by("at", "id")
        return list(found.values_list("author_name", "body"))


def sides(case: VendorCase) -> list[str]:
    with acting_as(worker_context()):
        return list(VendorMessage.objects.filter(case=case).values_list("side", flat=True))


def statuses(case: VendorCase) -> list[tuple[str, str]]:
    with acting_as(worker_context()):
        return list(CaseStatus.objects.filter(case=case).values_list("raw_status", "state"))


def facts(kind: str, ticket: Ticket | None = None) -> list[EventRecord]:
    with acting_as(worker_context()):
        found = EventRecord.objects.filter(type=kind).order_by("pk")
        return list(found if ticket is None else found.filter(ticket_id=ticket.pk))


def told(kind: str = "vendor") -> list[tuple[str, str]]:
    """Return whom the desk's outbox tells about vendors, and what."""
    with acting_as(worker_context()):
        found = Notification.objects.filter(kind=kind).order_by("pk")
        return list(found.values_list("recipient_name", "subject"))


def hold_for_vendor(cast: Cast, ticket: Ticket, *, evidence: str = "The case") -> Ticket:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=fresh(ticket),
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.VENDOR,
            owner="AWS Support",
            note="An answer",
            evidence=evidence,
        )
    return fresh(ticket)
