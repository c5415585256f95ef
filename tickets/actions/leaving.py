from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.tenancy import Actor
from customers.desk_admin_actions import deactivate_desk_person
from customers.models import DeskPerson
from tickets.actions.ownership import assign
from tickets.models import Ticket


@transaction.atomic
def let_go(*, person: DeskPerson, heir: DeskPerson | None, actor: Actor, at: datetime) -> int:
    """Take a person off the desk and give their unfinished tickets to somebody, or to nobody.

    Returns how many tickets changed hands.
    """
    deactivate_desk_person(person=person, actor=actor, at=at)
    theirs = list(Ticket.objects.assigned_to(person).unfinished().order_by("pk"))
    for ticket in theirs:
        assign(ticket=ticket, actor=actor, at=at, person=heir)
    return len(theirs)
