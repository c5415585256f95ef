"""The sums are moved by a sweep, made anew by a command, and watched over at night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from core.models import Heartbeat
from core.tenancy import acting_as, worker_context
from customers.models import Service
from reports import figures, tasks
from reports.actions import folding, rebuilding
from reports.actions.checking import check_figures
from reports.figures import Freshness, Scope
from reports.models import (
    FOLDED,
    Contribution,
    DailyTickets,
    DailyVerdicts,
    MissTimes,
    MonthlyTickets,
    MonthlyVerdicts,
    Unfolded,
    Upkeep,
)
from slas.attainment import Levels, Line, Tally, levels_of
from slas.events import METRIC_NAMES
from slas.models import Clock as ClockRow
from slas.tasks import sweep_due_clocks
from tests.cast import HIGH, Cast, House, actor_of, context_of, file_ticket
from tests.conftest import Clock
from tests.core.two_connections import at_once
from tickets import actions as tickets
from tickets.models import Ticket
from trusst_support import auditor

YEAR = Scope(since=date(2026, 1, 1), until=date(2027, 1, 1), zone="Australia/Sydney")
MISSED_ONE = {("respond", 2): Tally(missed=1)}


def fold() -> int:
    return tasks.fold_changes()


def miss(house: House, clock: Clock) -> Ticket:
    """Let a P2 wait an hour and a second for its first response."""
    ticket = file_ticket(house.requester, impact=HIGH)
    clock.advance(hours=1, seconds=1)
    sweep_due_clocks()
    return ticket


def attainment(**changes: Any) -> dict[tuple[str, int], Tally]:
    with acting_as(worker_context()):
        return figures.attainment(Scope(**(vars(YEAR) | changes)))


def waiting() -> int:
    with acting_as(worker_context()):
        return Unfolded.objects.count()


def faults() -> set[str]:
    return {fault.what for fault in auditor.audit()}


# --- The sweep ----------------------------------------------------------------------------------------
def test_a_sweep_runs_every_few_seconds_and_a_check_every_night() -> None:
    beat = settings.CELERY_BEAT_SCHEDULE
    assert beat["reports.tasks.fold_changes"]["schedule"] == 5
    assert beat["reports.tasks.check_figures"]["schedule"].hour == {16}


def test_a_miss_is_in_the_figures_after_the_sweep(cast: Cast, clock: Clock) -> None:
    miss(cast.acme, clock)
    assert attainment() == {}
    assert fold() > 0
    assert attainment() == MISSED_ONE
    assert (fold(), waiting()) == (0, 0)
    assert attainment() == MISSED_ONE


def test_the_figures_agree_with_the_customers_own_page(cast: Cast, clock: Clock) -> None:
    ticket = miss(cast.acme, clock)
    miss(cast.globex, clock)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    fold()
    ours = attainment(customers=frozenset({cast.acme.customer.pk}))
    with acting_as(worker_context()) as now:
        page = levels_of(
            cast.acme.customer, since=now - timedelta(days=9), until=now + timedelta(seconds=1), goals={}
        )
    shown = {(metric, int(line.severity or 0)): line.tally for metric, line in _lines(page)}
    assert ours == shown
    assert ours[("restore", 2)] == Tally(met=1)


def _lines(page: Levels) -> Iterator[tuple[str, Line]]:
    for metric, (_, lines) in zip(METRIC_NAMES, page.objectives, strict=True):
        for line in lines:
            yield metric, line


def test_a_period_is_narrowed_by_whatever_is_asked(cast: Cast, clock: Clock) -> None:
    with acting_as(worker_context()):
        service = Service.objects.get(customer=cast.acme.customer)
    file_ticket(cast.acme.requester, impact=HIGH, service=service)
    miss(cast.globex, clock)
    fold()
    acme, globex = cast.acme.customer.pk, cast.globex.customer.pk
    assert attainment() == {("respond", 2): Tally(missed=2)}
    for same in (
        {"customers": frozenset({acme})},
        {"services": frozenset({service.pk})},
        {"customers": frozenset({globex}), "severities": frozenset({2}), "metrics": frozenset({"respond"})},
        {"since": date(2026, 3, 3), "until": date(2026, 3, 4), "customers": frozenset({acme})},
    ):
        assert attainment(**same) == MISSED_ONE, same
    for none in (
        {"severities": frozenset({1})},
        {"metrics": frozenset({"update"})},
        {"customers": frozenset[int]()},
        {"since": date(2026, 3, 4)},
        {"until": date(2026, 3, 3)},
    ):
        assert attainment(**none) == {}, none
        with acting_as(worker_context()):
            assert figures.misses_by_hour(Scope(**(vars(YEAR) | none))) == {}, none


def test_one_ticket_that_fails_holds_up_no_other(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = miss(cast.acme, clock)
    miss(cast.globex, clock)
    right = folding.amounts_now

    def fail(held: list[Contribution]) -> Any:
        if any(one.ticket_id == broken.pk for one in held):
            raise ArithmeticError
        return right(held)

    monkeypatch.setattr(folding, "amounts_now", fail)
    fold()
    assert attainment() == MISSED_ONE
    assert "tickets that cannot be counted" in faults()
    assert fold() == 0, "it is not tried again at once"
    monkeypatch.setattr(folding, "amounts_now", right)
    clock.advance(minutes=2)
    fold()
    assert attainment() == {("respond", 2): Tally(missed=2)}
    assert "tickets that cannot be counted" not in faults()


def test_a_batch_sends_as_many_statements_for_many_tickets_as_for_one(cast: Cast, clock: Clock) -> None:
    fold()
    miss(cast.acme, clock)
    with CaptureQueriesContext(connection) as one:
        fold()
    for _ in range(5):
        file_ticket(cast.globex.requester, impact=HIGH)
        file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(hours=2)
    sweep_due_clocks()
    with CaptureQueriesContext(connection) as many:
        fold()
    assert len(many) == len(one)


def test_each_figure_takes_one_statement_for_months_and_one_for_days(cast: Cast, clock: Clock) -> None:
    miss(cast.acme, clock)
    fold()
    odd = Scope(since=date(2025, 12, 20), until=date(2026, 3, 4), zone="Australia/Sydney")
    asked: list[Callable[[Scope], Any]] = [
        figures.attainment,
        *(lambda scope, k=k: figures.attainment_by(scope, k) for k in ("month", "customer", "service")),
        figures.share_used,
        *(lambda scope, k=k: figures.time_of(scope, k) for k in ("month", "customer", "severity")),
        figures.reopened,
        figures.bounced,
        figures.flow,
    ]
    with acting_as(worker_context()):
        for ask in asked:
            with CaptureQueriesContext(connection) as whole:
                ask(YEAR)
            with CaptureQueriesContext(connection) as edges:
                ask(odd)
            assert (len(whole), len(edges)) == (1, 2)
        with CaptureQueriesContext(connection) as hours:
            figures.misses_by_hour(odd)
        assert len(hours) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_sweeps_at_the_same_time_count_everything_once(real_cast: Cast, clock: Clock) -> None:
    for _ in range(6):
        file_ticket(real_cast.acme.requester, impact=HIGH)
        file_ticket(real_cast.globex.requester, impact=HIGH)
    clock.advance(hours=1, seconds=1)
    sweep_due_clocks()
    wrong = at_once(*[lambda: folding.fold(batch=3)] * 4)
    assert wrong == []
    fold()
    assert attainment() == {("respond", 2): Tally(missed=12)}
    assert check_figures(everything=True)[1] == []


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_change_beside_a_sweep_is_counted_next(
    real_cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What commits after the sweep has read a ticket, and before it is done, is not lost."""
    ticket = file_ticket(real_cast.acme.requester, impact=HIGH)
    clock.advance(minutes=5)
    right = folding.amounts_now

    def read_and_be_overtaken(held: list[Contribution]) -> Any:
        amounts = right(held)
        monkeypatch.setattr(folding, "amounts_now", right)

        def reply() -> None:
            with acting_as(context_of(real_cast.engineer)) as now:
                tickets.post_reply(
                    ticket=ticket, actor=actor_of(real_cast.engineer), at=now, body="We are on it"
                )

        assert at_once(reply) == []
        return amounts

    monkeypatch.setattr(folding, "amounts_now", read_and_be_overtaken)
    assert folding.fold(batch=100) > 0
    fold()
    assert attainment() == {("respond", 2): Tally(met=1)}


# --- How fresh they are -------------------------------------------------------------------------------
def test_freshness_says_when_all_was_counted_and_what_waits(cast: Cast, clock: Clock) -> None:
    with acting_as(worker_context()):
        assert figures.freshness() == Freshness(as_of=None, waiting=0)
    fold()
    begun = clock.now
    miss(cast.acme, clock)
    file_ticket(cast.globex.requester)
    with acting_as(worker_context()):
        assert figures.freshness() == Freshness(as_of=begun, waiting=2)
    with acting_as(context_of(cast.acme.lead)):
        assert figures.freshness() == Freshness(as_of=begun, waiting=1)
    fold()
    with acting_as(worker_context()):
        assert figures.freshness() == Freshness(as_of=clock.now, waiting=0)


def test_the_auditor_notices_a_sweep_that_stands_still(cast: Cast, clock: Clock) -> None:
    fold()
    assert faults() == set()
    clock.advance(minutes=6)
    assert faults() == {"sweeps of the managers' figures that did not end"}


# --- Who reads them -----------------------------------------------------------------------------------
def test_a_member_sees_only_the_figures_of_their_own_customer(cast: Cast, clock: Clock) -> None:
    miss(cast.acme, clock)
    miss(cast.globex, clock)
    fold()
    assert attainment() == {("respond", 2): Tally(missed=2)}
    with acting_as(context_of(cast.acme.lead)):
        assert figures.attainment(YEAR) == MISSED_ONE
        assert list(figures.attainment_by(YEAR, "customer")) == [cast.acme.customer.pk]
        assert sum(figures.misses_by_hour(YEAR).values()) == 1
        assert figures.flow(YEAR).opened == 1
        others = Scope(**(vars(YEAR) | {"customers": frozenset({cast.globex.customer.pk})}))
        assert figures.attainment(others) == {}
    with acting_as(context_of(cast.initech.lead)):
        assert figures.attainment(YEAR) == {}


@pytest.mark.parametrize("model", [DailyVerdicts, MonthlyVerdicts, DailyTickets, MonthlyTickets, MissTimes])
def test_a_member_writes_no_sum(cast: Cast, clock: Clock, model: Any) -> None:
    miss(cast.acme, clock)
    fold()
    with pytest.raises(ProgrammingError), acting_as(context_of(cast.acme.lead)):
        model.objects.update(severity=1)
    with pytest.raises(ProgrammingError), acting_as(context_of(cast.acme.lead)):
        Contribution.objects.count()


# --- Made anew ----------------------------------------------------------------------------------------
def rebuild(**options: Any) -> str:
    out = StringIO()
    call_command("rebuild_rollups", stdout=out, **options)
    return out.getvalue()


def spoil() -> None:
    """Let sums and contributions be wrong in every table."""
    with acting_as(worker_context()):
        DailyVerdicts.objects.update(missed=5)
        MonthlyVerdicts.objects.update(met=4)
        MonthlyTickets.objects.all().delete()
        MissTimes.objects.update(number=9)
        Contribution.objects.update(parts=[])


def test_the_command_makes_everything_anew(cast: Cast, clock: Clock) -> None:
    miss(cast.acme, clock)
    miss(cast.globex, clock)
    fold()
    with acting_as(worker_context()):
        before = [figures.attainment(YEAR), figures.misses_by_hour(YEAR), figures.flow(YEAR)]
    spoil()
    assert attainment() != before[0]
    said = rebuild()
    assert "ACME: 1 of 1 tickets" in said
    assert "2 tickets in 0 s." in said
    with acting_as(worker_context()):
        assert [figures.attainment(YEAR), figures.misses_by_hour(YEAR), figures.flow(YEAR)] == before
    assert check_figures(everything=True)[1] == []


def test_it_makes_one_customers_anew(cast: Cast, clock: Clock) -> None:
    miss(cast.acme, clock)
    miss(cast.globex, clock)
    fold()
    spoil()
    rebuild(customer="acme")
    assert attainment(customers=frozenset({cast.acme.customer.pk})) == MISSED_ONE
    assert attainment(customers=frozenset({cast.globex.customer.pk})) != MISSED_ONE
    with pytest.raises(CommandError, match="There is no customer NONE"):
        rebuild(customer="NONE")


def test_an_interrupted_rebuild_goes_on_where_it_was(cast: Cast, clock: Clock) -> None:
    for _ in range(5):
        miss(cast.acme, clock)
    fold()
    spoil()
    going = rebuilding.rebuild(customer=cast.acme.customer, batch=2)
    assert [next(going), next(going)] == [(2, 5), (4, 5)]
    going.close()
    with acting_as(worker_context()):
        assert Upkeep.objects.rebuilding().count() == 1
    said = rebuild()
    assert said.startswith("ACME: 5 of 5 tickets\nACME: done")
    assert attainment() == {("respond", 2): Tally(missed=5)}
    with acting_as(worker_context()):
        assert Upkeep.objects.rebuilding().count() == 0


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_readers_and_sweeps_go_on_while_sums_are_made(
    real_cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    miss(real_cast.acme, clock)
    fold()
    file_ticket(real_cast.acme.requester, impact=HIGH)
    clock.advance(hours=1, seconds=1)
    sweep_due_clocks()
    right = folding.add_to_sums
    seen: list[Any] = []

    def look_meanwhile(changes: Any) -> None:
        """The old sums are deleted in this transaction, and nobody else knows."""
        monkeypatch.setattr(rebuilding, "add_to_sums", right)
        assert at_once(lambda: seen.append(attainment())) == []
        right(changes)

    monkeypatch.setattr(rebuilding, "add_to_sums", look_meanwhile)
    rebuild(customer="ACME")
    assert seen == [{("respond", 2): Tally(missed=2)}]
    fold()
    assert attainment() == {("respond", 2): Tally(missed=2)}
    assert check_figures(everything=True)[1] == []


# --- Watched over -------------------------------------------------------------------------------------
def test_all_is_well_at_night(cast: Cast, clock: Clock) -> None:
    miss(cast.acme, clock)
    fold()
    assert tasks.check_figures() == 0


def test_a_contribution_that_clocks_contradict_is_an_alarm(
    cast: Cast, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = miss(cast.acme, clock)
    fold()
    with acting_as(worker_context()):
        ClockRow.objects.filter(metric="respond").update(waived=True)
    assert tasks.check_figures() == 1
    assert f"the figures of {ticket.key} are not what its clocks say" in caplog.text
    assert "waived lacks 1" in caplog.text
    assert "tickets counted otherwise than their clocks say" in faults()
    rebuild(customer="ACME")
    assert tasks.check_figures() == 0
    assert "tickets counted otherwise than their clocks say" not in faults()


def test_a_sum_that_contributions_contradict_is_an_alarm(
    cast: Cast, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    miss(cast.acme, clock)
    fold()
    with acting_as(worker_context()):
        MonthlyVerdicts.objects.update(missed=3)
    assert tasks.check_figures() == 1
    assert "the sums of ACME are not what its tickets add up to" in caplog.text
    assert "missed lacks -2" in caplog.text
    assert "customers whose sums are not what their tickets add up to" in faults()
    rebuild()
    assert tasks.check_figures() == 0


def test_a_ticket_that_waits_to_be_counted_is_no_alarm(cast: Cast, clock: Clock) -> None:
    ticket = miss(cast.acme, clock)
    fold()
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are on it")
    assert waiting() > 0
    assert tasks.check_figures() == 0


def test_a_nightly_check_that_does_not_end_is_an_alarm(cast: Cast, clock: Clock) -> None:
    tasks.check_figures()
    clock.advance(hours=27)
    with acting_as(worker_context()) as now:
        Heartbeat.objects.update_or_create(name=FOLDED, defaults={"at": now})
    assert "nightly checks of the managers' figures that did not end" in faults()
