"""Play the demonstration: every fact comes from the action a user would take, at the instant it names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from core.now import standing_at
from core.tenancy import SYSTEM, acting_as, worker_context
from customers import access
from customers import actions as customers
from customers.models import Customer, DeskPerson, Member
from escalations import actions as escalations
from escalations.models import Escalation
from notifications import actions as notifications
from slas import actions as slas
from slas.drafts import CalendarDraft, PolicyDraft
from slas.models import CalendarVersion, PolicyVersion, Watch
from tickets import actions as tickets
from tickets import verbs
from tickets.models import Ticket
from tickets.tasks import close_due_tickets
from trusst_support.demo import (
    approvals,
    articles,
    channels,
    composing,
    desk,
    level1,
    level3,
    outside,
    policies,
    portal,
    relating,
    reviews,
    rotas,
    vendors,
)
from trusst_support.demo.aws import RememberedAws
from trusst_support.demo.cast import DESK, MAIL_DOMAIN, ORGANISATIONS, Organisation
from trusst_support.demo.story import TALES, Step, Tale, routine_tales
from vendors.adapters import standing_in

PASSWORD_FILE = "demo-password"  # noqa: S105 - the name of a file, not a password


@dataclass
class Cast:
    """The people and customers once they are in the database, by first name and by slug."""

    customers: dict[str, Customer]
    members: dict[str, Member]
    desk: dict[str, DeskPerson]


def play(*, now: datetime, password: str) -> int:
    """Load the demonstration into an empty database; return how many tickets it has."""
    accounts = (account for organisation in ORGANISATIONS for account in organisation.accounts)
    with standing_in(RememberedAws(plans=vendors.plans_of(accounts))):
        return _play(now=now, password=password)


def _play(*, now: datetime, password: str) -> int:
    began = now - timedelta(days=200)
    with standing_at(began):
        cast = _introduce(now=now, password=password)
        lead = cast.members["Joel"]
        with acting_as(access.member_context(lead)):
            dispatch = access.services_of(lead.customer).filter(name="Dispatch app").first()
        level1.keep_checklists(lead, dispatch)
    with standing_at(began + timedelta(hours=1)):
        relating.keep_lists(cast.desk["Mei"])
    with standing_at(began + timedelta(hours=2)):
        vendors.connect(cast.members)
    tales = [*TALES, *routine_tales()]
    moments: list[tuple[datetime, int, int, Tale, Step | None]] = []
    for number, tale in enumerate(tales):
        opened_at = now - timedelta(minutes=tale.ago)
        moments.append((opened_at, number, -1, tale, None))
        for place, coming in enumerate(tale.steps):
            at = opened_at + timedelta(minutes=coming.after)
            if at < now:
                moments.append((at, number, place, tale, coming))
    opened: dict[int, Ticket] = {}
    for at, number, _, tale, step in sorted(moments, key=lambda moment: moment[:3]):
        _let_time_pass(until=at)
        with standing_at(at):
            if step is None:
                opened[number] = _open(cast, tale)
            else:
                _take_step(cast, opened[number], step)
    _let_time_pass(until=now)
    with standing_at(now):
        _change_rules(cast, now=now)
    desk.keep_house(cast.desk, now=now)
    rotas.keep_rotas(cast.desk, now=now)
    with standing_at(now - timedelta(minutes=8)):
        level3.ask_specialists(cast.desk)
    with standing_at(now - timedelta(minutes=6)):
        relating.tie(cast.desk)
    by_subject = {ticket.subject: ticket for ticket in opened.values()}
    with standing_at(now - timedelta(days=7)):
        acme, labels = cast.customers["acme"], by_subject["Labels print slowly in Brisbane"]
        articles.write(cast.desk, acme, labels)
    with standing_at(now - timedelta(minutes=5)):
        vpn = by_subject["VPN to the Port Botany depot drops every few minutes"]
        articles.affect(vpn, {"Ben": "The scanners of bay 2 as well", "Joel": ""}, cast.members)
    with standing_at(now - timedelta(hours=3)):
        portal.look_after(cast.members["Joel"], colleague="Nora Lindqvist")
        portal.look_after(cast.members["Grace"], colleague="Pavel Ito")
    with standing_at(now - timedelta(minutes=4)):
        composing.keep_replies(cast.desk["Sam"])
        composing.begin_reply(
            cast.desk["Tom"],
            opened[0],
            body="The volume of the standby is attached again. We check that orders go through before",
        )
    with standing_at(now - timedelta(minutes=3)):
        channels.keep_channel(cast.desk.values(), opened[0], now=now - timedelta(minutes=3))
    with standing_at(now - timedelta(days=14)):
        policies.keep_policies(cast.customers["acme"], cast.desk)
    with standing_at(now - timedelta(minutes=3)):
        policies.call_manager(cast.customers["acme"], cast.desk["Tom"])
    with standing_at(now - timedelta(minutes=2)):
        vendors.look_again(cast.desk["Sam"])
    with standing_at(now - timedelta(minutes=1)):
        reviews.keep_reviews(cast.customers["acme"], cast.desk, now=now - timedelta(minutes=1))
    vendors.let_rest()
    return len(opened)


def _let_time_pass(*, until: datetime) -> None:
    """Do what background work would have done up to an instant, at the instants at which it would have."""
    while True:
        with acting_as(worker_context()):
            waits = [
                Watch.objects.due_by(until).values_list("next_check_at", flat=True).first(),
                Escalation.objects.due_by(until).values_list("next_step_at", flat=True).first(),
            ]
        due = [moment for moment in waits if moment is not None]
        if not due:
            break
        with standing_at(min(due)):
            if not slas.sweep() + escalations.advance_due():
                raise RuntimeError("the demonstration is stuck: something is due, but nothing is done")
    with standing_at(until):
        close_due_tickets()
        tickets.tell_leads()
        tickets.settle_approvals()
        tickets.put_due_checklists()
        slas.tell_contested()
        notifications.deliver_due(limit=5000)


def _introduce(*, now: datetime, password: str) -> Cast:
    cast = Cast(customers={}, members={}, desk={})
    for person in DESK:
        user = customers.create_user(email=person.email(MAIL_DOMAIN), password=password)
        with acting_as(worker_context()) as at:
            cast.desk[person.name.split()[0]] = customers.add_desk_person(
                user=user,
                name=person.name,
                role=person.role,
                timezone="Australia/Sydney",
                actor=SYSTEM,
                at=at,
            )
    for organisation in ORGANISATIONS:
        users = [
            customers.create_user(email=person.email(organisation.domain), password=password)
            for person in organisation.people
        ]
        with acting_as(worker_context()) as at:
            customer = _take_on(organisation, at=at, now=now)
            cast.customers[organisation.slug] = customer
            for person, user in zip(organisation.people, users, strict=True):
                cast.members[person.name.split()[0]] = customers.add_member(
                    customer=customer, user=user, name=person.name, role=person.role, actor=SYSTEM, at=at
                )
    return cast


def _take_on(organisation: Organisation, *, at: datetime, now: datetime) -> Customer:
    customer = customers.create_customer(
        name=organisation.name,
        slug=organisation.slug,
        key=organisation.key,
        timezone=organisation.timezone,
        region=organisation.region,
        phone="1800 555 014",
        files_to_desk=organisation.files_to_desk,
        actor=SYSTEM,
        at=at,
    )
    for name in organisation.services:
        customers.add_service(customer=customer, name=name)
    for name, account_id, plan, state in organisation.accounts:
        customers.add_aws_account(
            customer=customer,
            name=name,
            account_id=account_id,
            declared_plan=plan,
            support_state=state,
            at=at,
        )
    if organisation.has_agreement:
        slas.sign_agreement(
            customer=customer,
            number=f"MS-{organisation.key}-1",
            starts_on=(now - timedelta(days=199)).date(),
            ends_on=(now + timedelta(days=165)).date(),
            notice_on=(now + timedelta(days=75)).date(),
            renewal_note="Renews for another year unless either side gives notice.",
            clauses={
                "customer_reply": "6.1",
                "customer_access": "6.2",
                "vendor": "6.3",
                "agreed_wait": "6.4",
                "excluded": "7.2",
            },
            actor=SYSTEM,
            at=at,
        )
    return customer


def _change_rules(cast: Cast, *, now: datetime) -> None:
    """Close a day that is to come, promise faster answers, and ask for a correction that waits."""
    admin = cast.desk["Sam"]
    with acting_as(access.desk_context(admin)) as at:
        coming = _newest_calendar("NSW")
        slas.publish_calendar(
            name=coming.name,
            region=coming.region,
            draft=_with_closed_days(coming, [now + timedelta(days=9)], "Stocktaking"),
            note="Acme closes its depots for stocktaking.",
            base=coming.version,
            effective_at=at + timedelta(days=1),
            actor=access.desk_actor(admin),
            at=at,
        )
        past = _newest_calendar("VIC")
        slas.propose_correction(
            base=past,
            draft=_with_closed_days(past, [now - timedelta(days=ago) for ago in (5, 8, 11)], "Office move"),
            effective_at=at - timedelta(days=12),
            note="Banksia was closed for its move, which it told us afterwards.",
            person=admin,
            at=at,
        )
        policy = PolicyVersion.objects.order_by("-version")[0]
        objectives = [
            {**one, "target_seconds": 900} if (one["metric"], one["severity"]) == ("respond", "P1") else one
            for one in policy.document["objectives"]
        ]
        slas.publish_policy(
            name=policy.name,
            draft=PolicyDraft(objectives=objectives, reopen_window=policy.document["reopen_window"]),
            note="Critical incidents are answered within 15 minutes from the next renewals on.",
            base=policy.version,
            actor=access.desk_actor(admin),
            at=at,
        )


def _newest_calendar(region: str) -> CalendarVersion:
    return CalendarVersion.objects.of_family("business", region)[0]


def _with_closed_days(version: CalendarVersion, days: list[datetime], name: str) -> CalendarDraft:
    closed = {day.date().isoformat(): name for day in days}
    return replace(version.draft, holidays={**version.draft.holidays, **closed})


def _open(cast: Cast, tale: Tale) -> Ticket:
    customer = cast.customers[tale.customer]
    organisation = next(one for one in ORGANISATIONS if one.slug == tale.customer)
    requester = cast.members[organisation.people[tale.by].name.split()[0]]
    with acting_as(access.member_context(requester)) as at:
        return tickets.open_ticket(
            customer=customer,
            actor=access.member_actor(requester),
            at=at,
            requester=requester,
            subject=tale.subject,
            description=tale.text,
            impact=tale.impact,
            to_desk=tale.to_desk,
            service=access.services_of(customer).filter(name=tale.service).first(),
            aws_account=access.aws_accounts_of(customer).filter(name=tale.account).first(),
        )


def _take_step(cast: Cast, ticket: Ticket, step: Step) -> None:
    values: dict[str, Any] = dict(step.values)
    person, member = cast.desk.get(step.who), cast.members.get(step.who)
    if person is not None:
        portal.look(person, ticket)
    if step.verb == "ask":
        assert person is not None
        approvals.ask(ticket, values, person=person, decider=cast.members.get(values.pop("decider")))
        return
    if step.verb in approvals.STEPS:
        assert member is not None
        approvals.answer(step.verb, ticket, values, member=member)
        return
    if step.verb in level1.STEPS:
        assert member is not None
        access_by = cast.members.get(values.get("access_by", ""))
        level1.hand_over(ticket, values, member=member, access_by=access_by)
        return
    if step.verb in vendors.STEPS:
        vendors.take(step.verb, ticket, values, person=person)
        return
    if step.verb in outside.STEPS:
        outside.take(step.verb, ticket, values, person=person, member=member)
        return
    if person is not None:
        context, actor, offered = access.desk_context(person), access.desk_actor(person), verbs.DESK
    else:
        assert member is not None
        context, actor, offered = access.member_context(member), access.member_actor(member), verbs.MEMBER
    with acting_as(context) as at:
        if "ago" in values:
            values["restored_at"] = at - timedelta(minutes=values.pop("ago"))
        if person is not None and step.verb in ("resolve", "close"):
            relating.explain_misses(ticket, actor=actor, at=at)
        asked = verbs.Request(ticket=ticket, actor=actor, at=at, values=values, person=person, member=member)
        offered[step.verb].act(asked)
        if person is not None:  # whoever works on a ticket has read it
            tickets.mark_read(ticket=ticket, person=person, at=at)


def password_file() -> Any:
    """Return where this machine keeps the password that every demonstration sign-in shares."""
    return settings.DATA_DIR / PASSWORD_FILE
