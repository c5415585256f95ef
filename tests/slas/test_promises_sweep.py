"""What becomes true by itself is noticed by the sweep, once, and stamped when it became true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from slas import actions, looks
from slas.models import Clock, Watch
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, HIGH, LOW, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Clock as PortalClock
from tests.core.two_connections import at_once
from tests.slas.checks import assert_cache_is_true
from tests.slas.test_promises_targets import clocks, reply
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket
from tickets.severity import Severity

two_connections = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])


def news(ticket: Ticket) -> list[tuple[str, str, int, datetime]]:
    """Return what the log says of the ticket's promises: kind, metric, cycle and when it became true."""
    with acting_as(worker_context()):
        records = EventRecord.objects.filter(
            ticket_id=ticket.pk, type__in=["slas.objective_at_risk", "slas.objective_breached"]
        ).order_by("seq")
        return [
            (
                record.type.removeprefix("slas.objective_"),
                record.payload["metric"],
                record.payload["cycle"],
                record.occurred_at,
            )
            for record in records
        ]


def cached(ticket: Ticket) -> list[dict[str, object]]:
    """Return every column of the ticket's cached clocks."""
    with acting_as(worker_context()):
        found = Clock.objects.filter(ticket=ticket).order_by("metric", "cycle")
        return [dict(row) for row in found.values()]


def watch_of(ticket: Ticket) -> Watch:
    with acting_as(worker_context()):
        return Watch.objects.get(customer_id=ticket.customer_id, ticket=ticket)


def after(**length: float) -> datetime:
    return START + timedelta(**length)


# --- At its instant ----------------------------------------------------------------------------------
def test_a_promise_is_at_risk_when_three_quarters_are_used(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    assert watch_of(ticket).next_check_at == after(minutes=22, seconds=30)
    clock.set(after(minutes=22, seconds=29))
    assert sweep_due_clocks() == 0
    assert news(ticket) == []
    assert fresh(ticket).clock_state == "running"
    clock.advance(seconds=1)
    assert sweep_due_clocks() == 1
    assert news(ticket) == [("at_risk", "respond", 1, after(minutes=22, seconds=30))]
    assert fresh(ticket).clock_state == "at_risk"
    assert watch_of(ticket).next_check_at == after(minutes=30, seconds=1)


def test_a_reply_in_the_due_second_is_in_time_and_no_breach_was_told(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(after(minutes=30))
    sweep_due_clocks()
    reply(cast, ticket)
    clock.advance(seconds=1)
    sweep_due_clocks()
    assert clocks(ticket)["respond"].outcome == "met"
    assert news(ticket) == []


def test_a_breach_is_stamped_when_it_became_true_not_when_it_was_noticed(
    cast: Cast, clock: PortalClock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(after(hours=2, minutes=7))
    assert sweep_due_clocks() == 1
    assert news(ticket) == [("breached", "respond", 1, after(minutes=30))]
    respond = clocks(ticket)["respond"]
    assert (respond.breached_at, respond.outcome, respond.state) == (after(minutes=30), "missed", "running")
    shown = fresh(ticket)
    assert (shown.clock_state, shown.next_due_at) == ("missed", after(minutes=30))
    assert_cache_is_true(ticket)


def test_a_late_sweep_tells_every_miss_in_its_order(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=5)
    reply(cast, ticket)
    clock.set(after(hours=4, minutes=30))
    sweep_due_clocks()
    assert news(ticket) == [
        ("breached", "update", 1, after(hours=1, minutes=5)),
        ("breached", "update", 2, after(hours=2, minutes=5)),
        ("breached", "update", 3, after(hours=3, minutes=5)),
        ("breached", "restore", 1, after(hours=4)),
        ("breached", "update", 4, after(hours=4, minutes=5)),
    ]
    assert_cache_is_true(ticket)


def test_a_reply_that_comes_too_late_tells_the_breach_that_nobody_had_noticed(
    cast: Cast, clock: PortalClock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(after(minutes=31))
    reply(cast, ticket)
    assert news(ticket) == [("breached", "respond", 1, after(minutes=30))]
    assert clocks(ticket)["respond"].outcome == "missed"


def test_a_reply_at_the_due_instant_is_in_time(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.set(after(minutes=30))
    reply(cast, ticket)
    sweep_due_clocks()
    assert clocks(ticket)["respond"].outcome == "met"
    assert [one for one in news(ticket) if one[0] == "breached"] == []


def test_what_became_true_is_told_once_however_often_the_sweep_runs(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    for minutes in (23, 24, 30, 31, 45, 200):
        clock.set(after(minutes=minutes))
        sweep_due_clocks()
        sweep_due_clocks()
        with acting_as(worker_context()) as now:
            actions.refresh_clocks(ticket_id=ticket.pk, customer_id=ticket.customer_id, at=now)
    assert news(ticket) == [
        ("at_risk", "respond", 1, after(minutes=22, seconds=30)),
        ("breached", "respond", 1, after(minutes=30)),
        ("at_risk", "restore", 1, after(hours=3)),
    ]


# --- Risk, where it is easy to get wrong -------------------------------------------------------------
def establish(cast: Cast, ticket: Ticket, severity: Severity) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.establish_severity(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, severity=severity, reason="Looked closer"
        )


def test_a_raised_severity_is_at_risk_from_the_change_on_and_not_before(
    cast: Cast, clock: PortalClock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.set(after(minutes=25))
    establish(cast, ticket, Severity.P1)  # three quarters of its 30 minutes were used at 22:30
    assert news(ticket) == [("at_risk", "respond", 1, after(minutes=25))]
    assert clocks(ticket)["respond"].at_risk_at == after(minutes=25)


def test_a_raised_severity_whose_target_is_used_up_is_missed_at_the_change(
    cast: Cast, clock: PortalClock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.set(after(minutes=40))
    establish(cast, ticket, Severity.P1)
    clock.advance(seconds=1)
    sweep_due_clocks()
    assert news(ticket) == [("breached", "respond", 1, after(minutes=40))]


def test_a_clock_that_was_just_started_knows_when_it_will_be_at_risk(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=LOW)  # eight business hours: at risk after six
    assert clocks(ticket)["respond"].at_risk_at == after(hours=6)
    assert watch_of(ticket).next_check_at == after(hours=6)


def test_a_paused_clock_is_not_going_to_be_at_risk(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    reply(cast, ticket)
    clock.advance(minutes=10)
    hold(cast, ticket, "customer_reply")
    found = clocks(ticket)
    assert {metric: (row.state, row.at_risk_at) for metric, row in found.items()} == {
        "respond": ("stopped", None),
        "update": ("paused", None),
        "restore": ("paused", None),
    }
    assert watch_of(ticket).next_check_at is None
    shown = fresh(ticket)
    assert (shown.clock_state, shown.next_due_at, shown.next_objective) == ("paused", None, "update")


def test_a_clock_paused_while_at_risk_says_so_when_it_goes_on(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    reply(cast, ticket)
    clock.set(after(hours=6, minutes=30))
    hold(cast, ticket, "agreed_wait")
    risk = ("at_risk", "restore", 1, after(hours=6))
    assert risk not in news(ticket)
    assert clocks(ticket)["restore"].at_risk_at == after(hours=6)
    clock.advance(hours=5)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resume(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    assert risk in news(ticket)


# --- Holds -------------------------------------------------------------------------------------------
def hold(cast: Cast, ticket: Ticket, reason: str) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason(reason),
            owner="Acme",
            note="Asked in the ticket",
            evidence="The ticket",
            review_at=now + timedelta(days=1),
        )


def test_a_hold_pauses_and_the_customers_reply_ends_it(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    reply(cast, ticket)
    clock.set(after(hours=1))
    hold(cast, ticket, "customer_reply")
    clock.set(after(hours=3))
    assert sweep_due_clocks() == 0
    assert news(ticket) == []
    with acting_as(context_of(cast.acme.requester)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.acme.requester), at=now, body="Here it is.")
    found = clocks(ticket)
    assert (found["restore"].state, found["restore"].consumed_seconds) == ("running", 3600)
    assert found["restore"].due_at == after(hours=10)  # eight hours, of which two did not count
    assert found["update"].due_at == after(hours=4)
    assert not fresh(ticket).is_on_hold
    assert_cache_is_true(ticket)


def test_waiting_for_a_vendor_stops_restoration_and_not_the_news(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    reply(cast, ticket)
    clock.set(after(hours=1))
    hold(cast, ticket, "vendor")
    clock.set(after(hours=3))
    sweep_due_clocks()
    assert news(ticket) == [("breached", "update", 1, after(hours=2))]
    found = clocks(ticket)
    assert (found["restore"].state, found["update"].state) == ("paused", "running")
    assert fresh(ticket).next_objective == "update"


def test_nothing_stops_the_first_response(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    hold(cast, ticket, "customer_reply")
    clock.set(after(minutes=30, seconds=1))
    sweep_due_clocks()
    assert news(ticket) == [("breached", "respond", 1, after(minutes=30))]


# --- Several at once ---------------------------------------------------------------------------------
def test_a_worker_that_read_the_time_before_it_had_to_wait_forgets_nothing(
    cast: Cast, clock: PortalClock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    early = clock.advance(minutes=10)
    clock.advance(seconds=5)
    reply(cast, ticket)
    before = cached(ticket)
    with acting_as(worker_context()):
        actions.refresh_clocks(ticket_id=ticket.pk, customer_id=ticket.customer_id, at=early)
    assert clocks(ticket)["respond"].outcome == "met"
    assert cached(ticket) == before
    assert_cache_is_true(ticket)


@two_connections
def test_a_ticket_that_somebody_works_on_is_left_for_the_next_sweep(
    real_cast: Cast, clock: PortalClock
) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=CRITICAL)
    clock.set(after(minutes=30, seconds=1))
    done: list[int] = []
    with acting_as(context_of(real_cast.engineer)):
        tickets.lock(ticket)
        assert at_once(lambda: done.append(sweep_due_clocks())) == []
    assert done == [0]
    assert news(ticket) == []
    assert sweep_due_clocks() == 1
    assert news(ticket) == [("breached", "respond", 1, after(minutes=30))]


@two_connections
def test_two_workers_tell_each_breach_once(real_cast: Cast, clock: PortalClock) -> None:
    some = [file_ticket(real_cast.acme.requester, impact=CRITICAL) for _ in range(4)]
    clock.set(after(minutes=30, seconds=1))
    assert at_once(sweep_due_clocks, sweep_due_clocks, sweep_due_clocks) == []
    sweep_due_clocks()
    for ticket in some:
        assert news(ticket) == [("breached", "respond", 1, after(minutes=30))]


def test_a_ticket_that_fails_is_put_off_and_holds_up_nobody(
    cast: Cast, clock: PortalClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = file_ticket(cast.acme.requester, impact=CRITICAL)
    sound = file_ticket(cast.globex.requester, impact=CRITICAL)
    real = looks.measure_records

    def fail(records: Sequence[EventRecord], *, as_of: datetime) -> Any:
        if records[0].ticket_id == broken.pk:
            raise TypeError("a fact of an unknown shape")
        return real(records, as_of=as_of)

    monkeypatch.setattr(looks, "measure_records", fail)
    clock.set(after(minutes=30))
    for failures, minutes in ((1, 1), (2, 2), (3, 3)):
        sweep_due_clocks()
        watch = watch_of(broken)
        assert (watch.failures, watch.next_check_at) == (failures, clock.now + timedelta(minutes=minutes))
        clock.advance(minutes=minutes)
    assert [one[1] for one in news(sound)] == ["respond"]
    assert "could not be checked" in caplog.text
    monkeypatch.setattr(looks, "measure_records", real)
    sweep_due_clocks()
    assert watch_of(broken).failures == 0
    assert news(broken) == [("breached", "respond", 1, after(minutes=30))]


def test_a_failing_ticket_is_never_put_off_for_more_than_an_hour(
    cast: Cast, clock: PortalClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(worker_context()):
        Watch.objects.update(failures=500)

    def fail(records: Sequence[EventRecord], *, as_of: datetime) -> Any:
        raise LookupError

    monkeypatch.setattr(looks, "measure_records", fail)
    clock.set(after(minutes=30))
    sweep_due_clocks()
    assert watch_of(ticket).next_check_at == clock.now + timedelta(hours=1)


def test_a_crowd_is_swept_in_batches_the_longest_overdue_first(cast: Cast, clock: PortalClock) -> None:
    some = []
    for _ in range(5):
        some.append(file_ticket(cast.acme.requester, impact=CRITICAL))
        clock.advance(seconds=1)
    clock.set(after(hours=1))
    assert actions.sweep(batch=2, seconds=0) == 2
    assert [bool(news(ticket)) for ticket in some] == [True, True, False, False, False]
    assert [actions.sweep(batch=2, seconds=0) for _ in range(3)] == [2, 1, 0]
    assert [news(ticket)[0][3] for ticket in some] == [after(minutes=30, seconds=n) for n in range(5)]


def test_a_stale_edit_changes_neither_ticket_nor_clocks(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    seen = fresh(ticket).version
    clock.advance(minutes=5)
    reply(cast, ticket)
    before, facts = cached(ticket), len(news(ticket))
    with pytest.raises(tickets.StaleTicket), acting_as(context_of(cast.lead)) as now:
        tickets.establish_severity(
            ticket=ticket,
            actor=actor_of(cast.lead),
            at=now,
            severity=Severity.P1,
            reason="Worse",
            expected_version=seen,
        )
    assert cached(ticket) == before
    assert len(news(ticket)) == facts
    assert fresh(ticket).severity == Severity.P2
