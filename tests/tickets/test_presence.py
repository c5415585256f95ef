"""Who of the desk has a ticket open, and who is replying; only a sign of life of the last minute counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson
from tests.cast import START, Cast, file_ticket
from tests.conftest import Browse, Clock
from tests.tickets.conftest import everything_about
from tickets.composer_access import presence_of
from tickets.models import Presence, Ticket


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def beat(browse: Browse, person: DeskPerson, ticket: Ticket, state: str) -> Any:
    return browse(person).post(f"/desk/tickets/{ticket.key}/presence/", {"state": state})


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_colleague_reads_who_is_there_and_since_when_they_reply(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    beat(browse, cast.lead, ticket, "viewing")
    assert "Desk Lead is viewing </span>" in said(beat(browse, cast.engineer, ticket, "viewing"))
    clock.advance(seconds=40)
    beat(browse, cast.lead, ticket, "replying")
    clock.advance(seconds=20)
    beat(browse, cast.lead, ticket, "replying")
    [(name, state, since)] = [
        (one.person.name, one.state, one.since)
        for one in browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").context["present"]
    ]
    assert (name, state, (since - START).total_seconds()) == ("Desk Lead", "replying", 40)
    page = said(browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/"))
    assert "Desk Lead is replying since <time" in page


def test_nobody_reads_of_themselves(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    assert "Desk Engineer" not in said(beat(browse, cast.engineer, ticket, "replying"))


@pytest.mark.parametrize(("seconds", "is_there"), [(59, True), (60, False)])
def test_a_sign_of_life_counts_for_a_minute(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket, seconds: int, is_there: bool
) -> None:
    beat(browse, cast.lead, ticket, "viewing")
    clock.advance(seconds=seconds)
    assert ("Desk Lead" in said(beat(browse, cast.engineer, ticket, "viewing"))) is is_there


def test_whoever_comes_back_begins_anew(cast: Cast, browse: Browse, clock: Clock, ticket: Ticket) -> None:
    beat(browse, cast.lead, ticket, "replying")
    clock.advance(minutes=5)
    beat(browse, cast.lead, ticket, "replying")
    with acting_as(worker_context()):
        assert Presence.objects.get().since == clock.now


def test_whoever_closes_the_page_is_gone_at_once(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    beat(browse, cast.lead, ticket, "viewing")
    beat(browse, cast.lead, ticket, "gone")
    assert said(beat(browse, cast.engineer, ticket, "viewing")) == ""


def test_an_idle_colleague_is_said_to_be_idle(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    beat(browse, cast.lead, ticket, "idle")
    assert 'class="pres idle"' in said(beat(browse, cast.engineer, ticket, "viewing"))


def test_it_is_no_fact_about_the_ticket(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before = everything_about(ticket)
    beat(browse, cast.lead, ticket, "replying")
    assert everything_about(ticket) == before


def test_another_state_is_refused(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    assert beat(browse, cast.lead, ticket, "asleep").status_code == 422
    with acting_as(worker_context()):
        assert not Presence.objects.exists()


def test_a_list_of_tickets_asks_once_and_names_whoever_replies_first(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    tickets = [file_ticket(cast.acme.requester) for _ in range(3)]
    beat(browse, cast.engineer, tickets[0], "viewing")
    beat(browse, cast.lead, tickets[0], "replying")
    beat(browse, cast.admin, tickets[2], "idle")
    with acting_as(worker_context()) as now, CaptureQueriesContext(connection) as queries:
        found = presence_of([ticket.pk for ticket in tickets], now=now)
        names = {key: [(one.person.name, one.state) for one in rows] for key, rows in found.items()}
    assert names == {
        tickets[0].pk: [("Desk Lead", "replying"), ("Desk Engineer", "viewing")],
        tickets[2].pk: [("Desk Admin", "idle")],
    }
    assert len(queries) == 1
