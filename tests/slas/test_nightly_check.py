"""Every night stored clocks are held against a replay; what differs is told, marked and stops the heartbeat."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.core.management import call_command

from core.models import EventRecord, Heartbeat
from core.tenancy import acting_as, worker_context
from slas import looks
from slas.actions import check_clocks, checking
from slas.models import Clock as ClockRow
from slas.models import Watch
from slas.tasks import check_clocks as nightly
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, HIGH, START, Cast, file_ticket
from tests.conftest import Clock
from tests.slas.test_promises_targets import reply
from tickets.models import Ticket
from trusst_support import auditor


@pytest.fixture
def worked(cast: Cast, clock: Clock) -> Ticket:
    """A ticket that was answered and whose update was missed; an hour has passed since anybody looked."""
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(minutes=10)
    reply(cast, ticket)
    clock.advance(hours=2, minutes=1)
    sweep_due_clocks()
    clock.advance(hours=1)
    return ticket


def found() -> dict[str, list[str]]:
    """Check, and return what contradicts a replay, by ticket."""
    return {one.ticket: list(one.found) for one in check_clocks()[1]}


def marked() -> int:
    with acting_as(worker_context()):
        return Watch.objects.differing().count()


# --- All is well -------------------------------------------------------------------------------------
def test_clocks_that_only_time_has_moved_are_right(
    worked: Ticket, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    assert check_clocks() == (1, [])
    assert nightly() == 0
    assert (marked(), caplog.records) == (0, [])
    with acting_as(worker_context()):
        assert Heartbeat.objects.get(name="clock-check").at == clock.now


def test_a_ticket_without_an_agreement_has_no_clocks_and_that_is_right(cast: Cast) -> None:
    file_ticket(cast.initech.requester, impact=HIGH)
    assert check_clocks() == (1, [])


def test_it_runs_every_night_and_a_late_poke_is_dropped() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["slas.tasks.check_clocks"]
    assert entry["schedule"] == crontab(hour="16", minute="10")
    assert (entry["task"], entry["options"]) == (nightly.name, {"expires": 3600})


# --- What differs ------------------------------------------------------------------------------------
Plant = Callable[[Ticket], object]


def clocks_of(ticket: Ticket, **which: Any) -> Any:
    return ClockRow.objects.filter(ticket=ticket, **which)


PLANTED: dict[str, tuple[Plant, str]] = {
    "a due time": (
        lambda ticket: clocks_of(ticket, metric="restore").update(due_at=START),
        "restore 1: due_at is 2026-03-02T23:00:00Z, a replay says 2026-03-03T07:00:00Z",
    ),
    "a verdict": (
        lambda ticket: clocks_of(ticket, metric="update", cycle=1).update(outcome="met"),
        "update 1: outcome is met, a replay says missed",
    ),
    "a clock that is not there": (
        lambda ticket: clocks_of(ticket, metric="respond").delete(),
        "respond 1 is nothing, a replay says met",
    ),
    "a clock that never was": (
        lambda ticket: clocks_of(ticket, metric="respond").update(cycle=2),
        "respond 2 is met, a replay says nothing",
    ),
    "the deadline of a list": (
        lambda ticket: Ticket.objects.filter(pk=ticket.pk).update(next_objective="resolve"),
        "the next deadline's objective is resolve, a replay says update",
    ),
    "what is left to restore": (
        lambda ticket: Ticket.objects.filter(pk=ticket.pk).update(restore_used_seconds=7),
        "restore left: used_seconds is 7, a replay says 0",
    ),
    "the next check": (
        lambda ticket: Watch.objects.filter(ticket=ticket).update(next_check_at=None),
        "the next check is nothing, a replay says 2026-03-03T02:40:00Z",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_difference_is_found_logged_and_marked(
    worked: Ticket, clock: Clock, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    plant, expected = PLANTED[name]
    with acting_as(worker_context()):
        plant(worked)
    assert expected in found()["ACME-1"]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert expected in caplog.text
    with acting_as(worker_context()):
        assert Watch.objects.differing().get().differs_since == clock.now


def test_nothing_is_repaired_and_the_first_instant_stays(worked: Ticket, clock: Clock) -> None:
    with acting_as(worker_context()):
        clocks_of(worked, metric="update", cycle=1).update(outcome="met")
    first = clock.now
    check_clocks()
    clock.advance(days=3)
    with acting_as(worker_context()):
        Watch.objects.update(next_check_at=None)  # neither touched lately nor open, but found before
    assert found().keys() == {"ACME-1"}
    with acting_as(worker_context()):
        assert Watch.objects.get().differs_since == first
        assert clocks_of(worked, metric="update", cycle=1).get().outcome == "met"


def test_a_difference_stops_the_auditors_heartbeat_until_a_check_finds_none(
    worked: Ticket, clock: Clock
) -> None:
    with acting_as(worker_context()):
        clocks_of(worked, metric="update", cycle=1).update(outcome="met")
    check_clocks()
    said = [str(fault) for fault in auditor.audit()]
    assert any(one.startswith("watches of clocks that a replay contradicts: 1") for one in said)
    with acting_as(worker_context()):
        clocks_of(worked, metric="update", cycle=1).update(outcome="missed")
    assert found() == {}
    assert marked() == 0


def test_a_log_that_cannot_be_computed_is_a_difference_and_spoils_no_other(
    worked: Ticket, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = file_ticket(cast.globex.requester, impact=CRITICAL)
    with acting_as(worker_context()):
        clocks_of(other, metric="respond").update(due_at=START)
    real = looks.measure_records

    def fail(records: Sequence[EventRecord], *, as_of: Any) -> Any:
        if records[0].ticket_id == worked.pk:
            raise TypeError("a fact of an unknown shape")
        return real(records, as_of=as_of)

    monkeypatch.setattr(looks, "measure_records", fail)
    assert found() == {
        "ACME-1": ["they cannot be computed: TypeError"],
        "GLOB-1": ["respond 1: due_at is 2026-03-02T23:00:00Z, a replay says 2026-03-03T02:41:00Z"],
    }
    assert marked() == 2


def test_a_ticket_that_was_written_between_two_reads_is_looked_at_again_and_is_right(
    worked: Ticket, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_suspects", lambda batch: batch)  # as a torn read makes it seem
    assert check_clocks() == (1, [])
    assert (marked(), caplog.records) == (0, [])


def test_a_ticket_that_was_put_off_is_not_contradicted_by_that(worked: Ticket, clock: Clock) -> None:
    with acting_as(worker_context()):
        Watch.objects.update(failures=2, next_check_at=clock.now + timedelta(minutes=2))
    assert found() == {}


# --- What is checked ---------------------------------------------------------------------------------
def chosen(clock: Clock, *, sample: int, draw: str) -> list[int]:
    with acting_as(worker_context()):
        some = Watch.objects.worth_checking(since=clock.now - timedelta(days=1), sample=sample, draw=draw)
        return sorted(some.values_list("pk", flat=True))


def test_a_night_checks_what_was_touched_and_a_sample_that_its_date_decides(cast: Cast, clock: Clock) -> None:
    old = [file_ticket(cast.acme.requester, impact=HIGH) for _ in range(12)]
    clock.advance(days=1, seconds=1)
    touched = file_ticket(cast.globex.requester, impact=HIGH)
    with acting_as(worker_context()):
        pk_of = dict(Watch.objects.values_list("ticket_id", "pk"))
    assert chosen(clock, sample=0, draw="2026-03-04") == [pk_of[touched.pk]]
    first = chosen(clock, sample=5, draw="2026-03-04")
    assert len(first) in (5, 6)
    assert chosen(clock, sample=5, draw="2026-03-04") == first
    nights = [chosen(clock, sample=5, draw=f"2026-03-{day:02}") for day in range(4, 31)]
    assert {pk for night in nights for pk in night} == {pk_of[one.pk] for one in [*old, touched]}


def test_finished_tickets_are_checked_only_when_everything_is(worked: Ticket, clock: Clock) -> None:
    clock.advance(days=2)
    with acting_as(worker_context()):
        Watch.objects.update(next_check_at=None)
    assert check_clocks()[0] == 0
    assert check_clocks(everything=True)[0] == 1


# --- The command -------------------------------------------------------------------------------------
def run(*arguments: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("check_clocks", *arguments, stdout=said)
    except SystemExit as end:
        return int(str(end.code)), said.getvalue()
    return 0, said.getvalue()


def test_the_command_says_how_much_it_checked(worked: Ticket) -> None:
    assert run() == (0, "Tickets checked: 1. With differences: 0.\n")


def test_the_command_shows_both_readings_and_fails(worked: Ticket, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    with acting_as(worker_context()):
        clocks_of(worked, metric="restore").update(due_at=START, severity=1)
    code, said = run("--all")
    assert code == 1
    assert said.splitlines() == [
        "ACME-1",
        "  restore 1: severity is 1, a replay says 2",
        "  restore 1: due_at is 2026-03-02T23:00:00Z, a replay says 2026-03-03T07:00:00Z",
        "Tickets checked: 1. With differences: 1.",
    ]
