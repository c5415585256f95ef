"""Level 1's queue stays open: what it is told, what it costs, and that no row moves under somebody's hand."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as
from customers.models import Member
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.escalations.level1 import at_level_1, give_back, pass_on
from tickets import actions as tickets
from tickets.level1_access import group_of, groups_of
from tickets.models import Ticket

QUEUE = "/c/acme/level-1/"


def shown_by(client: Client, **query: str) -> str:
    """Return what a page says that it shows, as its script sends it."""
    page = client.get(QUEUE, query).content.decode()
    found = re.search(r'data-known="([^"]*)"', page)
    assert found is not None
    return found[1]


def ask(client: Client, known: str, tag: str = "", **query: str) -> Any:
    headers = {"if-none-match": tag} if tag else {}
    return client.get(f"{QUEUE}live/", {**query, "rows": known}, headers=headers)


def assign(ticket: Ticket, by: Member, to: Member | None) -> None:
    with acting_as(context_of(by)) as now:
        tickets.assign_at_level_1(ticket=ticket, actor=actor_of(by), at=now, member=to)


def test_a_page_that_nothing_happened_to_is_told_nothing(cast: Cast, browse: Browse, clock: Clock) -> None:
    at_level_1(cast.acme.requester)
    client = browse(cast.acme.coordinator)
    known = shown_by(client)
    clock.advance(seconds=20)
    answer = ask(client, known)
    assert (answer.status_code, answer.content, answer["Live-At"]) == (204, b"", "10:00")
    again = ask(client, known, answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_row_that_a_colleague_takes_shows_it_where_it_stands(cast: Cast, browse: Browse) -> None:
    taken, other = at_level_1(cast.acme.requester), at_level_1(cast.acme.requester)
    client = browse(cast.acme.coordinator)
    known = shown_by(client)
    assign(taken, cast.acme.lead, cast.acme.lead)
    answer = ask(client, known)
    news = answer.json()
    assert f'id="t{taken.pk}-owner"' in news["html"]
    assert "Acme Lead" in news["html"]
    assert "level1-take" not in news["html"]
    assert f'id="t{other.pk}' not in news["html"]
    assert (list(news["known"]), news["gone"], news["notice"]) == ([str(taken.pk)], [], "")
    told = known.replace(known.split(",")[0], f"{taken.pk}:{news['known'][str(taken.pk)]}")
    assert ask(client, told).status_code == 204


def test_what_comes_waits_to_be_shown_and_what_ends_is_struck(cast: Cast, browse: Browse) -> None:
    solved = at_level_1(cast.acme.requester)
    client = browse(cast.acme.coordinator)
    known = shown_by(client)
    at_level_1(cast.acme.requester)
    at_level_1(cast.globex.requester)
    with acting_as(context_of(cast.acme.lead)) as now:
        tickets.resolve(ticket=solved, actor=actor_of(cast.acme.lead), at=now, code="level_1")
    news = ask(client, known).json()
    assert (news["html"], news["gone"]) == ("", [solved.pk])
    assert (news["notice"], news["say"]) == ("Show 1 new ticket", "Show 1 new ticket")
    assert ask(client, known, group="mine").json()["notice"] == ""


def test_a_hand_over_that_is_answered_shows_in_its_row(cast: Cast, browse: Browse) -> None:
    ticket = at_level_1(cast.acme.requester)
    pass_on(ticket, cast.acme.coordinator)
    client = browse(cast.acme.coordinator)
    known = shown_by(client)
    give_back(ticket, cast.engineer)
    news = ask(client, known).json()
    assert "Which printer?" in news["html"]
    assert "Pass on" in news["html"]


def test_each_ticket_is_said_to_be_in_the_group_that_lists_it(cast: Cast) -> None:
    acme = cast.acme
    at_level_1(acme.requester)
    for owner in (acme.coordinator, acme.lead, None):
        ticket = at_level_1(acme.requester)
        assign(ticket, acme.lead, acme.lead)
        assign(ticket, acme.lead, owner)
    back = at_level_1(acme.requester)
    pass_on(back, acme.coordinator)
    give_back(back, cast.engineer)
    file_ticket(acme.requester)
    with acting_as(context_of(acme.coordinator)):
        listed = {name: list(found) for name, found in groups_of(acme.coordinator).items()}
        assert {name: len(found) for name, found in listed.items()} == dict.fromkeys(listed, 1)
        for name, [one] in listed.items():
            assert group_of(one, acme.coordinator) == name


def test_asking_costs_the_same_with_two_tickets_and_with_twelve(cast: Cast, browse: Browse) -> None:
    client = browse(cast.acme.coordinator)
    counts = []
    for _ in range(2):
        for _ in range(3):
            at_level_1(cast.acme.requester)
            pass_on(at_level_1(cast.acme.requester), cast.acme.lead)
        known = shown_by(client)
        assign(at_level_1(cast.acme.requester), cast.acme.lead, cast.acme.coordinator)
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, known).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18


def test_nonsense_in_place_of_rows_is_no_fault(cast: Cast, browse: Browse) -> None:
    at_level_1(cast.acme.requester)
    for nonsense in ("x", ":", "1:", "9" * 400, "-1:00000000"):
        assert ask(browse(cast.acme.coordinator), nonsense).status_code == 200
