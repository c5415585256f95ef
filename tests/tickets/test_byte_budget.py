"""Pages that people open all day stay small: what travels is weighed as a browser gets it, compressed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, actor_of, file_ticket, picture
from tests.conftest import Browse
from tickets import actions

KB = 1024
HTMX = "django_htmx/htmx-2.min.js"
ROWS = 50


def weigh(content: bytes) -> int:
    """Return how many bytes travel: gzip at the level that web servers use."""
    return len(gzip.compress(content, compresslevel=6, mtime=0))


def scripts_of(page: str) -> list[str]:
    """Return the names of every script that the page loads, those included that a module always imports."""
    found = re.findall(r'<script[^>]* src="/static/([^"]+?\.js)"', page)
    for name in found:  # which grows while it is read
        for imported in re.findall(r'^import .*"\./([^"]+)"', source(name).read_text(), re.MULTILINE):
            if f"js/{imported}" not in found:
                found.append(f"js/{imported}")
    return found


def source(name: str) -> Path:
    path = finders.find(name)
    assert path is not None, name
    return Path(path)


@pytest.fixture
def queue(cast: Cast, browse: Browse) -> str:
    """Return a page of the queue with 50 rows of two customers, some owned, some held, some with replies."""
    for number in range(ROWS):
        house = (cast.acme, cast.globex)[number % 2]
        ticket = file_ticket(
            house.requester,
            subject=f"Orders {number} do not reach the warehouse of region {number * 37 % 50}",
        )
        if number % 3:
            with acting_as(worker_context()) as now:
                actions.take(ticket=ticket, person=cast.engineer, actor=actor_of(cast.engineer), at=now)
    answer = browse(cast.engineer).get("/desk/")
    assert len(answer.context["page"].rows) == ROWS
    page: str = answer.content.decode()
    return page


@pytest.fixture
def ticket(cast: Cast, browse: Browse) -> str:
    """Return a ticket's page with twenty messages."""
    filed = file_ticket(cast.acme.requester, files=[picture()])
    for number in range(10):
        for person in (cast.engineer, cast.acme.requester):
            with acting_as(worker_context()) as now:
                actions.post_reply(
                    ticket=filed,
                    actor=actor_of(person),
                    at=now,
                    body=f"Message {number} of {person.name}: we looked at the logs again, and at the queue.",
                )
    page: str = browse(cast.engineer).get(f"/desk/tickets/{filed.key}/").content.decode()
    return page


@pytest.fixture
def report(cast: Cast, browse: Browse) -> str:
    """Return the form in which a customer reports an incident."""
    page: str = browse(cast.acme.requester).get("/c/acme/report/").content.decode()
    return page


@pytest.fixture
def tickets(cast: Cast, browse: Browse) -> str:
    """Return a page of a customer's own tickets."""
    for number in range(20):
        file_ticket(cast.acme.requester, subject=f"Orders {number} do not reach the warehouse")
    page: str = browse(cast.acme.requester).get("/c/acme/").content.decode()
    return page


@pytest.mark.parametrize(("name", "most"), [("queue", 20), ("ticket", 18), ("report", 8), ("tickets", 8)])
def test_a_page_is_within_its_budget(name: str, most: int, request: pytest.FixtureRequest) -> None:
    assert weigh(request.getfixturevalue(name).encode()) <= most * KB


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("queue", ["js/page.js", "js/live.js", "js/keys.js"]),
        ("ticket", ["js/page.js", "js/live.js", "js/keys.js"]),
        ("report", [HTMX, "js/page.js"]),
        ("tickets", ["js/page.js"]),
    ],
)
def test_a_page_loads_little_of_our_own_and_what_it_uses_of_others(
    name: str, scripts: list[str], request: pytest.FixtureRequest
) -> None:
    """What somebody must act for first, such as writing, is asked for then."""
    names = scripts_of(request.getfixturevalue(name))
    assert names == scripts
    assert sum(weigh(source(one).read_bytes()) for one in names if one != HTMX) <= 6 * KB
    assert sum(weigh(source(one).read_bytes()) for one in names) <= 20 * KB


@pytest.mark.parametrize(("name", "most"), [("queue", 6), ("ticket", 6), ("report", 5), ("tickets", 5)])
def test_a_first_visit_asks_for_few_files(name: str, most: int, request: pytest.FixtureRequest) -> None:
    """The page itself, its style sheet, its icons and its scripts; all but the page are kept by the browser."""
    page = request.getfixturevalue(name)
    linked = re.findall(r'<link[^>]* href="(/static/[^"]+)"', page)
    sprites = set(re.findall(r'href="(/static/icons[^"#]*)#', page))
    assert sprites
    assert 1 + len(linked) + len(sprites) + len(scripts_of(page)) <= most
