"""A colleague follows a ticket that is not theirs, and hears what happens to it."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import Member
from notifications.models import Audience, Notification
from tests.cast import Cast, context_of, file_ticket
from tests.conftest import Browse
from tests.tickets.conftest import everything_about
from tickets import actions
from tickets.models import Ticket


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester)


def page_of(ticket: Ticket) -> str:
    return f"/c/acme/tickets/{ticket.number}/"


def followers(ticket: Ticket) -> list[int]:
    with acting_as(worker_context()):
        return list(ticket.watchers.values_list("member_id", flat=True))


def hears_of_a_reply(cast: Cast, browse: Browse, ticket: Ticket) -> set[str]:
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", {"body": "News"})
    with acting_as(worker_context()):
        return set(
            Notification.objects.filter(audience=Audience.CUSTOMER).values_list("recipient_email", flat=True)
        )


def test_a_coordinator_follows_and_hears_of_a_reply(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    answer = browse(cast.acme.coordinator).post(f"{page_of(ticket)}follow/", {"version": ticket.version})
    assert (answer.status_code, answer["Location"]) == (302, page_of(ticket))
    assert followers(ticket) == [cast.acme.coordinator.pk]
    assert hears_of_a_reply(cast, browse, ticket) == {"requester@acme.example", "coordinator@acme.example"}


def test_following_twice_is_following_once(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    for _ in range(2):
        browse(cast.acme.lead).post(f"{page_of(ticket)}follow/", {"version": ticket.version})
    assert followers(ticket) == [cast.acme.lead.pk]


def test_who_stops_following_hears_no_more(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client = browse(cast.acme.lead)
    client.post(f"{page_of(ticket)}follow/", {"version": ticket.version})
    answer = client.post(f"{page_of(ticket)}unfollow/", {"version": ticket.version})
    assert answer["Location"] == page_of(ticket)
    assert followers(ticket) == []
    assert hears_of_a_reply(cast, browse, ticket) == {"requester@acme.example"}


def test_the_page_offers_one_of_the_two(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    def offered(member: Member) -> set[str]:
        return {"follow", "unfollow"} & set(browse(member).get(page_of(ticket)).context["may"])

    assert offered(cast.acme.lead) == {"follow"}
    browse(cast.acme.lead).post(f"{page_of(ticket)}follow/", {"version": ticket.version})
    assert offered(cast.acme.lead) == {"unfollow"}
    assert offered(cast.acme.coordinator) == {"follow"}
    assert offered(cast.acme.requester) == set()


@pytest.mark.parametrize("name", ["follow", "unfollow"])
def test_a_requester_need_not_follow_their_own(cast: Cast, browse: Browse, ticket: Ticket, name: str) -> None:
    before = everything_about(ticket)
    answer = browse(cast.acme.requester).post(f"{page_of(ticket)}{name}/", {"version": ticket.version})
    assert answer.status_code == 403
    assert everything_about(ticket) == before


def test_a_requester_who_stops_following_a_colleagues_ticket_goes_back_to_the_list(
    cast: Cast, browse: Browse
) -> None:
    ticket = file_ticket(cast.acme.coordinator)
    with acting_as(context_of(cast.acme.coordinator)):
        actions.watch(ticket=ticket, member=cast.acme.requester)
    client = browse(cast.acme.requester)
    assert client.get(page_of(ticket)).status_code == 200
    answer = client.post(f"{page_of(ticket)}unfollow/", {"version": ticket.version})
    assert (answer.status_code, answer["Location"]) == (302, "/c/acme/")
    assert followers(ticket) == []
    assert client.get(page_of(ticket)).status_code == 404


def test_another_customers_ticket_cannot_be_followed(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    answer = browse(cast.globex.lead).post(f"/c/globex/tickets/{ticket.number}/follow/", {"version": 1})
    assert answer.status_code == 404
    assert followers(ticket) == []
