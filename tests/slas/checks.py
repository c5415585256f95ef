"""What must hold of a ticket's cached clocks at every moment."""

from __future__ import annotations

from datetime import timedelta

from core.tenancy import acting_as, worker_context
from slas.actions import Measured, measure
from slas.models import Clock, Watch
from tickets.models import Ticket
from tickets.severity import Severity

#: A breach is told once its second is over.
CERTAIN = timedelta(seconds=1)


def assert_cache_is_true(ticket: Ticket) -> None:
    """Compare the cached clocks, the watch and the ticket's next deadline with a fresh replay.

    The replay is made as of the instant at which the cache was last written: what only time has changed
    since is the sweep's to notice.
    """
    with acting_as(worker_context()):
        ticket = Ticket.objects.get(pk=ticket.pk, customer_id=ticket.customer_id)
        rows = list(Clock.objects.filter(customer_id=ticket.customer_id, ticket=ticket))
        if not rows:
            assert (ticket.next_due_at, ticket.next_objective) == (None, "")
            return
        as_of = max(row.as_of for row in rows)
        measured = measure(ticket, as_of=as_of)[1]
        watch = Watch.objects.get(customer_id=ticket.customer_id, ticket=ticket)
        assert {(row.metric, row.cycle): _of_row(row) for row in rows} == {
            (str(one.clock.metric), one.clock.cycle): _of_replay(one) for one in measured
        }
        assert (ticket.next_due_at, ticket.next_objective) == _next_deadline(measured)
        coming = [
            moment
            for one in measured
            if one.clock.state == "running" and one.clock.outcome == "pending"
            for moment in (one.at_risk_at, one.clock.due_at and one.clock.due_at + CERTAIN)
            if moment is not None and moment > as_of
        ]
        coming += [as_of + CERTAIN for one in measured if one.clock.breached_at == as_of]
        assert watch.next_check_at == min(coming, default=None)


def _next_deadline(measured: list[Measured]) -> tuple[object, str]:
    """Return the earliest due instant of a running clock; else the first halted clock, without one."""
    open_ones = [one.clock for one in measured if one.clock.stopped_at is None]
    due = [(clock.due_at, str(clock.metric)) for clock in open_ones if clock.state == "running"]
    if due:
        return min(due)
    return None, str(open_ones[0].metric) if open_ones else ""


def _of_row(row: Clock) -> dict[str, object]:
    return {
        "severity": row.severity,
        "target": row.target_seconds,
        "state": row.state,
        "outcome": row.outcome,
        "started_at": row.started_at,
        "due_at": row.due_at,
        "stopped_at": row.stopped_at,
        "breached_at": row.breached_at,
        "at_risk_at": row.at_risk_at,
        "consumed": row.consumed_seconds,
    }


def _of_replay(one: Measured) -> dict[str, object]:
    clock = one.clock
    return {
        "severity": int(Severity[clock.severity]),
        "target": clock.target_seconds,
        "state": clock.state,
        "outcome": clock.outcome,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "stopped_at": clock.stopped_at,
        "breached_at": clock.breached_at,
        "at_risk_at": one.at_risk_at,
        "consumed": clock.consumed_seconds,
    }
