"""Facts about requests for access or approval in, messages to whoever decides out."""

from __future__ import annotations

from django.conf import settings

from core.events import Event
from core.when import say_instant
from customers.access import active_members_of
from customers.models import Member, MemberRole
from notifications import actions as notifications
from notifications.models import Audience
from tickets import actions
from tickets.approval_access import deciders_of
from tickets.approvals import State
from tickets.events import (
    ApprovalAsked,
    ApprovalExpired,
    ApprovalReminded,
    ApprovalWithdrawn,
    TicketClosed,
    TicketMerged,
    TicketResolved,
    TicketReturned,
)
from tickets.mail.addresses import thread_of
from tickets.models import ApprovalRequest, Ticket
from tickets.severity import Severity


def ask_deciders(event: ApprovalAsked) -> None:
    """Ask whoever decides; the mail leads to the page, nobody approves from the mail alone."""
    approval = _request(event.approval_id, event)
    asks = f"{event.actor.name} of the Trusst desk asks for {approval.get_kind_display().lower()}"
    about = f"{approval.get_kind_display()} is needed"
    _mail_deciders(event, approval, about=about, says=f"{asks}:", key="asked")


def remind_deciders(event: ApprovalReminded) -> None:
    """Ask whoever decides once more."""
    approval = _request(event.approval_id, event)
    waits = f"{event.actor.name} of the Trusst desk still waits for your answer"
    _mail_deciders(
        event,
        approval,
        about="Reminder",
        says=f"{waits}:",
        key=f"reminded-{event.at:%Y%m%dT%H%M%SZ}",
    )


def call_off(event: ApprovalWithdrawn | ApprovalExpired) -> None:
    """Tell whoever was asked that no answer is needed any more."""
    approval = _request(event.approval_id, event)
    over = (
        "The time to answer is over"
        if isinstance(event, ApprovalExpired)
        else f"{event.actor.name} withdrew this"
    )
    _mail_deciders(
        event,
        approval,
        about="No answer is needed any more",
        says=f"{over}. You need not answer:",
        key="ended",
    )


def drop_request(event: TicketResolved | TicketReturned | TicketClosed | TicketMerged) -> None:
    """Withdraw what waits on a ticket that the desk no longer works on."""
    assert event.ticket_id is not None
    waiting = ApprovalRequest.objects.filter(customer_id=event.customer_id, ticket_id=event.ticket_id).asked()
    for approval in waiting.select_for_update(no_key=True):
        actions.drop_approval(approval=approval, actor=event.actor, at=event.at, reason=_WHY[type(event)])


_WHY: dict[type[Event], str] = {
    TicketResolved: "the ticket is resolved",
    TicketReturned: "the ticket went back to Level 1",
    TicketClosed: "the ticket is closed",
    TicketMerged: "the ticket goes on in another one",
}


def _request(pk: int, event: Event) -> ApprovalRequest:
    return ApprovalRequest.objects.with_people().get(pk=pk, customer_id=event.customer_id)


def _mail_deciders(event: Event, approval: ApprovalRequest, *, about: str, says: str, key: str) -> None:
    ticket = approval.ticket
    for member in _deciders(approval):
        notifications.queue(
            customer_id=approval.customer_id,
            ticket_id=ticket.pk,
            audience=Audience.CUSTOMER,
            kind="approval",
            dedupe_key=f"approval-{key}:{approval.pk}:member:{member.pk}",
            recipient_email=member.email,
            member_id=member.pk,
            is_urgent=ticket.severity == Severity.P1,
            recipient_name=member.name,
            subject=f"{ticket.key} {about}: {approval.what}",
            body=_body(approval, ticket, member, says),
            occurred_at=event.at,
            deliver_after=event.at,
            thread=thread_of(ticket.key),
        )


def _deciders(approval: ApprovalRequest) -> list[Member]:
    """Return who is asked: the person who is named, or all who decide without a name."""
    decider = approval.decider
    if decider is None:
        return deciders_of(approval.customer)
    if decider.is_active:
        return [decider]
    return list(active_members_of(approval.customer).filter(role=MemberRole.LEAD))


def _body(approval: ApprovalRequest, ticket: Ticket, member: Member, says: str) -> str:
    link = f"{settings.PORTAL_BASE_URL}/c/{approval.customer.slug}/approvals/#approval-{approval.pk}"
    lines = [f"{says}\n", f"{approval.what}\n", f"About: {ticket.key} {ticket.subject}"]
    if approval.state == State.ASKED:
        lines += [
            f"Answer by: {say_instant(approval.expires_at, member.timezone or approval.customer.timezone)}",
            f"Risk: {approval.risk}",
            f"If you say no: {approval.effect_of_no}",
            f"Production is touched: {'yes' if approval.touches_production else 'no'}",
            f"Clocks: {approval.clock_effect}",
        ]
    return "\n".join([*lines, f"\nSign in and read it: {link}\n"])
