"""The verbs of a customer's own administration: its AWS accounts, and what a person sets for themselves.

Beside them, the desk's looks at a customer's tickets, which the customer reads.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from core.events import publish
from core.tenancy import Actor
from customers.desk_admin_actions import add_account, rename_account
from customers.events import AwsAccountDeclared
from customers.models import AccessRecord, AwsAccount, Customer, DeskPerson, LookKind, Member, SupportState

#: Further looks of one person at one thing within a quarter of an hour are the same look.
_QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@transaction.atomic
def declare_account(
    *,
    customer: Customer,
    actor: Actor,
    at: datetime,
    name: str,
    account_id: str,
    declared_plan: str,
    may_open_cases: bool,
) -> AwsAccount:
    """Add an AWS account with what its owner says of it; whether that is so is seen at the desk's next look."""
    account = add_account(customer=customer, actor=actor, at=at, name=name, account_id=account_id)
    return change_account(
        account=account,
        actor=actor,
        at=at,
        name=name,
        declared_plan=declared_plan,
        may_open_cases=may_open_cases,
    )


@transaction.atomic
def change_account(
    *,
    account: AwsAccount,
    actor: Actor,
    at: datetime,
    name: str,
    declared_plan: str,
    may_open_cases: bool,
) -> AwsAccount:
    """Write down an account's name, its plan as declared, and whether the desk may open cases for it.

    What a look at the account found stays: a plan is not larger because somebody says so.
    """
    renamed = rename_account(account=account, actor=actor, at=at, name=name)
    locked = AwsAccount.objects.select_for_update(no_key=True).get(
        pk=renamed.pk, customer_id=renamed.customer_id
    )
    if locked.declared_plan != declared_plan:
        locked.declared_plan, locked.declared_at = declared_plan, at
        locked.save(update_fields=["declared_plan", "declared_at"])
        _tell(locked, actor=actor, at=at, kind="plan")
    if may_open_cases != bool(locked.cases_allowed_by):
        locked.cases_allowed_by = actor.name if may_open_cases else ""
        locked.cases_allowed_at = at if may_open_cases else None
        locked.save(update_fields=["cases_allowed_by", "cases_allowed_at"])
        _tell(locked, actor=actor, at=at, kind="allowed" if may_open_cases else "forbidden")
    return locked


def _tell(account: AwsAccount, *, actor: Actor, at: datetime, kind: str) -> None:
    publish(
        AwsAccountDeclared(
            at=at, customer_id=account.customer_id, actor=actor, aws_account_id=account.pk, kind=kind
        )
    )


@transaction.atomic
def note_support_state(*, account: AwsAccount, state: str, at: datetime) -> AwsAccount:
    """Write down what a look at an account's support plan showed; who looked publishes it.

    A look that showed nothing (`unknown`) changes nothing: what was seen last stays, with its age.
    """
    locked = AwsAccount.objects.select_for_update(no_key=True).get(
        pk=account.pk, customer_id=account.customer_id
    )
    if state != SupportState.UNKNOWN:
        locked.support_state, locked.checked_at = state, at
        locked.save(update_fields=["support_state", "checked_at"])
    return locked


@transaction.atomic
def set_timezone(*, member: Member, timezone: str) -> Member:
    """Keep the zone in which a member reads times, or '' for their customer's; it concerns nobody else."""
    locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk, customer_id=member.customer_id)
    locked.timezone = timezone
    locked.save(update_fields=["timezone"])
    return locked


def record_look(
    *, person: DeskPerson, customer_id: int, ticket_number: int, kind: LookKind, at: datetime
) -> None:
    """Write down that somebody of the desk looks at a ticket, once in a quarter of an hour.

    It is one statement inside the page's own transaction: a page that is shown was written down.
    """
    AccessRecord.objects.bulk_create(
        [
            AccessRecord(
                customer_id=customer_id,
                person=person,
                ticket_number=ticket_number,
                kind=kind,
                at=at,
                quarter=at - (at - _EPOCH) % _QUARTER,
            )
        ],
        ignore_conflicts=True,
    )
