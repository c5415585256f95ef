"""From the fact log to a replay document: the one place where events become facts about clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from core.events import Event, load_event
from core.models import EventRecord
from slas.events import AgreementAttached
from slas.models import CalendarVersion, PolicyVersion
from tickets.events import (
    PublicReplyPosted,
    ServiceRestored,
    SeverityEstablished,
    TicketClosed,
    TicketHeld,
    TicketOpened,
    TicketReachedDesk,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketReturned,
)
from tickets.models import Ticket
from tickets.severity import Severity

FORMAT = "slo-replay/1"


def iso(at: datetime) -> str:
    """Write an instant as replay documents do: UTC, whole seconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ticket_document(ticket: Ticket, *, as_of: datetime) -> dict[str, Any]:
    """Return the replay document of a ticket, from which anyone can compute its clocks again."""
    return document_of(records_of(ticket), as_of=as_of)


def records_of(ticket: Ticket) -> list[EventRecord]:
    """Return the records of a ticket that its clocks depend on, in the order in which they became true."""
    return list(
        EventRecord.objects.filter(
            customer_id=ticket.customer_id, ticket_id=ticket.pk, type__in=[t.type_name for t in _FACTS]
        ).order_by("occurred_at", "seq")
    )


def seq_of(fact: str) -> int:
    """Return the number of the record that a fact of a ticket's document was made from."""
    return int(fact[1:].partition("-")[0])


def document_of(records: Iterable[EventRecord], *, as_of: datetime) -> dict[str, Any]:
    """Return the replay document of a ticket's records."""
    facts: list[dict[str, Any]] = []
    calendars: dict[str, Any] = {}
    policies: dict[str, Any] = {}
    for record in records:
        event = load_event(record)
        if isinstance(event, AgreementAttached):
            name = f"agreement/{event.agreement_number}/{event.policy_id}"
            policies[name], used = _policy(event)
            calendars.update(used)
            facts.append(_fact(record, event, kind="policy_attached", policy=name))
        else:
            facts.extend(_FACTS[type(event)](record, event))
    return {
        "format": FORMAT,
        "as_of": iso(as_of),
        "calendars": calendars,
        "policies": policies,
        "facts": facts,
    }


def _policy(event: AgreementAttached) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the pinned policy in the customer's zone, with calendars under names of their versions."""
    policy = PolicyVersion.objects.get(pk=event.policy_id)
    known = CalendarVersion.objects.in_bulk([event.business_hours_id, event.always_id])
    versions = {"business": known[event.business_hours_id], "always": known[event.always_id]}
    names = {key: f"{version} {event.timezone}" for key, version in versions.items()}
    document = {
        "reopen_window": {
            **policy.document["reopen_window"],
            "calendar": names[policy.document["reopen_window"]["calendar"]],
        },
        "objectives": [
            {**objective, "calendar": names[objective["calendar"]]}
            for objective in policy.document["objectives"]
        ],
    }
    calendars = {names[key]: version.document(event.timezone) for key, version in versions.items()}
    return document, calendars


def _fact(record: EventRecord, event: Event, *, kind: str, suffix: str = "", **more: Any) -> dict[str, Any]:
    return {"id": f"e{record.seq:05d}{suffix}", "at": iso(event.at), "kind": kind, **more}


def _opened(record: EventRecord, event: TicketOpened) -> list[dict[str, Any]]:
    return [
        _fact(record, event, kind="opened"),
        _fact(record, event, kind="severity_set", suffix="-severity", severity=Severity(event.severity).name),
    ]


def _severity(record: EventRecord, event: SeverityEstablished) -> list[dict[str, Any]]:
    if event.severity == event.previous:
        return []  # a confirmation has no clock effect
    return [_fact(record, event, kind="severity_set", severity=Severity(event.severity).name)]


def _reply(record: EventRecord, event: PublicReplyPosted) -> list[dict[str, Any]]:
    return [_fact(record, event, kind="public_reply", by=event.by, automatic=event.automatic)]


def _held(record: EventRecord, event: TicketHeld) -> list[dict[str, Any]]:
    return [_fact(record, event, kind="held", reason=event.reason, lacks_plan=event.lacks_plan)]


def _plain(kind: str) -> Callable[[EventRecord, Any], list[dict[str, Any]]]:
    return lambda record, event: [_fact(record, event, kind=kind)]


_FACTS: dict[type[Event], Callable[[EventRecord, Any], list[dict[str, Any]]]] = {
    TicketOpened: _opened,
    SeverityEstablished: _severity,
    AgreementAttached: lambda record, event: [],
    TicketReachedDesk: _plain("reached_desk"),
    TicketReturned: _plain("returned_to_customer"),
    PublicReplyPosted: _reply,
    TicketHeld: _held,
    TicketResumed: _plain("resumed"),
    ServiceRestored: _plain("restored"),
    TicketResolved: _plain("resolved"),
    TicketReopened: _plain("reopened"),
    TicketClosed: _plain("closed"),
}
