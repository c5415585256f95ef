"""The evidence of a ticket's clocks, to download: the facts, and what they add up to."""

from __future__ import annotations

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from customers.doors import desk_door, member_door
from customers.models import DeskPerson, LookKind, Member
from slas.clock import replay
from slas.documents import dump, parse
from slas.facts import ticket_document
from tickets.access import get_ticket_for_desk, get_ticket_for_member
from tickets.looks import look_at
from tickets.models import Ticket


@require_safe
@member_door()
def member_evidence(request: HttpRequest, member: Member, now: datetime, number: int) -> HttpResponseBase:
    """Hand a member the evidence of a ticket they may read."""
    return _evidence(get_ticket_for_member(member, number), now)


@require_safe
@desk_door()
def desk_evidence(request: HttpRequest, person: DeskPerson, now: datetime, key: str) -> HttpResponseBase:
    """Hand the desk the evidence of a ticket."""
    ticket = look_at(get_ticket_for_desk(person, key), person=person, at=now, kind=LookKind.EVIDENCE)
    return _evidence(ticket, now)


def _evidence(ticket: Ticket, now: datetime) -> HttpResponse:
    document = ticket_document(ticket, as_of=now)
    # `slo_replay` reads the document and leaves the verdict aside, so that the two can be compared.
    content = json.dumps(document | {"verdict": dump(replay(parse(document)))}, indent=2)
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{ticket.key}-evidence.json"'},
    )
