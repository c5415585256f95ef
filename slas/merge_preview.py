"""What merging another ticket into one would do to its deadlines: a replay of its log with one fact more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slas.documents import FactKind, parse
from slas.facts import iso, ticket_document
from slas.severity_preview import HYPOTHESIS, Change, compare
from tickets.models import Ticket


def preview_inheriting(ticket: Ticket, *, start: datetime, at: datetime) -> Sequence[Change]:
    """Return what counting from an earlier start would do to each clock; nothing is stored."""
    if not ticket.has_cover:
        return []
    document = ticket_document(ticket, as_of=at)
    hypothesis = {
        "id": HYPOTHESIS,
        "at": iso(at),
        "kind": FactKind.MERGED.value,
        "inherit_start_at": iso(start),
    }
    return compare(parse(document), parse(document | {"facts": [*document["facts"], hypothesis]}))
