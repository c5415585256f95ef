"""The benchmark of firing measures real tickets: what it copies has the facts and fires as the played one does."""

from __future__ import annotations

import pytest

from benchmarks import rows
from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from escalations.models import Escalation
from slas.actions import check_clocks
from slas.models import Clock as ClockRow
from slas.models import Watch
from slas.tasks import sweep_due_clocks
from tests.conftest import Clock

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def test_copies_of_the_played_ticket_fire_as_it_does(clock: Clock) -> None:
    ticket = rows.play()
    with acting_as(worker_context()):
        assert EventRecord.objects.filter(ticket_id=ticket.pk).count() == rows.FACTS
        found = ClockRow.objects.filter(ticket=ticket).order_by("metric", "cycle")
        assert [(one.metric, one.cycle, one.state) for one in found] == [
            ("respond", 1, "stopped"),
            ("restore", 1, "running"),
            ("update", 1, "stopped"),
            ("update", 2, "stopped"),
            ("update", 3, "running"),
        ]
        Watch.objects.update(next_check_at=None)
    rows.copy(ticket, 3, batch=1, overrides={("slas_watch", "next_check_at"): "'2026-01-01T00:00:00Z'"})
    assert sweep_due_clocks() == 3
    copies = [rows.number(1, n) for n in (1, 2, 3)]
    with acting_as(worker_context()):
        told = EventRecord.objects.filter(type="slas.objective_breached").order_by("ticket_id")
        assert [(one.ticket_id, one.payload["metric"], one.payload["cycle"]) for one in told] == [
            (copy, "update", 3) for copy in copies
        ]
        called = Escalation.objects.filter(trigger="breached").order_by("ticket_id")
        assert list(called.values_list("ticket_id", flat=True)) == copies
    # Only the played ticket, whose watch was taken away above, is not what a replay says.
    assert [one.ticket for one in check_clocks(everything=True)[1]] == ["ACME-1"]
