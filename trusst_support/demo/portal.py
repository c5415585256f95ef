"""What a customer's lead looks after in the demonstration: accounts, people, mails, and who looked at what."""

from __future__ import annotations

from core.tenancy import acting_as
from customers import access, portal_actions
from customers.actions import invite_member
from customers.models import DeskPerson, LookKind, Member, MemberRole
from customers.portal_access import accounts_of
from notifications.preferences import set_member_topics
from notifications.topics import OF_MEMBERS, Topic
from tickets.looks import look_at
from tickets.models import Ticket


def look_after(lead: Member, *, colleague: str) -> None:
    """Let a lead allow cases for the first account, invite somebody, and do without receipts."""
    with acting_as(access.member_context(lead)) as at:
        actor = access.member_actor(lead)
        account = accounts_of(lead).order_by("-name").first()
        if account is not None:
            portal_actions.change_account(
                account=account,
                actor=actor,
                at=at,
                name=account.name,
                declared_plan=account.declared_plan,
                may_open_cases=True,
            )
        invite_member(
            customer=lead.customer,
            actor=actor,
            at=at,
            email=f"{colleague.split(maxsplit=1)[0].lower()}@{lead.customer.slug}.example",
            name=colleague,
            role=MemberRole.REQUESTER,
        )
        set_member_topics(member=lead, wanted=set(OF_MEMBERS) - {Topic.RECEIPT})


def look(person: DeskPerson, ticket: Ticket, kind: LookKind = LookKind.TICKET) -> None:
    """Let somebody of the desk look at a ticket, as whoever works on it does."""
    with acting_as(access.desk_context(person)) as at:
        look_at(ticket, person=person, at=at, kind=kind)
