"""Engineers take tickets and give them to each other."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson
from tests.cast import Cast, file_ticket, fresh
from tests.conftest import Browse
from tests.tickets.conftest import everything_about, facts_of
from tickets.models import Ticket


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.coordinator)


def test_an_engineer_takes_a_ticket(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/take/", {"version": ticket.version})
    assert fresh(ticket).assignee == cast.engineer
    assert facts_of(ticket)[-1] == "assigned"


def test_of_two_who_take_it_at_once_the_second_is_told(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    address = f"/desk/tickets/{ticket.key}/take/"
    browse(cast.engineer).post(address, {"version": ticket.version})
    before = everything_about(ticket)
    answer = browse(cast.lead).post(address, {"version": ticket.version})
    assert answer.status_code == 409
    assert everything_about(ticket) == before


def test_a_lead_gives_it_to_someone_and_to_nobody(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client, address = browse(cast.lead), f"/desk/tickets/{ticket.key}/assign/"
    client.post(address, {"version": ticket.version, "person": cast.engineer.pk})
    assert fresh(ticket).assignee == cast.engineer
    client.post(address, {"version": fresh(ticket).version, "person": ""})
    assert fresh(ticket).assignee is None
    assert facts_of(ticket)[-2:] == ["assigned", "assigned"]


def test_giving_it_to_its_owner_again_changes_nothing(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client, address = browse(cast.lead), f"/desk/tickets/{ticket.key}/assign/"
    client.post(address, {"version": ticket.version, "person": cast.engineer.pk})
    before = everything_about(ticket)
    client.post(address, {"version": fresh(ticket).version, "person": cast.engineer.pk})
    assert everything_about(ticket) == before


@pytest.mark.parametrize("person", ["someone who left", "nobody known", "a word", "beyond every number"])
def test_only_who_is_on_the_desk_can_be_given_a_ticket(
    cast: Cast, browse: Browse, ticket: Ticket, person: str
) -> None:
    with acting_as(worker_context()):
        DeskPerson.objects.filter(pk=cast.manager.pk).update(is_active=False)
    value = {
        "someone who left": str(cast.manager.pk),
        "nobody known": "999999",
        "a word": "engineer",
        "beyond every number": str(10**30),
    }[person]
    before = everything_about(ticket)
    answer = browse(cast.lead).post(
        f"/desk/tickets/{ticket.key}/assign/", {"version": ticket.version, "person": value}
    )
    assert answer.status_code == 422
    assert set(answer.context["failed"]["assign"].errors) == {"person"}
    assert everything_about(ticket) == before
