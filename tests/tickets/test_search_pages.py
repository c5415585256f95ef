"""What a search finds comes in pages too, the newest tickets first, and goes forwards and back."""

from __future__ import annotations

import pytest
from django.test import Client

from core.tenancy import acting_as
from tests.cast import Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tickets import actions
from tickets.models import Ticket
from tickets.paging import Page


def page(client: Client, **query: str) -> tuple[list[str], Page]:
    shown: Page = client.get("/desk/", query).context["page"]
    return [ticket.key for ticket in shown.rows], shown


@pytest.fixture
def client(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return an engineer's browser that shows two rows at once of five tickets about a printer."""
    monkeypatch.setattr("tickets.queue_views.PAGE_SIZE", 2)
    for number in range(5):
        file_ticket(cast.acme.requester, subject=f"Printer {number} jams")
    file_ticket(cast.acme.requester, subject="Router down", description="No network")
    return browse(cast.engineer)


def test_the_newest_come_first_and_every_page_is_reached_in_both_directions(client: Client) -> None:
    keys, first = page(client, q="printer")
    assert (keys, first.before) == (["ACME-5", "ACME-4"], "")
    keys, second = page(client, q="printer", after=first.after)
    assert keys == ["ACME-3", "ACME-2"]
    keys, last = page(client, q="printer", after=second.after)
    assert (keys, last.after) == (["ACME-1"], "")
    keys, back = page(client, q="printer", before=last.before)
    assert keys == ["ACME-3", "ACME-2"]
    keys, first_again = page(client, q="printer", before=back.before)
    assert (keys, first_again.before) == (["ACME-5", "ACME-4"], "")


def test_a_ticket_that_comes_meanwhile_moves_no_other_off_its_page(cast: Cast, client: Client) -> None:
    _, first = page(client, q="printer")
    file_ticket(cast.acme.requester, subject="Printer 6 jams")
    assert page(client, q="printer", after=first.after)[0] == ["ACME-3", "ACME-2"]


def test_a_search_within_customers_finds_only_theirs(cast: Cast, client: Client) -> None:
    file_ticket(cast.globex.requester, subject="Printer of Globex")
    file_ticket(cast.initech.requester, subject="Printer of Initech")
    assert page(client, q="printer", customer="globex")[0] == ["GLOB-1"]
    both = client.get("/desk/?q=printer&customer=globex&customer=initech").context["page"].rows
    assert [ticket.key for ticket in both] == ["INIT-1", "GLOB-1"]


def test_what_has_ended_is_listed_by_its_age_as_one_group(cast: Cast, client: Client) -> None:
    for number in (1, 2, 3):
        with acting_as(context_of(cast.engineer)) as now:
            ticket = Ticket.objects.get(customer=cast.acme.customer, number=number)
            actions.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code="fixed")
    answer = client.get("/desk/", {"state": "resolved"})
    assert [ticket.key for ticket in answer.context["page"].rows] == ["ACME-3", "ACME-2"]
    assert [group.name for group in answer.context["groups"]] == ["found"]
    assert page(client, state="resolved", after=answer.context["page"].after)[0] == ["ACME-1"]


@pytest.mark.parametrize("place", ["x", "-1", "9" * 30, "٣", ""])
def test_a_place_that_makes_no_sense_shows_the_first_page(client: Client, place: str) -> None:
    for way in ("after", "before"):
        assert page(client, q="printer", **{way: place})[0] == ["ACME-5", "ACME-4"]
