"""Take an alert by the link of its mail; and call people again where nothing was done since somebody took it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.events import publish
from core.models import EventRecord
from core.problems import Refused
from core.tenancy import SYSTEM, ActorKind, acting_as, worker_context
from customers.access import desk_actor
from escalations.acknowledging_links import AckLink
from escalations.actions import acknowledge_one
from escalations.events import AcknowledgementLapsed
from escalations.ladder import start_again
from escalations.models import Escalation, EscalationCall, State
from tickets.events import (
    ContestAnswered,
    LevelChanged,
    PublicReplyPosted,
    ReviewDecided,
    ServiceRestored,
    SeverityEstablished,
    TicketAssigned,
    TicketGivenToTeam,
    TicketHeld,
    TicketReopened,
    TicketResumed,
)
from tickets.models import Ticket

logger = logging.getLogger(__name__)

#: What shows that a person of the desk works on a ticket.
_WORK = (
    ContestAnswered,
    PublicReplyPosted,
    ReviewDecided,
    ServiceRestored,
    SeverityEstablished,
    TicketAssigned,
    TicketGivenToTeam,
    TicketHeld,
    LevelChanged,
    TicketReopened,
    TicketResumed,
)


# --- By the link of a mail ----------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Linked:
    """The call that a link is about; `gone` says why it cannot be used any more."""

    call: EscalationCall
    gone: str = ""


def read_link(token: str, *, at: datetime) -> Linked:
    """Return what a link is about. Raises Refused for one that was not made here, or whose day has gone by."""
    link = AckLink.read(token)
    if link.is_over(at):
        raise Refused("This link was good for 24 hours. Sign in to acknowledge on the ticket's page.")
    call = (
        EscalationCall.objects.select_related("person", "escalation__ticket__customer")
        .filter(
            escalation_id=link.escalation_id,
            person_id=link.person_id,
            rung=link.rung,
            called_at=link.called_at,
        )
        .first()
    )
    if call is None or not call.person.is_active:
        raise Refused("This link is not valid any more.")
    return Linked(call=call, gone=_gone(call))


def _gone(call: EscalationCall) -> str:
    if call.used_at is not None:
        return "You acknowledged this already with this link."
    ladder = call.escalation
    if ladder.state == State.ACKNOWLEDGED:
        return f"{ladder.ended_by} acknowledged this already."
    return "" if ladder.state == State.RUNNING else "This alert is finished: nobody needs to take it."


@transaction.atomic
def acknowledge_by_link(*, token: str, at: datetime) -> Linked:
    """Take an alert as the person whom the mail called. Raises Refused where the link cannot be used any more."""
    call = read_link(token, at=at).call
    Ticket.objects.select_for_update(no_key=True).get(
        pk=call.escalation.ticket_id, customer_id=call.customer_id
    )
    EscalationCall.objects.select_for_update(no_key=True).get(pk=call.pk, customer_id=call.customer_id)
    linked = read_link(token, at=at)
    if linked.gone:
        raise Refused(linked.gone)
    call = linked.call
    if not acknowledge_one(escalation=call.escalation, actor=desk_actor(call.person), at=at, by_mail=True):
        raise Refused("Somebody acknowledged this at the same moment.")
    call.used_at = at
    call.save(update_fields=["used_at"])
    return linked


# --- An acknowledgement that nobody followed up -------------------------------------------------------
def look_at_lapsed(*, limit: int = 200) -> int:
    """Look at every acknowledgement whose time has gone by; return how many were dealt with."""
    with acting_as(worker_context()) as now:
        found = list(Escalation.objects.lapsed_by(now).values_list("pk", flat=True)[:limit])
    return sum(_look_safely(pk) for pk in found)


def _look_safely(escalation_id: int) -> bool:
    try:
        return _look(escalation_id)
    except Exception:
        logger.exception("the acknowledgement of escalation %s could not be looked at", escalation_id)
        return False


def _look(escalation_id: int) -> bool:
    """Start a ladder again at its next step, unless a person of the desk did something on the ticket since."""
    with acting_as(worker_context()) as now:
        lapsed = Escalation.objects.lapsed_by(now).filter(pk=escalation_id)
        ticket = (
            Ticket.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk__in=lapsed.order_by().values("ticket_id"))
            .first()
        )
        if ticket is None:
            return False
        escalation = lapsed.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if escalation is None or escalation.ack_until is None:
            return False
        until, keeper = escalation.ack_until, escalation.ended_by
        escalation.ack_until = None
        if _is_done_with(ticket) or _was_worked_on(escalation):
            escalation.save(update_fields=["ack_until"])
            return True
        escalation.counts_from, escalation.steps_taken = start_again(
            escalation.rungs, taken=escalation.steps_taken, at=until
        )
        escalation.restarts += 1
        escalation.state = State.RUNNING
        escalation.ended_at, escalation.ended_by = None, ""
        escalation.next_step_at = until
        escalation.save(
            update_fields=[
                "ack_until",
                "counts_from",
                "steps_taken",
                "restarts",
                "state",
                "ended_at",
                "ended_by",
                "next_step_at",
            ]
        )
        publish(
            AcknowledgementLapsed(
                at=until,
                customer_id=escalation.customer_id,
                ticket_id=escalation.ticket_id,
                actor=SYSTEM,
                escalation_id=escalation.pk,
                about=escalation.about,
                keeper=keeper,
            )
        )
        return True


def _is_done_with(ticket: Ticket) -> bool:
    return not (ticket.is_open and ticket.is_with_desk)


def _was_worked_on(escalation: Escalation) -> bool:
    """Tell whether a person of the desk did something on the ticket since the acknowledgement."""
    done = EventRecord.objects.filter(
        customer_id=escalation.customer_id,
        ticket_id=escalation.ticket_id,
        actor_kind=ActorKind.DESK.value,
        type__in=[kind.type_name for kind in _WORK],
        occurred_at__gte=escalation.ended_at,
    )
    return done.exists()
