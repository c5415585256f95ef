"""What is stored of a ticket's clocks is what a replay says, whatever was done to the ticket."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.problems import Refused
from core.tenancy import acting_as, worker_context
from slas import actions
from slas.models import Clock
from slas.tasks import sweep_due_clocks
from tests.cast import CRITICAL, HIGH, LOW, NORMAL, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Clock as PortalClock
from tests.slas.checks import assert_cache_is_true
from tests.slas.test_promises_targets import clocks, reply
from tickets import actions as tickets
from tickets.lifecycle import HoldReason, Status
from tickets.models import Ticket
from tickets.severity import Severity
from tickets.tasks import close_due_tickets


def rows(ticket: Ticket) -> list[dict[str, object]]:
    """Return every column of the ticket's cached clocks."""
    with acting_as(worker_context()):
        found = Clock.objects.filter(ticket=ticket).order_by("metric", "cycle")
        return [dict(row) for row in found.values()]


def generations(ticket: Ticket) -> dict[str, int]:
    return {metric: clock.generation for metric, clock in clocks(ticket).items()}


def test_a_cycle_that_never_was_leaves_the_cache(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    reply(cast, ticket)
    clock.set(START + timedelta(hours=1))
    with acting_as(worker_context()) as now:
        # The first update is missed, and at the same instant the second one is owed.
        actions.refresh_clocks(ticket_id=ticket.pk, customer_id=ticket.customer_id, at=now)
    assert [(row["metric"], row["cycle"]) for row in rows(ticket) if row["metric"] == "update"] == [
        ("update", 1),
        ("update", 2),
    ]
    with acting_as(context_of(cast.engineer)) as now:  # still the same second
        tickets.return_to_customer(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, reason="Not checked."
        )
    assert [(row["cycle"], row["outcome"]) for row in rows(ticket) if row["metric"] == "update"] == [
        (1, "missed")
    ]
    assert_cache_is_true(ticket)


def test_the_generation_moves_when_more_than_time_went_by(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    assert generations(ticket) == {"respond": 1, "restore": 1}
    clock.advance(minutes=10)
    with acting_as(worker_context()) as now:
        actions.refresh_clocks(ticket_id=ticket.pk, customer_id=ticket.customer_id, at=now)
    assert generations(ticket) == {"respond": 1, "restore": 1}
    assert clocks(ticket)["restore"].consumed_seconds == 600
    reply(cast, ticket)
    assert generations(ticket) == {"respond": 2, "update": 1, "restore": 1}
    with acting_as(context_of(cast.engineer)) as now:
        tickets.establish_severity(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, severity=Severity.P3, reason="Workaround"
        )
    assert generations(ticket) == {"respond": 2, "update": 2, "restore": 2}


def test_a_stopped_clock_is_not_written_again(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    reply(cast, ticket)
    stopped = clocks(ticket)["respond"].as_of
    clock.advance(minutes=10)
    reply(cast, ticket)
    assert clocks(ticket)["respond"].as_of == stopped
    assert clocks(ticket)["restore"].as_of == clock.now


# --- What it costs -----------------------------------------------------------------------------------
def cost(ticket: Ticket) -> int:
    """Return how many statements a refresh sends."""
    with acting_as(worker_context()) as now, CaptureQueriesContext(connection) as captured:
        actions.refresh_clocks(ticket_id=ticket.pk, customer_id=ticket.customer_id, at=now)
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_a_refresh_costs_the_same_however_long_the_story_is(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    reply(cast, ticket)
    clock.advance(minutes=1)
    assert cost(ticket) == 6  # lock, records, clocks, changed clocks, watch, to be counted
    for _ in range(12):  # each update is missed, and each second reply comes from the customer
        clock.advance(hours=2)
        sweep_due_clocks()
        with acting_as(context_of(cast.acme.requester)) as now:
            tickets.post_reply(ticket=ticket, actor=actor_of(cast.acme.requester), at=now, body="Hello?")
    assert len(rows(ticket)) >= 12
    clock.advance(minutes=1)
    assert cost(ticket) == 6


def test_a_refresh_without_an_agreement_measures_nothing(cast: Cast) -> None:
    ticket = file_ticket(cast.initech.requester, impact=HIGH)
    assert cost(ticket) == 5  # lock, records, clocks, watch, to be counted


def test_a_refresh_that_changes_nothing_writes_no_clock(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    before = rows(ticket)
    assert cost(ticket) == 5
    assert rows(ticket) == before


# --- A long random walk ------------------------------------------------------------------------------
class Walk:
    """Does random things to a ticket; what the lifecycle refuses is no step."""

    def __init__(self, cast: Cast, ticket: Ticket, chance: random.Random) -> None:
        self.cast, self.ticket, self.chance = cast, ticket, chance
        self.verbs: list[Callable[[], object]] = [
            self.reply,
            self.reply,
            self.customer_reply,
            self.automatic_reply,
            self.hold,
            self.hold,
            self.resume,
            self.restore,
            self.restore_earlier,
            self.resolve,
            self.reopen,
            self.give_back,
            self.pass_on,
            self.establish,
            self.sweep,
            self.sweep,
        ]
        self.taken = 0

    def step(self) -> None:
        verb = self.chance.choice(self.verbs)
        try:
            verb()
            self.taken += 1
        except Refused:
            pass

    def _as_desk(self) -> Any:
        return acting_as(context_of(self.cast.lead))

    def _as_member(self) -> Any:
        return acting_as(context_of(self.cast.acme.coordinator))

    @property
    def desk(self) -> dict[str, Any]:
        return {"ticket": self.ticket, "actor": actor_of(self.cast.lead)}

    @property
    def member(self) -> dict[str, Any]:
        return {"ticket": self.ticket, "actor": actor_of(self.cast.acme.coordinator)}

    def reply(self) -> None:
        with self._as_desk() as now:
            tickets.post_reply(**self.desk, at=now, body="News")

    def automatic_reply(self) -> None:
        with self._as_desk() as now:
            tickets.post_reply(**self.desk, at=now, body="We got it", automatic=True)

    def customer_reply(self) -> None:
        with self._as_member() as now:
            tickets.post_reply(**self.member, at=now, body="And?")

    def hold(self) -> None:
        with self._as_desk() as now:
            tickets.hold(
                **self.desk,
                at=now,
                reason=self.chance.choice(list(HoldReason)),
                owner="Somebody",
                note="Waiting",
                evidence="A note",
                review_at=now + timedelta(days=1),
            )

    def resume(self) -> None:
        with self._as_desk() as now:
            tickets.resume(**self.desk, at=now)

    def restore(self) -> None:
        with self._as_desk() as now:
            tickets.mark_restored(**self.desk, at=now)

    def restore_earlier(self) -> None:
        with self._as_desk() as now:
            earlier = now - timedelta(minutes=self.chance.choice([1, 20, 200]))
            tickets.mark_restored(**self.desk, at=now, restored_at=earlier, may_decide=True, confirmed=True)

    def resolve(self) -> None:
        with self._as_desk() as now:
            tickets.resolve(**self.desk, at=now, code="fixed")

    def reopen(self) -> None:
        with self._as_member() as now:
            tickets.reopen(**self.member, at=now)

    def give_back(self) -> None:
        with self._as_desk() as now:
            tickets.return_to_customer(**self.desk, at=now, reason="Not checked")

    def pass_on(self) -> None:
        with self._as_member() as now:
            tickets.pass_to_desk(**self.member, at=now)

    def establish(self) -> None:
        with self._as_desk() as now:
            tickets.establish_severity(
                **self.desk, at=now, severity=self.chance.choice(list(Severity)), reason="Looked closer"
            )

    def sweep(self) -> None:
        sweep_due_clocks()
        close_due_tickets()


@pytest.mark.parametrize("seed", range(4))
def test_the_cache_stays_true_through_a_long_random_walk(cast: Cast, clock: PortalClock, seed: int) -> None:
    chance = random.Random(seed)
    taken = 0
    walk = Walk(cast, file_ticket(cast.acme.coordinator, impact=CRITICAL), chance)
    for _ in range(100):
        clock.advance(seconds=chance.choice([0, 0, 1, 59, 600, 1800, 3600, 7200, 86_400]))
        walk.step()
        assert_cache_is_true(walk.ticket)
        if fresh(walk.ticket).status == Status.CLOSED:
            taken += walk.taken
            impact = chance.choice([CRITICAL, HIGH, NORMAL, LOW])
            walk = Walk(cast, file_ticket(cast.acme.coordinator, impact=impact), chance)
    assert taken + walk.taken >= 35
    sweep_due_clocks()
    assert_cache_is_true(walk.ticket)
    with acting_as(worker_context()):
        assert not Clock.objects.overdue_by(clock.now).exists()


def test_the_check_itself_notices_a_false_cache(cast: Cast, clock: PortalClock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    assert_cache_is_true(ticket)
    for table, change in (
        (Clock, {"due_at": START}),
        (Clock, {"cycle": 9}),
        (Clock, {"consumed_seconds": 1}),
        (Ticket, {"next_due_at": START}),
        (Ticket, {"next_objective": "restore"}),
    ):
        with acting_as(worker_context()):
            found = (
                table.objects.filter(pk=ticket.pk) if table is Ticket else Clock.objects.filter(ticket=ticket)
            )
            kept = list(found.values("pk", *change))
            found.filter(pk=kept[0]["pk"]).update(**change)
        with pytest.raises(AssertionError):
            assert_cache_is_true(ticket)
        with acting_as(worker_context()):
            found.filter(pk=kept[0].pop("pk")).update(**kept[0])
        assert_cache_is_true(ticket)
    assert fresh(ticket).next_objective == "respond"
