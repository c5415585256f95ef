"""What a customer's Level 1 may see and work on: its queue, its people, its checklist."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from customers.access import services_of
from customers.models import Customer, Member, Service
from tickets.lifecycle import Status
from tickets.models import AudienceChoice, ChecklistItem, LevelOneStep, Ticket, TicketQuerySet


def groups_of(member: Member) -> dict[str, TicketQuerySet]:
    """Return the open tickets of the member's organisation by whose move it is; each is in one group."""
    readable = Ticket.objects.visible_to(member).with_people().with_level_1_owner()
    ours = readable.at_level_1()
    first = ours.never_returned()
    return {
        "returned": ours.returned(),
        "new": first.without_level_1_owner().untouched(),
        "mine": first.owned_by(member),
        "unassigned": first.without_level_1_owner().begun(),
        "colleagues": first.owned_by_others_than(member),
        "desk": readable.with_desk().open().for_queue(),
    }


def group_of(ticket: Ticket, member: Member) -> str:
    """Return the name of the group in which an open ticket is for a member; see `groups_of`."""
    if ticket.is_with_desk:
        return "desk"
    if ticket.is_returned:
        return "returned"
    if ticket.level1_owner_id is not None:
        return "mine" if ticket.level1_owner_id == member.pk else "colleagues"
    return "new" if ticket.status == Status.NEW else "unassigned"


def still_open(member: Member, pks: Collection[int]) -> list[Ticket]:
    """Return those of some tickets that are open and that the member may read."""
    readable = Ticket.objects.visible_to(member).with_people().with_level_1_owner()
    return list(readable.open().filter(pk__in=pks))


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the checklist on one ticket; `done_by` and `done_at` when somebody did it."""

    text: str
    done_by: str = ""
    done_at: datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


def checklist_of(ticket: Ticket) -> list[Step]:
    """Return the steps of Level 1 for a ticket as they stand, and what was done that is no step any more.

    Only the customer's own people see it; the desk reads the copy in the hand-over.
    """
    done = _done(ticket)
    texts = list(dict.fromkeys(LevelOneStep.objects.for_ticket(ticket).values_list("text", flat=True)))
    return [done.get(text) or Step(text=text) for text in [*texts, *(t for t in done if t not in texts)]]


def _done(ticket: Ticket) -> Mapping[str, Step]:
    items = ChecklistItem.objects.filter(
        customer_id=ticket.customer_id,
        ticket=ticket,
        audience=AudienceChoice.CUSTOMER,
        done_at__isnull=False,
    )
    return {
        item.text: Step(text=item.text, done_by=item.done_by_name, done_at=item.done_at) for item in items
    }


def steps_by_service(customer: Customer) -> list[tuple[Service | None, list[str]]]:
    """Return the customer's checklists: the one of every ticket first, then one for each service."""
    texts: dict[int | None, list[str]] = {}
    for service_id, text in LevelOneStep.objects.of(customer).values_list("service_id", "text"):
        texts.setdefault(service_id, []).append(text)
    services = services_of(customer)
    return [(None, texts.get(None, [])), *((one, texts.get(one.pk, [])) for one in services)]
