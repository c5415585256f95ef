"""Facts about tickets and promises in, ladders out."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.tenancy import Actor, ActorKind
from escalations import actions
from escalations.ladder import Trigger
from slas.events import METRIC_NAMES, ObjectiveAtRisk, ObjectiveBreached, at_risk_key, breached_key
from tickets.events import (
    PublicReplyPosted,
    SeverityEstablished,
    TicketAssigned,
    TicketMerged,
    TicketReachedDesk,
    TicketResolved,
    TicketReturned,
)
from tickets.models import Ticket
from tickets.severity import Severity


def call_for_critical(event: TicketReachedDesk) -> None:
    """Call people when a critical ticket reaches the desk."""
    if event.severity == Severity.P1:
        _call_for_critical(event, about="P1 Critical reached the desk")


def call_for_raised(event: SeverityEstablished) -> None:
    """Call people when a ticket at the desk turns out to be critical."""
    if event.severity == Severity.P1 and event.previous != Severity.P1:
        _call_for_critical(event, about="Raised to P1 Critical")


def _call_for_critical(event: TicketReachedDesk | SeverityEstablished, *, about: str) -> None:
    if event.ticket_id is None:
        return
    actions.start(
        customer_id=event.customer_id,
        ticket_id=event.ticket_id,
        trigger=Trigger.CRITICAL_ARRIVED,
        about=about,
        began_at=event.at,
        dedupe_key=f"critical:{event.ticket_id}:{event.at:%Y%m%dT%H%M%SZ}",
    )


def call_for_risk(event: ObjectiveAtRisk) -> None:
    """Warn the owner when a promise is at risk."""
    if event.ticket_id is None:
        return
    actions.start(
        customer_id=event.customer_id,
        ticket_id=event.ticket_id,
        trigger=Trigger.AT_RISK,
        about=f"{METRIC_NAMES[event.metric]} objective at risk",
        began_at=event.at,
        dedupe_key=at_risk_key(event.ticket_id, event.metric, event.cycle, event.severity),
        metric=event.metric,
        cycle=event.cycle,
    )


def call_for_breach(event: ObjectiveBreached) -> None:
    """Call people when a promise was missed."""
    if event.ticket_id is None:
        return
    actions.start(
        customer_id=event.customer_id,
        ticket_id=event.ticket_id,
        trigger=Trigger.BREACHED,
        about=f"{METRIC_NAMES[event.metric]} objective missed",
        began_at=event.at,
        dedupe_key=event.source_key or breached_key(event.ticket_id, event.metric, event.cycle),
        metric=event.metric,
        cycle=event.cycle,
    )


class OfVendorCase(Protocol):
    """A fact about a vendor's case; vendors are beside this floor, so only its shape is known here."""

    @property
    def at(self) -> datetime: ...
    @property
    def customer_id(self) -> int: ...
    @property
    def ticket_id(self) -> int | None: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def source_key(self) -> str | None: ...
    @property
    def case_id(self) -> int: ...
    @property
    def vendor(self) -> str: ...
    def sentence(self) -> str: ...


def call_for_vendor(event: OfVendorCase) -> None:
    """Call people when a vendor waits for the desk."""
    if event.ticket_id is None:
        return
    actions.start(
        customer_id=event.customer_id,
        ticket_id=event.ticket_id,
        trigger=Trigger.VENDOR_WAITING,
        about=f"{event.vendor} {event.sentence()}"[:120],
        began_at=event.at,
        dedupe_key=event.source_key or f"{_of_case(event)}{event.at:%Y%m%dT%H%M%S}",
    )


def finish_for_vendor(event: OfVendorCase) -> None:
    """End the ladders of a case that does not wait for the desk any more, or that it has answered."""
    if event.ticket_id is None:
        return
    actions.finish(
        ticket_id=event.ticket_id,
        customer_id=event.customer_id,
        actor=event.actor,
        at=event.at,
        about=_of_case(event),
    )


def _of_case(event: OfVendorCase) -> str:
    """Return what the keys of a case's ladders begin with."""
    return f"vendor-waits:{event.case_id}:"


def acknowledge_by_working(event: PublicReplyPosted | TicketAssigned) -> None:
    """Count a desk person's reply or taking of the ticket as an answer to its alerts."""
    if event.actor.kind != ActorKind.DESK or not _is_an_answer(event) or event.ticket_id is None:
        return
    ticket = Ticket.objects.get(pk=event.ticket_id, customer_id=event.customer_id)
    actions.acknowledge(ticket=ticket, actor=event.actor, at=event.at, by_working=True)


def _is_an_answer(event: PublicReplyPosted | TicketAssigned) -> bool:
    """Tell whether a person now has the ticket: an automatic reply or a taken-away owner says nothing."""
    if isinstance(event, TicketAssigned):
        return event.assignee_id is not None
    return not event.automatic


def finish(event: TicketResolved | TicketReturned | TicketMerged) -> None:
    """End the ladders of a ticket that the desk is done with.

    A member resolves only what their own Level 1 has, where no ladder runs; members may not read ladders.
    """
    if event.actor.is_member or event.ticket_id is None:
        return
    actions.finish(ticket_id=event.ticket_id, customer_id=event.customer_id, actor=event.actor, at=event.at)
