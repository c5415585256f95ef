"""The steps of the demonstration about exclusions, waivers and earlier restorations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.tenancy import acting_as
from customers import access
from customers.models import DeskPerson, Member
from slas import exclusion_access, previews, verbs
from slas.verdicts import signature
from tickets.models import Ticket

_ON_EXCLUSION = verbs.ON_EXCLUSION | verbs.ON_EXCLUSION_BY_MEMBER
#: Each step by the verb that it takes.
STEPS = {"exclude": "propose", "waive": "waive"} | {f"{name} exclusion": name for name in _ON_EXCLUSION}


def take(
    verb: str, ticket: Ticket, values: dict[str, Any], *, person: DeskPerson | None, member: Member | None
) -> None:
    """Take one step; the times of an exclusion are minutes after the report."""
    name = STEPS[verb]
    if person is not None:
        context, actor = access.desk_context(person), access.desk_actor(person)
    else:
        assert member is not None
        context, actor = access.member_context(member), access.member_actor(member)
    with acting_as(context) as at:
        asked = {
            key: ticket.opened_at + timedelta(minutes=value) if key in ("starts_at", "ends_at") else value
            for key, value in values.items()
        }
        about = None
        if name in _ON_EXCLUSION:
            about = exclusion_access.exclusions_of(ticket)[-1]
            asked["seen"] = signature(previews.if_approved(about, as_of=at)) if name == "approve" else ""
        doing = _ON_EXCLUSION[name] if about is not None else verbs.ON_TICKET[name]
        doing.act(
            verbs.Request(
                ticket=ticket, actor=actor, at=at, values=asked, person=person, **verbs.subject(about)
            )
        )
