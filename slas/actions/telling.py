"""Messages to the desk about exclusions and restorations that somebody has to decide."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings

from core.tenancy import acting_as, worker_context
from customers.access import active_desk_people
from customers.models import DeskPerson
from notifications import actions as notifications
from notifications.models import Audience
from notifications.preferences import people_who_want
from notifications.topics import Topic
from slas.models import Exclusion
from tickets.models import Ticket
from tickets.severity import Severity

logger = logging.getLogger(__name__)


def tell_contested(*, limit: int = 200) -> int:
    """Tell the desk of exclusions that customers contested; return how many.

    A member's transaction sees nobody of the desk, so this runs from a sweep.
    """
    with acting_as(worker_context()) as now:
        waiting = list(Exclusion.objects.to_tell(now).values_list("pk", flat=True)[:limit])
    return sum(_tell_safely(pk) for pk in waiting)


def _tell_safely(exclusion_id: int) -> bool:
    """Tell of one; one that fails is logged and does not hold up the others."""
    try:
        return _tell(exclusion_id)
    except Exception:
        logger.exception("the desk could not be told that exclusion %s is contested", exclusion_id)
        return False


def _tell(exclusion_id: int) -> bool:
    with acting_as(worker_context()) as now:
        exclusion = (
            Exclusion.objects.to_tell(now)
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("ticket__customer", "proposed_by__user")
            .filter(pk=exclusion_id)
            .first()
        )
        if exclusion is None or exclusion.contested_at is None:
            return False
        people = {person.pk: person for person in [*deciders(), exclusion.proposed_by]}
        for person in people.values():
            tell_desk(
                person,
                exclusion.ticket,
                about=f"{exclusion.contested_by} contests an exclusion",
                body=f"{exclusion.contested_by} wrote: {exclusion.contest}",
                key=f"exclusion-contested:{exclusion.pk}",
                occurred_at=exclusion.contested_at,
                deliver_after=now,
            )
        exclusion.contest_told_at = now
        exclusion.save(update_fields=["contest_told_at"])
        return True


def deciders() -> list[DeskPerson]:
    """Return the desk people who decide what others propose."""
    return [person for person in active_desk_people().select_related("user") if person.decides]


def tell_desk(
    person: DeskPerson,
    ticket: Ticket,
    *,
    about: str,
    body: str,
    key: str,
    occurred_at: datetime,
    deliver_after: datetime,
) -> None:
    """Put a message to one desk person about a ticket into the outbox; once for each key."""
    if not person.is_active or not people_who_want(Topic.EXCLUSION, [person]):
        return
    link = f"{settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/exclusions/"
    notifications.queue(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        audience=Audience.DESK,
        kind="exclusion",
        dedupe_key=f"{key}:desk:{person.pk}",
        recipient_email=person.user.email,
        person_id=person.pk,
        is_urgent=ticket.severity == Severity.P1,
        recipient_name=person.name,
        subject=f"{ticket.key} {about}",
        body=f"{ticket.key}: {ticket.subject}\nCustomer: {ticket.customer.name}\n\n{body}\n\nOpen it: {link}\n",
        occurred_at=occurred_at,
        deliver_after=deliver_after,
    )
