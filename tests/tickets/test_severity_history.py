"""Both sides' assessments of a ticket's severity stay on record, in order, for both sides to read."""

from __future__ import annotations

from typing import Any

import pytest

from core.tenancy import acting_as, worker_context
from notifications.models import Notification
from slas.clock import replay
from slas.documents import parse
from slas.facts import ticket_document
from tests.cast import HIGH, LOW, NORMAL, START, Cast, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.factories import passing
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions
from tickets.history import severity_history
from tickets.models import Ticket
from tickets.templatetags.tickets_ui import severity_matrix

STOPPED = {
    "environment": "production",
    "work": "stopped",
    "workaround": "no",
    "affected": "business",
    "security": "none",
    "reason": "Nobody can order now",
}
DEGRADED = STOPPED | {"work": "degraded", "affected": "team", "reason": "Half the shops fail"}


def reassess(browse: Browse, person: Any, ticket: Ticket, typed: dict[str, Any]) -> Any:
    return browse(person).post(
        f"/c/acme/tickets/{ticket.number}/reassess/", typed | {"version": fresh(ticket).version}
    )


def establish(browse: Browse, cast: Cast, ticket: Ticket, severity: int, reason: str) -> None:
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/severity/",
        {"version": fresh(ticket).version, "severity": severity, "reason": reason},
    )
    assert answer.status_code == 302


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_every_assessment_is_told_in_order_with_who_and_why(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    clock.advance(minutes=5)
    establish(browse, cast, ticket, 3, "As answered")
    clock.advance(minutes=5)
    reassess(browse, cast.acme.coordinator, ticket, DEGRADED)
    clock.advance(minutes=5)
    establish(browse, cast, ticket, 2, "Confirmed by phone")
    with acting_as(worker_context()):
        history = severity_history(ticket)
    assert [
        (one.kind, one.who, one.severity and one.severity.name, one.is_change, one.reason) for one in history
    ] == [
        ("proposed", "Acme Requester", "P3", False, ""),
        ("established", "Desk Engineer", "P3", False, "As answered"),
        ("reassessed", "Acme Coordinator", "P2", True, "Half the shops fail"),
        ("established", "Desk Engineer", "P2", True, "Confirmed by phone"),
    ]
    assert [int((one.at - START).total_seconds()) // 60 for one in history] == [0, 5, 10, 15]
    assert history[0].answers == (
        "Production",
        "it is a nuisance",
        "no way around it",
        "affected: a few people",
    )
    assert history[2].answers == (
        "Production",
        "work goes on with trouble",
        "no way around it",
        "affected: a site or a team",
    )


@pytest.mark.parametrize("side", ["desk", "customer"])
def test_both_sides_read_the_history_and_the_disagreement(cast: Cast, browse: Browse, side: str) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    establish(browse, cast, ticket, 3, "There is a way around it")
    page, whose = (
        (browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/"), "The customer's")
        if side == "desk"
        else (browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/"), "Your")
    )
    said = text_of(page)
    assert f"{whose} answers say P2, the desk established P3." in said
    assert "<b>P2</b> proposed by the answers of Acme Requester" in said
    assert "<b>P3</b> established by Desk Engineer, was P2: There is a way around it" in said


def test_a_proposal_beside_a_severity_that_nobody_established_is_shown_as_such(
    cast: Cast, browse: Browse
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    reassess(browse, cast.acme.requester, ticket, DEGRADED)
    said = text_of(browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/"))
    assert "Your answers say P2; P3 is in force until an engineer establishes the severity." in said


def test_no_disagreement_is_shown_where_there_is_none(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    assert "answers say" not in text_of(browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/"))


def test_new_answers_propose_and_leave_the_severity_in_force(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    assert reassess(browse, cast.acme.requester, ticket, STOPPED).status_code == 302
    now = fresh(ticket)
    assert (now.severity, now.proposed_severity, now.work, now.affected) == (3, 1, "stopped", "business")
    assert facts_of(ticket)[-1] == "impact_reassessed"
    with acting_as(worker_context()):
        facts = ticket_document(now, as_of=START)["facts"]
    assert [fact["severity"] for fact in facts if fact["kind"] == "severity_set"] == ["P3"]


def test_at_level_1_the_proposal_is_the_severity(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=LOW, to_desk=False)
    reassess(browse, cast.acme.coordinator, ticket, DEGRADED)
    now = fresh(ticket)
    assert (now.severity, now.proposed_severity, now.level) == (2, 2, 1)
    browse(cast.acme.coordinator).post(f"/c/acme/tickets/{ticket.number}/pass/", passing(now))
    with acting_as(worker_context()):
        clocks = replay(parse(ticket_document(fresh(ticket), as_of=START))).clocks
    assert {clock.severity for clock in clocks} == {"P2"}


def test_at_level_1_a_critical_ticket_goes_to_the_desk(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=LOW, to_desk=False)
    reassess(browse, cast.acme.requester, ticket, STOPPED)
    now = fresh(ticket)
    assert (now.severity, now.level, now.reached_desk_at) == (1, 2, START)
    assert facts_of(ticket)[-3:] == ["impact_reassessed", "reached_desk", "agreement_attached"]
    with acting_as(worker_context()):
        clocks = replay(parse(ticket_document(now, as_of=START))).clocks
    assert {(clock.metric.value, clock.severity) for clock in clocks} == {
        ("respond", "P1"),
        ("restore", "P1"),
    }


def test_the_clocks_follow_answers_that_count_only_since_the_ticket_was_returned(
    cast: Cast, browse: Browse
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    reassess(browse, cast.acme.coordinator, ticket, DEGRADED)  # with the desk it is a proposal
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/return/",
        {"version": fresh(ticket).version, "reason": "Check the router"},
    )
    reassess(browse, cast.acme.coordinator, ticket, DEGRADED)  # at Level 1 it is the severity
    now = fresh(ticket)
    browse(cast.acme.coordinator).post(f"/c/acme/tickets/{ticket.number}/pass/", passing(now))
    with acting_as(worker_context()):
        clocks = replay(parse(ticket_document(fresh(ticket), as_of=START))).clocks
    assert now.severity == 2
    assert {clock.severity for clock in clocks if clock.state != "stopped"} == {"P2"}


def test_at_level_1_an_established_severity_stays(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    establish(browse, cast, ticket, 3, "As answered")
    browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/return/",
        {"version": fresh(ticket).version, "reason": "Check the router"},
    )
    reassess(browse, cast.acme.requester, ticket, STOPPED)
    now = fresh(ticket)
    assert (now.severity, now.proposed_severity, now.level) == (3, 1, 1)


def test_a_follower_does_not_answer_for_whoever_reported_it(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.coordinator, impact=NORMAL)
    with acting_as(context_of(cast.acme.requester)):
        actions.watch(ticket=ticket, member=cast.acme.requester)
    before = everything_about(ticket)
    answer = reassess(browse, cast.acme.requester, ticket, STOPPED)
    assert answer.status_code == 403
    assert "Whoever reported it answers these questions" in answer.content.decode()
    assert everything_about(ticket) == before


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"work": ""}, "work"),
        ({"work": "asleep"}, "work"),
        ({"workaround": ""}, "workaround"),
        ({"security": ""}, "security"),
    ],
)
def test_an_answer_that_is_missing_is_said_beside_its_question(
    cast: Cast, browse: Browse, typed: dict[str, str], field: str
) -> None:
    ticket = file_ticket(cast.acme.requester)
    before = everything_about(ticket)
    answer = reassess(browse, cast.acme.requester, ticket, STOPPED | typed)
    assert answer.status_code == 422
    form = answer.context["failed"]["reassess"]
    assert set(form.errors) == {field}
    assert form["affected"].value() == "business"
    assert everything_about(ticket) == before


def test_the_customers_people_are_mailed_when_the_severity_changes_and_not_when_it_is_confirmed(
    cast: Cast, browse: Browse
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    establish(browse, cast, ticket, 3, "As answered")
    establish(browse, cast, ticket, 2, "More people call")
    with acting_as(worker_context()):
        told = Notification.objects.filter(ticket_id=ticket.pk, audience="public", kind="ticket")
        assert [(one.recipient_name, one.subject) for one in told] == [
            ("Acme Requester", f"{ticket.key} P2 High: Shop is slow")
        ]
        assert "Desk Engineer changed severity from P3 to P2 High: More people call." in told[0].body


def test_the_api_takes_the_same_answers(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester, impact=NORMAL)
    answers = {name: value for name, value in DEGRADED.items() if name != "workaround"}
    address = f"/api/v1/c/acme/tickets/{ticket.number}/reassess/"
    said = call(cast.acme.requester).post(address, answers | {"has_workaround": False}).json()
    assert (said["severity"], said["proposed_severity"], said["work"]) == ("P3", "P2", "degraded")


def test_the_matrix_marks_the_customers_answers(cast: Cast) -> None:
    shown = severity_matrix(file_ticket(cast.acme.requester, impact=HIGH))
    assert [[(cell.name, here) for cell, here in cells] for _, cells in shown["rows"]] == [
        [("P1", False), ("P2", False), ("P3", False)],
        [("P2", True), ("P3", False), ("P4", False)],
        [("P3", False), ("P3", False), ("P4", False)],
        [("P4", False), ("P4", False), ("P4", False)],
    ]
    low = severity_matrix(file_ticket(cast.acme.requester, impact=LOW))
    assert [here for _, cells in low["rows"] for _, here in cells].count(True) == 1
