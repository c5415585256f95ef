"""What Level 1 and the desk do with a hand-over, through the portal's own actions."""

from __future__ import annotations

from typing import Any

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, Member
from escalations import hand_over_actions
from escalations.models import HandOver
from tests.cast import actor_of, context_of, file_ticket, fresh
from tickets import actions as tickets
from tickets.models import Ticket


def at_level_1(requester: Member, **more: Any) -> Ticket:
    """File a ticket that the customer's own Level 1 has."""
    return file_ticket(requester, to_desk=False, **more)


def pass_on(ticket: Ticket, member: Member, *, checked: str = "Restarted it", **more: Any) -> HandOver:
    """Hand a ticket over, and return what was written down."""
    with acting_as(context_of(member)) as now:
        hand_over_actions.hand_over(ticket=ticket, actor=actor_of(member), at=now, checked=checked, **more)
    return newest(ticket)


def give_back(ticket: Ticket, person: DeskPerson, reason: str = "Which printer?") -> Ticket:
    with acting_as(context_of(person)) as now:
        tickets.return_to_customer(ticket=ticket, actor=actor_of(person), at=now, reason=reason)
    return fresh(ticket)


def hand_overs(ticket: Ticket) -> list[HandOver]:
    """Return the hand-overs of a ticket, the newest first."""
    with acting_as(worker_context()):
        return list(HandOver.objects.on(ticket).with_people().newest_first())


def newest(ticket: Ticket) -> HandOver:
    return hand_overs(ticket)[0]
