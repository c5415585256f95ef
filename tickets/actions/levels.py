from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.tenancy import Actor
from tickets.actions.locking import lock, save
from tickets.events import LevelChanged
from tickets.lifecycle import Status, check_move
from tickets.models import Ticket


@transaction.atomic
def move_to_level(
    *, ticket: Ticket, actor: Actor, at: datetime, level: int, expected_version: int | None = None
) -> Ticket:
    """Move an open ticket of the desk to its Level 2 or 3; its owner and its clocks stay as they are."""
    locked = lock(ticket, expected_version=expected_version)
    check_move(status=Status(locked.status), level=locked.level, to=level)
    previous, locked.level = locked.level, level
    save(locked, at, "level")
    publish(
        LevelChanged(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            level=level,
            previous=previous,
        )
    )
    return locked
