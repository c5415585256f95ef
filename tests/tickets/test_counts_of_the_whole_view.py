"""Headings count the whole view, the counts beside it stay right on an open page, and asking costs little."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from tests.cast import CRITICAL, HIGH, LOW, NORMAL, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions
from tickets.models import Ticket


@pytest.fixture
def many(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[Ticket]:
    """Three tickets that missed their response, two due soon, three later and two without cover; two on a page."""
    for door in ("live_views", "queue_views"):  # in this order: the first may have to be imported yet
        monkeypatch.setattr(f"tickets.{door}.PAGE_SIZE", 2)
    filed = [file_ticket(cast.acme.coordinator, impact=CRITICAL) for _ in range(3)]
    clock.advance(minutes=31)
    filed += [file_ticket(cast.acme.coordinator, impact=CRITICAL) for _ in range(2)]
    filed += [file_ticket(cast.globex.coordinator, impact=LOW) for _ in range(3)]
    filed += [file_ticket(cast.initech.coordinator) for _ in range(2)]
    return filed


def counted(client: Client, address: str) -> dict[str, tuple[int, str]]:
    """Return of each group how many rows the page shows, and how many there are."""
    groups = client.get(address).context["groups"]
    return {group.name: (len(group.rows), group.count) for group in groups}


def pages(client: Client, address: str) -> list[dict[str, tuple[int, str]]]:
    found = []
    after: str | None = ""
    while after is not None:
        found.append(counted(client, f"{address}&after={after}"))
        following = client.get(f"{address}&after={after}").context["page"].after
        after = following or None
    return found


def test_each_heading_counts_the_whole_view_on_every_page(
    cast: Cast, browse: Browse, many: list[Ticket]
) -> None:
    assert pages(browse(cast.engineer), "/desk/?view=due") == [
        {"missed": (2, "3")},
        {"missed": (1, "3"), "soon": (1, "2")},
        {"soon": (1, "2"), "later": (1, "3")},
        {"later": (2, "3")},
        {"none": (2, "2")},
    ]


def test_a_heading_counts_what_the_filters_leave(cast: Cast, browse: Browse, many: list[Ticket]) -> None:
    client = browse(cast.engineer)
    assert counted(client, "/desk/?customer=globex") == {"later": (2, "3")}
    assert counted(client, "/desk/?customer=globex&words=slow") == {"later": (2, "3")}
    assert counted(client, "/desk/?q=slow") == {"found": (2, "10")}
    assert counted(client, "/desk/?customer=initech") == {"none": (2, "2")}


def test_a_heading_stops_counting_as_the_rail_does(
    cast: Cast, browse: Browse, many: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.access.MANY", 3)
    page = browse(cast.engineer).get("/desk/").content.decode()
    assert '<span class="muted" id="of-missed">2+</span>' in page
    assert '<b id="sum-missed">2+</b> missed' in page


def test_however_many_groups_there_are_they_are_counted_in_one_statement(
    cast: Cast, browse: Browse, many: list[Ticket]
) -> None:
    client = browse(cast.engineer)

    def statements(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/desk/?{query}")
        return len(queries)

    statements("")
    first = client.get("/desk/").context["page"].after
    assert statements("") == statements(f"after={first}") == statements("level=2")


# --- The open page ------------------------------------------------------------------------------------
def told_by(page: str) -> str:
    """Return the address that a page asks, with what it shows."""
    url = unescape(page.partition('data-live="')[2].partition('"')[0])
    known = page.partition('data-known="')[2].partition('"')[0]
    return f"{url}&rows={known}"


def test_the_counts_come_with_the_same_answer_and_only_when_they_changed(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester, impact=HIGH)
    client = browse(cast.engineer)
    asks = told_by(client.get("/desk/?view=mine").content.decode())
    assert client.get(asks).status_code == 204
    file_ticket(cast.globex.requester, impact=NORMAL)  # another view's: no row of this page
    answer = client.get(asks)
    html = answer.json()["html"]
    assert '<span class="push" id="n-due">2</span>' in html
    assert '<span class="push" id="n-unassigned">2</span>' in html
    assert "<tr" not in html
    assert client.get(asks, headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_what_a_colleague_keeps_and_what_is_missed_is_counted_anew(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(context_of(cast.engineer)) as now:
        view = actions.save_view(person=cast.engineer, at=now, name="P1", filters={"severity": ["1"]})
    client = browse(cast.engineer)
    asks = told_by(client.get("/desk/?view=mine").content.decode())
    clock.advance(minutes=31)
    file_ticket(cast.acme.requester, impact=CRITICAL)
    html = client.get(asks).json()["html"]
    assert f'<span class="push" id="n-{view.pk}">2</span>' in html
    assert '<span class="push hot" id="n-due">1<span class="vh"> missed</span></span>' in html


def test_a_heading_is_counted_anew_on_an_open_page(cast: Cast, browse: Browse, many: list[Ticket]) -> None:
    client = browse(cast.engineer)
    asks = told_by(client.get("/desk/").content.decode())
    assert client.get(asks).status_code == 204
    with acting_as(worker_context()) as now:
        actions.post_reply(ticket=many[2], actor=actor_of(cast.engineer), at=now, body="We look at it")
    assert '<span class="muted" id="of-missed">2</span>' in client.get(asks).json()["html"]


CHOICES = re.compile(r'FROM "(customers_customer|customers_deskperson|customers_team|tickets_tag)"')


def looked_up(client: Client, address: str) -> list[str]:
    """Return of which choices a request looks something up, and asserts that nothing came of it."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 204
    asked = [query["sql"] for query in queries if "WHERE" not in query["sql"] or " IN (" in query["sql"]]
    return [found[1] for sql in asked if (found := CHOICES.search(sql))]


def test_a_poll_reads_no_choice_of_the_filters_but_those_that_its_address_names(
    cast: Cast, browse: Browse
) -> None:
    with acting_as(context_of(cast.lead)) as now:
        tag = actions.add_tag(actor=actor_of(cast.lead), at=now, name="network")
        actions.tag_ticket(
            ticket=file_ticket(cast.acme.requester), actor=actor_of(cast.lead), at=now, tag=tag
        )
    client = browse(cast.engineer)
    plain = told_by(client.get("/desk/?severity=3&owner=nobody").content.decode())
    assert looked_up(client, plain) == []
    named = told_by(client.get("/desk/?customer=acme&tag=network").content.decode())
    assert looked_up(client, named) == ["customers_customer", "tickets_tag"]


def test_a_poll_asks_as_much_of_one_ticket_as_of_many(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)

    def cost() -> int:
        asks = told_by(client.get("/desk/").content.decode())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(asks).status_code == 204
        return len(queries)

    file_ticket(cast.acme.requester)
    cost()
    alone = cost()
    for _ in range(9):
        file_ticket(cast.acme.requester)
    assert cost() == alone
