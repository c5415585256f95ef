"""What the queue of a customer's Level 1 shows, for its page and for what keeps the page up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from customers.models import Member
from escalations import hand_over_access as access
from escalations.models import HandOver
from tickets import live
from tickets.level1_access import group_of, groups_of
from tickets.models import Ticket, TicketQuerySet

#: How many tickets of a group stand on the page of all groups, and on a page of one.
SHOWN, PAGE = 20, 50

#: Name → title and icon, in the order of what to look at first.
GROUPS: Mapping[str, tuple[str | Promise, str]] = {
    "returned": (lazy("Returned by the desk"), "back"),
    "new": (lazy("New"), "new"),
    "mine": (lazy("Yours"), "user"),
    "unassigned": (lazy("Nobody's"), "inbox"),
    "colleagues": (lazy("With colleagues"), "work"),
    "desk": (lazy("With the Trusst desk"), "up"),
}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a page: the tickets of each group, and the newest hand-over of each ticket.

    `page` is set where only one group is shown.
    """

    sets: Mapping[str, TicketQuerySet]
    only: str
    page: Page[Ticket] | None
    found: Mapping[str, list[Ticket]]
    handed: Mapping[int, HandOver]

    @property
    def tickets(self) -> Iterator[Ticket]:
        return (ticket for tickets in self.found.values() for ticket in tickets)

    @property
    def most(self) -> int:
        """Return how many rows of a group the page has room for."""
        return PAGE if self.only else SHOWN


def read(member: Member, given: Mapping[str, str]) -> Rows:
    """Return the rows that an address of the queue shows; as many queries however many tickets there are."""
    sets = groups_of(member)
    only = given.get("group", "")
    page: Page[Ticket] | None = None
    found: dict[str, list[Ticket]]
    if only in sets:
        page = Paginator(sets[only], PAGE).get_page(given.get("page"))
        found = {only: list(page.object_list)}
    else:
        only = ""
        found = {name: list(tickets[:SHOWN]) for name, tickets in sets.items()}
    handed = access.latest_of([one for rows in found.values() for one in rows], member)
    return Rows(sets=sets, only=only, page=page, found=found, handed=handed)


def digest(ticket: Ticket, given: HandOver | None, member: Member, now: datetime) -> str:
    """Return a short value that changes whenever a row of the queue would look different."""
    hand_over = None if given is None else (given.pk, given.state, given.return_reason)
    beside = crc32(repr((group_of(ticket, member), hand_over)).encode())
    return f"{int(live.digest(ticket, live.Marks(), now), 16) ^ beside:08x}"
