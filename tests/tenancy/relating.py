"""A ticket has a tag, a link, a step, a follower of the desk, and findings; a service has a checklist."""

from __future__ import annotations

from core.tenancy import acting_as
from customers.models import Service
from slas.models import MissExplanation
from tests.cast import Cast, House, actor_of, context_of, file_ticket
from tickets import actions as tickets
from tickets.models import AudienceChoice, Checklist, ChecklistItem, Findings, LinkKind, Tag, Ticket


def tie(cast: Cast, house: House, ticket: Ticket) -> None:
    """Give a ticket one of everything that the desk ties to it."""
    twin = file_ticket(house.requester, subject=f"{house.customer.key} down again")
    by = actor_of(cast.engineer)
    with acting_as(context_of(cast.engineer)) as now:
        tag = Tag.objects.filter(name="network").first() or tickets.add_tag(actor=by, at=now, name="network")
        tickets.tag_ticket(ticket=ticket, actor=by, at=now, tag=tag)
        tickets.link_tickets(ticket=ticket, actor=by, at=now, other=twin, kind=LinkKind.RELATED)
        tickets.follow(ticket=ticket, person=cast.engineer)
        known = Checklist.objects.filter(name=house.customer.name).first()
        checklist = known or tickets.add_checklist(
            actor=by,
            at=now,
            name=house.customer.name,
            steps=["Read the runbook"],
            services=[Service.objects.get(customer=house.customer)],
        )
        tickets.put_checklist(ticket=ticket, actor=by, at=now, checklist=checklist)
        Findings.objects.create(
            customer=house.customer,
            ticket=ticket,
            cause="A full disk",
            stated_at=now,
            stated_by_name=by.name,
        )
        MissExplanation.objects.create(
            customer=house.customer,
            ticket=ticket,
            metric="update",
            cycle=1,
            cause="staffing",
            detail="Nobody was free",
            explained_at=now,
            explained_by_name=by.name,
        )
    with acting_as(context_of(house.coordinator)):
        ChecklistItem.objects.create(
            customer=house.customer, ticket=ticket, audience=AudienceChoice.CUSTOMER, text="Ask the carrier"
        )
