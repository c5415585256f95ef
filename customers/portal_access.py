"""What the pages of a customer's own administration show, each look-up its own permission check."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from customers.models import AccessRecord, AwsAccount, Customer, DeskPerson, Member


def accounts_of(member: Member) -> QuerySet[AwsAccount]:
    """Return the AWS accounts of a member's customer, retired ones last."""
    return AwsAccount.objects.filter(customer_id=member.customer_id).order_by("-is_active", "name")


def get_account(member: Member, pk: int) -> AwsAccount:
    """Return an AWS account of the member's customer, or 404."""
    account = AwsAccount.objects.filter(customer_id=member.customer_id, pk=pk).first()
    if account is None:
        raise Http404("There is no such AWS account.")
    return account


def colleagues_of(member: Member) -> QuerySet[Member]:
    """Return the other active people of a member's customer."""
    return Member.objects.filter(customer_id=member.customer_id, is_active=True).exclude(pk=member.pk)


def get_colleague(member: Member, pk: int) -> Member:
    """Return one of the people of the member's customer, active or not, or 404."""
    colleague = (
        Member.objects.filter(customer_id=member.customer_id, pk=pk).select_related("customer").first()
    )
    if colleague is None:
        raise Http404("There is no such person.")
    return colleague


def looks_of(
    customer: Customer,
    *,
    since: datetime | None,
    until: datetime | None,
    person: DeskPerson | None,
    ticket_number: int | None,
) -> QuerySet[AccessRecord]:
    """Return what the desk looked at of a customer, newest first; every filter may be left out."""
    looks = AccessRecord.objects.filter(customer=customer).select_related("person")
    if since is not None:
        looks = looks.filter(at__gte=since)
    if until is not None:
        looks = looks.filter(at__lt=until)
    if person is not None:
        looks = looks.filter(person=person)
    if ticket_number is not None:
        looks = looks.filter(ticket_number=ticket_number)
    return looks


def people_who_looked(customer: Customer) -> QuerySet[DeskPerson]:
    """Return everybody of the desk who looked at something of a customer."""
    seen = AccessRecord.objects.filter(customer=customer).values("person")
    return DeskPerson.objects.filter(pk__in=seen)
