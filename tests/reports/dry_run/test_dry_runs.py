"""A proposal is tried on past tickets in the background, finds what would differ, and touches no clock."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from core.tenancy import acting_as, worker_context
from reports.access import dry_runs as access
from reports.actions import dry_run as actions
from reports.models import DryRun, DryRunMove, DryRunTally
from reports.tasks import work_on_dry_runs
from slas.models import Clock as CachedClock
from slas.rulebook import Rulebook
from tests.cast import CRITICAL, NORMAL, Cast, file_ticket
from tests.conftest import Browse, Clock
from tests.reports.dry_run.proposing import (
    address,
    answered_after,
    calendar,
    found_at,
    policy,
    read,
    target,
    typed_policy,
)
from tests.slas.rules import text_of, with_day
from tests.slas.test_promises_targets import reply, utc
from tickets.models import Ticket


def propose(browse: Browse, cast: Cast, *targets: tuple[str, str, str], **changes: Any) -> DryRun:
    """Let the manager propose a policy with some other targets."""
    client = browse(cast.manager)
    values = typed_policy(client, **changes)
    for severity, metric, text in targets:
        values = target(values, severity, metric, text)
    return found_at(client.post(address(policy()), values))


def page_of(browse: Browse, cast: Cast, run: DryRun, query: str = "") -> str:
    answer = browse(cast.engineer).get(f"/desk/reports/dry-run/{run.pk}/{query}")
    assert answer.status_code == 200
    return text_of(answer)


def moves(run: DryRun) -> list[tuple[str, str, str, str]]:
    with acting_as(worker_context()):
        return [(one.ticket.key, one.metric, one.was, one.becomes) for one in access.moves_of(run)]


def sums(run: DryRun) -> dict[tuple[str, str, int], tuple[int, ...]]:
    with acting_as(worker_context()):
        return {
            (one.customer.name, one.metric, one.severity): (
                one.met,
                one.missed,
                one.would_be_met,
                one.would_be_missed,
            )
            for one in DryRunTally.objects.filter(run=run).select_related("customer")
        }


def everything_else() -> dict[str, list[Any]]:
    """Return every row of every table but those of dry runs."""
    with acting_as(worker_context()):
        return {
            model._meta.db_table: list(model._base_manager.order_by("pk").values_list())
            for model in apps.get_models()
            if model._meta.app_label in ("core", "slas", "tickets", "escalations", "notifications")
            and model._meta.db_table not in ("tickets_reportdraft", "tickets_reportfile", "tickets_owntext")
        }


@pytest.fixture
def past(cast: Cast, clock: Clock) -> list[Ticket]:
    """Three critical tickets, promised an answer within 30 minutes: after 20, after 40, and another customer's after 10."""
    return [
        answered_after(cast, clock, cast.acme, minutes=20),
        answered_after(cast, clock, cast.acme, minutes=40),
        answered_after(cast, clock, cast.globex, minutes=10),
    ]


def test_a_tighter_target_shows_the_misses_that_would_appear(
    cast: Cast, browse: Browse, past: list[Ticket]
) -> None:
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    assert (run.total, run.state) == (3, "waiting")
    assert run.differs == [
        f"P1 respond, {kind}: 30 min around the clock becomes 15 min around the clock"
        for kind in ("incidents", "service requests")
    ]
    assert work_on_dry_runs() == 1
    run = read(run)
    assert (run.state, run.seen, run.reached, run.unread) == ("done", 3, 3, 0)
    assert sums(run)["Acme Freight", "respond", 1] == (1, 1, 0, 2)
    assert sums(run)["Globex Power", "respond", 1] == (1, 0, 1, 0)
    assert sums(run)["Acme Freight", "restore", 1] == (2, 0, 2, 0)  # untouched by the proposal
    assert moves(run) == [("ACME-1", "respond", "met", "missed")]
    page = page_of(browse, cast, run)
    assert "1 miss would appear, 0 would vanish" in page
    assert "66.6% (2 of 3) Too few to judge 1 33.3% (1 of 3) Too few to judge 2 33.3 points lower" in page
    assert f"{run.rate} tickets a second" in page


def test_a_looser_target_shows_the_misses_that_would_vanish(
    cast: Cast, browse: Browse, past: list[Ticket]
) -> None:
    run = propose(browse, cast, ("P1", "respond", "1 h"))
    work_on_dry_runs()
    assert moves(run) == [("ACME-2", "respond", "missed", "met")]
    assert "0 misses would appear, 1 would vanish" in page_of(browse, cast, run, "?show=vanish")
    assert "ACME-2" not in page_of(browse, cast, run, "?show=appear")


def test_an_unchanged_copy_says_what_the_clocks_say(cast: Cast, browse: Browse, past: list[Ticket]) -> None:
    run = propose(browse, cast)
    work_on_dry_runs()
    assert moves(run) == []
    for row in sums(run).values():
        assert row[:2] == row[2:]
    with acting_as(worker_context()):
        judged = CachedClock.objects.filter(outcome__in=("met", "missed")).count()
    assert sum(row[0] + row[1] for row in sums(run).values()) == judged


def test_nothing_of_the_real_clocks_changes(cast: Cast, browse: Browse, past: list[Ticket]) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)  # with clocks that run
    before = everything_else()
    run = propose(browse, cast, ("P1", "respond", "1 min"), ("P1", "update", "1 min"))
    work_on_dry_runs()
    assert read(run).state == "done"
    assert moves(run)
    assert everything_else() == before


def test_one_customer_is_tried_alone(cast: Cast, browse: Browse, past: list[Ticket]) -> None:
    run = propose(browse, cast, ("P1", "respond", "5 min"), customer="globex")
    work_on_dry_runs()
    assert (read(run).total, read(run).seen) == (1, 1)
    assert {name for name, _, _ in sums(run)} == {"Globex Power"}
    assert [key for key, *_ in moves(run)] == ["GLOB-1"]


def test_verdicts_of_before_the_period_are_left_out(
    cast: Cast, browse: Browse, past: list[Ticket], clock: Clock
) -> None:
    clock.advance(days=40)
    run = propose(browse, cast, ("P1", "respond", "5 min"), months="1")
    work_on_dry_runs()
    assert sums(run) == {}
    assert moves(run) == []
    assert "No verdict fell in this period" in page_of(browse, cast, run)


def test_a_policy_reaches_tickets_of_another_one_only_if_asked_to(
    cast: Cast, browse: Browse, past: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Rulebook.policy

    def another(self: Rulebook, pk: int) -> Any:
        found = real(self, pk)
        found.name = "Another service"
        return found

    family = propose(browse, cast, ("P1", "respond", "5 min"))
    every = propose(browse, cast, ("P1", "respond", "5 min"), reach="every")
    monkeypatch.setattr(Rulebook, "policy", another)
    work_on_dry_runs()
    assert (read(family).reached, moves(family)) == (0, [])
    assert (read(every).reached, len(moves(every))) == (3, 2)


def test_a_closed_day_is_tried_as_if_it_had_always_been(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(
        cast.acme.requester, impact=NORMAL
    )  # Tuesday 10:00, answered within 4 business hours
    clock.set(utc("2026-03-03T04:00:00"))  # 15:00, an hour late
    reply(cast, ticket)
    client = browse(cast.lead)
    values = with_day(calendar(), "2026-03-03") | {"customer": "acme", "months": "1"}
    run = found_at(client.post(address(calendar()), values))
    assert run.differs == ["2026-03-03 Day of mourning: closed"]
    work_on_dry_runs()
    assert moves(run) == [("ACME-1", "respond", "missed", "met")]
    assert calendar().version == 1


# --- Workers ------------------------------------------------------------------------------------------
def test_a_run_whose_worker_died_is_taken_over_and_counts_each_ticket_once(
    cast: Cast, browse: Browse, past: list[Ticket], clock: Clock
) -> None:
    straight = propose(browse, cast, ("P1", "respond", "15 min"))
    work_on_dry_runs()
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    dead = actions.take()
    assert dead is not None
    with acting_as(worker_context()):
        trial = actions.Trial.of(run.pk)
    assert actions.make_batch(dead, trial, size=1)
    assert (read(run).seen, read(run).percent) == (1, 33)
    assert actions.take() is None  # it is still somebody's
    clock.advance(minutes=3)
    alive = actions.take()
    assert alive is not None
    assert not actions.make_batch(dead, trial, size=1)  # whoever lost it writes nothing any more
    assert read(run).seen == 1
    actions.let_go(dead)  # nor does it give away what is another's
    assert read(run).lease == alive.lease
    actions.let_go(alive)
    assert work_on_dry_runs() == 1
    assert (read(run).state, read(run).seen) == ("done", 3)
    assert sums(run) == sums(straight)
    assert moves(run) == moves(straight)


def test_a_batch_that_another_worker_has_made_meanwhile_is_thrown_away(
    cast: Cast, browse: Browse, past: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    taken = actions.take()
    assert taken is not None
    with acting_as(worker_context()):
        trial = actions.Trial.of(run.pk)
    find = actions.Trial.on

    def slowly(self: actions.Trial, tickets: Any) -> Any:
        found = find(self, tickets)
        with acting_as(worker_context()):
            DryRun.objects.filter(pk=run.pk).update(lease="another")
        return found

    monkeypatch.setattr(actions.Trial, "on", slowly)
    assert not actions.make_batch(taken, trial, size=5)
    assert sums(run) == {}
    assert read(run).seen == 0


def test_a_run_is_cancelled_between_batches_and_keeps_what_it_found(
    cast: Cast, browse: Browse, past: list[Ticket]
) -> None:
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    taken = actions.take()
    assert taken is not None
    with acting_as(worker_context()):
        trial = actions.Trial.of(run.pk)
    actions.make_batch(taken, trial, size=1)
    url = f"/desk/reports/dry-run/{run.pk}/cancel/"
    assert browse(cast.manager).post(url).status_code == 302
    assert not actions.make_batch(taken, trial, size=1)
    assert work_on_dry_runs() == 0
    assert (read(run).state, read(run).seen, read(run).ended_by_name) == ("cancelled", 1, "Desk Manager")
    assert "Cancelled" in page_of(browse, cast, run)
    assert "This dry run is over." in text_of(browse(cast.manager).post(url, follow=True))


def test_a_ticket_that_cannot_be_replayed_is_left_out_and_said(
    cast: Cast, browse: Browse, past: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = actions.Trial._one

    def faulty(self: actions.Trial, ticket: Ticket, records: Any) -> Any:
        if ticket.key == "ACME-2":
            raise ValueError("unreadable")
        return one(self, ticket, records)

    run = propose(browse, cast, ("P1", "respond", "15 min"))
    monkeypatch.setattr(actions.Trial, "_one", faulty)
    work_on_dry_runs()
    assert (read(run).state, read(run).seen, read(run).unread) == ("done", 3, 1)
    assert sums(run)["Acme Freight", "respond", 1] == (1, 0, 0, 1)
    assert "1 ticket could not be replayed and is left out" in page_of(browse, cast, run)


def test_a_run_that_cannot_go_on_ends_as_failed(
    cast: Cast, browse: Browse, past: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    with acting_as(worker_context()):
        DryRun.objects.filter(pk=run.pk).update(
            content={"nothing": "of a policy"}, policy=None, calendar=calendar()
        )
    work_on_dry_runs()
    assert read(run).state == "failed"
    assert work_on_dry_runs() == 0


def test_the_work_ends_after_some_seconds_and_goes_on_at_the_next_poke(
    cast: Cast, browse: Browse, past: list[Ticket]
) -> None:
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    assert actions.work(batch=1, seconds=1e-9) == 0
    assert read(run).state in ("waiting", "running")
    assert actions.work(batch=1) == 3
    assert read(run).state == "done"


# --- Pages --------------------------------------------------------------------------------------------
def test_a_list_of_choices_leads_to_the_copy(cast: Cast, browse: Browse) -> None:
    client = browse(cast.manager)
    answer = client.get("/desk/reports/dry-run/", {"basis": f"policy-{policy().pk}"})
    assert answer["Location"] == address(policy())
    answer = client.get("/desk/reports/dry-run/", {"basis": f"calendar-{calendar().pk}"})
    assert answer["Location"] == address(calendar())
    wrong = client.get("/desk/reports/dry-run/", {"basis": "policy-999"})
    assert wrong.status_code == 422
    assert "Select a policy or a calendar of the list." in text_of(wrong)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"months": "0"}, "Enter a number of months from 1 to 24."),
        ({"months": "25"}, "Enter a number of months from 1 to 24."),
        ({"objectives-0-target": "soon"}, "Enter a length of time such as 30 min, 4 h or 1 business day."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_kept(
    cast: Cast, browse: Browse, typed: dict[str, str], said: str
) -> None:
    client = browse(cast.manager)
    answer = client.post(address(policy()), typed_policy(client) | typed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    [value] = typed.values()
    assert f'value="{value}"' in answer.content.decode()
    with acting_as(worker_context()):
        assert not DryRun.objects.exists()


def test_only_so_many_wait_at_once(cast: Cast, browse: Browse) -> None:
    for _ in range(actions.MOST_AT_ONCE):
        propose(browse, cast)
    client = browse(cast.manager)
    answer = client.post(address(policy()), typed_policy(client))
    assert answer.status_code == 422
    assert "5 dry runs are not finished yet." in text_of(answer)


def test_an_engineer_reads_what_was_found_and_proposes_nothing(
    cast: Cast, browse: Browse, past: list[Ticket]
) -> None:
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    work_on_dry_runs()
    client = browse(cast.engineer)
    assert "Change a copy" not in text_of(client.get("/desk/reports/dry-run/"))
    assert client.get(address(policy())).status_code == 403
    assert client.post(f"/desk/reports/dry-run/{run.pk}/cancel/").status_code == 403
    page = client.get(f"/desk/reports/dry-run/{run.pk}/")
    assert "/desk/tickets/ACME-1/clocks/" in page.content.decode()


def test_the_misses_go_to_a_spreadsheet(cast: Cast, browse: Browse, past: list[Ticket]) -> None:
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    work_on_dry_runs()
    answer = browse(cast.engineer).get(f"/desk/reports/dry-run/{run.pk}/csv/")
    assert answer["Content-Disposition"] == f'attachment; filename="dry-run-{run.pk}.csv"'
    assert answer.content.decode().splitlines()[1:] == [
        "ACME-1,Acme Freight,First response,P1,appears,met,missed,2026-03-02T23:15:00Z,2026-03-03 10:15 AEDT"
    ]


def test_a_result_asks_as_often_for_many_tickets_as_for_few(
    cast: Cast, browse: Browse, past: list[Ticket], clock: Clock, django_assert_num_queries: Any
) -> None:
    run = propose(browse, cast, ("P1", "respond", "15 min"))
    work_on_dry_runs()
    with acting_as(worker_context()), django_assert_num_queries(3):
        access.result_of(run)
    with acting_as(worker_context()):
        assert DryRunMove.objects.count() == 1
