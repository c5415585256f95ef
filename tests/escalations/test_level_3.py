"""Level 2 asks a team of Level 3 for help: who is told, who takes it up, and how it comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson, Team
from escalations import actions as ladders
from escalations.functional_models import FunctionalEscalation
from escalations.ladder import Trigger
from escalations.models import Escalation
from notifications.models import Notification
from slas.models import Clock as SlaClock
from tests.cast import HIGH, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.escalations.level3 import accept, escalate, level_3, specialist, visits
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions as tickets
from tickets.models import ResolutionCode, Ticket

LIST = "/desk/escalations/"


@pytest.fixture
def ada(cast: Cast) -> DeskPerson:
    return specialist("Ada Specialist")


@pytest.fixture
def team(cast: Cast, ada: DeskPerson) -> Team:
    return level_3(cast, ada)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester, impact=HIGH)


def page(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.key}/"


def asked(ticket: Ticket, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends to escalate, with changes."""
    return {
        "version": fresh(ticket).version,
        "tried": "Restarted the standby",
        "needed": "Read the lock table",
        **changes,
    }


def told(**wanted: Any) -> set[tuple[str, str]]:
    with acting_as(worker_context()):
        found = Notification.objects.filter(kind__startswith="level_3", **wanted)
        return set(found.values_list("recipient_email", "kind"))


def clocks(ticket: Ticket) -> list[tuple[Any, ...]]:
    with acting_as(worker_context()):
        found = SlaClock.objects.filter(ticket=ticket).order_by("metric", "cycle")
        return list(found.values_list("metric", "cycle", "state", "outcome", "due_at"))


def says(client: Client, address: str, *words: str) -> None:
    shown = client.get(address).content.decode()
    for one in words:
        assert one in shown, one


# --- There -------------------------------------------------------------------------------------------
def test_an_engineer_escalates_and_everyone_concerned_is_told(
    cast: Cast, browse: Browse, team: Team, ticket: Ticket, ada: DeskPerson
) -> None:
    before = clocks(ticket)
    answer = browse(cast.engineer).post(
        f"{page(ticket)}escalate/", asked(ticket, to=f"team-{team.pk}", keeper=cast.lead.pk)
    )
    assert (answer.status_code, answer["Location"]) == (302, page(ticket))
    now = fresh(ticket)
    assert (now.level, now.assignee, now.status) == (3, cast.lead, "new")
    [visit] = visits(ticket)
    assert (visit.state, visit.team, visit.keeper, visit.escalated_at, visit.escalated_by) == (
        "waiting",
        team,
        cast.lead,
        START,
        "Desk Engineer",
    )
    assert told() == {
        ("ada.specialist@trusst.example", "level_3_asked"),
        ("lead@trusst.example", "level_3_keeps"),
    }
    assert clocks(ticket) == before != []
    says(
        browse(cast.engineer),
        page(ticket),
        "escalated to Level 3, Databases; Desk Lead keeps the customer updated",
        "Restarted the standby",
        "Take back to Level 2…",
    )


def test_the_customer_reads_that_specialists_have_it_and_no_more(
    cast: Cast, browse: Browse, call: Call, team: Team, ticket: Ticket
) -> None:
    escalate(ticket, team, cast.engineer)
    shown = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    assert "passed this to the desk&#x27;s specialists" in shown
    for word in ("Databases", "Restarted the standby", "lock table", "Level 3"):
        assert word not in shown, word
    address = f"/api/v1/c/acme/tickets/{ticket.number}/escalations/"
    assert call(cast.acme.lead).get(address).status_code == 403


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tried": " "}, "Say what you tried, so that Level 3 goes on from there."),
        ({"needed": ""}, "Say what you need from Level 3."),
        ({"keeper": ""}, "Select who keeps the customer updated."),
        ({"to": ""}, "Select whom you ask."),
        ({"version": 1000}, "This ticket changed while you were editing."),
    ],
)
def test_an_escalation_says_everything_or_nothing_happens(
    cast: Cast, browse: Browse, team: Team, ticket: Ticket, change: dict[str, Any], reason: str
) -> None:
    before = everything_about(ticket)
    sent = {"to": f"team-{team.pk}", "keeper": cast.engineer.pk} | change
    answer = browse(cast.engineer).post(f"{page(ticket)}escalate/", asked(ticket, **sent))
    assert answer.status_code == (409 if "version" in change else 422)
    shown = answer.content.decode()
    assert reason in shown
    assert "Error: Escalate" in shown
    assert everything_about(ticket) == before
    assert visits(ticket) == []
    assert told() == set()


def test_only_teams_of_level_3_are_asked_and_every_team_while_none_is(
    cast: Cast, browse: Browse, call: Call, ada: DeskPerson, ticket: Ticket
) -> None:
    marked = level_3(cast, ada)
    other = level_3(cast, ada, name="Networks")
    offered = f'value="team-{other.pk}"'
    admin = browse(cast.admin)
    assert offered in admin.get(page(ticket)).content.decode()
    says(admin, "/desk/admin/teams/", "Level 3</span>")
    admin.post(f"{LIST}teams/{other.pk}/", {"level_3": "no"})
    assert offered not in admin.get(page(ticket)).content.decode()
    says(admin, "/desk/admin/activity/", "took Level 3 from the team")
    body = {"team": other.pk, "tried": "All", "needed": "Help", "keeper": cast.engineer.pk}
    answer = call(cast.engineer).post(f"/api/v1/c/acme/tickets/{ticket.number}/escalations/", body)
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "Networks is not Level 3. Select another team.",
    )
    admin.post(f"{LIST}teams/{marked.pk}/", {"level_3": "no"})
    assert offered in admin.get(page(ticket)).content.decode()
    assert browse(cast.engineer).post(f"{LIST}teams/{marked.pk}/", {"level_3": "yes"}).status_code == 403


def test_a_second_click_escalates_once(cast: Cast, browse: Browse, team: Team, ticket: Ticket) -> None:
    sent = asked(ticket, to=f"team-{team.pk}", keeper=cast.engineer.pk)
    client = browse(cast.engineer)
    assert [client.post(f"{page(ticket)}escalate/", sent).status_code for _ in range(2)] == [302, 409]
    assert len(visits(ticket)) == 1


# --- Taken up ----------------------------------------------------------------------------------------
def test_somebody_of_the_team_takes_it_up_and_the_owner_stays(
    cast: Cast, browse: Browse, team: Team, ticket: Ticket, ada: DeskPerson, clock: Clock
) -> None:
    escalate(ticket, team, cast.engineer)
    clock.advance(minutes=5)
    assert browse(cast.lead).post(f"{page(ticket)}escalation/accept/").status_code == 403
    assert visits(ticket)[0].state == "waiting"
    answer = browse(ada).post(f"{page(ticket)}escalation/accept/", {"back": "list"})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    [visit] = visits(ticket)
    assert (visit.state, visit.worker, visit.accepted_at) == ("accepted", ada, START + timedelta(minutes=5))
    assert fresh(ticket).assignee == cast.engineer
    assert ("engineer@trusst.example", "level_3_accepted") in told()
    again = browse(ada).post(f"{page(ticket)}escalation/accept/")
    assert again.status_code == 409
    assert "Ada Specialist accepted this already." in again.content.decode()


def test_the_list_has_what_nobody_accepted_first_and_one_team_alone(
    cast: Cast, browse: Browse, team: Team, ada: DeskPerson, clock: Clock
) -> None:
    networks = level_3(cast, cast.engineer, name="Networks")
    client = browse(ada)
    assert "Nothing is with Level 3" in client.get(LIST).content.decode()
    given = []
    for asked_team in (team, networks, team):
        given.append(file_ticket(cast.acme.requester))
        escalate(given[-1], asked_team, cast.lead)
        clock.advance(minutes=1)
    accept(given[0], ada)
    listed = client.get(LIST).context["page"].object_list
    assert [one.ticket for one in listed] == [given[2], given[1], given[0]]
    alone = client.get(f"{LIST}?team={networks.pk}").context["page"].object_list
    assert [one.ticket for one in alone] == [given[1]]
    buttons = client.get(LIST).content.decode()
    assert f'Accept<span class="vh"> {given[2].key}' in buttons
    assert f'Accept<span class="vh"> {given[1].key}' not in buttons


# --- And back ----------------------------------------------------------------------------------------
def test_the_team_gives_it_back_with_what_it_found(
    cast: Cast, browse: Browse, team: Team, ticket: Ticket, ada: DeskPerson
) -> None:
    escalate(ticket, team, cast.engineer)
    accept(ticket, ada)
    client, address = browse(ada), f"{page(ticket)}escalation/back/"
    refused = client.post(address, {"version": fresh(ticket).version, "reason": "A lock", "findings": ""})
    assert refused.status_code == 422
    assert "Say what you found, so that Level 2 goes on from there." in refused.content.decode()
    assert fresh(ticket).level == 3
    client.post(
        address, {"version": fresh(ticket).version, "reason": "A lock", "findings": "Session 7 held it"}
    )
    [visit] = visits(ticket)
    assert (visit.state, visit.end_reason, visit.findings) == ("returned", "A lock", "Session 7 held it")
    assert (fresh(ticket).level, fresh(ticket).assignee) == (2, cast.engineer)
    assert ("engineer@trusst.example", "level_3_back") in told()
    says(client, page(ticket), "gave it back from Databases to Level 2: A lock", "Session 7 held it")
    says(
        browse(cast.acme.requester),
        f"/c/acme/tickets/{ticket.number}/",
        "took this back from the desk&#x27;s specialists",
    )
    assert facts_of(ticket)[-2:] == ["level_changed", "back_at_level_2"]


def test_level_2_takes_it_back_with_a_reason_alone_and_may_ask_again(
    cast: Cast, browse: Browse, team: Team, ticket: Ticket
) -> None:
    escalate(ticket, team, cast.engineer)
    browse(cast.engineer).post(
        f"{page(ticket)}escalation/back/",
        {"version": fresh(ticket).version, "reason": "It came back by itself"},
    )
    assert [visit.state for visit in visits(ticket)] == ["recalled"]
    assert ("ada.specialist@trusst.example", "level_3_back") in told()
    escalate(ticket, team, cast.engineer)
    assert [visit.state for visit in visits(ticket)] == ["waiting", "recalled"]


@pytest.mark.parametrize("how", ["resolve", "return", "merge"])
def test_the_end_of_the_ticket_ends_it(cast: Cast, team: Team, ticket: Ticket, how: str) -> None:
    escalate(ticket, team, cast.engineer)
    into = file_ticket(cast.acme.requester)
    by: dict[str, Any] = {"ticket": ticket, "actor": actor_of(cast.engineer)}
    with acting_as(context_of(cast.engineer)) as now:
        match how:
            case "resolve":
                tickets.resolve(**by, at=now, code=ResolutionCode.FIXED)
            case "return":
                tickets.return_to_customer(**by, at=now, reason="Check the plug")
            case "merge":
                tickets.merge(**by, at=now, into=into)
    assert [(visit.state, visit.ended_by) for visit in visits(ticket)] == [("ended", "Desk Engineer")]


def test_what_is_reopened_after_its_end_is_at_level_2(cast: Cast, team: Team, ticket: Ticket) -> None:
    escalate(ticket, team, cast.engineer)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code=ResolutionCode.FIXED)
    assert fresh(ticket).level == 3
    with acting_as(context_of(cast.acme.requester)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.acme.requester), at=now, body="Not yet")
    assert (fresh(ticket).level, fresh(ticket).status) == (2, "in_progress")
    escalate(ticket, team, cast.engineer)


def test_a_new_owner_keeps_the_customer_updated_and_nobody_never_does(
    cast: Cast, team: Team, ticket: Ticket
) -> None:
    escalate(ticket, team, cast.engineer)
    for person, keeper in ((cast.lead, cast.lead), (None, cast.lead)):
        with acting_as(context_of(cast.manager)) as now:
            tickets.assign(ticket=ticket, actor=actor_of(cast.manager), at=now, person=person)
        assert visits(ticket)[0].keeper == keeper


# --- The other ways ----------------------------------------------------------------------------------
def ladder_of(ticket: Ticket) -> list[Escalation]:
    with acting_as(worker_context()):
        return list(Escalation.objects.filter(ticket=ticket, trigger=Trigger.MANUAL).order_by("pk"))


def test_the_duty_manager_is_called_once_and_work_does_not_answer(
    cast: Cast, browse: Browse, ticket: Ticket, clock: Clock
) -> None:
    client = browse(cast.engineer)
    for _ in range(2):
        answer = client.post(
            f"{page(ticket)}escalate/",
            asked(ticket, to="manager", tried="", needed="A decision", keeper=cast.engineer.pk),
        )
        assert answer.status_code == 302
    [ladder] = ladder_of(ticket)
    assert (ladder.about, ladder.began_at) == ("Duty manager called: A decision", START)
    ladders.advance_due()
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We look at it")
    clock.advance(minutes=15)
    ladders.advance_due()
    with acting_as(worker_context()):
        called = Notification.objects.filter(kind=Trigger.MANUAL).order_by("pk")
        assert list(called.values_list("recipient_email", flat=True)) == [
            "manager@trusst.example",
            "lead@trusst.example",
        ]
    says(client, page(ticket), "called the duty manager: A decision")
    browse(cast.manager).post(f"{page(ticket)}acknowledge/")
    assert ladder_of(ticket)[0].state == "acknowledged"
    assert fresh(ticket).level == 2


def test_back_to_level_1_says_why(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    client = browse(cast.engineer)
    sent = asked(ticket, to="level-1", tried="", keeper=cast.engineer.pk)
    assert client.post(f"{page(ticket)}escalate/", sent | {"needed": " "}).status_code == 422
    assert fresh(ticket).level == 2
    assert client.post(f"{page(ticket)}escalate/", sent | {"needed": "Check the plug"}).status_code == 302
    assert fresh(ticket).level == 1


def test_programs_do_the_same(cast: Cast, call: Call, team: Team, ticket: Ticket, ada: DeskPerson) -> None:
    address = f"/api/v1/c/acme/tickets/{ticket.number}/"
    level_2, specialists = call(cast.engineer), call(ada)
    body = {"team": team.pk, "tried": "All", "needed": "Help", "keeper": cast.engineer.pk}
    answer = level_2.post(f"{address}escalations/", body)
    assert (answer.status_code, answer.json()["state"], answer.json()["team"]) == (
        201,
        "waiting",
        "Databases",
    )
    assert level_2.post(f"{address}escalations/accept/").status_code == 403
    assert specialists.post(f"{address}escalations/accept/", {"version": 999}).status_code == 409
    assert specialists.post(f"{address}escalations/accept/").json()["worker"] == "Ada Specialist"
    back = {"reason": "A lock", "findings": "Session 7"}
    assert specialists.post(f"{address}escalations/back/", back).json()["state"] == "returned"
    assert level_2.post(f"{address}escalations/back/", back).status_code == 404
    assert [one["state"] for one in level_2.get(f"{address}escalations/").json()] == ["returned"]
    called = [level_2.post(f"{address}call-manager/", {"reason": "Now"}).json() for _ in range(2)]
    assert called == [{"called": True}, {"called": False}]
    with acting_as(worker_context()):
        assert FunctionalEscalation.objects.count() == 1
