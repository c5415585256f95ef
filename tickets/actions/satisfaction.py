from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from customers.models import Member
from tickets.actions.locking import lock
from tickets.events import SatisfactionGiven
from tickets.models import Satisfaction, Score, Ticket


@transaction.atomic
def rate(
    *, ticket: Ticket, member: Member, actor: Actor, at: datetime, score: int, comment: str = ""
) -> Satisfaction:
    """Record what a member thought of how a ticket was handled; a later answer replaces an earlier one."""
    locked = lock(ticket)
    if locked.is_open:
        raise Refused(gettext("This is not finished yet. We ask you when it is."))
    if score not in Score.values:
        raise Refused(gettext("Select an answer."), field="score")
    answer, _ = Satisfaction.objects.update_or_create(
        customer_id=locked.customer_id,
        ticket=locked,
        member=member,
        defaults={"score": score, "comment": comment.strip()[:1000], "at": at},
    )
    publish(
        SatisfactionGiven(
            at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor, score=score
        )
    )
    return answer
