"""The verbs of the desk's administration: its people and teams, and the customers with what they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from core.events import publish, publish_desk
from core.problems import Refused
from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from customers import access, actions, desk_admin_access
from customers.events import (
    AwsAccountChanged,
    AwsAccountDeclared,
    ColleagueChanged,
    CustomerChanged,
    DeskInvitationRevoked,
    DeskPersonChanged,
    DeskPersonInvited,
    MemberChanged,
    ServiceChanged,
    TeamChanged,
)
from customers.models import (
    AwsAccount,
    Customer,
    DeskInvitation,
    DeskPerson,
    DeskRole,
    Member,
    MemberRole,
    Service,
    SupportState,
    Team,
    TeamMember,
    User,
)

_SALT = "customers.desk_invitation"
_GONE = "This invitation is no longer valid. Ask for a new one."


# --- People of the desk ------------------------------------------------------------------------------
@transaction.atomic
def invite_desk_person(
    *, actor: Actor, at: datetime, email: str, name: str, role: str, timezone: str
) -> DeskInvitation:
    """Invite a person to the desk, who is told by e-mail; an open invitation of the address is replaced."""
    email = email.strip().lower()
    known = DeskPerson.objects.filter(user__email=email).first()
    if known is not None and known.is_active:
        raise Refused(f"{email} is on the desk already.", field="email")
    if known is not None:
        raise Refused(f"{known.name} was on the desk before: reactivate them instead.", field="email")
    for earlier in desk_admin_access.open_desk_invitations().filter(email=email).select_for_update():
        revoke_desk_invitation(invitation=earlier, actor=actor, at=at)
    invitation = DeskInvitation(
        email=email,
        name=" ".join(name.split()),
        role=role,
        timezone=timezone,
        invited_by=actor.name,
        invited_at=at,
        expires_at=at + actions.INVITATION_LIFE,
    )
    _save_new(invitation, f"Someone has invited {email} at this very moment.", field="email")
    publish_desk(DeskPersonInvited(at=at, actor=actor, invitation_id=invitation.pk, role=role))
    return invitation


@transaction.atomic
def revoke_desk_invitation(*, invitation: DeskInvitation, actor: Actor, at: datetime) -> None:
    """Withdraw an invitation to the desk, so that its link stops working."""
    withdrawn = desk_admin_access.open_desk_invitations().filter(pk=invitation.pk).update(revoked_at=at)
    if not withdrawn:
        raise actions.InvitationGone("This invitation was used or withdrawn already.")
    publish_desk(DeskInvitationRevoked(at=at, actor=actor, invitation_id=invitation.pk))


def desk_token(invitation: DeskInvitation) -> str:
    """Return the signed part of an invitation's link, which nobody else can make."""
    return signing.dumps({"d": invitation.pk}, salt=_SALT)


def find_desk_invitation(*, token: str) -> DeskInvitation:
    """Return the open invitation of a link; raises InvitationGone otherwise."""
    try:
        pk = int(signing.loads(token, salt=_SALT, max_age=actions.INVITATION_LIFE)["d"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise actions.InvitationGone(_GONE) from None
    with acting_as(worker_context()) as now:
        invitation = desk_admin_access.open_desk_invitations().filter(pk=pk).first()
    if invitation is None or invitation.expires_at <= now:
        raise actions.InvitationGone(_GONE)
    return invitation


@transaction.atomic
def join_desk(*, token: str, user: User | None, name: str, password: str | None) -> DeskPerson:
    """Give the invited person their place on the desk; a new user proves the address by having the link.

    The invitation is claimed first: of two who open the same link at once, the second finds it used.
    """
    invitation = find_desk_invitation(token=token)
    if user is not None and user.email != invitation.email:
        raise Refused(f"This invitation is for {invitation.email}. Sign in with that address.")
    with acting_as(worker_context()) as now:
        opened = desk_admin_access.open_desk_invitations().filter(pk=invitation.pk)
        if not opened.update(accepted_at=now):
            raise actions.InvitationGone(_GONE)
    user = user or actions.new_user(invitation.email, password)
    with acting_as(worker_context()):
        if DeskPerson.objects.filter(user=user).exists():
            raise Refused("You are on the desk already.")
        return actions.add_desk_person(
            user=user,
            name=name,
            role=invitation.role,
            timezone=invitation.timezone,
            actor=SYSTEM,
            at=now,
        )


@transaction.atomic
def change_desk_role(*, person: DeskPerson, actor: Actor, at: datetime, role: str) -> DeskPerson:
    """Give a desk person another role; nothing happens when it is theirs already."""
    locked = _lock_person(person)
    if locked.role == role:
        return locked
    if locked.role == DeskRole.ADMIN:
        _check_another_admin(locked, field="role")
    locked.role = role
    locked.save(update_fields=["role"])
    _tell_person(locked, actor=actor, at=at, kind="role")
    return locked


@transaction.atomic
def deactivate_desk_person(*, person: DeskPerson, actor: Actor, at: datetime) -> DeskPerson:
    """Take a person off the desk: they no longer get in, and lead no team; what they did stays theirs.

    Their tickets are dealt with by the floor above, before this.
    """
    locked = _lock_person(person)
    if not locked.is_active:
        raise Refused(f"{locked.name} is not on the desk any more.")
    if actor.is_desk and actor.id == locked.pk:
        raise Refused("You cannot take yourself off the desk. Ask another administrator.")
    if locked.role == DeskRole.ADMIN:
        _check_another_admin(locked, field=None)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    Team.objects.filter(lead=locked).update(lead=None)
    _tell_person(locked, actor=actor, at=at, kind="deactivated")
    return locked


@transaction.atomic
def reactivate_desk_person(*, person: DeskPerson, actor: Actor, at: datetime) -> DeskPerson:
    """Put a person back on the desk with the role that they had."""
    locked = _lock_person(person)
    if locked.is_active:
        raise Refused(f"{locked.name} is on the desk already.")
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    _tell_person(locked, actor=actor, at=at, kind="reactivated")
    return locked


def _lock_person(person: DeskPerson) -> DeskPerson:
    """Return a desk person's row, locked after all administrators': who counts them must see who is leaving."""
    list(DeskPerson.objects.select_for_update(no_key=True).filter(role=DeskRole.ADMIN).order_by("pk"))
    return DeskPerson.objects.select_for_update(no_key=True).get(pk=person.pk)


def _check_another_admin(person: DeskPerson, *, field: str | None) -> None:
    others = DeskPerson.objects.filter(role=DeskRole.ADMIN, is_active=True).exclude(pk=person.pk)
    if not others.exists():
        raise Refused(f"{person.name} is the last administrator. Make someone else one first.", field=field)


def _tell_person(person: DeskPerson, *, actor: Actor, at: datetime, kind: str) -> None:
    publish_desk(DeskPersonChanged(at=at, actor=actor, person_id=person.pk, kind=kind, role=person.role))


# --- Teams -------------------------------------------------------------------------------------------
@transaction.atomic
def add_team(
    *, actor: Actor, at: datetime, name: str, lead: DeskPerson | None, people: Sequence[DeskPerson]
) -> Team:
    """Add a team; its lead is one of its people."""
    team = Team(name=_named(name), lead=lead)
    _save_new(team, "There is a team of this name. Enter another one.", field="name")
    _put_in(team, people)
    publish_desk(TeamChanged(at=at, actor=actor, team_id=team.pk, kind="added"))
    return team


@transaction.atomic
def change_team(
    *,
    team: Team,
    actor: Actor,
    at: datetime,
    name: str,
    lead: DeskPerson | None,
    people: Sequence[DeskPerson],
) -> Team:
    """Change a team's name, its lead and its people; its tickets stay with it."""
    locked = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    locked.name, locked.lead = _named(name), lead
    _save_again(locked, "There is a team of this name. Enter another one.", "name", "lead")
    _put_in(locked, people)
    publish_desk(TeamChanged(at=at, actor=actor, team_id=locked.pk, kind="edited"))
    return locked


@transaction.atomic
def switch_team(*, team: Team, actor: Actor, at: datetime, is_active: bool) -> Team:
    """Offer a team for tickets, or no longer; nothing happens when it is so already."""
    locked = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if locked.is_active != is_active:
        locked.is_active = is_active
        locked.save(update_fields=["is_active"])
        kind = "offered" if is_active else "withdrew"
        publish_desk(TeamChanged(at=at, actor=actor, team_id=locked.pk, kind=kind))
    return locked


def _put_in(team: Team, people: Sequence[DeskPerson]) -> None:
    wanted = {person.pk for person in people} | ({team.lead_id} if team.lead_id else set())
    TeamMember.objects.filter(team=team).exclude(person_id__in=wanted).delete()
    TeamMember.objects.bulk_create(
        (TeamMember(team=team, person_id=pk) for pk in sorted(wanted)), ignore_conflicts=True
    )


# --- Customers ---------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the desk writes down about a customer."""

    name: str
    timezone: str
    region: str
    phone: str
    files_to_desk: bool
    members_see_all: bool


@transaction.atomic
def take_on(
    *,
    actor: Actor,
    at: datetime,
    slug: str,
    key: str,
    settings: Settings,
    lead_name: str,
    lead_email: str,
) -> Customer:
    """Take a customer on and invite its first lead, who invites everybody else."""
    try:
        customer = actions.create_customer(
            name=_named(settings.name),
            slug=slug,
            key=key,
            timezone=settings.timezone,
            region=settings.region,
            phone=settings.phone,
            files_to_desk=settings.files_to_desk,
            members_see_all=settings.members_see_all,
            actor=actor,
            at=at,
        )
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise Refused(_TAKEN.get(field, reasons[0]), field=field) from None
    publish_desk(CustomerChanged(at=at, actor=actor, customer_id=customer.pk, kind="taken_on"))
    actions.invite_member(
        customer=customer, actor=actor, at=at, email=lead_email, name=lead_name, role=MemberRole.LEAD
    )
    return customer


_TAKEN = {
    "slug": "Another customer has this address. Enter another one.",
    "key": "Another customer has this key. Enter another one.",
}


@transaction.atomic
def change_customer(*, customer: Customer, actor: Actor, at: datetime, settings: Settings) -> Customer:
    """Change a customer's settings; its key and its address stay, for people have written them down."""
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    locked.name = _named(settings.name)
    locked.timezone, locked.region, locked.phone = settings.timezone, settings.region, settings.phone
    locked.files_to_desk, locked.members_see_all = settings.files_to_desk, settings.members_see_all
    locked.save(update_fields=["name", "timezone", "region", "phone", "files_to_desk", "members_see_all"])
    publish_desk(CustomerChanged(at=at, actor=actor, customer_id=locked.pk, kind="edited"))
    return locked


@transaction.atomic
def switch_customer(*, customer: Customer, actor: Actor, at: datetime, is_active: bool) -> Customer:
    """Let a customer's people in, or no longer; its tickets stay with the desk."""
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if locked.is_active != is_active:
        locked.is_active = is_active
        locked.save(update_fields=["is_active"])
        kind = "reactivated" if is_active else "deactivated"
        publish_desk(CustomerChanged(at=at, actor=actor, customer_id=locked.pk, kind=kind))
    return locked


@transaction.atomic
def add_service(*, customer: Customer, actor: Actor, at: datetime, name: str) -> Service:
    """Name a production service that a customer's tickets can be about."""
    service = Service(customer=customer, name=_named(name))
    _save_new(service, "This customer has a service of this name.", field="name")
    _tell_service(service, actor=actor, at=at, kind="added")
    return service


@transaction.atomic
def rename_service(*, service: Service, actor: Actor, at: datetime, name: str) -> Service:
    """Give a service another name; its tickets show it."""
    locked = Service.objects.select_for_update(no_key=True).get(
        pk=service.pk, customer_id=service.customer_id
    )
    if locked.name != _named(name):
        locked.name = _named(name)
        _save_again(locked, "This customer has a service of this name.", "name")
        _tell_service(locked, actor=actor, at=at, kind="renamed")
    return locked


@transaction.atomic
def switch_service(*, service: Service, actor: Actor, at: datetime, is_active: bool) -> Service:
    """Offer a service on new reports, or no longer; tickets about it keep it."""
    locked = Service.objects.select_for_update(no_key=True).get(
        pk=service.pk, customer_id=service.customer_id
    )
    if locked.is_active != is_active:
        locked.is_active = is_active
        locked.save(update_fields=["is_active"])
        _tell_service(locked, actor=actor, at=at, kind="offered" if is_active else "withdrew")
    return locked


def _tell_service(service: Service, *, actor: Actor, at: datetime, kind: str) -> None:
    publish_desk(
        ServiceChanged(at=at, actor=actor, customer_id=service.customer_id, service_id=service.pk, kind=kind)
    )


@transaction.atomic
def add_account(*, customer: Customer, actor: Actor, at: datetime, name: str, account_id: str) -> AwsAccount:
    """Record an AWS account of a customer; its support plan is not known yet."""
    account = AwsAccount(
        customer=customer,
        name=_named(name),
        account_id=account_id,
        support_state=SupportState.UNKNOWN,
    )
    _save_new(account, "This customer has this account already.", field="account_id")
    _tell_account(account, actor=actor, at=at, kind="added")
    return account


@transaction.atomic
def rename_account(*, account: AwsAccount, actor: Actor, at: datetime, name: str) -> AwsAccount:
    """Give an AWS account another name."""
    locked = AwsAccount.objects.select_for_update(no_key=True).get(
        pk=account.pk, customer_id=account.customer_id
    )
    if locked.name != _named(name):
        locked.name = _named(name)
        locked.save(update_fields=["name"])
        _tell_account(locked, actor=actor, at=at, kind="renamed")
    return locked


@transaction.atomic
def switch_account(*, account: AwsAccount, actor: Actor, at: datetime, is_active: bool) -> AwsAccount:
    """Retire an AWS account, or take it back; tickets about it keep it."""
    locked = AwsAccount.objects.select_for_update(no_key=True).get(
        pk=account.pk, customer_id=account.customer_id
    )
    if locked.is_active != is_active:
        locked.is_active = is_active
        locked.save(update_fields=["is_active"])
        _tell_account(locked, actor=actor, at=at, kind="took back" if is_active else "retired")
    return locked


def _tell_account(account: AwsAccount, *, actor: Actor, at: datetime, kind: str) -> None:
    """Write down what happened: in the customer's log what its own people do, in the desk's what the desk does."""
    if actor.is_member:
        publish(
            AwsAccountDeclared(
                at=at, customer_id=account.customer_id, actor=actor, aws_account_id=account.pk, kind=kind
            )
        )
        return
    publish_desk(
        AwsAccountChanged(
            at=at, actor=actor, customer_id=account.customer_id, aws_account_id=account.pk, kind=kind
        )
    )


# --- A customer's people -----------------------------------------------------------------------------
@transaction.atomic
def change_member_role(*, member: Member, actor: Actor, at: datetime, role: str) -> Member:
    """Give one of a customer's people another role; its last lead stays one."""
    locked = _lock_member(member)
    if locked.role != role:
        _check_another_lead(locked, field="role")
        locked.role = role
        locked.save(update_fields=["role"])
        _tell_member(locked, actor=actor, at=at, kind="role")
    return locked


@transaction.atomic
def switch_member(*, member: Member, actor: Actor, at: datetime, is_active: bool) -> Member:
    """Let one of a customer's people in, or no longer; what they wrote stays."""
    locked = _lock_member(member)
    if locked.is_active != is_active:
        if not is_active:
            _check_another_lead(locked, field=None)
        locked.is_active = is_active
        locked.save(update_fields=["is_active"])
        _tell_member(locked, actor=actor, at=at, kind="reactivated" if is_active else "deactivated")
    return locked


def _lock_member(member: Member) -> Member:
    """Return a member's row, locked after all leads' of the customer: two must not leave at the same moment."""
    leads = Member.objects.filter(customer_id=member.customer_id, role=MemberRole.LEAD)
    list(leads.select_for_update(no_key=True).order_by("pk"))
    return Member.objects.select_for_update(no_key=True).get(pk=member.pk, customer_id=member.customer_id)


def _check_another_lead(member: Member, *, field: str | None) -> None:
    if member.role != MemberRole.LEAD or not member.is_active:
        return
    others = access.active_members_of(member.customer).filter(role=MemberRole.LEAD).exclude(pk=member.pk)
    if not others.exists():
        raise Refused(
            f"{member.name} is the last lead of {member.customer.name}. Make someone else one first.",
            field=field,
        )


def _tell_member(member: Member, *, actor: Actor, at: datetime, kind: str) -> None:
    """Write down what happened: in the customer's log what its own people do, in the desk's what the desk does."""
    if actor.is_member:
        publish(
            ColleagueChanged(
                at=at,
                customer_id=member.customer_id,
                actor=actor,
                member_id=member.pk,
                kind=kind,
                role=member.role,
            )
        )
        return
    publish_desk(
        MemberChanged(
            at=at,
            actor=actor,
            customer_id=member.customer_id,
            member_id=member.pk,
            kind=kind,
            role=member.role,
        )
    )


# --- Saving ------------------------------------------------------------------------------------------
def _named(name: str) -> str:
    """Return a name on one line; raises Refused when nothing is left."""
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter a name.", field="name")
    return name


def _save_new(row: models.Model, taken: str, *, field: str) -> None:
    """Save a new row; raises Refused beside the field when what must be unique is taken."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused(taken, field=field) from None


def _save_again(row: models.Model, taken: str, *changed: str) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=changed)
    except IntegrityError:
        raise Refused(taken, field="name") from None
