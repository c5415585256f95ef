"""Pages of the desk that stay open: what they are told, what it costs, and what they are not told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as
from customers.models import DeskPerson, Member
from tests.cast import CRITICAL, HIGH, LOW, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tickets import actions, live
from tickets.models import PresenceState, ReadMark, Ticket


def shown_by(client: Client, address: str = "/desk/") -> str:
    """Return what a page says that it shows, as its script sends it."""
    page = client.get(address)
    rows = [ticket for group in page.context["groups"] for ticket in group.rows]
    now, marks = page.context["now"], page.context["marks"]
    known = live.format_known({row.pk: live.digest(row, marks, now) for row in rows})
    assert f'data-known="{known}"' in page.content.decode()
    return known


def ask(client: Client, known: str, tag: str = "", **query: str) -> Any:
    headers = {"if-none-match": tag} if tag else {}
    return client.get("/desk/live/", {**query, "rows": known}, headers=headers)


def reply(person: Member | DeskPerson, ticket: Ticket, body: str = "Any news?") -> None:
    with acting_as(context_of(person)) as now:
        actions.post_reply(ticket=ticket, actor=actor_of(person), at=now, body=body)


def take(person: DeskPerson, ticket: Ticket) -> None:
    with acting_as(context_of(person)) as now:
        actions.take(ticket=ticket, person=person, actor=actor_of(person), at=now)


def test_a_page_that_nothing_happened_to_is_told_nothing(cast: Cast, browse: Browse, clock: Clock) -> None:
    file_ticket(cast.acme.requester, impact=LOW)
    client = browse(cast.engineer)
    known = shown_by(client)
    clock.advance(seconds=20)
    answer = ask(client, known)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Live-At"] == "10:00"
    again = ask(client, known, answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_only_the_row_that_changed_is_sent(cast: Cast, browse: Browse) -> None:
    taken, other = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    known = shown_by(client)
    take(cast.lead, taken)
    news = ask(client, known).json()
    assert f'id="t{taken.pk}-owner"' in news["html"]
    assert "Desk Lead" in news["html"]
    assert f'id="t{other.pk}' not in news["html"]
    assert list(news["known"]) == [str(taken.pk)]
    assert (news["gone"], news["notice"], news["say"]) == ([], "", "")


def test_a_new_ticket_is_counted_and_no_row_is_sent(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    known = shown_by(client)
    file_ticket(cast.globex.requester, impact=CRITICAL)
    answer = ask(client, known)
    news = answer.json()
    assert (news["html"], news["known"], news["gone"]) == ("", {}, [])
    assert news["notice"] == "Show 1 new ticket"
    assert news["say"] == "1 new ticket, press full stop to show."
    assert ask(client, known, answer["ETag"]).status_code == 304
    file_ticket(cast.globex.requester)
    assert ask(client, known, answer["ETag"]).json()["notice"] == "Show 2 new tickets"


def test_an_empty_queue_hears_of_its_first_ticket(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    assert ask(client, "").status_code == 204
    file_ticket(cast.acme.requester)
    assert ask(client, "").json()["notice"] == "Show 1 new ticket"


def test_a_ticket_that_left_the_view_is_gone_and_one_that_moved_is_not(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    leaves, stays = file_ticket(cast.acme.requester), file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    known = shown_by(client, "/desk/?view=unassigned")
    take(cast.lead, leaves)
    reply(cast.engineer, stays)  # its next promise is another one: it moves within the list
    news = ask(client, known, view="unassigned").json()
    assert news["gone"] == [leaves.pk]
    assert list(news["known"]) == [str(stays.pk)]


def test_the_filters_of_the_page_decide_what_is_news(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    file_ticket(cast.globex.requester)
    assert ask(client, "", customer="acme").status_code == 204
    assert ask(client, "", customer="globex").json()["notice"] == "Show 1 new ticket"


def test_time_alone_changes_a_row_when_its_deadline_comes_near_and_passes(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)  # answered within 15 minutes
    client = browse(cast.engineer)
    known = shown_by(client)
    clock.set(ticket.next_due_at)  # type: ignore[arg-type]
    clock.advance(minutes=-5)
    near = ask(client, known).json()
    assert near["say"] == "ACME-1 response due in 5 minutes."
    assert near["late"] == 0
    clock.advance(minutes=5)
    passed = ask(client, known).json()
    assert "Missed by" in passed["html"]
    assert passed["late"] == 1


def test_who_has_a_ticket_open_is_seen_in_the_list(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    known = shown_by(client)
    with acting_as(context_of(cast.lead)) as now:
        actions.show_up(ticket=ticket, person=cast.lead, at=now, state=PresenceState.REPLYING)
    assert "Desk Lead replying since" in ask(client, known).json()["html"]
    assert "Desk Lead replying since" in client.get("/desk/").content.decode()
    mine = browse(cast.lead).get("/desk/").content.decode()
    assert "replying since" not in mine


def test_replies_are_new_to_the_owner_until_they_have_read_them(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester)
    take(cast.engineer, ticket)
    owner, other = browse(cast.engineer), browse(cast.lead)
    owner.post("/desk/tickets/ACME-1/read/")
    known = shown_by(owner)
    clock.advance(minutes=1)
    reply(cast.acme.requester, ticket)
    reply(cast.engineer, ticket, "Soon")  # what the desk writes is no news to the desk
    assert "1 new<" in ask(owner, known).json()["html"]
    assert "1 new<" not in other.get("/desk/").content.decode()
    answer = owner.post("/desk/tickets/ACME-1/read/", {"next": "/desk/?view=mine"})
    assert answer.headers["Location"] == "/desk/?view=mine"
    assert "1 new<" not in owner.get("/desk/").content.decode()


def test_reading_changes_neither_the_ticket_nor_anybody_elses_mark(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    browse(cast.engineer).post("/desk/tickets/ACME-1/read/", {"next": "https://evil.example/"})
    with acting_as(context_of(cast.engineer)):
        assert Ticket.objects.get(pk=ticket.pk).version == ticket.version
        assert [mark.person_id for mark in ReadMark.objects.all()] == [cast.engineer.pk]


def test_after_reading_one_goes_back_only_within_the_portal(cast: Cast, browse: Browse) -> None:
    file_ticket(cast.acme.requester)
    answer = browse(cast.engineer).post("/desk/tickets/ACME-1/read/", {"next": "https://evil.example/"})
    assert answer.headers["Location"] == "/desk/tickets/ACME-1/"


@pytest.mark.parametrize("known", ["x", ":", "1:", "9" * 40 + ":a", "٣:a", "1:a" + ",2:b" * 500])
def test_a_malformed_list_of_rows_is_no_error(cast: Cast, browse: Browse, known: str) -> None:
    assert ask(browse(cast.engineer), known).status_code in (200, 204)


def test_asking_costs_the_same_for_one_row_as_for_twenty(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)

    def cost() -> int:
        known = shown_by(client)
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, known).status_code == 204
        return len([query for query in queries if "tickets_" in query["sql"]])

    file_ticket(cast.acme.requester)
    assert cost() == 3  # the rows, the new replies, who is there
    for _ in range(19):
        file_ticket(cast.acme.requester)
    assert cost() == 3


def test_what_stands_after_the_last_row_of_a_full_page_is_no_news() -> None:
    assert live.arrived([7, 1, 2, 3], {1, 2}, has_more=True) == [7]
    assert live.arrived([7, 1, 2, 3], {1, 2}, has_more=False) == [7, 3]
    assert live.arrived([7], {1, 2}, has_more=True) == []


# --- One ticket's page -------------------------------------------------------------------------------
def address_of(client: Client) -> tuple[str, str]:
    """Return what the page of ACME-1 asks, and what it knows."""
    page = client.get("/desk/tickets/ACME-1/").content.decode()
    url = page.partition('data-live="')[2].partition('"')[0].replace("&amp;", "&")
    return url, page.partition('data-known="')[2].partition('"')[0]


def test_a_tickets_page_hears_of_a_message_and_shows_its_clocks(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    client = browse(cast.engineer)
    url, known = address_of(client)
    assert client.get(f"{url}&rows={known}").status_code == 204
    clock.advance(minutes=2)
    reply(cast.lead, ticket, "We look at it")
    news = client.get(f"{url}&rows={known}").json()
    assert news["notice"] == "1 new message. Show it"
    assert '<div id="live-clocks">' in news["html"]
    assert "Met" in news["html"]


def test_a_tickets_page_hears_of_a_change_without_a_message(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    url, known = address_of(client)
    take(cast.lead, ticket)
    assert client.get(f"{url}&rows={known}").json()["notice"] == "This ticket has changed. Show it"


def test_a_customers_own_note_is_no_news_to_the_desk(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester)
    client = browse(cast.engineer)
    url, known = address_of(client)
    with acting_as(context_of(cast.acme.coordinator)) as now:
        actions.post_customer_note(
            ticket=ticket, actor=actor_of(cast.acme.coordinator), at=now, body="Between us"
        )
    answer = client.get(f"{url}&rows={known}")
    assert "message" not in answer.content.decode()


def test_a_peek_shows_the_last_three_messages(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH, subject="Payments are refused")
    for number in range(4):
        clock.advance(minutes=1)
        reply(cast.acme.requester, ticket, f"Message {number}")
    page = browse(cast.engineer).get("/desk/tickets/ACME-1/peek/").content.decode()
    assert "<html" not in page
    assert "Payments are refused" in page
    assert "The last 3 messages" in page
    assert [f"Message {number}" in page for number in range(4)] == [False, True, True, True]
