"""What a page that is open must be told: which rows changed, which came, which went, and what to say.

A row is known by a digest of everything that its cells show, the passing of its deadlines included, so that
asking again costs the queue's own query and no page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from customers.models import DeskPerson
from tickets.composer_access import presence_of
from tickets.models import Presence, Ticket
from tickets.queues import group_of
from tickets.reading_access import new_replies
from tickets.vendor_cases import Move, moves_on

#: How long before a deadline it is said aloud.
WARNED = timedelta(minutes=5)
#: More than this many rows are not asked about at once; a page of the queue is shorter.
MOST_ROWS = 200

_OBJECTIVES = {"respond": "response", "update": "update", "restore": "restoration", "resolve": "resolution"}


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What a row shows beside the ticket's own columns, by the ticket's id: new replies, who is there, and
    whose move it is in a vendor's case.
    """

    unread: Mapping[int, int] = field(default_factory=dict)
    here: Mapping[int, Sequence[Presence]] = field(default_factory=dict)
    moves: Mapping[int, Move] = field(default_factory=dict)


def marks_of(tickets: Iterable[Ticket], person: DeskPerson, now: datetime) -> Marks:
    """Return the marks of some rows for one desk person; three queries."""
    listed = list(tickets)
    return Marks(
        unread=new_replies(listed, person),
        here=presence_of([ticket.pk for ticket in listed], now=now, without=person.pk),
        moves=moves_on(listed),
    )


def digest(ticket: Ticket, marks: Marks, now: datetime) -> str:
    """Return a short value that changes whenever a row would look different."""
    columns = [ticket.__dict__.get(column.attname) for column in Ticket._meta.concrete_fields]
    passing = (group_of(ticket, now=now), is_due_shortly(ticket, now), ticket.is_past_review(now))
    here = [(one.person_id, one.state) for one in marks.here.get(ticket.pk, ())]
    beside = (marks.unread.get(ticket.pk, 0), here, marks.moves.get(ticket.pk))
    return f"{crc32(repr((columns, passing, beside)).encode()):08x}"


def is_due_shortly(ticket: Ticket, now: datetime) -> bool:
    """Tell whether a deadline is so near that it is said aloud."""
    return ticket.next_due_at is not None and now < ticket.next_due_at <= now + WARNED


def count_missed(tickets: Iterable[Ticket], now: datetime) -> int:
    """Return how many rows have missed a promise; the page's title says it."""
    return sum(group_of(ticket, now=now) == "missed" for ticket in tickets)


def parse_known(text: str) -> dict[int, str]:
    """Read what a page says it shows, such as 12:0a1b2c3d,13:…; what is malformed is left out."""
    known = {}
    for part in text.split(",")[:MOST_ROWS]:
        pk, _, mark = part.partition(":")
        if pk.isascii() and pk.isdecimal() and len(pk) < 16:
            known[int(pk)] = mark[:8]
    return known


def format_known(marks: Mapping[int, str]) -> str:
    """Write what a page shows, as `parse_known` reads it."""
    return ",".join(f"{pk}:{mark}" for pk, mark in marks.items())


def arrived(listed: Sequence[int], known: Collection[int], *, has_more: bool) -> list[int]:
    """Return the ids that would now stand among the rows shown and do not.

    `listed` is the same page asked for again. When the shown page goes on, whatever stands after its last row
    belongs to the next page and is not news.
    """
    end = len(listed)
    if has_more:
        end = max((index + 1 for index, pk in enumerate(listed) if pk in known), default=0)
    return [pk for pk in listed[:end] if pk not in known]


def say(changed: Sequence[Ticket], came: int, now: datetime) -> str:
    """Return the one sentence that is worth interrupting somebody for, or ''."""
    due = min((one for one in changed if is_due_shortly(one, now)), key=_due_at, default=None)
    if due is not None:
        minutes = max(1, round((_due_at(due) - now).total_seconds() / 60))
        what = _OBJECTIVES.get(due.next_objective, "deadline")
        return f"{due.key} {what} due in {minutes} minute{'' if minutes == 1 else 's'}."
    if came:
        return f"{came} new ticket{'' if came == 1 else 's'}, press full stop to show."
    return ""


def _due_at(ticket: Ticket) -> datetime:
    assert ticket.next_due_at is not None
    return ticket.next_due_at
