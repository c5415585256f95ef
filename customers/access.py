"""The only way a door gets a person or a customer: each look-up is its own permission check."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from core.tenancy import SYSTEM, Actor, ActorKind, Context, Role, signed_in_as
from customers.models import (
    DESK_LEADS,
    LEVEL_1_ROLES,
    AwsAccount,
    Customer,
    DeskPerson,
    Invitation,
    Member,
    Service,
    User,
)


def member_context(member: Member) -> Context:
    """Return the context in which a member sees their own customer."""
    return Context(role=Role.MEMBER, customer_id=member.customer_id, actor=member_actor(member))


def desk_context(person: DeskPerson) -> Context:
    """Return the context in which a desk person sees every customer's tickets."""
    return Context(role=Role.DESK, customer_id=None, actor=desk_actor(person))


def member_actor(member: Member) -> Actor:
    return Actor(kind=ActorKind.MEMBER, id=member.pk, name=member.name)


def desk_actor(person: DeskPerson) -> Actor:
    return Actor(kind=ActorKind.DESK, id=person.pk, name=person.name)


def customer_context(customer_id: int) -> Context:
    """Return the context of the portal itself within one customer, such as for an invitation's link."""
    return Context(role=Role.MEMBER, customer_id=customer_id, actor=SYSTEM)


def memberships_of(user: User) -> list[Member]:
    """Return the user's active memberships with their customers, by the customer's name."""
    with signed_in_as(user.pk):
        return list(
            Member.objects.filter(user=user, is_active=True, customer__is_active=True)
            .select_related("customer")
            .order_by("customer__name")
        )


def get_member(*, user: User, slug: str, roles: Collection[str] = ()) -> Member:
    """Return the user's membership of the customer; 404 for any other customer, 403 for a missing role."""
    with signed_in_as(user.pk):
        others = Member.objects.filter(user=user, is_active=True).exclude(customer__slug=slug)
        member = (
            Member.objects.filter(user=user, is_active=True, customer__is_active=True, customer__slug=slug)
            .select_related("customer")
            .annotate(has_other_places=Exists(others))
            .first()
        )
    if member is None:
        raise Http404(_("There is no such customer for you."))
    if roles and member.role not in roles:
        raise PermissionDenied(_("Your role does not include this. Ask a lead of your organisation."))
    return member


def find_desk_person(user: User) -> DeskPerson | None:
    """Return the user's place on the desk, or None."""
    return DeskPerson.objects.filter(user=user, is_active=True).first()


def get_desk_person(*, user: User, roles: Collection[str] = ()) -> DeskPerson:
    """Return the user's place on the desk; 403 for anybody else and for a missing role."""
    person = find_desk_person(user)
    if person is None:
        raise PermissionDenied("This page is for the service desk.")
    if roles and person.role not in roles:
        raise PermissionDenied("Your role on the desk does not include this.")
    return person


def get_customer(slug: str) -> Customer:
    """Return a customer for the desk, or 404."""
    customer = Customer.objects.filter(slug=slug).first()
    if customer is None:
        raise Http404("There is no such customer.")
    return customer


def customers_of_desk() -> QuerySet[Customer]:
    """Return every customer, for the desk's filters."""
    return Customer.objects.all()


def active_desk_people() -> QuerySet[DeskPerson]:
    """Return the desk people who can be given a ticket."""
    return DeskPerson.objects.filter(is_active=True)


def active_desk_leads() -> QuerySet[DeskPerson]:
    """Return the desk people who decide what an engineer may not: leads and administrators."""
    return active_desk_people().filter(role__in=DESK_LEADS).select_related("user")


def members_of(customer: Customer) -> QuerySet[Member]:
    return Member.objects.filter(customer=customer)


def active_members_of(customer: Customer) -> QuerySet[Member]:
    """Return the members for whom a ticket can be filed."""
    return members_of(customer).filter(is_active=True)


def level_1_of(customer: Customer) -> QuerySet[Member]:
    """Return the members who can be given a ticket before the desk has it."""
    return active_members_of(customer).filter(role__in=LEVEL_1_ROLES)


def open_invitations_of(customer: Customer) -> QuerySet[Invitation]:
    return Invitation.objects.filter(customer=customer, accepted_at=None, revoked_at=None)


def get_open_invitation(customer: Customer, pk: int) -> Invitation:
    """Return an invitation of the customer that is still open, or 404."""
    invitation = open_invitations_of(customer).filter(pk=pk).first()
    if invitation is None:
        raise Http404(_("There is no such invitation."))
    return invitation


def services_of(customer: Customer) -> QuerySet[Service]:
    """Return the services that a new report can be about."""
    return Service.objects.filter(customer=customer, is_active=True)


def has_aws_account(account_id: str) -> bool:
    """Tell whether a customer has an AWS account of this number, for the desk."""
    return AwsAccount.objects.filter(account_id=account_id).exists()


def aws_accounts_of(customer: Customer) -> QuerySet[AwsAccount]:
    """Return the AWS accounts that a new report can be about."""
    return AwsAccount.objects.filter(customer=customer, is_active=True)
