"""The only way a door gets an exclusion, an earlier restoration or a waiver; each look-up permits itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from core.models import EventRecord
from customers.models import DeskPerson
from slas.events import ObjectiveWaived, say_clock
from slas.models import Clock, EarlierRestoration, Exclusion, ExclusionQuerySet
from tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """That a missed objective is not held against the desk: by whom, when, and why."""

    metric: str
    cycle: int
    by: str
    at: datetime
    reason: str

    @property
    def label(self) -> str:
        return say_clock(self.metric, self.cycle)


def check_decides(person: DeskPerson) -> None:
    """Raise PermissionDenied, with whom to ask, unless the person decides what others propose."""
    if not person.decides:
        raise PermissionDenied("A desk lead or a manager decides this. Ask one of them.")


def exclusions_of(ticket: Ticket) -> list[Exclusion]:
    """Return the exclusions of a ticket, oldest first, with the people who proposed and decided them."""
    found = Exclusion.objects.filter(customer_id=ticket.customer_id, ticket=ticket).select_related(
        "proposed_by", "decided_by", "answered_by"
    )
    return [_of(exclusion, ticket) for exclusion in found]


def get_exclusion(ticket: Ticket, pk: int) -> Exclusion:
    """Return one of them, or 404."""
    for exclusion in exclusions_of(ticket):
        if exclusion.pk == pk:
            return exclusion
    raise Http404("There is no such exclusion.")


def restorations_of(ticket: Ticket) -> list[EarlierRestoration]:
    """Return what was said of an earlier restoration of a ticket, oldest first."""
    found = EarlierRestoration.objects.filter(customer_id=ticket.customer_id, ticket=ticket).select_related(
        "proposed_by", "decided_by"
    )
    return [_of(restoration, ticket) for restoration in found]


def get_restoration(ticket: Ticket, pk: int) -> EarlierRestoration:
    """Return one of them, or 404."""
    for restoration in restorations_of(ticket):
        if restoration.pk == pk:
            return restoration
    raise Http404("There is no such statement.")


def waivers_of(ticket: Ticket) -> list[Waiver]:
    """Return the waivers of a ticket, oldest first."""
    records = EventRecord.objects.filter(
        customer_id=ticket.customer_id, ticket_id=ticket.pk, type=ObjectiveWaived.type_name
    ).order_by("seq")
    return [
        Waiver(
            metric=record.payload["metric"],
            cycle=record.payload["cycle"],
            by=record.actor_name,
            at=record.occurred_at,
            reason=record.payload["reason"],
        )
        for record in records
    ]


def waivable_clocks(ticket: Ticket) -> list[Clock]:
    """Return the missed clocks of a ticket that nobody has waived."""
    return list(
        Clock.objects.missed()
        .filter(customer_id=ticket.customer_id, ticket=ticket, waived=False)
        .order_by("metric", "cycle")
    )


def exclusions_waiting() -> ExclusionQuerySet:
    """Return the exclusions of every customer that a desk lead has to decide, the oldest first."""
    waiting = Exclusion.objects.proposed() | Exclusion.objects.contested()
    return waiting.select_related("ticket__customer", "proposed_by")


def decisions_waiting() -> tuple[ExclusionQuerySet, QuerySet[EarlierRestoration]]:
    """Return the proposals and contests that wait for a decision, of both kinds."""
    return exclusions_waiting(), EarlierRestoration.objects.proposed()


def restorations_waiting() -> list[EarlierRestoration]:
    """Return the earlier restorations of every customer that a desk lead has to decide, the oldest first."""
    return list(EarlierRestoration.objects.proposed().select_related("ticket__customer", "proposed_by"))


T = TypeVar("T", Exclusion, EarlierRestoration)


def _of(row: T, ticket: Ticket) -> T:
    """Let a row share the ticket that it was found by."""
    row.ticket = ticket
    return row
