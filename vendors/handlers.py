"""Facts about links and cases in; looks planned, and those of the desk whom it concerns told."""

from __future__ import annotations

from vendors.actions.sync import look_soon
from vendors.actions.telling import tell_owner
from vendors.events import (
    LinkStateChanged,
    VendorCaseMoved,
    VendorCaseOpened,
    VendorReplied,
    VendorTold,
)
from vendors.models import VendorCase
from vendors.states import CaseState, LinkState


def begin_looking(event: LinkStateChanged) -> None:
    """Look at an account's cases as soon as it can be asked."""
    if LinkState(event.now) in {LinkState.OK, LinkState.NO_PLAN}:
        look_soon(link_id=event.link_id, customer_id=event.customer_id, at=event.at)


def look_for_an_answer(event: VendorCaseOpened | VendorTold) -> None:
    """Look at an account soon after something was sent to its vendor."""
    case = _case(event)
    look_soon(link_id=case.link_id, customer_id=case.customer_id, at=event.at)


def tell_of_reply(event: VendorReplied) -> None:
    """Tell a ticket's owner that its vendor wrote; where the vendor now waits for us, people are called besides."""
    if event.automatic or event.on_us:
        return
    case = _case(event)
    tell_owner(
        case,
        at=event.at,
        key=f"vendor-reply:{event.message_id}",
        what=f"{event.vendor} replied on case {case.display_id}",
        body=f"{event.vendor} wrote on case {case.display_id}. Only the desk reads it until somebody shares it.",
        also_leads=False,
    )


def tell_of_move(event: VendorCaseMoved) -> None:
    """Tell a ticket's owner that its vendor ended a case, or opened one again; the ticket itself stays as it is."""
    was, now = CaseState(event.was), CaseState(event.now)
    if was.is_over == now.is_over:
        return
    word = "resolved" if now.is_over else "opened again"
    after = (
        "The ticket stays as it is. Check that it works, then resolve it, or answer on the case to open it again."
        if now.is_over
        else "It is followed again."
    )
    case = _case(event)
    tell_owner(
        case,
        at=event.at,
        key=f"vendor-moved:{case.pk}:{event.now}:{event.at:%Y%m%dT%H%M%S}",
        what=f"Case {case.display_id} is {word} at {event.vendor}",
        body=f"Case {case.display_id} at {event.vendor} is {word} ({event.raw}). {after}",
    )


def _case(event: VendorCaseMoved | VendorCaseOpened | VendorReplied | VendorTold) -> VendorCase:
    return VendorCase.objects.select_related("ticket", "vendor").get(
        pk=event.case_id, customer_id=event.customer_id
    )
