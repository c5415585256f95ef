"""What the clocks' floor writes down for lists; nothing here counts as someone's edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class RestoreLeft:
    """What a list shows of the promise to restore: how it stands, and how much of its time is used.

    `used_seconds` of `target_seconds` were counted up to `from_at`, since when the clock runs towards
    `due_at`, or up to now while it stands still. None of them changes by the passing of time alone.
    """

    state: str = ""
    due_at: datetime | None = None
    from_at: datetime | None = None
    used_seconds: int | None = None
    target_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """What a list shows of a ticket's promises: the one that falls due next, and what is left to restore."""

    due_at: datetime | None
    objective: str
    state: str
    has_cover: bool
    restore: RestoreLeft

    @classmethod
    def shown_on(cls, ticket: Ticket) -> Deadline:
        """Return what a ticket's row has now."""
        return cls(
            due_at=ticket.next_due_at,
            objective=ticket.next_objective,
            state=ticket.clock_state,
            has_cover=ticket.has_cover,
            restore=RestoreLeft(
                state=ticket.restore_state,
                due_at=ticket.restore_due_at,
                from_at=ticket.restore_from_at,
                used_seconds=ticket.restore_used_seconds,
                target_seconds=ticket.restore_target_seconds,
            ),
        )


@transaction.atomic
def set_next_deadlines(deadlines: Iterable[tuple[Ticket, Deadline]]) -> None:
    """Show on tickets, which the caller has locked, what falls due next; the clocks stay the truth.

    Rows that show it already are left alone, and the others are written in one statement.
    """
    written = [
        (
            ticket.customer_id,
            ticket.pk,
            new.due_at,
            new.objective,
            new.state,
            new.has_cover,
            new.restore.state,
            new.restore.due_at,
            new.restore.from_at,
            new.restore.used_seconds,
            new.restore.target_seconds,
        )
        for ticket, new in deadlines
        if new != Deadline.shown_on(ticket)
    ]
    if not written:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tickets_ticket AS ticket
            SET next_due_at = new.due_at, next_objective = new.objective,
                clock_state = new.state, has_cover = new.has_cover,
                restore_state = new.restore_state, restore_due_at = new.restore_due_at,
                restore_from_at = new.restore_from_at, restore_used_seconds = new.restore_used_seconds,
                restore_target_seconds = new.restore_target_seconds
            FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::boolean[],
                        %s::text[], %s::timestamptz[], %s::timestamptz[], %s::integer[], %s::integer[])
                AS new (customer_id, id, due_at, objective, state, has_cover, restore_state, restore_due_at,
                        restore_from_at, restore_used_seconds, restore_target_seconds)
            WHERE ticket.customer_id = new.customer_id AND ticket.id = new.id
            """,
            [list(column) for column in zip(*written, strict=True)],
        )


@transaction.atomic
def set_closing(*, ticket_id: int, customer_id: int, closes_at: datetime | None) -> None:
    """Say when a resolved ticket closes by itself."""
    Ticket.objects.filter(pk=ticket_id, customer_id=customer_id).update(closes_at=closes_at)
