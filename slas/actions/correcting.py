from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from core.events import publish
from core.problems import Stale
from core.tenancy import Actor
from slas.events import VerdictCorrected
from slas.previews import replayed
from slas.verdicts import changed_verdicts, signature
from tickets.models import Ticket


@contextmanager
def correct(ticket: Ticket, *, cause: str, seen: str | None, actor: Actor, at: datetime) -> Iterator[None]:
    """Publish facts about the past within the block, and append a correction for each verdict they change.

    The ticket is locked by the caller. `seen` is the signature of the changes that the decision was made
    on; raises Stale where others came out. None asks for none, because nothing of the past changes.
    """
    before = replayed(ticket, as_of=at)
    yield
    changes = changed_verdicts(before, replayed(ticket, as_of=at))
    if signature(changes) != (seen or ""):
        raise Stale("Other verdicts would change now than you were shown. Nothing was saved: look again.")
    for change in changes:
        publish(
            VerdictCorrected(
                at=at,
                customer_id=ticket.customer_id,
                ticket_id=ticket.pk,
                actor=actor,
                metric=change.metric,
                cycle=change.cycle,
                was=change.was,
                now=change.now,
                cause=cause,
            )
        )
