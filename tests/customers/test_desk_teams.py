"""Teams of the desk: who is in them, who leads, and tickets that belong to one."""

from __future__ import annotations

import pytest

from core.tenancy import acting_as, worker_context
from customers.models import Team
from tests.cast import Cast, file_ticket, fresh
from tests.conftest import Browse
from tests.teams import networks
from tests.tickets.conftest import everything_about, facts_of

TEAMS = "/desk/admin/teams/"


def team() -> tuple[str, str | None, list[str], bool]:
    with acting_as(worker_context()):
        one = Team.objects.get()
        lead = one.lead.name if one.lead else None
        return one.name, lead, [person.name for person in one.people.all()], one.is_active


@pytest.mark.parametrize("role", ["lead", "admin"])
def test_a_team_is_added_and_its_lead_is_in_it(cast: Cast, browse: Browse, role: str) -> None:
    answer = browse(cast.desk[role]).post(
        TEAMS, {"name": " Networks ", "lead": cast.lead.pk, "people": [cast.engineer.pk]}
    )
    assert (answer.status_code, answer["Location"]) == (302, TEAMS)
    assert team() == ("Networks", "Desk Lead", ["Desk Engineer", "Desk Lead"], True)


@pytest.mark.parametrize("role", ["engineer", "manager"])
def test_others_add_none(cast: Cast, browse: Browse, role: str) -> None:
    assert browse(cast.desk[role]).post(TEAMS, {"name": "Networks"}).status_code == 403
    with acting_as(worker_context()):
        assert not Team.objects.exists()


def test_two_teams_are_not_called_the_same(cast: Cast, browse: Browse) -> None:
    networks(cast)
    answer = browse(cast.admin).post(TEAMS, {"name": "Networks", "people": [cast.manager.pk]})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"] == ["There is a team of this name. Enter another one."]
    assert team()[2] == ["Desk Engineer", "Desk Lead"]


def test_a_team_is_changed_and_withdrawn(cast: Cast, browse: Browse) -> None:
    pk, client = networks(cast).pk, browse(cast.lead)
    client.post(f"{TEAMS}{pk}/", {"name": "Wide networks", "lead": "", "people": [cast.manager.pk]})
    assert team() == ("Wide networks", None, ["Desk Manager"], True)
    client.post(f"{TEAMS}{pk}/switch/", {"active": "no"})
    assert team()[3] is False
    lines = client.get("/desk/admin/activity/").context["lines"]
    assert [(line.what, line.about) for line in lines[:3]] == [
        ("withdrew the team", "Wide networks"),
        ("edited the team", "Wide networks"),
        ("added the team", "Wide networks"),
    ]


def test_a_ticket_is_given_to_a_team_and_keeps_its_owner(cast: Cast, browse: Browse) -> None:
    ticket, pk = file_ticket(cast.acme.coordinator), networks(cast).pk
    client = browse(cast.engineer)
    client.post(f"/desk/tickets/{ticket.key}/take/", {"version": ticket.version})
    ticket = fresh(ticket)
    client.post(f"/desk/tickets/{ticket.key}/team/", {"version": ticket.version, "team": pk})
    given = fresh(ticket)
    assert (given.team_id, given.assignee) == (pk, cast.engineer)
    assert facts_of(ticket)[-1] == "given_to_team"
    assert b"gave this to the team Networks" in client.get(f"/desk/tickets/{ticket.key}/").content


def test_a_customer_reads_nothing_of_teams(cast: Cast, browse: Browse) -> None:
    ticket, pk = file_ticket(cast.acme.coordinator), networks(cast).pk
    browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/team/", {"version": ticket.version, "team": pk})
    page = browse(cast.acme.lead).get(f"/c/acme/tickets/{ticket.number}/").content
    assert b"Networks" not in page


def test_a_stale_edit_of_the_team_changes_nothing(cast: Cast, browse: Browse) -> None:
    ticket, pk = file_ticket(cast.acme.coordinator), networks(cast).pk
    before = everything_about(ticket)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/team/", {"version": ticket.version + 7, "team": pk}
    )
    assert answer.status_code == 409
    assert everything_about(ticket) == before
