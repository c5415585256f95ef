"""The fixed cast of the tests, made through the portal's own actions.

Acme and Globex have an agreement, Initech has none. Everyone is named after their role, so that a test
reads without looking anything up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from customers import access
from customers import actions as customers
from customers.models import Customer, DeskPerson, DeskRole, Member, MemberRole, SupportState
from slas import actions as slas
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.severity import Affected, Environment, Impact, SecurityRisk, Work

#: Tuesday 3 March 2026, 10:00 in Sydney; nothing special happens that week.
START = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
CRITICAL = Impact(
    environment=Environment.PRODUCTION, work=Work.STOPPED, has_workaround=False, affected=Affected.BUSINESS
)
HIGH = Impact(environment=Environment.PRODUCTION, work=Work.DEGRADED, has_workaround=False)
NORMAL = Impact(environment=Environment.PRODUCTION, work=Work.NUISANCE, has_workaround=False)
LOW = Impact(environment=Environment.NON_PRODUCTION, work=Work.NUISANCE, has_workaround=False)
NO_SECURITY = SecurityRisk.NONE
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@dataclass
class House:
    """One customer and its people."""

    customer: Customer
    requester: Member
    coordinator: Member
    lead: Member

    @property
    def members(self) -> tuple[Member, ...]:
        return (self.requester, self.coordinator, self.lead)


@dataclass
class Cast:
    """Everybody."""

    acme: House
    globex: House
    initech: House
    desk: dict[str, DeskPerson] = field(default_factory=dict)

    @property
    def engineer(self) -> DeskPerson:
        return self.desk[DeskRole.ENGINEER]

    @property
    def lead(self) -> DeskPerson:
        return self.desk[DeskRole.LEAD]

    @property
    def manager(self) -> DeskPerson:
        return self.desk[DeskRole.MANAGER]

    @property
    def admin(self) -> DeskPerson:
        return self.desk[DeskRole.ADMIN]


def assemble() -> Cast:
    """Put the cast into the database; nobody has a password, tests sign them in."""
    cast = Cast(
        acme=_house("Acme Freight", "acme", "ACME"),
        globex=_house("Globex Power", "globex", "GLOB"),
        initech=_house("Initech Paper", "initech", "INIT", has_agreement=False),
    )
    for role in DeskRole:
        user = customers.create_user(email=f"{role}@trusst.example", password=None)
        with acting_as(worker_context()) as now:
            cast.desk[role] = customers.add_desk_person(
                user=user,
                name=f"Desk {role.title()}",
                role=role,
                timezone="Australia/Sydney",
                actor=SYSTEM,
                at=now,
            )
    return cast


def _house(name: str, slug: str, key: str, *, has_agreement: bool = True) -> House:
    users = {
        role: customers.create_user(email=f"{role}@{slug}.example", password=None) for role in MemberRole
    }
    with acting_as(worker_context()) as now:
        customer = customers.create_customer(
            name=name,
            slug=slug,
            key=key,
            timezone="Australia/Sydney",
            region="NSW",
            phone="1800 555 014",
            actor=SYSTEM,
            at=now,
        )
        members = {
            role: customers.add_member(
                customer=customer,
                user=users[role],
                name=f"{name.split(maxsplit=1)[0]} {role.title()}",
                role=role,
                actor=SYSTEM,
                at=now,
            )
            for role in MemberRole
        }
        customers.add_service(customer=customer, name=f"{name} shop")
        customers.add_aws_account(
            customer=customer,
            name=f"{slug}-prod",
            account_id=f"{100000000000 + customer.pk:012d}",
            declared_plan="Business Support+",
            support_state=SupportState.MET,
            at=now,
        )
        if has_agreement:
            slas.sign_agreement(
                customer=customer,
                number=f"MS-{key}",
                starts_on=date(2026, 1, 1),
                ends_on=date(2026, 12, 31),
                actor=SYSTEM,
                at=now,
            )
    return House(
        customer=customer,
        requester=members[MemberRole.REQUESTER],
        coordinator=members[MemberRole.COORDINATOR],
        lead=members[MemberRole.LEAD],
    )


def file_ticket(
    requester: Member,
    *,
    impact: Impact = NORMAL,
    to_desk: bool = True,
    subject: str = "Shop is slow",
    description: str = "Pages take ten seconds.",
    files: Sequence[UploadedFile[Any]] = (),
    **more: Any,
) -> Ticket:
    """File a ticket as a member would; to the desk even where only Level 1 could send it there."""
    with acting_as(access.member_context(requester)) as now:
        ticket = tickets.open_ticket(
            customer=requester.customer,
            actor=access.member_actor(requester),
            at=now,
            requester=requester,
            subject=subject,
            description=description,
            impact=impact,
            to_desk=to_desk and requester.may_file_to_desk,
            files=files,
            **more,
        )
        if to_desk and not ticket.is_with_desk:
            tickets.pass_to_desk(ticket=ticket, actor=access.member_actor(requester), at=now)
    return fresh(ticket)


def fresh(ticket: Ticket) -> Ticket:
    """Read a ticket again as the desk sees it."""
    with acting_as(worker_context()):
        return Ticket.objects.with_people().select_related("aws_account").get(pk=ticket.pk)


def actor_of(person: Member | DeskPerson) -> Actor:
    return access.member_actor(person) if isinstance(person, Member) else access.desk_actor(person)


def context_of(person: Member | DeskPerson) -> Any:
    """Return the database context of a person."""
    return access.member_context(person) if isinstance(person, Member) else access.desk_context(person)


def picture(name: str = "screen.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG, content_type="image/png")
