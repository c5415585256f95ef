"""How a ticket came to its severity: both sides' assessments in order, from the fact log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.events import Event, load_event
from core.models import EventRecord
from tickets.events import (
    ImpactReassessed,
    ReviewAsked,
    ReviewDecided,
    ReviewWithdrawn,
    SeverityEstablished,
    TicketOpened,
)
from tickets.models import (
    AffectedChoice,
    EnvironmentChoice,
    SecurityChoice,
    Ticket,
    WorkChoice,
)
from tickets.severity import Severity

_KINDS: dict[type[Event], str] = {
    TicketOpened: "proposed",
    ImpactReassessed: "reassessed",
    SeverityEstablished: "established",
    ReviewAsked: "review_asked",
    ReviewWithdrawn: "review_withdrawn",
    ReviewDecided: "review_decided",
}


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """One step of the history.

    `kind` is proposed, reassessed, established, review_asked, review_withdrawn or review_decided; `side` is
    who spoke (member, desk or system); `severity` the one proposed, established, wanted or decided on, None
    for a withdrawal; `previous` the one before it, None at the start. `answers` are the customer's, in words.
    """

    kind: str
    at: datetime
    side: str
    who: str
    severity: Severity | None
    previous: Severity | None
    reason: str
    answers: Sequence[str] = ()

    @property
    def is_change(self) -> bool:
        return self.previous is not None and self.severity != self.previous


def severity_history(ticket: Ticket) -> list[Assessment]:
    """Return every assessment of a ticket's severity, oldest first; one query."""
    records = EventRecord.objects.filter(
        customer_id=ticket.customer_id, ticket_id=ticket.pk, type__in=[kind.type_name for kind in _KINDS]
    ).order_by("occurred_at", "seq")
    events = [load_event(record) for record in records]
    # What a lead decided in a review is told by the decision itself.
    return [
        _assessment(event)
        for event in events
        if not (isinstance(event, SeverityEstablished) and event.in_review)
    ]


def _assessment(event: Event) -> Assessment:
    severity, previous = getattr(event, "severity", None), getattr(event, "previous", None)
    return Assessment(
        kind=_KINDS[type(event)],
        at=event.at,
        side=event.actor.kind.value,
        who=event.actor.name,
        severity=None if severity is None else Severity(severity),
        previous=None if previous is None else Severity(previous),
        reason=getattr(event, "reason", ""),
        answers=_answers(event) if isinstance(event, TicketOpened | ImpactReassessed) else (),
    )


def _answers(event: TicketOpened | ImpactReassessed) -> tuple[str, ...]:
    """Return the customer's answers in words; none for a report that is older than their record."""
    if not event.environment:
        return ()
    said = [
        str(EnvironmentChoice(event.environment).label),
        WorkChoice(event.work).label.lower(),
        _("a way around it") if event.has_workaround else _("no way around it"),
        _("affected: %(who)s") % {"who": AffectedChoice(event.affected).label.lower()},
    ]
    if event.security != SecurityChoice.NONE:
        said.append(_("security risk: %(risk)s") % {"risk": SecurityChoice(event.security).label.lower()})
    return tuple(said)
