"""Two workers apply a change once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.tenancy import acting_as, worker_context
from slas import actions
from slas.models import RuleChange
from tests.cast import NORMAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Clock
from tests.core.two_connections import at_once
from tests.slas.rules import newest
from tests.slas.test_rules_calendars import changes_of

two_connections = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def close_thursday(cast: Cast, clock: Clock) -> None:
    """Publish a closed day that holds in an hour."""
    version = newest()
    draft = version.draft
    closed = type(draft)(weekly=draft.weekly, holidays={**draft.holidays, "2026-03-05": "Day of mourning"})
    with acting_as(context_of(cast.admin)) as now:
        actions.publish_calendar(
            name="business",
            region="NSW",
            draft=closed,
            note="A day of mourning",
            base=version.version,
            effective_at=now + timedelta(hours=1),
            actor=actor_of(cast.admin),
            at=now,
        )


@two_connections
def test_two_workers_apply_a_change_once(real_cast: Cast, clock: Clock) -> None:
    filed = [file_ticket(real_cast.acme.requester, impact=NORMAL, subject=f"No. {n}") for n in range(6)]
    close_thursday(real_cast, clock)
    clock.advance(hours=1)
    reached: list[int] = []
    wrong = at_once(*(lambda: reached.append(actions.sweep_changes(limit=2)) for _ in range(2)))
    assert wrong == []
    assert sum(reached) == 6
    assert [len(changes_of(ticket)) for ticket in filed] == [1] * 6
    with acting_as(worker_context()):
        assert RuleChange.objects.get().applied_at == clock.now
