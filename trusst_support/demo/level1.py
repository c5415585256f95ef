"""The steps of the demonstration at a customer's Level 1: its checklists, and what it hands over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.tenancy import acting_as
from customers import access
from customers.models import Customer, Member, Service
from escalations import hand_over_actions
from tickets import actions as tickets
from tickets.models import Ticket

STEPS = frozenset({"hand over"})

_EVERY_TICKET = (
    "Ask whether others see it too",
    "Look at the status page of the service",
    "Write down the exact error and the time",
)
_DISPATCH = ("Restart the app on one device", "Try it outside the depot's network")


def keep_checklists(lead: Member, service: Service | None) -> None:
    """Let a lead write what their Level 1 goes through."""
    customer: Customer = lead.customer
    with acting_as(access.member_context(lead)):
        tickets.keep_level_1_steps(customer=customer, service=None, steps=_EVERY_TICKET)
        if service is not None:
            tickets.keep_level_1_steps(customer=customer, service=service, steps=_DISPATCH)


def hand_over(ticket: Ticket, values: Mapping[str, Any], *, member: Member, access_by: Member | None) -> None:
    """Let a coordinator pass a ticket to the desk with what they know."""
    said = {name: value for name, value in values.items() if name != "access_by"}
    with acting_as(access.member_context(member)) as at:
        hand_over_actions.hand_over(
            ticket=ticket, actor=access.member_actor(member), at=at, access_by=access_by, **said
        )
