"""The desk of the demonstration keeps tags and checklists, links tickets, and says why promises were missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.tenancy import Actor, acting_as
from customers import access
from customers.models import DeskPerson, Service
from slas import actions as slas
from slas.miss_access import misses_of, unexplained
from slas.models import MissCause
from tickets import actions as tickets
from tickets.models import LinkKind, Tag, Ticket

_TAGS = ("network", "database", "cost", "printing", "security")
#: Which words of a subject bring which tag.
_TAGGED = (
    ("VPN", "network"),
    ("database", "database"),
    ("costs", "cost"),
    ("print", "printing"),
    ("sign-in", "security"),
)


def keep_lists(lead: DeskPerson) -> None:
    """Write the desk's tags, and checklists for every incident and for the services that need one."""
    with acting_as(access.desk_context(lead)) as at:
        by = access.desk_actor(lead)
        for name in _TAGS:
            tickets.add_tag(actor=by, at=at, name=name)
        tickets.add_checklist(
            actor=by,
            at=at,
            name="Every incident",
            kind="incident",
            steps=["Check the AWS Health dashboard", "Ask what changed in the last day", "Set the severity"],
        )
        tickets.add_checklist(
            actor=by,
            at=at,
            name="Dispatch app",
            services=list(Service.objects.filter(name="Dispatch app")),
            steps=["Read the queue length of the label printers", "Compare with the last release"],
        )


def explain_misses(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """Say why a ticket's promises were missed, where nobody has, before it is resolved."""
    left = unexplained(misses_of(tickets.lock(ticket), at))
    if left:
        slas.explain_misses(
            ticket=ticket,
            actor=actor,
            at=at,
            misses=[miss.key for miss in left],
            cause=MissCause.DIAGNOSIS,
            detail="The first trace pointed at the network, and we looked there for too long.",
            action="The runbook now begins with the slow query log.",
        )


def tie(desk: Mapping[str, DeskPerson]) -> None:
    """Tag open tickets, link some of one subject, let a lead follow one, and tick a step."""
    engineer, lead = desk["Priya"], desk["Mei"]
    with acting_as(access.desk_context(engineer)) as at:
        by = access.desk_actor(engineer)
        known = {tag.name: tag for tag in Tag.objects.all()}
        waiting = list(Ticket.objects.open().with_desk().with_people().order_by("pk"))
        for ticket in waiting:
            for word, name in _TAGGED:
                if word.lower() in ticket.subject.lower():
                    tickets.tag_ticket(ticket=ticket, actor=by, at=at, tag=known[name])
        first = waiting[0]
        tickets.follow(ticket=first, person=lead)
        for other in [one for one in waiting if one.customer_id != first.customer_id][:2]:
            tickets.link_tickets(ticket=other, actor=by, at=at, other=first, kind=LinkKind.CHILD)
        for step in list(first.checklist.all()[:2]):
            tickets.mark_step(ticket=first, actor=by, at=at, item_id=step.pk, is_done=True)
