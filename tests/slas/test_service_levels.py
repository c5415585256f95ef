"""A customer reads how its promises were kept, straight from the clocks."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from slas.attainment import Levels, Line, Tally, levels_of
from slas.events import METRIC_NAMES
from slas.tasks import sweep_due_clocks
from tests.cast import HIGH, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.slas.outside import decide, propose, typed
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.severity import Severity

PAGE = "/c/acme/service-levels/"
MARCH = "?since=2026-03-01&until=2026-03-31"
GOALS = dict.fromkeys(METRIC_NAMES, 95)


def answer(cast: Cast, clock: Clock, ticket: Ticket, *, after: timedelta) -> None:
    """Answer at an instant, and restore a minute later."""
    clock.set(ticket.opened_at + after)
    sweep_due_clocks()
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Looking")
    clock.advance(minutes=1)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)


def read(cast: Cast, *, days: int = 31) -> Levels:
    with acting_as(worker_context()):
        return levels_of(cast.acme.customer, since=START, until=START + timedelta(days=days), goals=GOALS)


def told(levels: Levels) -> dict[str, tuple[int, int, int]]:
    return {
        total.label: (total.tally.met, total.tally.missed, total.tally.excluded)
        for total, lines in levels.objectives
        if lines
    }


@pytest.fixture
def two(cast: Cast, clock: Clock) -> tuple[Ticket, Ticket]:
    """One high ticket answered in time, and one whose answer and update came too late."""
    first = file_ticket(cast.acme.requester, impact=HIGH, subject="In time")
    answer(cast, clock, first, after=timedelta(minutes=10))
    late = file_ticket(cast.acme.requester, impact=HIGH, subject="Too late")
    answer(cast, clock, late, after=timedelta(minutes=90))
    return first, late


def test_verdicts_are_counted_by_objective(cast: Cast, two: tuple[Ticket, Ticket]) -> None:
    assert told(read(cast)) == {"First response": (1, 1, 0), "Restoration": (2, 0, 0)}


def test_a_verdict_belongs_to_the_period_in_which_it_fell(
    cast: Cast, clock: Clock, two: tuple[Ticket, Ticket]
) -> None:
    with acting_as(worker_context()):
        before = levels_of(cast.acme.customer, since=START, until=START + timedelta(minutes=11), goals=GOALS)
    assert told(before) == {"First response": (1, 0, 0)}
    # It was restored at 11 minutes: the end of the one period is the beginning of the next.
    with acting_as(worker_context()):
        after = levels_of(
            cast.acme.customer,
            since=START + timedelta(minutes=11),
            until=START + timedelta(minutes=12),
            goals=GOALS,
        )
    assert told(after) == {"Restoration": (1, 0, 0)}


def test_no_other_customers_verdict_is_counted(cast: Cast, clock: Clock) -> None:
    theirs = file_ticket(cast.globex.requester, impact=HIGH)
    answer(cast, clock, theirs, after=timedelta(minutes=90))
    assert read(cast).is_empty


def test_a_miss_is_listed_with_its_promise_and_leads_to_its_clocks(
    cast: Cast, two: tuple[Ticket, Ticket], browse: Browse
) -> None:
    answer = browse(cast.acme.coordinator).get(PAGE + MARCH)
    [miss] = answer.context["levels"].misses
    assert (miss.clock.ticket, miss.label, miss.severity) == (two[1], "First response", Severity.P2)
    assert f"/c/acme/tickets/{two[1].number}/clocks/" in answer.content.decode()


def test_what_was_left_out_is_listed_and_can_be_disputed(cast: Cast, clock: Clock, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.advance(minutes=30)
    propose(browse(cast.engineer), ticket, starts_at=typed(START))
    decide(browse, cast.lead, ticket, "approve")
    page = browse(cast.acme.coordinator).get(PAGE + MARCH)
    assert page.context["levels"].is_empty  # nothing has a verdict yet, so there is nothing to judge
    answer(cast, clock, ticket, after=timedelta(minutes=40))
    page = browse(cast.acme.coordinator).get(PAGE + MARCH)
    assert told(page.context["levels"]) == {"First response": (1, 0, 0), "Restoration": (0, 0, 1)}
    [one] = page.context["levels"].exclusions
    assert one.ticket == ticket
    assert f"/c/acme/tickets/{ticket.number}/exclusions/" in page.content.decode()


def test_the_share_is_never_rounded_up_to_the_goal() -> None:
    tally = Tally(met=9496, missed=504)
    assert tally.percent == 94.9
    assert Line(label="", severity=None, tally=tally, goal=95).verdict == "not_attained"


@pytest.mark.parametrize(
    ("tally", "verdict"),
    [
        (Tally(), "none"),
        (Tally(excluded=3), "none"),
        (Tally(met=18, missed=1), "too_few"),
        (Tally(met=18, missed=2), "not_attained"),
        (Tally(met=19, missed=1), "attained"),
        (Tally(met=1), "attained"),
    ],
)
def test_a_figure_is_judged_against_the_goal(tally: Tally, verdict: str) -> None:
    assert Line(label="", severity=None, tally=tally, goal=95).verdict == verdict


def test_a_waived_miss_stays_among_the_missed() -> None:
    assert (Tally(met=3, missed=1, waived=1).judged, Tally(met=3, missed=1, waived=1).percent) == (4, 75.0)


def test_the_worst_that_exclusions_can_hide_is_shown() -> None:
    assert Tally(met=3, missed=0, excluded=1).percent_with_excluded == 75.0


def test_the_table_goes_to_a_spreadsheet(cast: Cast, two: tuple[Ticket, Ticket], browse: Browse) -> None:
    sent = browse(cast.acme.lead).get(f"{PAGE}service-levels.csv{MARCH}")
    rows = list(csv.DictReader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert [(row["Objective"], row["Severity"], row["Met"], row["Missed"]) for row in rows] == [
        ("First response", "P2", "1", "1"),
        ("Restoration", "P2", "2", "0"),
    ]


def test_a_wrong_day_is_said_beside_it(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.lead).get(PAGE + "?since=2026-03-31&until=2026-03-01")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"until": ["Choose a day that is not before the first one."]}


def test_a_requester_is_not_shown_colleagues_tickets(cast: Cast, browse: Browse) -> None:
    assert browse(cast.acme.requester).get(PAGE).status_code == 403
    assert PAGE not in browse(cast.acme.requester).get("/c/acme/").content.decode()


def test_the_number_of_queries_does_not_depend_on_the_number_of_misses(
    cast: Cast, clock: Clock, two: tuple[Ticket, Ticket]
) -> None:
    def queries() -> int:
        with (
            acting_as(worker_context()),
            CaptureQueriesContext(
                connection,
            ) as seen,
        ):
            levels_of(cast.acme.customer, since=START, until=START + timedelta(days=31), goals=GOALS)
        return len(seen)

    before = queries()
    answer(cast, clock, file_ticket(cast.acme.requester, impact=HIGH), after=timedelta(hours=2))
    assert queries() == before == 3
