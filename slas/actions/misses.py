from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from slas.events import MissesExplained
from slas.miss_access import misses_of, unexplained
from slas.models import MissCause, MissExplanation
from tickets.actions import lock
from tickets.models import Ticket


@transaction.atomic
def explain_misses(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    misses: Collection[str],
    cause: MissCause,
    detail: str,
    action: str = "",
) -> None:
    """Say why objectives were missed, and what is done about it; `misses` are keys such as 'update:2'.

    What was said of one before is replaced; the log keeps it. The action may follow later.
    """
    locked = lock(ticket)
    detail, action = detail.strip()[:500], action.strip()[:500]
    if not detail:
        raise Refused("Say what happened: the customer reads it.", field="detail")
    chosen = [miss for miss in misses_of(locked, at) if miss.key in misses]
    if not chosen or len(chosen) < len(set(misses)):
        raise Refused("Select objectives that were missed.", field="misses")
    for miss in chosen:
        MissExplanation.objects.update_or_create(
            customer_id=locked.customer_id,
            ticket=locked,
            metric=miss.metric,
            cycle=miss.cycle,
            defaults={
                "cause": cause.value,
                "detail": detail,
                "action": action,
                "explained_at": at,
                "explained_by_name": actor.name,
            },
        )
    publish(
        MissesExplained(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            called=len(chosen),
            cause=cause.value,
            reason=detail,
        )
    )


def check_misses_explained(ticket: Ticket, at: datetime) -> None:
    """Raise Refused while nobody has said why an objective of a locked ticket was missed."""
    if left := unexplained(misses_of(ticket, at)):
        names = ", ".join(dict.fromkeys(miss.label.lower() for miss in left))
        raise Refused(f"First say why these were missed: {names}. The form is under “Missed promises”.")
