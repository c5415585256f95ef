"""The desk's views of its queue, and the groups in which rows are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from customers.models import DeskPerson
from tickets.models import Ticket, TicketQuerySet
from tickets.vendor_cases import with_vendors

SOON = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class View:
    """A named part of the queue; `name` is what the address says.

    It narrows the desk's open tickets; with `at_every_level` also those that a customer's Level 1 has, and with
    `everything` those that have ended as well.
    """

    name: str
    title: str
    icon: str
    narrow: Callable[[TicketQuerySet, DeskPerson, datetime], TicketQuerySet]
    empty: str
    everything: bool = False
    at_every_level: bool = False


VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        View(
            name="due",
            title="Due next",
            icon="clock",
            narrow=lambda tickets, person, now: tickets,
            empty="No ticket is open. New ones appear here by themselves.",
        ),
        View(
            name="mine",
            title="My tickets",
            icon="user",
            narrow=lambda tickets, person, now: tickets.assigned_to(person),
            empty="Nothing is assigned to you. Look under Unassigned for the next one to take.",
        ),
        View(
            name="unassigned",
            title="Unassigned",
            icon="inbox",
            narrow=lambda tickets, person, now: tickets.unassigned(),
            empty="Every open ticket has an owner.",
        ),
        View(
            name="vendor",
            title="With AWS",
            icon="vendor",
            narrow=lambda tickets, person, now: with_vendors(tickets),
            empty="Nothing waits for AWS or another vendor, and none has a case open.",
        ),
        View(
            name="customer",
            title="With customer",
            icon="chat",
            narrow=lambda tickets, person, now: tickets.waiting_for_customer(),
            empty="Nothing waits for a customer.",
        ),
        View(
            name="followed",
            title="Followed",
            icon="bell",
            narrow=lambda tickets, person, now: tickets.followed_by(person),
            empty="You follow no open ticket. Press Follow on one to see it here.",
        ),
        View(
            name="holds",
            title="Holds to review",
            icon="pause",
            narrow=lambda tickets, person, now: tickets.past_review(now),
            empty="No hold is past its review time.",
        ),
        View(
            name="reviews",
            title="Reviews",
            icon="eye",
            narrow=lambda tickets, person, now: tickets.awaiting_lead(),
            empty="No customer waits for a lead's decision.",
            everything=True,
        ),
        View(
            name="all",
            title="All open",
            icon="work",
            narrow=lambda tickets, person, now: tickets,
            empty="No ticket is open, here or at any customer's Level 1.",
            at_every_level=True,
        ),
    )
}


@dataclass(kw_only=True)
class Group:
    """Rows of the queue that stand under one heading; `count` says how many the whole view has of them."""

    name: str
    title: str
    short: str
    icon: str
    rows: list[Ticket] = field(default_factory=list)
    count: str = ""


def group_of(ticket: Ticket, *, now: datetime) -> str:
    """Return the name of the group a ticket belongs to."""
    if ticket.is_open and not ticket.is_with_desk:
        return "level1"
    if not ticket.has_cover:
        return "none"
    if ticket.next_due_at is None:
        return "stopped"
    if ticket.clock_state == "missed" or ticket.next_due_at <= now:
        return "missed"
    return "soon" if ticket.next_due_at <= now + SOON else "later"


def group_rows(tickets: Iterable[Ticket], *, now: datetime, searched: bool) -> list[Group]:
    """Sort rows into groups, empty ones left out; a search keeps its own order in one group."""
    if searched:
        rows = list(tickets)
        return [Group(name="found", title="Found", short="found", icon="search", rows=rows)] if rows else []
    groups = {
        group.name: group
        for group in (
            Group(name="missed", title="Missed", short="missed", icon="alert"),
            Group(name="soon", title="Due within 30 minutes", short="due within 30 min", icon="clock"),
            Group(name="later", title="Later", short="later", icon="clock"),
            Group(name="stopped", title="Clock stopped", short="clock stopped", icon="pause"),
            Group(name="none", title="Best effort: no agreement in force", short="best effort", icon="doc"),
            Group(
                name="level1", title="At Level 1: our clocks have not started", short="at Level 1", icon="new"
            ),
        )
    }
    for ticket in tickets:
        groups[group_of(ticket, now=now)].rows.append(ticket)
    return [group for group in groups.values() if group.rows]


#: What of a set of tickets stands under each heading; each is one part of the queue's order.
IN_GROUP: dict[str, Callable[[TicketQuerySet, datetime], TicketQuerySet]] = {
    "found": lambda tickets, now: tickets,
    "missed": lambda tickets, now: tickets.due_by(now),
    "soon": lambda tickets, now: tickets.due_after(now).due_by(now + SOON),
    "later": lambda tickets, now: tickets.due_after(now + SOON),
    "stopped": lambda tickets, now: tickets.without_deadline().with_desk().with_cover(),
    "none": lambda tickets, now: tickets.without_deadline().with_desk().best_effort(),
    "level1": lambda tickets, now: tickets.without_deadline().before_desk(),
}
