"""A page asks the database the same number of questions for one ticket as for twenty."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as
from tests.cast import Cast, actor_of, context_of, file_ticket, picture
from tests.conftest import Browse
from tickets import actions
from tickets.models import Ticket


def count(client: Client, address: str) -> int:
    client.get(address)  # what only a first request does is not the page's
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def write(cast: Cast, ticket: Ticket, messages: int) -> None:
    """Let both sides write, with files, and let the desk change its mind."""
    for number in range(messages):
        for person in (cast.engineer, cast.acme.coordinator):
            with acting_as(context_of(person)) as now:
                actions.post_reply(
                    ticket=ticket,
                    actor=actor_of(person),
                    at=now,
                    body=f"Message {number}",
                    files=[picture()],
                )


Page = Callable[[Cast, Browse], tuple[Client, str]]
PAGES: dict[str, Page] = {
    "desk queue": lambda cast, browse: (browse(cast.engineer), "/desk/"),
    "desk search": lambda cast, browse: (browse(cast.engineer), "/desk/?q=slow"),
    "member list": lambda cast, browse: (browse(cast.acme.lead), "/c/acme/"),
    "requester's list": lambda cast, browse: (browse(cast.acme.coordinator), "/c/acme/?mine=1"),
    "API list, member": lambda cast, browse: (browse(cast.acme.lead), "/api/v1/c/acme/tickets/"),
    "API list, desk": lambda cast, browse: (browse(cast.engineer), "/api/v1/c/acme/tickets/"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_list_asks_the_same_of_one_ticket_and_of_twenty(cast: Cast, browse: Browse, name: str) -> None:
    client, address = PAGES[name](cast, browse)
    file_ticket(cast.acme.coordinator)
    with_one = count(client, address)
    for _ in range(19):
        file_ticket(cast.acme.coordinator)
    assert count(client, address) == with_one


@pytest.mark.parametrize("who", ["desk", "member", "API, messages"])
def test_a_ticket_asks_the_same_with_two_messages_and_with_twenty(
    cast: Cast, browse: Browse, who: str
) -> None:
    ticket = file_ticket(cast.acme.coordinator, files=[picture()])
    client, address = {
        "desk": (browse(cast.engineer), f"/desk/tickets/{ticket.key}/"),
        "member": (browse(cast.acme.lead), f"/c/acme/tickets/{ticket.number}/"),
        "API, messages": (browse(cast.acme.lead), f"/api/v1/c/acme/tickets/{ticket.number}/messages/"),
    }[who]
    write(cast, ticket, 1)
    with_two = count(client, address)
    write(cast, ticket, 9)
    assert count(client, address) == with_two


@pytest.mark.parametrize(("name", "most"), [("queue", 21), ("poll", 14), ("ticket", 65)])
def test_a_page_of_the_desk_asks_few_questions(cast: Cast, browse: Browse, name: str, most: int) -> None:
    """What stands beside every page, such as what waits for an answer, is counted in one of them."""
    ticket = file_ticket(cast.acme.coordinator, files=[picture()])
    client = browse(cast.engineer)
    page = client.get("/desk/").content.decode()
    live = re.search(r'data-live="([^"]+)" data-known="([^"]+)"', page)
    assert live is not None
    address = {
        "queue": "/desk/",
        "poll": f"{unescape(live[1])}&rows={live[2]}",
        "ticket": f"/desk/tickets/{ticket.key}/",
    }[name]
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code in (200, 204)
    assert len(queries) <= most
