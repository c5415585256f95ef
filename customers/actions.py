"""The verbs about people: make a customer, invite, join."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.events import publish, publish_desk
from core.models import EventRecord
from core.problems import Refused
from core.tenancy import SYSTEM, Actor, acting_as
from customers import access
from customers.events import (
    CustomerCreated,
    DeskPersonAdded,
    InvitationRevoked,
    MemberInvited,
    MemberJoined,
)
from customers.models import (
    AwsAccount,
    Customer,
    DeskPerson,
    Invitation,
    Member,
    Service,
    Shortcuts,
    User,
)

INVITATION_LIFE = timedelta(days=7)
_SALT = "customers.invitation"


class InvitationGone(Refused):
    """A link that is unknown, used, withdrawn or too old; all four give the same answer."""


@dataclass(frozen=True)
class InvitationLink:
    """What a link says, signed so that nobody else can make one: the customer, and which invitation."""

    customer_id: int
    invitation_id: int

    @classmethod
    def to(cls, invitation: Invitation) -> InvitationLink:
        return cls(customer_id=invitation.customer_id, invitation_id=invitation.pk)

    @classmethod
    def read(cls, token: str) -> InvitationLink:
        """Read a signed link; raises InvitationGone when it was not signed here."""
        try:
            content = signing.loads(token, salt=_SALT, max_age=INVITATION_LIFE)
            return cls(customer_id=int(content["c"]), invitation_id=int(content["i"]))
        except (signing.BadSignature, KeyError, TypeError, ValueError):
            raise InvitationGone("This invitation is no longer valid. Ask for a new one.") from None

    def token(self) -> str:
        return signing.dumps({"c": self.customer_id, "i": self.invitation_id}, salt=_SALT)


@transaction.atomic
def create_customer(
    *,
    name: str,
    slug: str,
    key: str,
    timezone: str,
    region: str,
    actor: Actor,
    at: datetime,
    phone: str = "",
    files_to_desk: bool = False,
    members_see_all: bool = False,
) -> Customer:
    """Take a new customer on; runs in the desk's context."""
    customer = Customer(
        name=name,
        slug=slug,
        key=key,
        timezone=timezone,
        region=region,
        phone=phone,
        files_to_desk=files_to_desk,
        members_see_all=members_see_all,
    )
    customer.full_clean()
    customer.save()
    publish(CustomerCreated(at=at, customer_id=customer.pk, actor=actor))
    return customer


@transaction.atomic
def add_service(*, customer: Customer, name: str) -> Service:
    """Name a production service that tickets can be about."""
    return Service.objects.create(customer=customer, name=name)


@transaction.atomic
def add_aws_account(
    *, customer: Customer, name: str, account_id: str, declared_plan: str, support_state: str, at: datetime
) -> AwsAccount:
    """Record an AWS account with the support plan that it was seen with."""
    account = AwsAccount(
        customer=customer,
        name=name,
        account_id=account_id,
        declared_plan=declared_plan,
        support_state=support_state,
        checked_at=at,
    )
    account.full_clean()
    account.save()
    return account


@transaction.atomic
def invite_member(
    *, customer: Customer, actor: Actor, at: datetime, email: str, name: str, role: str
) -> Invitation:
    """Invite a person, who is told by e-mail; an open invitation of the same address is replaced."""
    email = email.strip().lower()
    if access.active_members_of(customer).filter(email=email).exists():
        raise Refused(_("%(email)s is a member already.") % {"email": email}, field="email")
    if not customer.is_active:
        raise Refused(_("%(customer)s is not active: nobody can be invited.") % {"customer": customer.name})
    _check_pace(customer, actor, at, email)
    for earlier in access.open_invitations_of(customer).filter(email=email).select_for_update():
        revoke_invitation(invitation=earlier, actor=actor, at=at)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                customer=customer,
                email=email,
                name=_on_one_line(name),
                role=role,
                invited_by=actor.name,
                invited_at=at,
                expires_at=at + INVITATION_LIFE,
            )
    except IntegrityError:  # one open invitation per address, and a colleague's was saved first
        raise Refused(
            _("Someone has invited %(email)s at this very moment.") % {"email": email}, field="email"
        ) from None
    publish(
        MemberInvited(
            at=at, customer_id=customer.pk, actor=actor, invitation_id=invitation.pk, role=invitation.role
        )
    )
    return invitation


#: How many invitations one person sends within a day, and how often one address is written to.
INVITED_BY_ONE_A_DAY = 30
INVITED_TO_ONE_A_DAY = 3


def _check_pace(customer: Customer, actor: Actor, at: datetime, email: str) -> None:
    """Raise Refused when somebody invites more than people do, or one address too often."""
    since = at - timedelta(days=1)
    sent = EventRecord.objects.filter(
        type=MemberInvited.type_name,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        occurred_at__gt=since,
        recorded_at__gt=since,  # has an index; a demonstration's facts are recorded later than they occur
    )
    if actor.id is not None and sent.count() >= INVITED_BY_ONE_A_DAY:
        raise Refused(
            _("You have invited %(number)s people within a day. Invite the others tomorrow.")
            % {"number": INVITED_BY_ONE_A_DAY}
        )
    to_them = Invitation.objects.filter(customer=customer, email=email, invited_at__gt=since)
    if to_them.count() >= INVITED_TO_ONE_A_DAY:
        raise Refused(
            _(
                "%(email)s was invited %(number)s times within a day. Ask them to look in their junk mail, or try again tomorrow."
            )
            % {"email": email, "number": INVITED_TO_ONE_A_DAY},
            field="email",
        )


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: Actor, at: datetime) -> None:
    """Withdraw an invitation, so that its link stops working; raises InvitationGone when it does not any more."""
    withdrawn = Invitation.objects.filter(
        customer_id=invitation.customer_id, pk=invitation.pk, accepted_at=None, revoked_at=None
    ).update(revoked_at=at)
    if not withdrawn:
        raise InvitationGone("This invitation was used or withdrawn already.")
    publish(
        InvitationRevoked(at=at, customer_id=invitation.customer_id, actor=actor, invitation_id=invitation.pk)
    )


def find_invitation(*, link: InvitationLink) -> Invitation:
    """Return the open invitation of a link, with its customer; raises InvitationGone otherwise."""
    with acting_as(access.customer_context(link.customer_id)) as now:
        invitation = (
            Invitation.objects.filter(
                customer_id=link.customer_id, pk=link.invitation_id, accepted_at=None, revoked_at=None
            )
            .select_related("customer")
            .first()
        )
    if invitation is None or invitation.expires_at <= now or not invitation.customer.is_active:
        raise InvitationGone("This invitation is no longer valid. Ask for a new one.")
    return invitation


@transaction.atomic
def join(*, link: InvitationLink, user: User | None, name: str, password: str | None) -> Member:
    """Make the invited person a member; a new user proves the address by having received the link.

    The invitation is claimed first: of two who open the same link at once, the second finds it used.
    """
    invitation = find_invitation(link=link)
    if user is not None and user.email != invitation.email:
        raise Refused(
            _("This invitation is for %(email)s. Sign in with that address.") % {"email": invitation.email}
        )
    with acting_as(access.customer_context(link.customer_id)) as now:
        claimed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
            accepted_at=now
        )
        if not claimed:
            raise InvitationGone("This invitation is no longer valid. Ask for a new one.")
    if user is None:
        user = new_user(invitation.email, password)
    with acting_as(access.customer_context(link.customer_id)):
        member = access.members_of(invitation.customer).filter(user=user).first()
        if member is not None and member.is_active:
            raise Refused(
                _("You are one of %(customer)s's people already.") % {"customer": invitation.customer.name}
            )
        if member is not None:
            return _return_member(member, name=name, role=invitation.role, at=now)
        return add_member(
            customer=invitation.customer, user=user, name=name, role=invitation.role, actor=SYSTEM, at=now
        )


def _return_member(member: Member, *, name: str, role: str, at: datetime) -> Member:
    """Let somebody who had left, and was invited again, back in."""
    member.name, member.role, member.is_active = _on_one_line(name), role, True
    member.save(update_fields=["name", "role", "is_active"])
    publish(
        MemberJoined(
            at=at, customer_id=member.customer_id, actor=SYSTEM, member_id=member.pk, role=member.role
        )
    )
    return member


def new_user(email: str, password: str | None) -> User:
    """Create a user; raises Refused when the address has one, or gets one from another link at this moment."""
    try:
        with transaction.atomic():
            return create_user(email=email, password=password)
    except IntegrityError:
        raise Refused(_("You have a sign-in already: sign in first, then open the link again.")) from None


@transaction.atomic
def add_member(
    *, customer: Customer, user: User, name: str, role: str, actor: Actor, at: datetime, timezone: str = ""
) -> Member:
    """Add a user to a customer's people."""
    member = Member.objects.create(
        customer=customer,
        user=user,
        name=_on_one_line(name),
        email=user.email,
        role=role,
        timezone=timezone,
    )
    publish(MemberJoined(at=at, customer_id=customer.pk, actor=actor, member_id=member.pk, role=member.role))
    return member


def find_user(email: str) -> User | None:
    """Return the user of an address, if there is one."""
    return User.objects.filter(email=email.strip().lower()).first()


@transaction.atomic
def create_user(*, email: str, password: str | None) -> User:
    """Create a user whose address counts as verified: they joined by a link, or were set up by command."""
    user = User.objects.create_user(email, password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def add_desk_person(
    *,
    user: User,
    name: str,
    role: str,
    timezone: str,
    actor: Actor,
    at: datetime,
) -> DeskPerson:
    """Give a user a place on the desk; runs in the desk's context."""
    person = DeskPerson(user=user, name=_on_one_line(name), role=role, timezone=timezone)
    person.full_clean()
    person.save()
    publish_desk(DeskPersonAdded(at=at, actor=actor, person_id=person.pk, role=person.role))
    return person


@transaction.atomic
def set_preferences(*, person: DeskPerson, shortcuts: Shortcuts, timezone: str) -> DeskPerson:
    """Keep how a desk person likes to work; it concerns nobody else, so no fact of the desk is published."""
    locked = DeskPerson.objects.select_for_update().get(pk=person.pk)
    locked.shortcuts, locked.timezone = shortcuts, timezone
    locked.full_clean()
    locked.save(update_fields=["shortcuts", "timezone"])
    return locked


def _on_one_line(name: str) -> str:
    """Return a name without line breaks: names stand in the subjects of messages."""
    return " ".join(name.split())
