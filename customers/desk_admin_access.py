"""What the pages of the desk's administration show, each look-up its own permission check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from core.events import load_desk_event
from core.models import DeskRecord
from customers.models import (
    AwsAccount,
    Customer,
    DeskInvitation,
    DeskPerson,
    DeskRole,
    Member,
    Service,
    Team,
)

#: Who sees the administration at all, and who edits what in it.
READERS = (DeskRole.LEAD, DeskRole.MANAGER, DeskRole.ADMIN)
TEAM_EDITORS = (DeskRole.LEAD, DeskRole.ADMIN)
ADMINS = (DeskRole.ADMIN,)


def check_may(person: DeskPerson, roles: tuple[DeskRole, ...]) -> None:
    """Raise PermissionDenied, with whom to ask, unless the person has one of the roles."""
    if person.role not in roles:
        raise PermissionDenied("Your role on the desk does not include this. Ask an administrator.")


# --- People and teams --------------------------------------------------------------------------------
def desk_people() -> QuerySet[DeskPerson]:
    """Return everybody who is or was on the desk, those who are first."""
    return DeskPerson.objects.select_related("user").order_by("-is_active", "name")


def get_desk_colleague(pk: int) -> DeskPerson:
    """Return a person who is or was on the desk, or 404."""
    person = desk_people().filter(pk=pk).first()
    if person is None:
        raise Http404("There is no such person on the desk.")
    return person


def open_desk_invitations() -> QuerySet[DeskInvitation]:
    return DeskInvitation.objects.filter(accepted_at=None, revoked_at=None)


def get_desk_invitation(pk: int) -> DeskInvitation:
    """Return an invitation to the desk that is still open, or 404."""
    invitation = open_desk_invitations().filter(pk=pk).first()
    if invitation is None:
        raise Http404("There is no such invitation.")
    return invitation


def teams() -> QuerySet[Team]:
    """Return every team with its lead, and how many active people are in it."""
    active = Count("places", filter=Q(places__person__is_active=True))
    return Team.objects.select_related("lead").annotate(size=active).order_by("-is_active", "name")


def active_teams() -> QuerySet[Team]:
    """Return the teams to which tickets can be given."""
    return Team.objects.filter(is_active=True).select_related("lead")


def get_team(pk: int) -> Team:
    """Return a team, or 404."""
    team = Team.objects.filter(pk=pk).select_related("lead").first()
    if team is None:
        raise Http404("There is no such team.")
    return team


# --- Customers and what they have --------------------------------------------------------------------
def all_customers() -> QuerySet[Customer]:
    """Return every customer with how many people it has, those that are active first."""
    people = Count("members", filter=Q(members__is_active=True))
    return Customer.objects.annotate(people=people).order_by("-is_active", "name")


def all_services_of(customer: Customer) -> QuerySet[Service]:
    """Return a customer's services, withdrawn ones last."""
    return Service.objects.filter(customer=customer).order_by("-is_active", "name")


def get_service(customer: Customer, pk: int) -> Service:
    """Return a service of the customer, or 404."""
    service = Service.objects.filter(customer=customer, pk=pk).first()
    if service is None:
        raise Http404("There is no such service.")
    return service


def all_accounts_of(customer: Customer) -> QuerySet[AwsAccount]:
    """Return a customer's AWS accounts, retired ones last."""
    return AwsAccount.objects.filter(customer=customer).order_by("-is_active", "name")


def get_account(customer: Customer, pk: int) -> AwsAccount:
    """Return an AWS account of the customer, or 404."""
    account = AwsAccount.objects.filter(customer=customer, pk=pk).first()
    if account is None:
        raise Http404("There is no such AWS account.")
    return account


def get_member_for_desk(customer: Customer, pk: int) -> Member:
    """Return one of a customer's people, active or not, or 404."""
    member = Member.objects.filter(customer=customer, pk=pk).select_related("customer").first()
    if member is None:
        raise Http404("There is no such person.")
    return member


# --- Who did what ------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Line:
    """One fact about the desk, as its administration's activity shows it."""

    at: datetime
    who: str
    what: str
    about: str


def activity() -> QuerySet[DeskRecord]:
    """Return the facts about the desk, newest first."""
    return DeskRecord.objects.order_by("-occurred_at", "-pk")


def tell_activity(records: list[DeskRecord]) -> list[Line]:
    """Return facts in words, with the names of what they are about, in one query for each kind of thing."""
    names = {
        field: _names(model, [record.payload.get(field) for record in records])
        for field, model in _NAMED.items()
        if any(field in record.payload for record in records)
    }
    return [
        Line(
            at=record.occurred_at,
            who=record.actor_name,
            what=_say(record),
            about=", ".join(
                names[field][record.payload[field]]
                for field in _NAMED
                if record.payload.get(field) in names.get(field, {})
            )
            or record.payload.get("calendar")
            or record.payload.get("policy")
            or "",
        )
        for record in records
    ]


#: Which ids in a fact have a name to show, in the order in which names are said.
_NAMED: dict[str, Any] = {
    "person_id": DeskPerson,
    "invitation_id": DeskInvitation,
    "team_id": Team,
    "service_id": Service,
    "aws_account_id": AwsAccount,
    "member_id": Member,
    "customer_id": Customer,
}


def _names(model: Any, ids: list[int | None]) -> dict[int, str]:
    return dict(model.objects.filter(pk__in={pk for pk in ids if pk}).values_list("pk", "name"))


def _say(record: DeskRecord) -> str:
    """Return a fact's own sentence, or else its name in words with what kind of change it was."""
    try:
        said = load_desk_event(record).sentence()
    except (KeyError, TypeError, ValueError):  # written by an older version of the portal
        said = ""
    if said:
        return said
    plain = record.type.partition(".")[2].replace("_", " ")
    kind = record.payload.get("kind") or record.payload.get("code")
    return f"{plain}: {str(kind).replace('_', ' ')}" if kind else plain
