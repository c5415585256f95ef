"""What somebody has begun to write is kept for them alone, until they send it or throw it away."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.tenancy import acting_as
from customers.models import DeskPerson, Member
from tests.cast import Cast, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.tickets.conftest import everything_about
from tickets.models import Draft, Ticket

JSON = {"Accept": "application/json"}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def address(ticket: Ticket, person: Member | DeskPerson, end: str = "") -> str:
    if isinstance(person, DeskPerson):
        return f"/desk/tickets/{ticket.key}/{end}"
    return f"/c/{person.customer.slug}/tickets/{ticket.number}/{end}"


def save(browse: Browse, person: Member | DeskPerson, ticket: Ticket, mode: str, body: str) -> Any:
    return browse(person).post(address(ticket, person, f"{mode}/draft/"), {"body": body}, headers=JSON)


def drafts(person: Member | DeskPerson) -> list[tuple[str, str, str]]:
    with acting_as(context_of(person)):
        return list(Draft.objects.order_by("pk").values_list("author_name", "mode", "body"))


def text_in(client: Client, page: str, mode: str = "reply") -> Any:
    return client.get(page).context["forms"][mode]["body"].value()


def test_a_draft_is_there_when_its_writer_comes_back(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    clock.advance(minutes=31)
    answer = save(browse, cast.engineer, ticket, "reply", "It was the\r\ncache")
    assert (answer.status_code, answer.json()) == (200, {"said": "Draft saved 10:31"})
    page = browse(cast.engineer).get(address(ticket, cast.engineer))
    assert page.context["forms"]["reply"]["body"].value() == "It was the\ncache"
    assert page.context["forms"]["note"]["body"].value() is None
    assert "Draft from <time" in page.content.decode()
    assert drafts(cast.engineer) == [("Desk Engineer", "reply", "It was the\ncache")]


def test_each_mode_and_each_person_has_a_draft_of_their_own(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    save(browse, cast.engineer, ticket, "reply", "To them")
    save(browse, cast.engineer, ticket, "note", "To us")
    save(browse, cast.lead, ticket, "reply", "Mine")
    save(browse, cast.engineer, ticket, "reply", "To them all")
    assert drafts(cast.engineer) == [
        ("Desk Engineer", "reply", "To them all"),
        ("Desk Engineer", "note", "To us"),
        ("Desk Lead", "reply", "Mine"),
    ]
    assert text_in(browse(cast.lead), address(ticket, cast.lead)) == "Mine"
    assert text_in(browse(cast.manager), address(ticket, cast.manager)) is None


def test_a_member_sees_their_own_draft_and_not_a_colleagues(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    save(browse, cast.acme.requester, ticket, "reply", "Any news")
    save(browse, cast.engineer, ticket, "reply", "We have news")
    page = address(ticket, cast.acme.requester)
    assert text_in(browse(cast.acme.requester), page) == "Any news"
    assert text_in(browse(cast.acme.lead), page) is None
    assert drafts(cast.acme.requester) == [("Acme Requester", "reply", "Any news")]
    assert drafts(cast.engineer) == [("Desk Engineer", "reply", "We have news")]


def test_a_draft_changes_nothing_about_the_ticket(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before = everything_about(ticket)
    save(browse, cast.engineer, ticket, "reply", "Half a thought")
    assert everything_about(ticket) == before


def test_sending_ends_the_draft_of_that_mode_alone(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    save(browse, cast.engineer, ticket, "reply", "We are on")
    save(browse, cast.engineer, ticket, "note", "To us")
    sent = browse(cast.engineer).post(address(ticket, cast.engineer, "reply/"), {"body": "We are on it"})
    assert sent.status_code == 302
    assert drafts(cast.engineer) == [("Desk Engineer", "note", "To us")]


def test_a_refused_text_keeps_its_draft(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    save(browse, cast.engineer, ticket, "reply", "Hello {{first_name}}")
    body = {"body": "Hello {{first_name}}"}
    assert browse(cast.engineer).post(address(ticket, cast.engineer, "reply/"), body).status_code == 422
    assert drafts(cast.engineer) == [("Desk Engineer", "reply", "Hello {{first_name}}")]


def test_a_save_that_comes_after_the_message_brings_nothing_back(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    browse(cast.engineer).post(address(ticket, cast.engineer, "reply/"), {"body": "We are on it"})
    answer = save(browse, cast.engineer, ticket, "reply", "We are on it ")
    assert answer.json() == {"said": ""}
    assert drafts(cast.engineer) == []


def test_an_emptied_text_is_forgotten(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    save(browse, cast.engineer, ticket, "reply", "No")
    assert save(browse, cast.engineer, ticket, "reply", " \n").json() == {"said": ""}
    assert drafts(cast.engineer) == []


def test_discarding_takes_only_ones_own(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    save(browse, cast.engineer, ticket, "reply", "Mine")
    save(browse, cast.lead, ticket, "reply", "Theirs")
    answer = browse(cast.engineer).post(address(ticket, cast.engineer, "reply/draft/"), {"discard": "1"})
    assert answer.headers["Location"] == address(ticket, cast.engineer)
    assert drafts(cast.engineer) == [("Desk Lead", "reply", "Theirs")]


def test_without_a_script_a_button_saves_it(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client = browse(cast.engineer)
    answer = client.post(address(ticket, cast.engineer, "reply/draft/"), {"body": "By hand"}, follow=True)
    assert "Draft saved." in answer.content.decode()
    assert answer.context["forms"]["reply"]["body"].value() == "By hand"


def test_what_is_too_long_is_refused_and_the_last_draft_stays(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    save(browse, cast.engineer, ticket, "reply", "Short")
    answer = save(browse, cast.engineer, ticket, "reply", "x" * 40_001)
    assert answer.status_code == 422
    assert answer.json() == {"said": "This is longer than 40,000 characters and is not kept here."}
    assert drafts(cast.engineer) == [("Desk Engineer", "reply", "Short")]


def test_a_requester_has_no_notes_to_begin(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    assert save(browse, cast.acme.requester, ticket, "note", "Ours").status_code == 403
    assert drafts(cast.acme.requester) == []


def test_there_is_no_other_mode(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    assert save(browse, cast.engineer, ticket, "shout", "Hey").status_code == 404


def test_a_signed_out_page_is_told_by_a_redirect(cast: Cast, ticket: Ticket) -> None:
    answer = Client().post(address(ticket, cast.engineer, "reply/draft/"), {"body": "x"}, headers=JSON)
    assert answer.status_code == 302
    assert drafts(cast.engineer) == []
