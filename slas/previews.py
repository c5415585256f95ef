"""What a change of the past would do to a ticket's verdicts; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.models import EventRecord
from slas.clock import replay
from slas.documents import Replay, parse
from slas.facts import document_of, iso, records_of
from slas.models import EarlierRestoration, Exclusion
from slas.risk import at_risk_at
from slas.rulebook import Rulebook
from slas.verdicts import VerdictChange, changed_verdicts
from tickets.models import Ticket

Changes = Sequence[VerdictChange]


@dataclass(frozen=True, kw_only=True)
class Log:
    """A ticket's facts with the versions that they name, read once for several previews."""

    records: Sequence[EventRecord]
    book: Rulebook = field(default_factory=Rulebook)

    @classmethod
    def of(cls, ticket: Ticket) -> Log:
        return cls(records=records_of(ticket))


def if_approved(exclusion: Exclusion, *, as_of: datetime, log: Log | None = None) -> Changes:
    """Return which verdicts the approval of a proposed exclusion would change."""
    facts = [_fact(exclusion.starts_at, "excluded", reason=exclusion.reason)]
    if exclusion.ends_at is not None:
        facts.append(_fact(exclusion.ends_at, "included"))
    return _changes(exclusion.ticket, as_of=as_of, added=facts, log=log)


def if_void(exclusion: Exclusion, *, as_of: datetime, log: Log | None = None) -> Changes:
    """Return which verdicts change if an exclusion is revoked as if it had never been."""
    return _changes(exclusion.ticket, as_of=as_of, without=[exclusion.pk], log=log)


def if_restored(ticket: Ticket, *, restored_at: datetime, as_of: datetime, log: Log | None = None) -> Changes:
    """Return which verdicts change if service was back at an earlier instant than recorded."""
    return _changes(ticket, as_of=as_of, added=[_fact(restored_at, "restored")], log=log)


def if_restoration_approved(
    restoration: EarlierRestoration, *, as_of: datetime, log: Log | None = None
) -> Changes:
    """Return which verdicts the approval of an earlier restoration would change."""
    return if_restored(restoration.ticket, restored_at=restoration.restored_at, as_of=as_of, log=log)


def replayed(ticket: Ticket, *, as_of: datetime) -> Replay:
    """Return a ticket's clocks as the log has them."""
    return replay_of(records_of(ticket), as_of=as_of)


def replay_of(records: Sequence[EventRecord], *, as_of: datetime, book: Rulebook | None = None) -> Replay:
    """Return the clocks of one ticket's records."""
    return replay(parse(document_of(records, as_of=as_of, book=book)))


@dataclass(frozen=True, kw_only=True)
class ShareUsed:
    """Whether a clock runs, and when so much of its target was or will be used up; None where nobody knows."""

    is_open: bool
    at: datetime | None


def share_used(ticket: Ticket, *, metric: str, cycle: int, percent: int, as_of: datetime) -> ShareUsed:
    """Return when a share of a clock's target is used up, at its present rate."""
    document = parse(document_of(records_of(ticket), as_of=as_of))
    for clock in replay(document).clocks:
        if clock.metric == metric and clock.cycle == cycle:
            at = at_risk_at(clock, document, percent=percent)
            return ShareUsed(is_open=clock.state != "stopped", at=at)
    return ShareUsed(is_open=False, at=None)


def _changes(
    ticket: Ticket,
    *,
    as_of: datetime,
    added: Sequence[dict[str, Any]] = (),
    without: Sequence[int] = (),
    log: Log | None = None,
) -> Changes:
    log = log or Log.of(ticket)
    before = document_of(log.records, as_of=as_of, book=log.book)
    after = document_of(log.records, as_of=as_of, without=without, book=log.book)
    return changed_verdicts(
        replay(parse(before)), replay(parse({**after, "facts": [*after["facts"], *added]}))
    )


def _fact(at: datetime, kind: str, **more: Any) -> dict[str, Any]:
    # The log's own facts are called e00001 and so on; of one instant and kind, the log's comes first.
    return {"id": f"preview-{kind}", "at": iso(at), "kind": kind, **more}
