"""Facts about tickets in, actions on clocks out."""

from __future__ import annotations

from datetime import datetime

from core.events import Event
from core.tenancy import ActorKind
from core.when import say_instant
from customers.models import DeskPerson
from notifications.topics import Topic
from slas import actions
from slas.actions.telling import deciders, tell_desk
from slas.events import (
    METRIC_NAMES,
    ExclusionApproved,
    ExclusionContested,
    ExclusionKept,
    ExclusionProposed,
    ExclusionRejected,
    ExclusionRevoked,
    ExclusionWithdrawn,
    ObjectiveWaived,
    RestorationApproved,
    RestorationProposed,
    RestorationRejected,
)
from slas.models import EarlierRestoration, Exclusion
from tickets.events import (
    EarlierRestorationStated,
    RestorationBackdated,
    ServiceRestored,
    TicketReachedDesk,
    TicketResolved,
)
from tickets.handlers import tell_readers
from tickets.models import Ticket


def start_clocks(event: TicketReachedDesk) -> None:
    """Attach the agreement in force, if there is one, and start the clocks."""
    ticket_id = _ticket_id(event)
    actions.attach_agreement(
        ticket_id=ticket_id, customer_id=event.customer_id, actor=event.actor, at=event.at
    )
    actions.refresh_clocks(ticket_id=ticket_id, customer_id=event.customer_id, at=event.at)


def recompute(event: Event) -> None:
    """Replay the ticket's clocks after a fact that may move them."""
    actions.refresh_clocks(ticket_id=_ticket_id(event), customer_id=event.customer_id, at=event.at)


def recompute_restored(event: ServiceRestored | RestorationBackdated) -> None:
    """Replay as of the instant of the report, which may be later than the restoration."""
    actions.refresh_clocks(
        ticket_id=_ticket_id(event),
        customer_id=event.customer_id,
        at=datetime.fromisoformat(event.reported_at),
    )


def plan_closing(event: TicketResolved) -> None:
    """Say when a resolved ticket closes by itself."""
    actions.plan_closing(ticket_id=_ticket_id(event), customer_id=event.customer_id, at=event.at)


def settle_earlier_restoration(event: EarlierRestorationStated) -> None:
    """Take an earlier restoration as said, or have it decided where a verdict depends on it."""
    actions.settle_earlier_restoration(
        ticket=_ticket(event),
        actor=event.actor,
        at=event.at,
        restored_at=datetime.fromisoformat(event.restored_at),
        may_decide=event.may_decide,
        confirmed=event.confirmed,
    )


# --- Messages -----------------------------------------------------------------------------------------
ExclusionEvent = (
    ExclusionProposed
    | ExclusionApproved
    | ExclusionRejected
    | ExclusionWithdrawn
    | ExclusionContested
    | ExclusionKept
    | ExclusionRevoked
)
RestorationEvent = RestorationProposed | RestorationApproved | RestorationRejected


def tell_of_exclusion(event: ExclusionEvent) -> None:
    """Tell the customer's people of an exclusion and its fate, and the desk's who decide it or proposed it.

    What a member does reaches the desk through a sweep: their transaction sees nobody of it.
    """
    ticket = _ticket(event)
    exclusion = (
        Exclusion.objects.select_related("proposed_by")
        .filter(customer_id=event.customer_id)
        .get(pk=event.exclusion_id)
    )
    key = f"{event.type_name}:{exclusion.pk}"
    said = f"{event.actor.name} {event.sentence()}."
    since = say_instant(exclusion.starts_at, ticket.customer.timezone)
    body = f"{said}\n\nIt is about the time from {since}.\nEvidence: {exclusion.evidence}\n"
    tell_readers(
        event,
        ticket,
        subject=f"{ticket.key} Exclusion: {ticket.subject}",
        body=body,
        key=key,
        topic=Topic.PROMISES,
    )
    if event.actor.kind != ActorKind.DESK:
        return
    people = deciders() if isinstance(event, ExclusionProposed) else [exclusion.proposed_by]
    _tell_desk(event, people, ticket, about="Exclusion", body=body, key=key)


def tell_of_restoration(event: RestorationEvent) -> None:
    """Tell those who decide of an earlier restoration, and then whoever said it and the customer's people."""
    ticket = _ticket(event)
    restoration = (
        EarlierRestoration.objects.select_related("proposed_by")
        .filter(customer_id=event.customer_id)
        .get(pk=event.restoration_id)
    )
    key = f"{event.type_name}:{restoration.pk}"
    when = say_instant(restoration.restored_at, ticket.customer.timezone)
    body = f"{event.actor.name} {event.sentence()}.\n\nService was back: {when}\n"
    tell_readers(
        event,
        ticket,
        subject=f"{ticket.key} Restored earlier: {ticket.subject}",
        body=body,
        key=key,
        topic=Topic.RESTORED,
    )
    people = deciders() if isinstance(event, RestorationProposed) else [restoration.proposed_by]
    _tell_desk(event, people, ticket, about="Restored earlier", body=body, key=key)


def tell_of_waiver(event: ObjectiveWaived) -> None:
    """Tell the customer's people that a missed objective was waived, and why."""
    ticket = _ticket(event)
    subject = f"{ticket.key} {METRIC_NAMES[event.metric]} objective waived: {ticket.subject}"
    key = f"{event.type_name}:{ticket.pk}:{event.metric}:{event.cycle}"
    body = f"{event.actor.name} {event.sentence()}.\n"
    tell_readers(event, ticket, subject=subject, body=body, key=key, topic=Topic.PROMISES)


def _tell_desk(
    event: Event, people: list[DeskPerson], ticket: Ticket, *, about: str, body: str, key: str
) -> None:
    for person in people:
        if person.pk != event.actor.id:
            tell_desk(
                person,
                ticket,
                about=f"{about}: {ticket.subject}",
                body=body,
                key=key,
                occurred_at=event.at,
                deliver_after=event.at,
            )


def _ticket(event: Event) -> Ticket:
    return Ticket.objects.select_related("customer", "requester").get(
        pk=_ticket_id(event), customer_id=event.customer_id
    )


def _ticket_id(event: Event) -> int:
    if event.ticket_id is None:
        raise ValueError(f"{event.type_name} names no ticket")
    return event.ticket_id
