"""Who of a customer's own people reads a ticket."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.tenancy import Actor
from tickets.actions.locking import lock, save
from tickets.events import TicketPrivacyChanged
from tickets.lifecycle import Verb
from tickets.models import Ticket


@transaction.atomic
def set_private(
    *, ticket: Ticket, actor: Actor, at: datetime, is_private: bool, expected_version: int | None = None
) -> Ticket:
    """Keep a ticket from the contact's colleagues, or no longer; nothing happens when it is so already.

    Its contact, whoever follows it, and the customer's coordinators and leads read it in any case. For the
    desk nothing changes.
    """
    locked = lock(ticket, verb=Verb.PRIVACY, expected_version=expected_version)
    if locked.is_private == is_private:
        return locked
    locked.is_private = is_private
    save(locked, at, "is_private")
    tell_privacy(locked, actor=actor, at=at)
    return locked


def tell_privacy(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """Publish whether a ticket is private from now on."""
    publish(
        TicketPrivacyChanged(
            at=at,
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            actor=actor,
            is_private=ticket.is_private,
        )
    )
