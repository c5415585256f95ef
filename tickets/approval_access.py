"""The only way a door gets a request for access or approval: each look-up is its own permission check."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404

from customers.access import active_members_of
from customers.models import Customer, DeskPerson, Member, MemberRole
from tickets.models import ApprovalQuerySet, ApprovalRequest, Ticket, TicketQuerySet


def approvals_for_member(member: Member) -> ApprovalQuerySet:
    """Return what the desk asks on the tickets that the member may read."""
    return ApprovalRequest.objects.on_any(Ticket.objects.visible_to(member)).with_people()


def approvals_for_desk() -> ApprovalQuerySet:
    """Return what the desk asks of every customer."""
    return ApprovalRequest.objects.with_people()


def approvals_of(customer: Customer) -> ApprovalQuerySet:
    """Return what the desk asks of one customer, for the desk."""
    return ApprovalRequest.objects.of(customer).with_people()


def approvals_on(ticket: Ticket) -> ApprovalQuerySet:
    """Return what the desk asked on a ticket that the caller was let in to, the latest first."""
    return ApprovalRequest.objects.on(ticket).with_people().order_by("-asked_at", "-pk")


def get_approval_for_member(member: Member, pk: int) -> ApprovalRequest:
    """Return a request on a ticket that the member may read, or 404."""
    return _or_404(approvals_for_member(member), pk)


def get_approval_for_desk(person: DeskPerson, pk: int) -> ApprovalRequest:
    """Return a request for the desk, or 404."""
    return _or_404(approvals_for_desk(), pk)


def get_approval_of(customer: Customer, pk: int) -> ApprovalRequest:
    """Return a request of one customer for the desk, or 404."""
    return _or_404(approvals_of(customer), pk)


def _or_404(approvals: ApprovalQuerySet, pk: int) -> ApprovalRequest:
    approval = approvals.filter(pk=pk).first()
    if approval is None:
        raise Http404("There is no such request.")
    return approval


def check_may_answer(member: Member, approval: ApprovalRequest) -> None:
    """Raise PermissionDenied, with whom to ask, unless the member decides this."""
    if not approval.may_be_answered_by(member):
        others = ", or a lead of your organisation" if approval.decider is not None else ""
        raise PermissionDenied(f"{approval.owner}{others} decides this. Ask them.")


def count_to_answer(member: Member, now: datetime) -> int:
    """Return how many requests wait for the member."""
    return to_answer(member, now).count()


def to_answer(member: Member, now: datetime) -> ApprovalQuerySet:
    """Return the requests that wait for the member, the oldest first."""
    return approvals_for_member(member).answerable_by(member).waiting(now)


def waiting_of_desk(now: datetime) -> ApprovalQuerySet:
    """Return the requests of every customer that wait, for the desk."""
    return ApprovalRequest.objects.waiting(now)


def without_those_to_answer(tickets: TicketQuerySet, member: Member, now: datetime) -> TicketQuerySet:
    """Leave out the tickets on which a request waits for the member: the request is shown itself."""
    waiting = ApprovalRequest.objects.answerable_by(member).waiting(now)
    return tickets.exclude(pk__in=waiting.order_by().values("ticket_id"))


def deciders_of(customer: Customer) -> list[Member]:
    """Return the active people of a customer who can decide without being named."""
    return list(active_members_of(customer).filter(role__in=(MemberRole.COORDINATOR, MemberRole.LEAD)))
