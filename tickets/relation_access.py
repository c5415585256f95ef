"""What ties tickets together, each look-up its own permission check."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404

from core.problems import Refused
from customers.access import active_members_of
from customers.models import Customer, DeskPerson, Member, Service
from tickets.models import (
    Checklist,
    ChecklistItem,
    DeskFollower,
    Findings,
    LinkKind,
    ServiceChecklist,
    Tag,
    Ticket,
    TicketLink,
    TicketTag,
    Watcher,
)

#: How many of a customer's other tickets stand beside one.
RECENT = 5


# --- Tags ---------------------------------------------------------------------------------------------
def tags() -> QuerySet[Tag]:
    """Return every tag with how many tickets have it, for those who keep them."""
    return Tag.objects.annotate(size=Count("tagged")).order_by("name")


def active_tags() -> QuerySet[Tag]:
    """Return the tags that can be put on a ticket."""
    return Tag.objects.active()


def tag_names(among: Collection[str] | None = None) -> list[str]:
    """Return the names of all tags, for the queue's filters, or those of some names that there are."""
    known = Tag.objects.all() if among is None else Tag.objects.filter(name__in=among)
    return list(known.order_by("name").values_list("name", flat=True))


def tagged_with(names: Collection[str]) -> QuerySet[TicketTag, int]:
    """Return the ids of the tickets that have one of the tags of these names."""
    return TicketTag.objects.filter(tag__name__in=names).values_list("ticket_id", flat=True)


def get_tag(pk: int) -> Tag:
    """Return a tag, or 404."""
    tag = Tag.objects.filter(pk=pk).first()
    if tag is None:
        raise Http404("There is no such tag.")
    return tag


def tags_of(ticket: Ticket) -> list[Tag]:
    """Return the tags of a ticket, for the desk."""
    rows = TicketTag.objects.filter(customer_id=ticket.customer_id, ticket=ticket).select_related("tag")
    return [row.tag for row in rows]


# --- Links --------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Linked:
    """A ticket at the other end of a link; `kind` is what one's own ticket is to it."""

    kind: LinkKind
    pair: str
    ticket: Ticket


def links_of(ticket: Ticket) -> list[Linked]:
    """Return what a ticket is linked to, of any customer, for the desk; two queries."""
    return _links(ticket, TicketLink.objects.all(), Ticket.objects.with_people())


def links_for_member(member: Member, ticket: Ticket) -> list[Linked]:
    """Return what a ticket is linked to that the member may read as well.

    Ends between customers are hidden from members by the database; a colleague's ticket by this.
    """
    return _links(ticket, TicketLink.objects.all(), Ticket.objects.visible_to(member).with_people())


def _links(ticket: Ticket, ends: QuerySet[TicketLink], readable: QuerySet[Ticket]) -> list[Linked]:
    mine = {
        end.pair: LinkKind(end.kind)
        for end in ends.filter(customer_id=ticket.customer_id, ticket=ticket).order_by("kind", "pk")
    }
    if not mine:
        return []
    others = ends.filter(pair__in=list(mine)).exclude(ticket=ticket).values_list("ticket_id", "pair")
    by_ticket = dict(others)
    found = readable.filter(pk__in=list(by_ticket)).order_by("pk")
    linked = [
        Linked(kind=mine[by_ticket[other.pk]], pair=by_ticket[other.pk], ticket=other) for other in found
    ]
    order = list(LinkKind)
    return sorted(linked, key=lambda one: (order.index(one.kind), one.ticket.pk))


def parts_of(ticket: Ticket) -> list[Ticket]:
    """Return the tickets that a major incident is over, of any customer, for the desk."""
    return [one.ticket for one in links_of(ticket) if one.kind is LinkKind.PARENT]


def merged_into_it(ticket: Ticket) -> QuerySet[Ticket]:
    """Return the tickets that were merged into one; they are of its customer."""
    return Ticket.objects.filter(customer_id=ticket.customer_id, merged_into=ticket).select_related(
        "customer"
    )


def where_it_went(ticket: Ticket, member: Member | None = None) -> Ticket | None:
    """Return the ticket that one was merged into, while the member may read it."""
    if ticket.merged_into_id is None:
        return None
    readable = Ticket.objects.all() if member is None else Ticket.objects.visible_to(member)
    return readable.filter(pk=ticket.merged_into_id).select_related("customer").first()


# --- Checklists ---------------------------------------------------------------------------------------
def checklists() -> QuerySet[Checklist]:
    """Return every checklist with the services it is tied to, for those who keep them."""
    services = ServiceChecklist.objects.select_related("service__customer").order_by(
        "service__customer__name", "service__name"
    )
    return Checklist.objects.prefetch_related(Prefetch("services", services))


def active_checklists() -> QuerySet[Checklist]:
    """Return the checklists that can be put on a ticket."""
    return Checklist.objects.active()


def get_checklist(pk: int) -> Checklist:
    """Return a checklist, or 404."""
    checklist = checklists().filter(pk=pk).first()
    if checklist is None:
        raise Http404("There is no such checklist.")
    return checklist


def all_services() -> QuerySet[Service]:
    """Return every customer's services, for those who tie checklists to them."""
    return (
        Service.objects.filter(is_active=True).select_related("customer").order_by("customer__name", "name")
    )


def items_of(ticket: Ticket) -> QuerySet[ChecklistItem]:
    """Return the steps on a ticket, for the desk."""
    return ChecklistItem.objects.filter(customer_id=ticket.customer_id, ticket=ticket)


# --- People -------------------------------------------------------------------------------------------
def followers_of(ticket: Ticket) -> list[Member]:
    """Return the members who follow a ticket that is not theirs."""
    rows = Watcher.objects.filter(customer_id=ticket.customer_id, ticket=ticket).select_related("member")
    return sorted((row.member for row in rows), key=lambda member: member.name)


def members_following(ticket: Ticket) -> QuerySet[Member]:
    """Return the members who follow a ticket that is not theirs, for a form to choose from."""
    watching = Watcher.objects.filter(customer_id=ticket.customer_id, ticket=ticket).values("member_id")
    return Member.objects.filter(customer_id=ticket.customer_id, pk__in=watching)


def find_ticket(key: str, *, field: str) -> Ticket:
    """Return the ticket of a reference that the desk typed; raises Refused beside the field."""
    ticket = Ticket.objects.by_key(key.strip()).with_people().first()
    if ticket is None:
        raise Refused(
            f"There is no ticket {key.strip()[:20]}. Enter a reference such as ACME-128.", field=field
        )
    return ticket


def desk_followers_of(ticket: Ticket) -> list[DeskPerson]:
    """Return the desk people who follow a ticket."""
    rows = DeskFollower.objects.filter(customer_id=ticket.customer_id, ticket=ticket).select_related(
        "person__user"
    )
    return sorted((row.person for row in rows), key=lambda person: person.name)


def contacts_of(customer: Customer) -> Sequence[Member]:
    """Return the people of a customer who answer for it: its leads and coordinators."""
    return [member for member in active_members_of(customer) if member.works_level_1]


# --- Facts --------------------------------------------------------------------------------------------
def recent_of(ticket: Ticket) -> QuerySet[Ticket]:
    """Return the newest other tickets of a ticket's customer, for the desk."""
    return (
        Ticket.objects.of(ticket.customer)
        .exclude(pk=ticket.pk)
        .select_related("customer")
        .newest_opened_first()[:RECENT]
    )


def findings_of(ticket: Ticket) -> Findings | None:
    """Return what was found and done on a ticket; both sides read it."""
    return Findings.objects.filter(customer_id=ticket.customer_id, ticket=ticket).first()
