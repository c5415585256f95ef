"""The live board: each number is that of its queue, it refreshes by itself, and a wall shows it large."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import Heartbeat
from core.tenancy import acting_as, worker_context
from escalations import actions as escalations
from escalations.models import Escalation
from slas import actions as slas
from tests.cast import CRITICAL, HIGH, NORMAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.escalations.rotas import weekly
from tests.slas.rules import text_of
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket

BOARD, LIVE = "/desk/board/", "/desk/board/live/"


def numbers(browse: Browse, cast: Cast) -> dict[str, str]:
    board = browse(cast.manager).get(BOARD).context["board"]
    return {one.name: one.said for one in (*board.due, *board.standing, *board.paused)}


def hold(cast: Cast, ticket: Ticket, reason: HoldReason) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=reason,
            owner="Ben",
            note="We wait",
            evidence="Case 17",
            review_at=None,
        )


@pytest.fixture
def busy(cast: Cast, clock: Clock) -> list[Ticket]:
    """A P1 that is missed, a P2 due within the hour, a P3 due within four, and one that waits for its customer."""
    critical = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=31)
    high = file_ticket(cast.globex.requester, impact=HIGH)
    normal = file_ticket(cast.acme.requester, impact=NORMAL)
    held = file_ticket(cast.globex.requester, impact=NORMAL, subject="Held")
    hold(cast, held, HoldReason.CUSTOMER_REPLY)
    slas.sweep()
    return [critical, high, normal, held]


def test_the_numbers_are_those_of_the_queues(cast: Cast, browse: Browse, busy: list[Ticket]) -> None:
    found = numbers(browse, cast)
    assert found["missed"] == "1"
    assert (found["p1"], found["unassigned"], found["vendor"]) == ("1", "4", "0")
    assert (found["paused-customer_reply"], found["paused-vendor"]) == ("1", "0")
    assert found["due-1"] == "1"
    assert int(found["due-1"]) <= int(found["due-4"]) <= int(found["due-24"])
    board = browse(cast.manager).get(BOARD).context["board"]
    for one in (*board.standing, *board.paused):
        rows = browse(cast.engineer).get(one.url).context["page"].rows
        assert str(len(rows)) == one.said, one.name


def test_the_tickets_that_are_missed_or_due_are_named_the_next_one_first(
    cast: Cast, browse: Browse, busy: list[Ticket]
) -> None:
    answer = browse(cast.engineer).get(BOARD)
    keys = [one.key for one in answer.context["board"].tickets]
    assert keys[:2] == [busy[0].key, busy[1].key]
    page = text_of(answer)
    assert f"{busy[0].key} Shop is slow Acme Freight P1 Respond Missed" in page


def test_a_miss_that_nobody_acknowledged_leads_to_the_escalations(
    cast: Cast, browse: Browse, busy: list[Ticket]
) -> None:
    escalations.advance_due()
    with acting_as(worker_context()):
        waiting = Escalation.objects.running().filter(trigger="breached").count()
    assert waiting > 0
    assert numbers(browse, cast)["unacknowledged"] == str(waiting)
    assert 'href="/desk/escalations/running/"' in browse(cast.manager).get(BOARD).content.decode()
    with acting_as(worker_context()):
        Escalation.objects.update(state="acknowledged")
    assert numbers(browse, cast)["unacknowledged"] == "0"


def test_who_is_on_call_is_named(cast: Cast, browse: Browse) -> None:
    assert "No rota is in use." in text_of(browse(cast.engineer).get(BOARD))
    weekly(cast)
    assert "Desk Engineer" in text_of(browse(cast.lead).get(BOARD))


def test_silent_workers_are_an_alarm(cast: Cast, browse: Browse, clock: Clock) -> None:
    slas.sweep()
    with acting_as(worker_context()) as now:
        for name in ("audited", "auditor"):
            Heartbeat.objects.update_or_create(name=name, defaults={"at": now})
    page = text_of(browse(cast.engineer).get(BOARD))
    assert "Background work stands still." not in page
    assert "Workers answer" in page
    clock.advance(minutes=3)
    page = text_of(browse(cast.engineer).get(BOARD))
    assert "Background work stands still." in page
    assert "Workers answer: no." in page


def test_a_wall_shows_it_without_the_rail(cast: Cast, browse: Browse, busy: list[Ticket]) -> None:
    client = browse(cast.engineer)
    desk, wall = (client.get(url).content.decode() for url in (BOARD, f"{BOARD}?wall=1"))
    assert 'class="rail"' in desk
    assert 'class="rail"' not in wall
    assert 'class="wall st-4"' in wall
    assert 'data-live="/desk/board/live/?wall=1"' in wall
    for page in (desk, wall):
        assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
        assert "js/live" in page


def test_an_open_board_is_told_only_what_changed(
    cast: Cast, browse: Browse, busy: list[Ticket], clock: Clock
) -> None:
    client = browse(cast.engineer)
    known = client.get(BOARD).context["known"]
    quiet = client.get(LIVE, {"rows": known})
    assert quiet.status_code == 204
    assert quiet["Live-At"] == "10:31"
    file_ticket(cast.acme.requester, impact=CRITICAL)
    news = client.get(LIVE, {"rows": known})
    assert news.status_code == 200
    told: dict[str, Any] = news.json()
    assert '<div id="board" class="board">' in told["html"]
    assert told["known"]["1"] != known.partition(":")[2]
    assert (told["late"], told["say"]) == (1, "The board has changed: 1 ticket missed.")
    again = client.get(LIVE, {"rows": known}, headers={"If-None-Match": news["ETag"]})
    assert again.status_code == 304


def test_a_deadline_that_passes_is_news(cast: Cast, browse: Browse, clock: Clock) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    client = browse(cast.engineer)
    known = client.get(BOARD).context["known"]
    clock.advance(minutes=30)
    assert client.get(LIVE, {"rows": known}).json()["late"] == 1


def test_it_asks_as_often_for_many_tickets_as_for_few(
    cast: Cast, browse: Browse, busy: list[Ticket], django_assert_max_num_queries: Any
) -> None:
    client = browse(cast.engineer)

    def asked() -> int:
        with django_assert_max_num_queries(200) as seen:
            client.get(LIVE)
        return len(seen)

    before = asked()
    for _ in range(4):
        file_ticket(cast.acme.requester, impact=HIGH)
    assert asked() == before


def test_only_the_desk_sees_it(cast: Cast, browse: Browse) -> None:
    for url in (BOARD, LIVE):
        assert browse(cast.acme.lead).get(url).status_code == 403
