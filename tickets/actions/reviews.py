"""The customer asks for a decision that only a desk lead makes: about the severity, or about a hold."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor, acting_as, worker_context
from customers.access import active_desk_leads
from customers.models import Member
from notifications import actions as notifications
from notifications.models import Audience
from tickets.actions.flow import CONTEST_COLUMNS, end_hold, forget_contest
from tickets.actions.locking import check_verb, lock, required, save
from tickets.actions.severity import SEVERITY_COLUMNS, set_severity
from tickets.events import (
    ContestAnswered,
    HoldContested,
    ReviewAsked,
    ReviewDecided,
    ReviewWithdrawn,
    say_hold,
)
from tickets.lifecycle import Verb
from tickets.models import Ticket
from tickets.severity import Severity

logger = logging.getLogger(__name__)


@transaction.atomic
def ask_for_review(
    *,
    ticket: Ticket,
    member: Member,
    actor: Actor,
    at: datetime,
    severity: Severity,
    reason: str,
    expected_version: int | None = None,
) -> Ticket:
    """Ask a desk lead to look at the severity, saying which one is wanted and why; one at a time."""
    locked = lock(ticket, verb=Verb.REVIEW, expected_version=expected_version)
    reason = required(reason, _("Say why: a desk lead reads it."))
    if severity == locked.severity:
        raise Refused(
            _("The severity is %(severity)s already. Select the one you want.")
            % {"severity": severity.label},
            field="severity",
        )
    locked.review_by = member
    locked.review_asked_at = at
    locked.review_severity = int(severity)
    locked.review_reason = reason
    locked.leads_due_at = at
    save(locked, at, *_REVIEW_COLUMNS, "leads_due_at")
    publish(
        ReviewAsked(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            severity=int(severity),
            previous=locked.severity,
            reason=reason,
        )
    )
    return locked


@transaction.atomic
def withdraw_review(
    *, ticket: Ticket, actor: Actor, at: datetime, expected_version: int | None = None
) -> Ticket:
    """Take one's own request for a review back."""
    locked = lock(ticket, verb=Verb.WITHDRAW, expected_version=expected_version)
    if not (actor.is_member and actor.id == locked.review_by_id):
        raise Refused(_("Only whoever asked for the review may withdraw it."))
    _forget_review(locked)
    save(locked, at, *_REVIEW_COLUMNS)
    publish(ReviewWithdrawn(at=at, customer_id=locked.customer_id, ticket_id=locked.pk, actor=actor))
    return locked


@transaction.atomic
def decide_review(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    severity: Severity,
    reason: str,
    expected_version: int | None = None,
) -> Ticket:
    """Answer a review: choosing the present severity keeps it, another one is established with the reason.

    Raises NotAllowed for a change where the severity can no longer be established; keeping it always can.
    """
    locked = lock(ticket, verb=Verb.DECIDE, expected_version=expected_version)
    reason = required(reason, "Say why: the customer reads it.")
    asked_by, previous = locked.review_by_id, locked.severity
    assert asked_by is not None
    _forget_review(locked)
    if severity == previous:
        save(locked, at, *_REVIEW_COLUMNS)
    else:
        check_verb(locked, Verb.ESTABLISH)
        fact = set_severity(locked, actor=actor, at=at, severity=severity, reason=reason, in_review=True)
        save(locked, at, *SEVERITY_COLUMNS, *_REVIEW_COLUMNS)
        publish(fact)
    publish(
        ReviewDecided(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            severity=int(severity),
            previous=previous,
            reason=reason,
            member_id=asked_by,
        )
    )
    return locked


@transaction.atomic
def contest_hold(
    *,
    ticket: Ticket,
    member: Member,
    actor: Actor,
    at: datetime,
    reason: str,
    expected_version: int | None = None,
) -> Ticket:
    """Say that the present hold is wrong, and why; a desk lead answers."""
    locked = lock(ticket, verb=Verb.CONTEST, expected_version=expected_version)
    locked.contest_by = member
    locked.contested_at = at
    locked.contest_reason = required(reason, _("Say what is wrong with the hold: a desk lead reads it."))
    locked.leads_due_at = at
    save(locked, at, *CONTEST_COLUMNS, "leads_due_at")
    publish(
        HoldContested(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            hold=locked.hold_reason,
            reason=locked.contest_reason,
        )
    )
    return locked


@transaction.atomic
def answer_contest(
    *,
    ticket: Ticket,
    actor: Actor,
    at: datetime,
    end: bool,
    reason: str,
    expected_version: int | None = None,
) -> Ticket:
    """Answer a contested hold: keep it, or end it from now on.

    What was not counted until now stays so: the past changes only through a correction.
    """
    locked = lock(ticket, verb=Verb.ANSWER, expected_version=expected_version)
    reason = required(reason, "Say why: the customer reads it.")
    asked_by, hold = locked.contest_by_id, locked.hold_reason
    assert asked_by is not None
    forget_contest(locked)
    changed = end_hold(locked, actor=actor, at=at) if end else list(CONTEST_COLUMNS)
    save(locked, at, *changed)
    publish(
        ContestAnswered(
            at=at,
            customer_id=locked.customer_id,
            ticket_id=locked.pk,
            actor=actor,
            hold=hold,
            ended=end,
            reason=reason,
            member_id=asked_by,
        )
    )
    return locked


def tell_leads(*, limit: int = 200) -> int:
    """Mail the desk's leads about every question that waits for one of them; return how many were told of.

    A member's transaction may not write messages for the desk, so it leaves a mark that this sweep finds.
    """
    with acting_as(worker_context()) as now:
        due = list(
            Ticket.objects.leads_to_tell(now).order_by("leads_due_at").values_list("pk", flat=True)[:limit]
        )
    return sum(_tell_safely(pk) for pk in due)


def _tell_safely(ticket_id: int) -> bool:
    """Tell of one ticket; one that fails is logged and does not hold up the others."""
    try:
        return _tell(ticket_id)
    except Exception:
        logger.exception("the leads could not be told of ticket %s", ticket_id)
        return False


def _tell(ticket_id: int) -> bool:
    with acting_as(worker_context()) as now:
        ticket = (
            Ticket.objects.leads_to_tell(now)
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("customer", "review_by", "contest_by")
            .filter(pk=ticket_id)
            .first()
        )
        if ticket is None:
            return False
        for key, asked_at, subject, body in _questions(ticket):
            for person in active_desk_leads():
                notifications.queue(
                    customer_id=ticket.customer_id,
                    ticket_id=ticket.pk,
                    audience=Audience.DESK,
                    kind="review",
                    dedupe_key=f"{key}:{ticket.pk}:{asked_at:%Y%m%dT%H%M%SZ}:desk:{person.pk}",
                    recipient_email=person.user.email,
                    person_id=person.pk,
                    is_urgent=ticket.severity == Severity.P1,
                    recipient_name=person.name,
                    subject=f"{ticket.key} {subject}: {ticket.subject}",
                    body=f"{body}\n\nAnswer: {settings.PORTAL_BASE_URL}/desk/tickets/{ticket.key}/\n",
                    occurred_at=asked_at,
                    deliver_after=now,
                )
        ticket.leads_due_at = None
        ticket.save(update_fields=["leads_due_at"])
        return True


def _questions(ticket: Ticket) -> list[tuple[str, datetime, str, str]]:
    """Return what waits for a lead: a word for the key, since when, and the message's subject and body."""
    found = []
    if ticket.review_by is not None and ticket.review_asked_at is not None and ticket.review_severity:
        wanted, present = Severity(ticket.review_severity).label, ticket.priority.label
        said = f"{ticket.review_by.name} asks for {wanted} instead of {present}:\n\n{ticket.review_reason}"
        found.append(("review", ticket.review_asked_at, "Review of the severity", said))
    if ticket.contest_by is not None and ticket.contested_at is not None:
        hold = say_hold(ticket.hold_reason)
        said = f"{ticket.contest_by.name} contests the hold, {hold}:\n\n{ticket.contest_reason}"
        found.append(("contest", ticket.contested_at, "Contested hold", said))
    return found


_REVIEW_COLUMNS = ("review_by", "review_asked_at", "review_severity", "review_reason")


def _forget_review(ticket: Ticket) -> None:
    ticket.review_by = None
    ticket.review_asked_at = None
    ticket.review_severity = None
    ticket.review_reason = ""
