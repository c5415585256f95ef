"""The only way a door gets a vendor's case, a message of one, or something to be sent: each look-up is its own check.

The desk works on every case. A member reads those of the tickets that they may read, and nothing that was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from django.http import Http404

from customers.models import DeskPerson, Member, SupportState
from tickets.models import (
    AffectedChoice,
    Attachment,
    AudienceChoice,
    EnvironmentChoice,
    Message,
    SecurityChoice,
    Ticket,
    WorkChoice,
)
from vendors.models import (
    AccountLink,
    Outgoing,
    Vendor,
    VendorCase,
    VendorMessage,
    VendorTarget,
    Way,
)
from vendors.prefill import Known, Said
from vendors.states import Finding, LinkState, SendState

#: After how many days a reply does not reopen a case, where its vendor says nothing of it.
REOPENS_FOR = timedelta(days=14)


# --- Cases ---------------------------------------------------------------------------------------------
def get_case_for_desk(person: DeskPerson, pk: int) -> VendorCase:
    """Return a case for the desk, or 404."""
    case = VendorCase.objects.with_everything().filter(pk=pk).first()
    if case is None:
        raise Http404("There is no such case.")
    return case


def get_case_for_member(member: Member, pk: int) -> VendorCase:
    """Return a case on a ticket that a member may read, or 404; one that was never made is the desk's alone."""
    readable = Ticket.objects.visible_to(member)
    mine = VendorCase.objects.filter(customer_id=member.customer_id, ticket__in=readable)
    case = mine.exclude(external_id="").with_everything().filter(pk=pk).first()
    if case is None:
        raise Http404("There is no such case for you.")
    return case


def cases_on(ticket: Ticket) -> list[VendorCase]:
    """Return the cases of a ticket for the desk, the newest first; given-up ones are not among them."""
    found = VendorCase.objects.filter(customer_id=ticket.customer_id, ticket=ticket, given_up_at=None)
    return list(found.select_related("vendor", "link__account").order_by("-asked_at", "-pk"))


def shown_cases(ticket: Ticket) -> list[VendorCase]:
    """Return the cases of a ticket for its page: one question, however many parts of the page ask."""
    kept: list[VendorCase] | None = ticket.__dict__.get("_shown_cases")
    if kept is None:
        kept = ticket.__dict__["_shown_cases"] = cases_on(ticket)
    return kept


def writable(cases: Iterable[VendorCase], now: datetime) -> list[VendorCase]:
    """Return the cases to which the desk can write, those that are not over first; a reply reopens one that was lately."""
    found = [case for case in cases if case.is_open or is_reopenable(case, now)]
    return sorted(found, key=lambda case: not case.is_open)


def is_reopenable(case: VendorCase, now: datetime) -> bool:
    """Tell whether a reply still reopens a case that is over."""
    if not case.standing.is_over or case.given_up_at is not None or case.link.is_manual:
        return False
    return now <= (case.resolved_at or case.state_since) + REOPENS_FOR


def is_past_reopening(case: VendorCase, now: datetime) -> bool:
    """Tell whether a case is over for so long that only a new one takes the matter up again."""
    return case.standing.is_over and case.given_up_at is None and not is_reopenable(case, now)


# --- What is to be sent --------------------------------------------------------------------------------
def get_outgoing(person: DeskPerson, pk: int) -> Outgoing:
    """Return something that is, was or cannot be sent, for the desk, or 404."""
    row = Outgoing.objects.select_related("case__ticket__customer", "case__vendor", "link").filter(pk=pk)
    found = row.first()
    if found is None:
        raise Http404("There is nothing of that number to send.")
    return found


def unsettled_of(cases: Sequence[VendorCase]) -> dict[int, list[Outgoing]]:
    """Return what of some cases is not sent yet or was refused, by case, in the order of sending; one query."""
    found: dict[int, list[Outgoing]] = {case.pk: [] for case in cases}
    if not cases:
        return found
    rows = Outgoing.objects.filter(customer_id=cases[0].customer_id, case__in=cases)
    for row in rows.exclude(state__in=(SendState.SENT, SendState.CANCELLED)).order_by("pk"):
        found[row.case_id].append(row)
    return found


def states_of_messages(ticket: Ticket) -> dict[int, Outgoing]:
    """Return how sending stands for each message of a ticket to a vendor, by message: its first part unsent, or its last."""
    found: dict[int, Outgoing] = {}
    rows = Outgoing.objects.filter(customer_id=ticket.customer_id, case__ticket=ticket, message__isnull=False)
    for row in rows.order_by("pk"):
        assert row.message_id is not None
        before = found.get(row.message_id)
        if before is None or before.state == SendState.SENT:
            found[row.message_id] = row
    return found


def received_on(ticket: Ticket) -> dict[int, VendorMessage]:
    """Return what vendors wrote on a ticket, by the message in its conversation; one query."""
    rows = VendorMessage.objects.filter(customer_id=ticket.customer_id, case__ticket=ticket)
    return {row.message_id: row for row in rows}


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What the conversation of a ticket shows beside vendors' messages: how sending and sharing stand, and case numbers."""

    sending: Mapping[int, Outgoing]
    received: Mapping[int, VendorMessage]
    numbers: Mapping[int, str]


def shown_marks(ticket: Ticket) -> Marks:
    """Return the marks of a ticket for its page: two questions, however many messages there are."""
    kept: Marks | None = ticket.__dict__.get("_shown_marks")
    if kept is None:
        kept = ticket.__dict__["_shown_marks"] = Marks(
            sending=states_of_messages(ticket),
            received=received_on(ticket),
            numbers={case.pk: case.display_id for case in shown_cases(ticket)},
        )
    return kept


def get_received(person: DeskPerson, pk: int) -> VendorMessage:
    """Return a message of a vendor for the desk, or 404."""
    found = (
        VendorMessage.objects.select_related("message", "case__vendor", "case__ticket__customer")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such message.")
    return found


def files_of(message: Message) -> list[Attachment]:
    """Return the files of a message."""
    return list(Attachment.objects.filter(customer_id=message.customer_id, message=message))


# --- What a new case can be ----------------------------------------------------------------------------
def links_for(ticket: Ticket) -> list[AccountLink]:
    """Return the links over which a case can be opened or noted for a ticket: its account's first, then others."""
    found = list(
        AccountLink.objects.live()
        .filter(customer_id=ticket.customer_id, vendor__is_active=True)
        .select_related("vendor", "account")
        .order_by("account_number", "pk")
    )
    return sorted(found, key=lambda link: link.account_id is None or link.account_id != ticket.aws_account_id)


def link_of_account(ticket: Ticket) -> AccountLink | None:
    """Return the live link of the account that a ticket is about."""
    if ticket.aws_account_id is None:
        return None
    found = AccountLink.objects.live().filter(
        customer_id=ticket.customer_id, account_id=ticket.aws_account_id
    )
    return found.select_related("vendor", "account").order_by("is_manual", "-pk").first()


def active_vendors() -> QuerySet[Vendor]:
    """Return the vendors with which the desk works."""
    return Vendor.objects.filter(is_active=True)


def aws_vendor() -> Vendor | None:
    """Return the vendor that is reached by AWS's own interface."""
    return Vendor.objects.filter(way=Way.AWS, is_active=True).order_by("pk").first()


def published_targets(vendor: Vendor, plan: str, at: datetime) -> dict[str, VendorTarget]:
    """Return the times that a vendor publishes for a plan on the day of an instant, by severity."""
    day = at.astimezone(UTC).date()
    found: dict[str, VendorTarget] = {}
    rows = VendorTarget.objects.filter(vendor=vendor, plan=plan, valid_from__lte=day)
    for target in rows.order_by("valid_from", "pk"):
        found[target.severity] = target  # a later day replaces an earlier one
    return found


def finding_of(link: AccountLink) -> Finding:
    """Return what is known of the plan of a link's account; an account that nobody looked at is unknown."""
    known = link.account.support_state if link.account is not None else SupportState.UNKNOWN
    return Finding(str(known))


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A file of a ticket that could go with a message to a vendor."""

    file: Attachment
    is_public: bool


def files_to_offer(ticket: Ticket) -> list[Offered]:
    """Return the files of a ticket that the desk may pass on: public ones first, then those of the desk's own notes."""
    rows = Attachment.objects.filter(customer_id=ticket.customer_id, ticket=ticket).exclude(
        audience=AudienceChoice.CUSTOMER
    )
    listed = [Offered(file=file, is_public=file.audience == AudienceChoice.PUBLIC) for file in rows]
    return sorted(listed, key=lambda one: (not one.is_public, one.file.pk))


def known_of(ticket: Ticket, account: str) -> Known:
    """Return what a ticket's public side knows; notes of either side are not even read."""
    said = [
        Said(by="Customer" if message.author_kind == "member" else "Desk", at=message.at, text=message.body)
        for message in Message.objects.filter(
            customer_id=ticket.customer_id,
            ticket=ticket,
            audience=AudienceChoice.PUBLIC,
            vendor="",
            automatic=False,
            author_kind__in=("member", "desk"),
        ).order_by("at", "pk")
    ]
    return Known(
        reference=ticket.key,
        subject=ticket.subject,
        impact=_impact(ticket),
        account=account,
        service=ticket.service.name if ticket.service else "",
        started_at=ticket.started_at,
        opened_at=ticket.opened_at,
        said=said,
    )


def _impact(ticket: Ticket) -> list[str]:
    way_around = "with a workaround" if ticket.has_workaround else "without a workaround"
    lines = [
        f"{EnvironmentChoice(ticket.environment).label}: {WorkChoice(ticket.work).label.lower()}, {way_around}",
        f"Affected: {AffectedChoice(ticket.affected).label.lower()}",
    ]
    if ticket.security != SecurityChoice.NONE:
        lines.append(f"Security risk: {SecurityChoice(ticket.security).label.lower()}")
    return lines


# --- Why nothing can be sent ---------------------------------------------------------------------------
def why_not(link: AccountLink | None, plan: str = "") -> str:
    """Return why nothing can be sent over a link now, in the desk's words; '' when it can."""
    if link is None:
        return "This account is not connected, so we cannot open cases for it. A lead of the customer, or of the desk, connects it."
    if link.may_send:
        return ""
    if link.is_manual:
        return f"{link.vendor.name} is reached by hand here. Open the case there, and write down its number."
    return _WHY_NOT.get(link.standing, "").format(
        plan=f"on {plan}" if plan else "on a plan without cases"
    ) or (
        "The account lets us read its cases and not write. Open the case in the console, and follow it here."
    )


_WHY_NOT = {
    LinkState.UNVERIFIED: "The account is not verified yet, so nothing can be sent. Verify it first.",
    LinkState.NO_PLAN: "This account is {plan}, so we cannot open technical AWS cases. Ask the customer to change the plan.",
    LinkState.DENIED: "The account refuses us, so nothing can be sent. Ask the customer to mend the role.",
    LinkState.UNREACHABLE: "The account cannot be reached now, so nothing can be sent. It is tried again by itself.",
    LinkState.RETIRED: "The account's link is retired, so nothing can be sent.",
}
