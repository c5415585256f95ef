"""What several tests of tickets need: a ticket in any place of its life, and what is stored about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from tests.cast import Cast, actor_of, file_ticket, fresh
from tickets import actions
from tickets.lifecycle import HoldReason, Status
from tickets.models import ResolutionCode, Ticket

Place = Callable[..., Ticket]

DAY = timedelta(days=1)
#: What every hold says, whatever its reason.
WAIT: dict[str, Any] = {"owner": "Ben of Acme", "note": "We wait", "evidence": "Case 17"}


@pytest.fixture
def place(cast: Cast) -> Place:
    """Return a function that brings a ticket of Acme's requester to a status, a level and a hold."""

    def bring(status: Status, *, level: int = 2, hold: HoldReason | None = None) -> Ticket:
        ticket = file_ticket(cast.acme.requester, to_desk=True)
        by = actor_of(cast.engineer)
        with acting_as(worker_context()) as now:
            if level == 1:
                ticket = actions.return_to_customer(ticket=ticket, actor=by, at=now, reason="Check first")
                Ticket.objects.filter(pk=ticket.pk).update(status=status)
                ticket.refresh_from_db()
            if status is Status.IN_PROGRESS and level > 1:
                actions.post_reply(ticket=ticket, actor=by, at=now, body="We are on it")
            if status is Status.RESTORED and level > 1:
                actions.mark_restored(ticket=ticket, actor=by, at=now)
            if hold is not None:
                actions.hold(ticket=ticket, actor=by, at=now, reason=hold, **WAIT, review_at=now + DAY)
            if status in (Status.RESOLVED, Status.CLOSED) and level > 1:
                actions.resolve(ticket=ticket, actor=by, at=now, code=ResolutionCode.FIXED)
            if status is Status.CLOSED and level > 1:
                actions.close(ticket=ticket, actor=by, at=now)
        found = fresh(ticket)
        assert (found.status, found.level) == (status, level)
        assert found.hold_reason == (hold or "")
        return found

    return bring


def facts_of(ticket: Ticket) -> list[str]:
    """Return the types of a ticket's facts, oldest first, without the app's name."""
    with acting_as(worker_context()):
        return [
            record.type.partition(".")[2]
            for record in EventRecord.objects.filter(ticket_id=ticket.pk).order_by("seq")
        ]


def everything_about(ticket: Ticket) -> tuple[object, ...]:
    """Return all that a change of a ticket would change, so that a refusal can be shown to change nothing."""
    with acting_as(worker_context()):
        [columns] = Ticket.objects.filter(pk=ticket.pk).values_list()
        messages = list(ticket.messages.values_list("pk", "body"))
        files = list(ticket.attachments.values_list("pk", "name"))
        watchers = list(ticket.watchers.values_list("member_id", flat=True))
        followers = list(ticket.desk_followers.values_list("person_id", flat=True))
    return (columns, messages, files, watchers, followers, facts_of(ticket))
