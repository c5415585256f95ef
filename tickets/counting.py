"""How many tickets stand beside each name of the desk's rail, and under each heading of the queue.

All are counted in one statement and stop at `access.MANY`, so that they cost the same however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

from django.db.models import QuerySet
from django.http import QueryDict

from customers.models import DeskPerson
from tickets import access, approval_access, handover_access
from tickets.filters import Asked, Offers, address_of, read
from tickets.models import SavedView, TicketQuerySet
from tickets.paging import Page
from tickets.queues import IN_GROUP, VIEWS, Group

#: Returns what waits for a desk person, to be counted with everything else: rows of one table or of several.
Waiting = Callable[[DeskPerson, datetime], Sequence[QuerySet[Any]]]
_waiting: dict[str, Waiting] = {
    "approvals": lambda person, now: [approval_access.waiting_of_desk(now)],
    "handed": lambda person, now: [handover_access.to_accept(person)],
}
#: So many saved views have their counts beside them; whoever keeps more sees the names of the others.
_COUNTED = 12


def rail_asks(name: str, waiting: Waiting) -> None:
    """Let a count of what waits on another floor stand in the desk's rail under a name."""
    _waiting[name] = waiting


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What stands beside the names, ready to be shown: by a view's name, a saved view's id, a heading's name."""

    views: Mapping[str, str]
    missed: str
    saved: Mapping[int, str]
    waiting: Mapping[str, str]
    groups: Mapping[str, str] = field(default_factory=dict)
    kept: Sequence[SavedView] = ()

    @property
    def digest(self) -> str:
        """Return a short value that changes whenever one of them would look different."""
        said = (self.views, self.missed, self.saved, self.waiting, self.groups)
        return f"{crc32(repr(said).encode()):08x}"


def say_count(number: int) -> str:
    """Return a count as it is shown, which stops at MANY."""
    return f"{access.MANY - 1}+" if number >= access.MANY else str(number)


def count_beside(
    person: DeskPerson, now: datetime, *, asked: Asked | None = None, groups: Collection[str] = ()
) -> Counts:
    """Count what stands beside the queue and, of what is asked of it, under the headings of some groups."""
    views = list(access.saved_views(person))
    kept = {f"kept {pk}": tickets for pk, tickets in _read_kept(views[:_COUNTED], asked, person, now).items()}
    whole = asked.tickets() if asked is not None and groups else None
    parts = {f"group {name}": IN_GROUP[name](whole, now) for name in groups if whole is not None}
    waiting = {
        f"{name} waiting {number}": rows
        for name, wait in _waiting.items()
        for number, rows in enumerate(wait(person, now))
    }
    found = access.queue_counts(person, now, {"missed": access.missed(now), **kept, **parts, **waiting})
    return Counts(
        views={name: say_count(found[name]) for name in VIEWS},
        missed=say_count(found["missed"]) if found["missed"] else "",
        saved={view.pk: say_count(found[f"kept {view.pk}"]) for view in views if f"kept {view.pk}" in kept},
        groups={name: say_count(found[f"group {name}"]) for name in groups},
        waiting={
            name: say_count(sum(found[one] for one in waiting if one.startswith(f"{name} waiting ")))
            for name in _waiting
        },
        kept=views,
    )


def headings(groups: Sequence[Group], page: Page) -> list[str]:
    """Return the groups of which there may be more than the page shows; none where it shows the whole view."""
    return [group.name for group in groups] if page.after or page.before else []


def _read_kept(
    views: Sequence[SavedView], asked: Asked | None, person: DeskPerson, now: datetime
) -> dict[int, TicketQuerySet]:
    """Return what saved views list, by their ids; one whose filters make no sense any more is left out."""
    addresses = {view.pk: QueryDict(address_of(view.filters)) for view in views}
    offers = (
        asked.form.offers
        if asked is not None and asked.form.is_shown
        else Offers.named_in(addresses.values())
    )
    read_all = {
        pk: read(address, person=person, now=now, is_shown=False, offers=offers)
        for pk, address in addresses.items()
    }
    return {pk: one.tickets() for pk, one in read_all.items() if one.form.is_valid()}
