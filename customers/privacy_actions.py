"""What a customer's leads decide about who of their own people reads which ticket."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import publish
from core.tenancy import Actor
from customers.events import PrivacyChanged
from customers.models import Customer


@transaction.atomic
def set_members_see_all(*, customer: Customer, actor: Actor, at: datetime, members_see_all: bool) -> Customer:
    """Let requesters read every ticket that is not private, or only what is theirs or what they follow."""
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if locked.members_see_all == members_see_all:
        return locked
    locked.members_see_all = members_see_all
    locked.save(update_fields=["members_see_all"])
    publish(PrivacyChanged(at=at, customer_id=locked.pk, actor=actor, members_see_all=members_see_all))
    return locked
