"""From the fact log to a replay document: the one place where events become facts about clocks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from core.events import Event, load_event
from core.models import EventRecord
from slas.events import (
    AgreementAttached,
    CalendarChanged,
    ExclusionBegan,
    ExclusionEnded,
    ExclusionRevoked,
    ObjectiveWaived,
)
from slas.rulebook import Rulebook
from tickets.events import (
    ImpactReassessed,
    PublicReplyPosted,
    RestorationBackdated,
    ServiceRestored,
    SeverityEstablished,
    TicketClosed,
    TicketHeld,
    TicketMerged,
    TicketOpened,
    TicketReachedDesk,
    TicketReopened,
    TicketResolved,
    TicketResumed,
    TicketReturned,
    TicketTookOver,
)
from tickets.models import Kind, Ticket
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
            customer_id=ticket.customer_id, ticket_id=ticket.pk, type__in=types_of_facts()
        ).order_by("occurred_at", "seq")
    )


def records_of_tickets(
    tickets: Sequence[Ticket], *, also: Iterable[str] = ()
) -> dict[int, list[EventRecord]]:
    """Return what `records_of` does for several tickets, by ticket id, in one question; and other types too."""
    found: dict[int, list[EventRecord]] = {ticket.pk: [] for ticket in tickets}
    for record in EventRecord.objects.filter(
        customer_id__in={ticket.customer_id for ticket in tickets},
        ticket_id__in=list(found),
        type__in=[*types_of_facts(), *also],
    ).order_by("occurred_at", "seq"):
        if record.ticket_id is not None:
            found[record.ticket_id].append(record)
    return found


def in_order(records: Iterable[EventRecord]) -> list[EventRecord]:
    """Return records in the order in which they became true, as `records_of` does."""
    return sorted(records, key=lambda record: (record.occurred_at, record.seq or 0))


def types_of_facts() -> list[str]:
    """Return the names of the events that clocks depend on."""
    return [event_type.type_name for event_type in _FACTS]


def seq_of(fact: str) -> int:
    """Return the number of the record that a fact of a ticket's document was made from."""
    return int(fact[1:].partition("-")[0])


def document_of(
    records: Iterable[EventRecord],
    *,
    as_of: datetime,
    without: Collection[int] = (),
    book: Rulebook | None = None,
) -> dict[str, Any]:
    """Return the replay document of a ticket's records, as if the exclusions of some ids had never been.

    An exclusion that was revoked in that way is left out as a whole: written as one that ends where it
    begins, it would end another one that runs at that instant.
    """
    records = list(records)
    void = {*without, *_revoked(records)}
    book = book or Rulebook()
    kind = Kind.INCIDENT.value
    facts: list[dict[str, Any]] = []
    calendars: dict[str, Any] = {}
    policies: dict[str, Any] = {}
    for record in records:
        event = load_event(record)
        if isinstance(event, TicketOpened):
            kind = event.kind
        if isinstance(event, AgreementAttached):
            policy, used = book.policy_document(event, kind=kind)
            name = _policy_name(event, policies, policy, book)
            policies[name] = policy
            calendars.update(used)
            facts.append(_fact(record, event, kind="policy_attached", policy=name))
        elif getattr(event, "exclusion_id", None) not in void:
            facts.extend(_FACTS[type(event)](record, event))
    return {
        "format": FORMAT,
        "as_of": iso(as_of),
        "calendars": calendars,
        "policies": policies,
        "facts": facts,
    }


def _revoked(records: Iterable[EventRecord]) -> Iterator[int]:
    """Yield the ids of the exclusions that were revoked as if they had never been."""
    for record in records:
        if record.type == ExclusionRevoked.type_name and record.payload["is_void"]:
            yield record.payload["exclusion_id"]


def _policy_name(
    event: AgreementAttached, known: Mapping[str, Any], policy: dict[str, Any], book: Rulebook
) -> str:
    """Name what was pinned; the calendars' versions are part of it where the policy was pinned with others before."""
    name = f"{book.policy(event.policy_id)}, agreement {event.agreement_number}"
    if known.get(name, policy) == policy:
        return name
    return f"{name}, with {book.calendar(event.business_hours_id)} and {book.calendar(event.always_id)}"


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


def _reassessed(record: EventRecord, event: ImpactReassessed) -> list[dict[str, Any]]:
    if not event.applied:
        return []  # a proposal beside the severity in force has no clock effect
    return [_fact(record, event, kind="severity_set", severity=Severity(event.severity).name)]


def _reply(record: EventRecord, event: PublicReplyPosted) -> list[dict[str, Any]]:
    return [_fact(record, event, kind="public_reply", by=event.by, automatic=event.automatic)]


def _held(record: EventRecord, event: TicketHeld) -> list[dict[str, Any]]:
    return [_fact(record, event, kind="held", reason=event.reason, lacks_plan=event.lacks_plan)]


def _excluded(record: EventRecord, event: ExclusionBegan) -> list[dict[str, Any]]:
    return [_fact(record, event, kind="excluded", reason=event.code)]


def _waived(record: EventRecord, event: ObjectiveWaived) -> list[dict[str, Any]]:
    return [_fact(record, event, kind="waived", metric=event.metric, cycle=event.cycle)]


def _took_over(record: EventRecord, event: TicketTookOver) -> list[dict[str, Any]]:
    if not event.inherit_start_at:
        return []  # the target keeps its own clocks
    start = iso(datetime.fromisoformat(event.inherit_start_at))
    return [_fact(record, event, kind="merged", inherit_start_at=start)]


def _plain(kind: str) -> Callable[[EventRecord, Any], list[dict[str, Any]]]:
    return lambda record, event: [_fact(record, event, kind=kind)]


_FACTS: dict[type[Event], Callable[[EventRecord, Any], list[dict[str, Any]]]] = {
    TicketOpened: _opened,
    SeverityEstablished: _severity,
    ImpactReassessed: _reassessed,
    AgreementAttached: lambda record, event: [],
    CalendarChanged: lambda record, event: [],
    TicketReachedDesk: _plain("reached_desk"),
    TicketReturned: _plain("returned_to_customer"),
    PublicReplyPosted: _reply,
    TicketHeld: _held,
    TicketResumed: _plain("resumed"),
    ServiceRestored: _plain("restored"),
    RestorationBackdated: _plain("restored"),
    ExclusionBegan: _excluded,
    ExclusionEnded: _plain("included"),
    ExclusionRevoked: _plain("included"),
    ObjectiveWaived: _waived,
    TicketResolved: _plain("resolved"),
    TicketReopened: _plain("reopened"),
    TicketClosed: _plain("closed"),
    TicketMerged: _plain("merged"),
    TicketTookOver: _took_over,
}
