"""A breach and the alert that it raises are written together, once, whatever happens to clocks and workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from escalations import actions as escalations
from escalations.models import Escalation
from slas import actions
from slas.actions.clocks import refresh_locked
from slas.models import Watch
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, HIGH, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Clock
from tests.core.two_connections import at_once
from tests.slas.checks import assert_cache_is_true
from tests.slas.test_promises_sweep import news
from tests.slas.test_promises_targets import reply
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from tickets.severity import Severity

two_connections = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def after(**length: float) -> datetime:
    return START + timedelta(**length)


def calls(ticket: Ticket) -> list[str]:
    """Return the keys of the breaches about which people are called."""
    with acting_as(worker_context()):
        found = Escalation.objects.filter(ticket=ticket, trigger="breached").order_by("began_at", "pk")
        return list(found.values_list("dedupe_key", flat=True))


def watch_of(ticket: Ticket) -> Watch:
    with acting_as(worker_context()):
        return Watch.objects.get(customer_id=ticket.customer_id, ticket=ticket)


def hold(cast: Cast, ticket: Ticket, reason: HoldReason) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=reason,
            owner="The requester",
            note="Asked in the ticket",
            evidence="Case 1",
        )


def resume(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resume(ticket=ticket, actor=actor_of(cast.engineer), at=now)


def establish(cast: Cast, ticket: Ticket, severity: Severity) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.establish_severity(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, severity=severity, reason="Looked closer"
        )


# --- What happens to the clock -----------------------------------------------------------------------
def test_a_clock_that_was_paused_over_its_due_time_breaches_once_when_its_time_is_used_up(
    cast: Cast, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    reply(cast, ticket)  # an update is owed within two hours, and restoration within eight
    clock.set(after(hours=1))
    hold(cast, ticket, HoldReason.CUSTOMER_ACCESS)
    clock.set(after(hours=9))
    assert sweep_due_clocks() == 0
    resume(cast, ticket)
    assert news(ticket) == []
    clock.set(after(hours=10))  # two hours are used up, and the second is not over
    sweep_due_clocks()
    clock.advance(seconds=1)
    for _ in range(3):
        sweep_due_clocks()
    assert news(ticket) == [("breached", "update", 1, after(hours=10))]
    assert calls(ticket) == [f"breached:{ticket.pk}:update:1"]


def test_a_breach_is_told_once_though_the_clock_is_retargeted_paused_and_resumed_afterwards(
    cast: Cast, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(after(minutes=30, seconds=1))
    sweep_due_clocks()
    told = [("breached", "respond", 1, after(minutes=30))]
    for severity in (Severity.P3, Severity.P2, Severity.P1):
        clock.advance(minutes=1)
        establish(cast, ticket, severity)
        sweep_due_clocks()
        hold(cast, ticket, HoldReason.CUSTOMER_REPLY)
        clock.advance(seconds=5)
        resume(cast, ticket)
        sweep_due_clocks()
    assert news(ticket) == told
    assert calls(ticket) == [f"breached:{ticket.pk}:respond:1"]
    assert_cache_is_true(ticket)


def test_a_retarget_that_makes_a_paused_clock_late_is_told_at_its_instant(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    reply(cast, ticket)
    clock.set(after(minutes=90))
    hold(cast, ticket, HoldReason.CUSTOMER_REPLY)
    clock.set(after(hours=5))
    establish(cast, ticket, Severity.P1)  # an update is owed within one hour, and 90 minutes are used
    clock.advance(seconds=1)
    sweep_due_clocks()
    assert news(ticket)[0] == ("breached", "update", 1, after(hours=5))
    assert calls(ticket)[0] == f"breached:{ticket.pk}:update:1"


# --- What happens to the worker ----------------------------------------------------------------------
def test_a_worker_that_ends_before_its_commit_has_told_nothing_and_the_next_one_does(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(after(minutes=30, seconds=1))

    def die(some: Sequence[Ticket], *, at: datetime) -> None:
        refresh_locked(some, at=at)
        assert len(calls(ticket)) == 1
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr("slas.actions.sweeping.refresh_locked", die)
        with pytest.raises(SystemExit):
            sweep_due_clocks()
    assert (news(ticket), calls(ticket)) == ([], [])
    assert sweep_due_clocks() == 1
    assert news(ticket) == [("breached", "respond", 1, after(minutes=30))]
    assert calls(ticket) == [f"breached:{ticket.pk}:respond:1"]


def test_a_breach_whose_alert_cannot_be_written_is_not_written_either(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = file_ticket(cast.acme.requester, impact=CRITICAL)
    sound = [file_ticket(cast.globex.requester, impact=CRITICAL) for _ in range(3)]
    real = escalations.start

    def fail(**values: Any) -> None:
        if values["ticket_id"] == broken.pk:
            raise LookupError("no ladder")
        real(**values)

    monkeypatch.setattr(escalations, "start", fail)
    clock.set(after(minutes=30, seconds=1))
    assert sweep_due_clocks() == 4
    assert (news(broken), calls(broken)) == ([], [])
    assert (watch_of(broken).failures, watch_of(broken).next_check_at) == (
        1,
        clock.now + timedelta(minutes=1),
    )
    for ticket in sound:
        assert news(ticket) == [("breached", "respond", 1, after(minutes=30))]
        assert calls(ticket) == [f"breached:{ticket.pk}:respond:1"]
    monkeypatch.setattr(escalations, "start", real)
    clock.advance(minutes=1)
    sweep_due_clocks()
    assert news(broken) == [("breached", "respond", 1, after(minutes=30))]
    assert calls(broken) == [f"breached:{broken.pk}:respond:1"]


@two_connections
def test_a_slow_worker_keeps_nobody_from_the_tickets_that_it_does_not_hold(
    real_cast: Cast, clock: Clock
) -> None:
    held, *others = [file_ticket(real_cast.acme.requester, impact=CRITICAL) for _ in range(4)]
    clock.set(after(minutes=30, seconds=1))
    dealt: list[int] = []
    with acting_as(worker_context()) as now:
        assert [watch.ticket_id for watch in Watch.objects.due_by(now).claimed()[:1]] == [held.pk]
        assert at_once(lambda: dealt.append(sweep_due_clocks())) == []
    assert dealt == [3]
    assert [calls(ticket) for ticket in others] == [[f"breached:{one.pk}:respond:1"] for one in others]
    assert calls(held) == []
    assert sweep_due_clocks() == 1
    assert calls(held) == [f"breached:{held.pk}:respond:1"]


# --- How much at once --------------------------------------------------------------------------------
def test_a_sweep_goes_on_until_nothing_is_due(cast: Cast, clock: Clock) -> None:
    some = [file_ticket(cast.acme.requester, impact=CRITICAL) for _ in range(5)]
    clock.set(after(minutes=30, seconds=1))
    assert actions.sweep(batch=2) == 5
    assert [len(calls(ticket)) for ticket in some] == [1] * 5


def test_a_sweep_with_a_backlog_ends_after_its_time_and_the_next_goes_on(cast: Cast, clock: Clock) -> None:
    some = [file_ticket(cast.acme.requester, impact=CRITICAL) for _ in range(3)]
    clock.set(after(minutes=30, seconds=1))
    assert actions.sweep(batch=1, seconds=0) == 1
    assert [len(calls(ticket)) for ticket in some] == [1, 0, 0]
    assert actions.sweep() == 2


def test_pokes_of_the_sweep_do_not_pile_up() -> None:
    poke = settings.CELERY_BEAT_SCHEDULE["slas.tasks.sweep_due_clocks"]
    assert (poke["schedule"], poke["options"]["expires"]) == (2, 4)


def statements_of_a_sweep() -> int:
    with CaptureQueriesContext(connection) as captured:
        sweep_due_clocks()
    return len(captured)


def test_each_further_breach_of_a_batch_costs_one_statement(cast: Cast, clock: Clock) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(after(minutes=30, seconds=1))
    sweep_due_clocks()  # what only a first sweep reads is not the batch's
    costs = []
    for count in (1, 9):
        with acting_as(worker_context()):
            Watch.objects.update(next_check_at=None)  # the earlier ones are not due again
        for _ in range(count):
            file_ticket(cast.acme.requester, impact=CRITICAL)
        clock.advance(minutes=30, seconds=1)
        costs.append(statements_of_a_sweep())
    assert costs[1] - costs[0] == 8  # the ladder of each


# --- Whose clock -------------------------------------------------------------------------------------
@pytest.mark.parametrize("error", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_worker_whose_own_clock_is_wrong_is_neither_early_nor_late(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch, error: timedelta
) -> None:
    """Only the database's clock is asked; tests/lints/test_time.py holds the code to it."""
    monkeypatch.setattr(timezone, "now", lambda: clock.now + error)
    monkeypatch.setattr("time.time", (clock.now + error).timestamp)
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(after(minutes=30))
    sweep_due_clocks()
    assert calls(ticket) == []
    clock.advance(seconds=1)
    sweep_due_clocks()
    assert calls(ticket) == [f"breached:{ticket.pk}:respond:1"]
    with acting_as(worker_context()):
        record = EventRecord.objects.get(ticket_id=ticket.pk, type="slas.objective_breached")
        assert record.occurred_at == after(minutes=30)
