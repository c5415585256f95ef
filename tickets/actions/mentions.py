from __future__ import annotations

from customers.access import active_desk_people
from tickets.mentioning import mentioned
from tickets.models import Mention, Message


def note_mentions(message: Message) -> list[Mention]:
    """Keep whom a note names, so that they are told and the name is marked."""
    if "@" not in message.body:
        return []
    people = dict(active_desk_people().values_list("pk", "name"))
    return Mention.objects.bulk_create(
        [
            Mention(
                customer_id=message.customer_id,
                ticket_id=message.ticket_id,
                message=message,
                person_id=person_id,
                said=said,
            )
            for person_id, said in mentioned(message.body, people).items()
        ]
    )
