from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from customers.models import DeskPerson
from tickets.models import Message, ReadMark, Ticket


@transaction.atomic
def mark_read(*, ticket: Ticket, person: DeskPerson, at: datetime) -> ReadMark:
    """Note that a desk person has read everything that is on a ticket now; a mark never goes back.

    It is no fact about the ticket: it changes neither the ticket nor its log.
    """
    newest = Message.objects.filter(customer_id=ticket.customer_id, ticket=ticket).aggregate(up_to=Max("pk"))
    mark, is_new = ReadMark.objects.select_for_update().get_or_create(
        customer_id=ticket.customer_id,
        ticket=ticket,
        person=person,
        defaults={"up_to": newest["up_to"] or 0, "read_at": at},
    )
    if not is_new:
        mark.up_to = max(mark.up_to, newest["up_to"] or 0)
        mark.read_at = at
        mark.save(update_fields=["up_to", "read_at"])
    return mark
