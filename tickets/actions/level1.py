from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from customers.models import AwsAccount, Customer, Member, Service
from tickets.actions.locking import lock, save
from tickets.events import AwsAccountNamed, LevelOneAssigned
from tickets.lifecycle import Status, Verb
from tickets.models import STEP_LENGTH, AudienceChoice, ChecklistItem, LevelOneStep, Ticket


@transaction.atomic
def assign_at_level_1(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    member: Member | None,
    expected_version: int | None = None,
) -> Ticket:
    """Give a Level 1 ticket to one of the customer's coordinators and leads, or to nobody.

    Whoever takes a new ticket has begun to work on it.
    """
    locked = lock(ticket, verb=Verb.WORK_LEVEL_1, expected_version=expected_version)
    if member is not None and not _works_level_1_of(member, locked):
        raise Refused(_("Select one of your coordinators or leads."), field="member")
    if locked.level1_owner_id == (None if member is None else member.pk):
        return locked
    locked.level1_owner = member
    if member is not None and locked.status == Status.NEW:
        locked.status = Status.IN_PROGRESS.value
    save(locked, at, "level1_owner", "status")
    publish(
        LevelOneAssigned(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            owner_id=None if member is None else member.pk,
            owner="" if member is None else member.name,
        )
    )
    return locked


def _works_level_1_of(member: Member, ticket: Ticket) -> bool:
    return member.is_active and member.customer_id == ticket.customer_id and member.works_level_1


@transaction.atomic
def let_level_1_go(*, member: Member, actor: Actor, at: datetime) -> None:
    """Take a member who leaves away from the Level 1 tickets that they work on; somebody else takes those."""
    theirs = Ticket.objects.of(member.customer).owned_by(member).at_level_1()
    for ticket in list(theirs):
        assign_at_level_1(ticket=ticket, actor=actor, at=at, member=None)


@transaction.atomic
def name_aws_account(*, ticket: Ticket, actor: Actor, at: datetime, aws_account: AwsAccount) -> Ticket:
    """Say which of the customer's AWS accounts a ticket is about."""
    locked = lock(ticket, verb=Verb.REASSESS)
    if locked.aws_account_id == aws_account.pk:
        return locked
    locked.aws_account = aws_account
    save(locked, at, "aws_account")
    publish(
        AwsAccountNamed(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            aws_account_id=aws_account.pk,
            about=aws_account.name,
        )
    )
    return locked


MOST_STEPS = 30


@transaction.atomic
def keep_level_1_steps(*, customer: Customer, service: Service | None, steps: Sequence[str]) -> None:
    """Make these the steps of a customer's own checklist, for one service or for every ticket.

    What was done on tickets stays as it is.
    """
    lines = list(dict.fromkeys(" ".join(step.split()) for step in steps if step.strip()))
    if len(lines) > MOST_STEPS:
        raise Refused(
            _("Keep to %(number)s steps: nobody goes through more.") % {"number": MOST_STEPS},
            field="steps",
        )
    if any(len(line) > STEP_LENGTH for line in lines):
        raise Refused(
            _("Keep each step under %(number)s characters.") % {"number": STEP_LENGTH},
            field="steps",
        )
    LevelOneStep.objects.of(customer).about(service).delete()
    LevelOneStep.objects.bulk_create(
        [
            LevelOneStep(customer=customer, service=service, text=line, position=place)
            for place, line in enumerate(lines)
        ]
    )


@transaction.atomic
def tick_at_level_1(*, ticket: Ticket, actor: Actor, at: datetime, text: str, is_done: bool) -> None:
    """Say that a step of Level 1 was done, or that it was not after all.

    The row says who and when; the hand-over copies it. It is no fact of the ticket's own.
    """
    locked = lock(ticket, verb=Verb.WORK_LEVEL_1)
    text = " ".join(text.split())
    mine = {"customer_id": locked.customer_id, "ticket": locked, "audience": AudienceChoice.CUSTOMER}
    item = ChecklistItem.objects.filter(**mine, text=text).first()
    known = LevelOneStep.objects.for_ticket(locked).filter(text=text).exists()
    if item is None and not known:
        raise Refused(_("This step is no longer on the checklist."))
    if item is None:
        item = ChecklistItem(**mine, text=text)
    if item.is_done == is_done:
        return
    item.done_at = at if is_done else None
    item.done_by_name = actor.name if is_done else ""
    item.save()
