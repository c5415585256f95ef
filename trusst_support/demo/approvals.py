"""The steps of the demonstration about access and approvals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.tenancy import acting_as
from customers import access
from customers.models import DeskPerson, Member
from tickets import approval_access, approval_verbs, verbs
from tickets.models import Ticket

#: Each step by the verb that it takes.
STEPS = {"ask": "ask", "approve request": "approve", "decline request": "decline"}


def ask(ticket: Ticket, values: Mapping[str, Any], *, person: DeskPerson, decider: Member | None) -> None:
    """Let the desk ask for something; `hours` is how long there is to answer."""
    with acting_as(access.desk_context(person)) as at:
        given = {
            **values,
            "decider": decider,
            "expires_at": at + timedelta(hours=values["hours"]),
        }
        verbs.DESK["ask"].act(
            verbs.Request(ticket=ticket, actor=access.desk_actor(person), at=at, values=given, person=person)
        )


def answer(verb: str, ticket: Ticket, values: Mapping[str, Any], *, member: Member) -> None:
    """Let a member answer what waits on a ticket, having typed their password again."""
    with acting_as(access.member_context(member)) as at:
        [approval] = approval_access.approvals_on(ticket).waiting(at)
        approval_verbs.MEMBER[STEPS[verb]].act(
            approval_verbs.Request(
                approval=approval,
                actor=access.member_actor(member),
                at=at,
                values=values,
                member=member,
                confirmed=True,
            )
        )
