"""A colleague reads the reply that somebody has begun, and takes a copy of it over; nobody's text is lost."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as
from customers.models import DeskPerson
from tests.cast import Cast, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.tickets.conftest import everything_about, facts_of
from tickets.models import Draft, Ticket


@pytest.fixture
def ticket(cast: Cast, browse: Browse) -> Ticket:
    """A ticket on which the lead has begun a reply, saved at 10:00."""
    filed = file_ticket(cast.acme.requester)
    save(browse, cast.lead, filed, "It was the **cache**")
    return filed


def save(browse: Browse, person: DeskPerson, ticket: Ticket, body: str, mode: str = "reply") -> None:
    browse(person).post(f"/desk/tickets/{ticket.key}/{mode}/draft/", {"body": body})


def theirs(cast: Cast, ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.key}/drafts/{cast.lead.pk}/"


def drafts(cast: Cast) -> dict[str, str]:
    with acting_as(context_of(cast.engineer)):
        return dict(Draft.objects.values_list("author_name", "body"))


def beat(browse: Browse, person: DeskPerson, ticket: Ticket, state: str = "viewing") -> str:
    answer: Any = browse(person).post(f"/desk/tickets/{ticket.key}/presence/", {"state": state})
    return " ".join(answer.content.decode().split())


def test_whoever_replies_has_a_draft_to_see(cast: Cast, browse: Browse, clock: Clock, ticket: Ticket) -> None:
    beat(browse, cast.lead, ticket, "replying")
    assert theirs(cast, ticket) in beat(browse, cast.engineer, ticket)
    page = browse(cast.engineer).get(theirs(cast, ticket)).content.decode()
    assert "It was the <strong>cache</strong>" in page
    assert 'As saved <time datetime="2026-03-02T23:00:00+0000"' in page
    beat(browse, cast.lead, ticket, "viewing")
    assert theirs(cast, ticket) not in beat(browse, cast.engineer, ticket)


def test_taking_over_gives_a_copy_and_tells_the_author(
    cast: Cast, browse: Browse, clock: Clock, ticket: Ticket
) -> None:
    clock.advance(minutes=4)
    answer = browse(cast.engineer).post(theirs(cast, ticket))
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/tickets/{ticket.key}/#write")
    both = {"Desk Engineer": "It was the **cache**", "Desk Lead": "It was the **cache**"}
    assert drafts(cast) == both
    assert "Desk Engineer took over your reply" in beat(browse, cast.lead, ticket, "replying")
    page = browse(cast.lead).get(f"/desk/tickets/{ticket.key}/").content.decode()
    assert "Desk Engineer took a copy over" in page
    assert "It was the **cache**" in page
    save(browse, cast.lead, ticket, "It was the **cache**, again")
    assert drafts(cast) == both | {"Desk Lead": "It was the **cache**, again"}
    assert "took over your reply" in beat(browse, cast.lead, ticket)
    browse(cast.lead).post(f"/desk/tickets/{ticket.key}/reply/draft/", {"discard": "1"})
    assert "took over" not in beat(browse, cast.lead, ticket)


def test_it_stands_in_the_desks_log_and_not_in_the_customers(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    browse(cast.engineer).post(theirs(cast, ticket))
    assert facts_of(ticket)[-1] == "draft_taken_over"
    said = "took over the reply that Desk Lead has begun"
    assert said in browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content.decode()
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert said not in page


def test_what_one_has_written_oneself_stays_above_it_and_twice_is_once(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    save(browse, cast.engineer, ticket, "Hello Acme,")
    for _ in range(2):
        browse(cast.engineer).post(theirs(cast, ticket))
    assert drafts(cast)["Desk Engineer"] == "Hello Acme,\n\nIt was the **cache**"


def test_what_was_sent_meanwhile_cannot_be_taken_over(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    browse(cast.lead).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "It was the **cache**"})
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(theirs(cast, ticket))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Desk Lead has sent or discarded this text." in page
    assert "Desk Lead has nothing saved on this ticket just now." in page
    assert (drafts(cast), everything_about(ticket)) == ({}, before)


def test_a_note_is_its_writers_alone_and_nobody_takes_over_from_themselves(
    cast: Cast, browse: Browse, ticket: Ticket
) -> None:
    save(browse, cast.lead, ticket, "", "reply")
    save(browse, cast.lead, ticket, "Between me and me", "note")
    page = browse(cast.engineer).get(theirs(cast, ticket)).content.decode()
    assert "Between me and me" not in page
    assert browse(cast.lead).post(theirs(cast, ticket)).status_code == 404
    assert drafts(cast) == {"Desk Lead": "Between me and me"}
