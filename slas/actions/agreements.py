from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from core.events import load_event, publish
from core.problems import Refused, Stale
from core.tenancy import SYSTEM, Actor
from customers.models import Customer
from slas.access import agreement_in_force, versions_in_force
from slas.actions.reaching import catch_up, hold_still
from slas.events import AgreementAttached, AgreementEnded, AgreementSigned
from slas.models import Agreement, CalendarVersion, PolicyVersion, usual_goals
from slas.pins import pin_records
from tickets.models import Ticket

DEFAULT_POLICY = "Managed service"


@transaction.atomic
def sign_agreement(
    *,
    customer: Customer,
    number: str,
    starts_on: date,
    ends_on: date,
    actor: Actor,
    at: datetime,
    policy: PolicyVersion | None = None,
    business_hours: CalendarVersion | None = None,
    always: CalendarVersion | None = None,
    goals: Mapping[str, int] | None = None,
    clauses: Mapping[str, str] | None = None,
    notice_on: date | None = None,
    renewal_note: str = "",
) -> Agreement:
    """Record a signed term on a version of a policy and on families of calendars.

    Unless named, these are the newest policy and the calendars of the customer's region. Raises Refused
    for a term that ends before it begins or overlaps another of the customer, and for a number that
    another one has. The customer's row is locked, so that two signings take turns.
    """
    if ends_on <= starts_on:
        raise Refused("The term ends before it begins.", field="ends_on")
    if notice_on is not None and not notice_on <= ends_on:
        raise Refused("Notice is given before the term ends.", field="notice_on")
    policy = policy or newest_policy(at)
    if (
        policy.effective_at > at
        and policy.effective_at.astimezone(ZoneInfo(customer.timezone)).date() > starts_on
    ):
        raise Refused("This version of the policy does not hold yet when the term begins.", field="policy")
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if Agreement.objects.filter(customer=customer, number=number).exists():
        raise Refused("Another agreement of this customer has this number.", field="number")
    if Agreement.objects.filter(customer=customer, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused("Another agreement covers part of this term.", field="starts_on")
    agreement = Agreement.objects.create(
        customer=customer,
        number=number,
        policy=policy,
        business_hours=business_hours or newest_calendar("business", customer.region, at),
        always=always or newest_calendar("always", "", at),
        timezone=customer.timezone,
        starts_on=starts_on,
        ends_on=ends_on,
        notice_on=notice_on,
        renewal_note=renewal_note.strip(),
        goals=usual_goals() | dict(goals or {}),
        clauses=dict(clauses or {}),
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


@transaction.atomic
def end_agreement_early(
    *,
    agreement: Agreement,
    ends_on: date,
    reason: str,
    actor: Actor,
    at: datetime,
    expected_ends_on: date | None = None,
) -> Agreement:
    """Let a term end before the day it was signed for; what it measures already, it measures to the end.

    Raises Refused for a day that has passed or is no earlier, and Stale where the end was changed since
    `expected_ends_on` was read.
    """
    locked = Agreement.objects.select_for_update(of=("self",), no_key=True).get(
        pk=agreement.pk, customer_id=agreement.customer_id
    )
    if expected_ends_on is not None and locked.ends_on != expected_ends_on:
        raise Stale("The end of this term was changed meanwhile. Nothing was saved: look again.")
    if not reason.strip():
        raise Refused("Say why the term ends early.", field="reason")
    if ends_on >= locked.ends_on:
        raise Refused(
            f"Choose a day before {locked.ends_on:%-d %B %Y}, when it ends anyway.", field="ends_on"
        )
    if ends_on <= locked.starts_on:
        raise Refused("Choose a day after the term began.", field="ends_on")
    if ends_on < at.astimezone(ZoneInfo(locked.timezone)).date():
        raise Refused("Choose today or a later day: what was promised stays promised.", field="ends_on")
    locked.signed_until = locked.signed_until or locked.ends_on
    locked.ends_on = ends_on
    locked.ended_reason = reason.strip()[:500]
    locked.save(update_fields=["signed_until", "ends_on", "ended_reason"])
    publish(
        AgreementEnded(
            at=at,
            customer_id=locked.customer_id,
            actor=actor,
            agreement_id=locked.pk,
            number=locked.number,
            ends_on=ends_on.isoformat(),
            reason=locked.ended_reason,
        )
    )
    return locked


@transaction.atomic
def renew_agreement(
    *,
    agreement: Agreement,
    number: str,
    ends_on: date,
    policy: PolicyVersion,
    actor: Actor,
    at: datetime,
    notice_on: date | None = None,
    renewal_note: str = "",
) -> Agreement:
    """Sign the term that follows one, on a chosen version of the policy and with all else as it is.

    Tickets that reached the desk before it begins keep what they were attached with.
    """
    customer = Customer.objects.get(pk=agreement.customer_id)
    return sign_agreement(
        customer=customer,
        number=number,
        starts_on=agreement.ends_on + timedelta(days=1),
        ends_on=ends_on,
        policy=policy,
        business_hours=agreement.business_hours,
        always=agreement.always,
        goals=agreement.goals,
        clauses=agreement.clauses,
        notice_on=notice_on,
        renewal_note=renewal_note,
        actor=actor,
        at=at,
    )


def newest_policy(at: datetime) -> PolicyVersion:
    """Return the newest version of the usual policy that holds at an instant."""
    return PolicyVersion.objects.filter(name=DEFAULT_POLICY, effective_at__lte=at).order_by("-version")[0]


def newest_calendar(name: str, region: str, at: datetime) -> CalendarVersion:
    """Return the version in force for a region, or the one without public holidays where there is none."""
    versions = CalendarVersion.objects.filter(name=name, region__in=("", region), effective_at__lte=at)
    return versions.order_by("-region", "-version")[0]


@transaction.atomic
def attach_agreement(*, ticket_id: int, customer_id: int, actor: Actor, at: datetime) -> None:
    """Pin the versions of the agreement in force to the ticket; without one nothing is measured."""
    ticket = Ticket.objects.select_related("customer").get(pk=ticket_id, customer_id=customer_id)
    agreement = agreement_in_force(ticket.customer, at)
    if agreement is None:
        return
    families = (agreement.business_hours, agreement.always)
    hold_still(families)
    # Whoever had to wait for a change reads again which versions hold.
    agreement.business_hours, agreement.always = versions_in_force(families, at)
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
    catch_up(ticket, families, at=at)


def attached_agreement(*, ticket_id: int, customer_id: int) -> AgreementAttached | None:
    """Return what measures a ticket: the last pin in the order in which they hold; None for best effort."""
    record = pin_records(ticket_id=ticket_id, customer_id=customer_id).last()
    if record is None:
        return None
    event = load_event(record)
    assert isinstance(event, AgreementAttached)
    return event
