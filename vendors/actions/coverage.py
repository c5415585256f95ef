"""What follows from an account's plan: what is written down, whose time a wait is, and who is told.

A look that showed nothing is nobody's fault: the last thing known stays, with its age.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused
from core.tenancy import SYSTEM, Actor, acting_as, worker_context
from core.when import say_instant
from customers.access import active_members_of
from customers.models import AwsAccount, Member, MemberRole
from customers.plans import PlanTerms, smallest_that_serves
from customers.portal_actions import note_support_state
from notifications import actions as notifications
from notifications.models import Audience
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from vendors.access import coverage as access
from vendors.access.directory import aws_terms
from vendors.access.links import last_known
from vendors.adapters.base import Entitlement
from vendors.events import PlanNoticeSent, SupportPlanObserved
from vendors.models import AccountLink, PlanObservation, VendorCase
from vendors.plans import day_of, notice_due
from vendors.states import Finding


@transaction.atomic
def note_finding(*, link: AccountLink, seen: Entitlement, at: datetime) -> PlanObservation:
    """Keep what a look at an account's plan showed, and let what has changed have its consequences."""
    before = last_known(link)
    was = Finding(before.finding) if before else Finding.UNKNOWN
    has_changed = seen.finding is not Finding.UNKNOWN and seen.finding is not was
    row = PlanObservation.objects.create(
        customer_id=link.customer_id,
        link=link,
        at=at,
        finding=seen.finding.value,
        evidence=seen.evidence[:300],
        severities=list(seen.severities),
        changed=has_changed,
    )
    if link.account is None or seen.finding is Finding.UNKNOWN:
        return row
    account = note_support_state(account=link.account, state=seen.finding.value, at=at)
    waiting = _let_waits_be_theirs(account, link, at=at) if seen.finding is Finding.NOT_MET else []
    if not has_changed:
        return row
    publish(
        SupportPlanObserved(
            at=at,
            customer_id=link.customer_id,
            actor=SYSTEM,
            link_id=link.pk,
            aws_account_id=account.pk,
            account_number=link.account_number,
            finding=seen.finding.value,
            was=was.value,
            evidence=row.evidence,
        )
    )
    if seen.finding is Finding.NOT_MET:
        why = _seen(account, at, row.evidence)
        notice = short_notice(account, terms=aws_terms(), at=at, why=why, is_seen=True, waiting=waiting)
        send(account, notice, key=_short_key(account, at), at=at)
    return row


def _let_waits_be_theirs(account: AwsAccount, link: AccountLink, *, at: datetime) -> list[str]:
    """Let what waits for the vendor count as the customer's time from now on; return the tickets' references.

    What waits already as the customer's time goes on as it is. A plan that comes back changes none of it: cases
    keep what they were opened with.
    """
    running = VendorCase.objects.running().filter(
        customer_id=link.customer_id, link=link, lacked_plan_at=None
    )
    running.update(lacked_plan_at=at)
    held = (
        Ticket.objects.filter(
            customer_id=account.customer_id, aws_account=account, hold_reason=HoldReason.VENDOR
        )
        .select_related("customer")
        .order_by("pk")
    )
    return [ticket.key for ticket in held if tickets.note_lacking_plan(ticket=ticket, actor=SYSTEM, at=at)]


# --- Notices -------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Notice:
    """A mail to a customer's leads about an account's plan."""

    subject: str
    body: str


def short_notice(
    account: AwsAccount,
    *,
    terms: Sequence[PlanTerms],
    at: datetime,
    why: str,
    is_seen: bool,
    waiting: Sequence[str] = (),
) -> Notice:
    """Return the words that tell a lead that an account falls short now, and what shows it.

    Only what was seen at AWS makes a wait for it the customer's time.
    """
    about = {"name": account.name, "number": account.account_id}
    said = [
        _("The AWS account %(name)s (%(number)s) is without Business-level AWS Support.") % about + f" {why}",
        _(
            "We work on your tickets as before. For tickets about this account we cannot commit to times for AWS, and the time for which they wait for AWS counts as yours."
        )
        if is_seen
        else _(
            "We work on your tickets as before. For tickets about this account we cannot commit to times for AWS."
        ),
    ]
    if waiting:
        said.append(_("These tickets wait for AWS now: %(tickets)s.") % {"tickets": ", ".join(waiting)})
    return Notice(
        subject=_("AWS account %(name)s: the support plan is too low") % about,
        body=_with_steps(said, account, terms, at),
    )


def _seen(account: AwsAccount, at: datetime, evidence: str) -> str:
    """Say when AWS showed that an account falls short, and by what."""
    said = _("We saw it %(when)s.") % {"when": say_instant(at, account.customer.timezone)}
    return said + (" " + _("AWS answered: %(evidence)s.") % {"evidence": evidence} if evidence else "")


def _by_plan(plan: str, ended: date | None) -> str:
    """Say that a plan does not serve, and since when if it did."""
    if ended is None:
        return _("Its plan, as declared, is %(plan)s.") % {"plan": plan}
    return _("Its plan %(plan)s does not serve since %(day)s.") % {
        "plan": plan,
        "day": date_format(ended, "j F Y"),
    }


def ending_notice(
    account: AwsAccount, *, plan: PlanTerms, terms: Sequence[PlanTerms], at: datetime
) -> Notice:
    """Return the words that tell a lead that an account will fall short on a day."""
    assert plan.accepted_until is not None
    about = {
        "name": account.name,
        "number": account.account_id,
        "plan": plan.name,
        "day": date_format(plan.accepted_until, "j F Y"),
    }
    said = [
        _("The AWS account %(name)s (%(number)s) has the plan %(plan)s, which serves until %(day)s.") % about,
        _(
            "From that day on we cannot commit to times for AWS on tickets about this account, unless it has another plan."
        ),
    ]
    return Notice(
        subject=_("AWS account %(name)s: the plan %(plan)s serves until %(day)s") % about,
        body=_with_steps(said, account, terms, at),
    )


def _with_steps(said: list[str], account: AwsAccount, terms: Sequence[PlanTerms], at: datetime) -> str:
    best = smallest_that_serves(terms, day_of(at))
    page = f"{settings.PORTAL_BASE_URL}/c/{account.customer.slug}/aws-accounts/"
    steps = [
        _("1. Open the AWS console of this account as its owner, then Support, Support plans."),
        _("2. Choose %(plan)s or a larger plan.") % {"plan": best} if best else "",
        _("3. Say which plan it has now: %(page)s") % {"page": page},
    ]
    return "\n\n".join([*said, _("What to do:") + "\n" + "\n".join(step for step in steps if step)]) + "\n"


def recipients_of(account: AwsAccount) -> list[Member]:
    """Return who is told about an account: the customer's leads."""
    return list(active_members_of(account.customer).filter(role=MemberRole.LEAD))


def send(account: AwsAccount, notice: Notice, *, key: str, at: datetime, actor: Actor = SYSTEM) -> None:
    """Mail a notice to the customer's leads, once for each key, and write down that it was."""
    members = recipients_of(account)
    if not members:
        return
    publish(
        PlanNoticeSent(
            at=at,
            customer_id=account.customer_id,
            actor=actor,
            source_key=key,
            aws_account_id=account.pk,
            account_number=account.account_id,
            kind=key.removeprefix(access.notices_of(account)).partition(":")[0],
        )
    )
    for member in members:
        notifications.queue(
            customer_id=account.customer_id,
            audience=Audience.CUSTOMER,
            kind=access.NOTICE,
            dedupe_key=f"{key}:member:{member.pk}",
            recipient_email=member.email,
            recipient_name=member.name,
            member_id=member.pk,
            subject=notice.subject,
            body=notice.body,
            occurred_at=at,
            deliver_after=at,
        )


def _short_key(account: AwsAccount, since: datetime | None) -> str:
    day = f"{day_of(since):%Y-%m-%d}" if since else "declared"
    return f"{access.notices_of(account)}short:{day}"


def due_notice(row: access.Row, *, terms: Sequence[PlanTerms], at: datetime) -> tuple[str, Notice] | None:
    """Return the notice that an account's leads are to have by now, with its key; None when there is none."""
    account, view = row.account, row.outlook
    plan = next((one for one in terms if one.name == view.plan), None)
    if view.is_short:
        if view.by_look:
            key = _short_key(account, row.short_since)
            why = _seen(account, row.short_since or account.checked_at or at, row.evidence)
        else:
            key = f"{access.notices_of(account)}ended:{view.plan}:{view.ends_on or 'declared'}"
            why = _by_plan(view.plan, view.ends_on)
        return key, short_notice(account, terms=terms, at=at, why=why, is_seen=view.by_look)
    if view.ends_on is None or plan is None:
        return None
    days = notice_due(view.ends_on, day_of(at))
    if days is None:
        return None
    key = f"{access.notices_of(account)}ends:{view.ends_on}:{days}"
    return key, ending_notice(account, plan=plan, terms=terms, at=at)


def notify_due() -> int:
    """Tell the leads of accounts that fall short, or will in 60, 30 or 7 days; return how many accounts were due."""
    due = 0
    with acting_as(worker_context()) as now:
        terms = aws_terms()
        for row in access.rows(now=now, terms=terms):
            found = due_notice(row, terms=terms, at=now)
            if found is not None:
                key, notice = found
                send(row.account, notice, key=key, at=now)
                due += 1
    return due


@transaction.atomic
def tell_now(*, row: access.Row, actor: Actor, at: datetime) -> Notice:
    """Tell an account's leads how it stands, at a desk person's word; once a day, however often it is pressed.

    Raises Refused where there is nothing to tell, nobody to tell it to, or they were told today.
    """
    notice = preview(row, at=at)
    if notice is None:
        raise Refused("This account does not fall short, and its plan does not end soon.")
    if not recipients_of(row.account):
        raise Refused(f"{row.account.customer.name} has no active lead to tell.")
    if access.was_told_on(row.account, day_of(at)):
        raise Refused("The leads were told today already.")
    key = f"{access.notices_of(row.account)}told:{day_of(at)}"
    send(row.account, notice, key=key, at=at, actor=actor)
    return notice


def preview(row: access.Row, *, at: datetime) -> Notice | None:
    """Return what the leads would be told now, or None when there is nothing to tell."""
    terms = aws_terms()
    due = due_notice(row, terms=terms, at=at)
    if due is not None:
        return due[1]
    plan = next((one for one in terms if one.name == row.outlook.plan), None)
    if plan is None or not row.outlook.will_fall_short(day_of(at)):
        return None
    return ending_notice(row.account, plan=plan, terms=terms, at=at)
