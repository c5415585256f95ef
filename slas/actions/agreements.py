from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from core.events import load_event, publish
from core.models import EventRecord
from core.problems import Refused
from core.tenancy import SYSTEM, Actor
from customers.models import Customer
from slas.access import agreement_in_force
from slas.events import AgreementAttached, AgreementSigned
from slas.models import Agreement, CalendarVersion, PolicyVersion
from tickets.models import Ticket

DEFAULT_POLICY = "Managed service"


@transaction.atomic
def sign_agreement(
    *, customer: Customer, number: str, starts_on: date, ends_on: date, actor: Actor, at: datetime
) -> Agreement:
    """Record a signed term on the newest policy and the calendars of the customer's region.

    Raises Refused for a term that ends before it begins or overlaps another of the customer, and for a
    number that another one has. The customer's row is locked, so that two signings take turns.
    """
    if ends_on <= starts_on:
        raise Refused("The term ends before it begins.", field="ends_on")
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if Agreement.objects.filter(customer=customer, number=number).exists():
        raise Refused("Another agreement of this customer has this number.", field="number")
    if Agreement.objects.filter(customer=customer, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused("Another agreement covers part of this term.", field="starts_on")
    agreement = Agreement.objects.create(
        customer=customer,
        number=number,
        policy=PolicyVersion.objects.filter(name=DEFAULT_POLICY).order_by("-version")[0],
        business_hours=newest_calendar("business", customer.region),
        always=newest_calendar("always", ""),
        timezone=customer.timezone,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    publish(
        AgreementSigned(
            at=at,
            customer_id=customer.pk,
            actor=actor,
            agreement_id=agreement.pk,
            number=number,
            starts_on=starts_on.isoformat(),
            ends_on=ends_on.isoformat(),
        )
    )
    return agreement


def newest_calendar(name: str, region: str) -> CalendarVersion:
    """Return the newest version for a region, or the one without public holidays where there is none."""
    versions = CalendarVersion.objects.filter(name=name, region__in=("", region)).order_by(
        "-region", "-version"
    )
    return versions[0]


@transaction.atomic
def attach_agreement(*, ticket_id: int, customer_id: int, actor: Actor, at: datetime) -> None:
    """Pin the versions of the agreement in force to the ticket; without one nothing is measured."""
    ticket = Ticket.objects.select_related("customer").get(pk=ticket_id, customer_id=customer_id)
    agreement = agreement_in_force(ticket.customer, at)
    if agreement is None:
        return
    publish(
        AgreementAttached(
            at=at,
            customer_id=customer_id,
            ticket_id=ticket_id,
            actor=SYSTEM,
            agreement_id=agreement.pk,
            agreement_number=agreement.number,
            policy_id=agreement.policy_id,
            business_hours_id=agreement.business_hours_id,
            always_id=agreement.always_id,
            timezone=agreement.timezone,
        )
    )


def attached_agreement(*, ticket_id: int, customer_id: int) -> AgreementAttached | None:
    """Return how the last agreement was attached to a ticket; None for best effort."""
    record = (
        EventRecord.objects.filter(
            customer_id=customer_id, ticket_id=ticket_id, type=AgreementAttached.type_name
        )
        .order_by("-seq")
        .first()
    )
    if record is None:
        return None
    event = load_event(record)
    assert isinstance(event, AgreementAttached)
    return event
