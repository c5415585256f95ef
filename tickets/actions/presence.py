from __future__ import annotations

from datetime import datetime

from django.db import transaction

from customers.models import DeskPerson
from tickets.composer_access import PRESENT_FOR
from tickets.models import Presence, PresenceState, Ticket


@transaction.atomic
def show_up(*, ticket: Ticket, person: DeskPerson, at: datetime, state: PresenceState) -> Presence:
    """Note that a desk person has a ticket open; `since` stays while they go on doing the same.

    It is no fact about the ticket: it changes neither the ticket nor its log.
    """
    mine = {"customer_id": ticket.customer_id, "ticket": ticket, "person": person}
    presence, is_new = Presence.objects.select_for_update().get_or_create(
        **mine, defaults={"state": state, "since": at, "seen_at": at}
    )
    if is_new:
        return presence
    if presence.state != state or at - presence.seen_at > PRESENT_FOR:
        presence.since = at
    presence.state = state
    presence.seen_at = at
    presence.save(update_fields=["state", "since", "seen_at"])
    return presence


@transaction.atomic
def leave(*, ticket: Ticket, person: DeskPerson) -> None:
    """Note that a desk person has closed a ticket's page."""
    Presence.objects.filter(customer_id=ticket.customer_id, ticket=ticket, person=person).delete()
