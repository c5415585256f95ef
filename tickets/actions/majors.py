from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from core.events import publish
from core.problems import Refused, Stale
from core.tenancy import Actor
from tickets.actions.conversation import post_reply
from tickets.actions.locking import lock, required
from tickets.bulk import CHANGED, Outcome
from tickets.events import MajorUpdateSent
from tickets.lifecycle import Verb
from tickets.models import Ticket


@transaction.atomic
def update_parts(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    parts: Sequence[Ticket],
    text_for: Callable[[Ticket], str],
) -> list[Outcome]:
    """Send one update about a major incident to several tickets, to each as its own public reply.

    `text_for` writes it for one ticket. A ticket that is refused stops no other; none is sent a text that
    names another customer. Rows are locked in the order of their ids.
    """
    lock(ticket, verb=Verb.NOTE)
    became = {
        part.pk: _send(part, actor, at, text_for(part), others=[one for one in parts if one.pk != part.pk])
        for part in sorted(parts, key=lambda part: part.pk)
    }
    sent = sum(outcome.is_done for outcome in became.values())
    if sent:
        publish(
            MajorUpdateSent(
                at=at, customer_id=ticket.customer_id, ticket_id=ticket.pk, actor=actor, called=sent
            )
        )
    return [became[part.pk] for part in parts]


def _send(part: Ticket, actor: Actor, at: datetime, body: str, others: Sequence[Ticket]) -> Outcome:
    try:
        with transaction.atomic():
            body = required(body, "Write something first.", field="body", most=20_000)
            check_names_nobody_else(body, part, others)
            post_reply(ticket=part, actor=actor, at=at, body=body)
    except Stale:
        return Outcome(key=part.key, reason=CHANGED)
    except Refused as refused:
        return Outcome(key=part.key, reason=refused.reason)
    return Outcome(key=part.key)


def check_names_nobody_else(body: str, part: Ticket, others: Sequence[Ticket]) -> None:
    """Raise Refused when a text for one customer names another of the same incident, or one of its tickets."""
    for other in others:
        if other.customer_id == part.customer_id:
            continue
        for name in (other.customer.name, other.key):
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", body, re.IGNORECASE):
                raise Refused(
                    f"The text names {name}, which {part.customer.name} must not read of.", field="body"
                )
