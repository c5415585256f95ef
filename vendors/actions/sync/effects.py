"""What follows for a ticket from what its vendor did: a hold ends, people are told; it is never resolved by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor, ActorKind
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from vendors.actions.telling import tell_leads
from vendors.events import VendorReplied, VendorWaits, VendorWaitsNoLonger
from vendors.models import VendorCase, VendorMessage
from vendors.states import CaseState, Side, Turn

#: The vendor has done its part: what is next is ours.
ON_US = frozenset({CaseState.WAITING_ON_US, CaseState.SOLUTION_OFFERED})


def act_on(
    *,
    case: VendorCase,
    ticket: Ticket,
    new: Sequence[VendorMessage],
    was: CaseState,
    was_since: datetime,
    moved: bool,
    at: datetime,
) -> None:
    """Do what follows from new messages, and from another status, of a locked case that is saved."""
    news = [one for one in new if one.side == Side.VENDOR.value and _is_news(case, one)]
    for message in news:
        _publish_reply(case, message, at)
    human = any(not message.is_automatic for message in news)
    if moved and case.standing is CaseState.UNKNOWN:
        _tell_of_unknown(case, at)
    if human or case.standing is not was:
        _end_hold(case, ticket, at, human=human)
    if case.standing in ON_US:
        since = _waits_anew(case, was, was_since, human)
        if since is not None:
            publish_waits(case, since=since, at=at)
    elif was in ON_US:
        publish(
            VendorWaitsNoLonger(
                at=at,
                customer_id=case.customer_id,
                ticket_id=case.ticket_id,
                actor=_vendor(case),
                case_id=case.pk,
                vendor=case.vendor.name,
            )
        )


def _is_news(case: VendorCase, message: VendorMessage) -> bool:
    """Tell whether a message is one to act on; of a case that existed before, the old ones are only read."""
    return not case.is_adopted or message.at >= case.asked_at


def _publish_reply(case: VendorCase, message: VendorMessage, at: datetime) -> None:
    publish(
        VendorReplied(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=_vendor(case),
            case_id=case.pk,
            vendor=case.vendor.name,
            message_id=message.message_id,
            automatic=message.is_automatic,
            on_us=case.standing in ON_US,
        )
    )


def _end_hold(case: VendorCase, ticket: Ticket, at: datetime, *, human: bool) -> None:
    """End a hold that waits for the vendor, once a person there has answered and it is our move, or it is done."""
    if ticket.hold_reason != HoldReason.VENDOR or ticket.held_at is None:
        return
    if case.standing not in ON_US and not case.standing.is_over:
        return
    answered = human or (
        VendorMessage.objects.filter(
            customer_id=case.customer_id,
            case=case,
            side=Side.VENDOR.value,
            is_automatic=False,
            at__gte=ticket.held_at,
        ).exists()
    )
    if not answered and not case.standing.is_over:
        return
    if _waits_for_another(case, ticket):
        return
    try:
        tickets.resume(ticket=ticket, actor=_vendor(case), at=at)
    except Refused:  # it is with Level 1, or over: there is nothing to take up
        return


def _waits_for_another(case: VendorCase, ticket: Ticket) -> bool:
    """Tell whether the hold names another case of the ticket, which a vendor still works on."""
    evidence = ticket.hold_evidence
    if case.display_id and case.display_id in evidence:
        return False
    others = (
        VendorCase.objects.filter(customer_id=case.customer_id, ticket=ticket).running().exclude(pk=case.pk)
    )
    return any(
        other.standing.turn is Turn.VENDOR
        and any(one and one in evidence for one in (other.display_id, other.external_id))
        for other in others
    )


def _waits_anew(case: VendorCase, was: CaseState, was_since: datetime, human: bool) -> datetime | None:
    """Return since when the vendor waits for us, if that is new; also after an answer of ours that it answered."""
    if was not in ON_US:
        return case.state_since
    answered_it = case.last_desk_at is not None and case.last_desk_at >= was_since
    return case.last_vendor_at if human and answered_it else None


def publish_waits(case: VendorCase, *, since: datetime, at: datetime, again: bool = False) -> None:
    """Publish that the vendor waits for us, once for each time that it does, and once again before it is too late."""
    publish(
        VendorWaits(
            at=at,
            customer_id=case.customer_id,
            ticket_id=case.ticket_id,
            actor=_vendor(case),
            source_key=waits_key(case, since, again=again),
            case_id=case.pk,
            vendor=case.vendor.name,
            display_id=case.display_id,
            again=again,
        )
    )


def waits_key(case: VendorCase, since: datetime, *, again: bool = False) -> str:
    """Return the key of a wait, which its ladder has as well."""
    return f"vendor-waits:{case.pk}:{since:%Y%m%dT%H%M%S}{':again' if again else ''}"


def _tell_of_unknown(case: VendorCase, at: datetime) -> None:
    """Tell the desk's leads of a status that we do not know, once for each account."""
    tell_leads(
        case.link,
        at=at,
        key=f"vendor-status:{case.link_id}:{case.raw_status}",
        subject=f"{case.ticket.key} {case.vendor.name} uses a status that we do not know: {case.raw_status}",
        body=f"Case {case.display_id} at {case.vendor.name} is now {case.raw_status}. The portal keeps the word, "
        "leaves the ticket as it is, and goes on reading. Look at the case, and let the portal be taught the word.",
    )


def _vendor(case: VendorCase) -> Actor:
    return Actor(kind=ActorKind.VENDOR, id=None, name=case.vendor.name)
