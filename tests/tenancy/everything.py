"""Two customers with a row in every table that belongs to customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from core.tenancy import acting_as, worker_context
from customers import actions as customers
from customers.models import Invitation, Member, MemberRole, Team
from escalations import actions as escalations
from escalations.functional_models import FunctionalEscalation, FunctionalState
from notifications import actions as notifications
from notifications.models import Audience, DeliveryAttempt, MemberMute, MemberQuiet, Notification
from notifications.topics import Topic
from slas import actions as slas
from slas.models import EarlierRestoration, ExclusionReason
from tests.cast import CRITICAL, START, Cast, House, actor_of, context_of, file_ticket, picture
from tests.reports.reviews.making import whole as review
from tests.tenancy.composing import begin_writing
from tests.tenancy.connecting import connect
from tests.tenancy.counting import count
from tests.tenancy.planning import plan
from tests.tenancy.reading import read_on
from tests.tenancy.relating import tie
from tickets import actions as tickets
from tickets.looks import look_at
from tickets.models import (
    ApprovalKind,
    ApprovalRequest,
    Attachment,
    Handover,
    HandoverLine,
    Satisfaction,
    Ticket,
)


@dataclass
class Belongings:
    """What one customer has, by the names that addresses use."""

    house: House
    ticket: Ticket
    file: Attachment
    invitation: Invitation


def tell(house: House, member: Member, key: str) -> None:
    """Queue a message to a member, in whoever's context is open."""
    notifications.queue(
        customer_id=house.customer.pk,
        audience=Audience.CUSTOMER,
        kind="ticket",
        dedupe_key=f"{key}:member:{member.pk}",
        recipient_email=member.email,
        recipient_name=member.name,
        member_id=member.pk,
        subject=f"{house.customer.key}-1 News of {key}",
        body="Something has happened.",
        occurred_at=START,
        deliver_after=START,
    )


def furnish(cast: Cast, house: House) -> Belongings:
    """Give a customer one of everything."""
    ticket = file_ticket(
        house.requester, impact=CRITICAL, subject=f"{house.customer.key} down", files=[picture()]
    )
    with acting_as(context_of(house.coordinator)) as now:
        tickets.watch(ticket=ticket, member=house.coordinator)
        tickets.post_customer_note(
            ticket=ticket,
            actor=actor_of(house.coordinator),
            at=now,
            body="Our own words",
            files=[picture("own.png")],
        )
    with acting_as(context_of(house.lead)) as now:
        MemberMute.objects.create(customer=house.customer, member=house.lead, topic=Topic.RECEIPT)
        MemberQuiet.objects.create(
            customer=house.customer, member=house.lead, begins=time(20), ends=time(7), days="01234"
        )
        tell(house, house.lead, "invitation:accepted")
        invitation = customers.invite_member(
            customer=house.customer,
            actor=actor_of(house.lead),
            at=now,
            email=f"new@{house.customer.slug}.example",
            name="New Person",
            role=MemberRole.REQUESTER,
        )
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_internal_note(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            body="Desk words",
            files=[picture("desk.png")],
        )
    begin_writing(cast, house, ticket)
    _work_level_1(house)
    tie(cast, house, ticket)
    read_on(cast, house, ticket)
    connect(cast, house, ticket)
    count(house, ticket)
    plan(cast, house, ticket)
    review(cast, house.customer, date(2026, 2, 1))
    escalations.advance_due()
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are on it")
    with acting_as(context_of(house.requester)) as now:
        tickets.save_report(member=house.requester, at=now, answers={"subject": "Begun"})
        tickets.keep_report_files(member=house.requester, at=now, files=[picture("begun.png")])
        Satisfaction.objects.create(
            customer=house.customer, ticket=ticket, member=house.requester, score=4, at=now
        )
    with acting_as(context_of(cast.engineer)) as now:
        handover = Handover.objects.create(given_by=cast.engineer, at=now)
        HandoverLine.objects.create(
            customer=house.customer, handover=handover, ticket=ticket, taken_by=cast.lead
        )
    with acting_as(worker_context()) as now:
        notification = Notification.objects.filter(customer=house.customer).first()
        assert notification is not None
        DeliveryAttempt.objects.create(
            customer=house.customer, notification=notification, number=1, begun_at=now + timedelta(seconds=1)
        )
        slas.propose_exclusion(
            ticket=ticket,
            person=cast.engineer,
            actor=actor_of(cast.engineer),
            at=now,
            reason=ExclusionReason.NETWORK,
            evidence="Graph 7",
        )
        EarlierRestoration.objects.create(
            customer=house.customer,
            ticket=ticket,
            restored_at=now - timedelta(hours=1),
            stated_at=now,
            proposed_by=cast.engineer,
        )
        ApprovalRequest.objects.create(
            customer=house.customer,
            ticket=ticket,
            kind=ApprovalKind.ACCESS,
            what="The console",
            expires_at=now + timedelta(days=1),
            risk="None",
            effect_of_no="We wait",
            touches_production=True,
            clock_effect="No clock stops while we wait for your answer.",
            asked_by=cast.engineer,
            asked_at=now,
        )
        look_at(ticket, person=cast.engineer, at=now)
        FunctionalEscalation.objects.create(
            customer=house.customer,
            ticket=ticket,
            team=Team.objects.get_or_create(name="Specialists")[0],
            state=FunctionalState.RECALLED,
            tried="Restarted it",
            needed="A trace",
            keeper=cast.engineer,
            escalated_at=now,
            escalated_by="Desk Engineer",
            ended_at=now,
        )
        file = Attachment.objects.get(customer=house.customer, audience="public")
    return Belongings(house=house, ticket=ticket, file=file, invitation=invitation)


def _work_level_1(house: House) -> None:
    """Give a customer a checklist of its own, and a ticket on which a step of it is done."""
    with acting_as(context_of(house.lead)):
        tickets.keep_level_1_steps(customer=house.customer, service=None, steps=["Ask a colleague"])
    ticket = file_ticket(house.requester, to_desk=False, subject=f"{house.customer.key} is slow")
    with acting_as(context_of(house.coordinator)) as now:
        tickets.tick_at_level_1(
            ticket=ticket, actor=actor_of(house.coordinator), at=now, text="Ask a colleague", is_done=True
        )
