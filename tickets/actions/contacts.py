from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from customers.desk_admin_actions import switch_member
from customers.models import Member
from tickets.actions.level1 import let_level_1_go
from tickets.actions.locking import lock, save
from tickets.events import ContactChanged
from tickets.models import Ticket, Watcher


@transaction.atomic
def let_member_go(*, member: Member, heir: Member | None, actor: Actor, at: datetime) -> int:
    """Deactivate one of a customer's people; a colleague becomes the contact of their unfinished tickets.

    Returns how many tickets have another contact. Raises Refused for whoever would lock themselves out,
    for the last lead, and where tickets would be left without a contact.
    """
    if actor.is_member and actor.id == member.pk:
        raise Refused(_("You cannot deactivate yourself. Ask another lead."))
    theirs = list(Ticket.objects.requested_by(member).unfinished().order_by("pk"))
    if theirs and heir is None:
        raise Refused(_("Select who becomes the contact for their tickets."), field="to")
    switch_member(member=member, actor=actor, at=at, is_active=False)
    let_level_1_go(member=member, actor=actor, at=at)
    for ticket in theirs:
        assert heir is not None
        make_contact(ticket=ticket, member=heir, actor=actor, at=at)
    return len(theirs)


@transaction.atomic
def make_contact(*, ticket: Ticket, member: Member, actor: Actor, at: datetime) -> Ticket:
    """Let another of the customer's people be the one to whom a ticket belongs; who reported it stays known."""
    locked = lock(ticket)
    if not member.is_active or member.customer_id != locked.customer_id:
        raise Refused(_("Select one of your active colleagues."), field="to")
    if locked.requester_id == member.pk:
        return locked
    locked.requester = member
    save(locked, at, "requester")
    # The contact hears of everything: they need not follow the ticket beside that.
    Watcher.objects.filter(customer_id=locked.customer_id, ticket=locked, member=member).delete()
    publish(
        ContactChanged(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            member_id=member.pk,
            contact_name=member.name,
        )
    )
    return locked
