"""The desk accepts what Level 1 handed over, by saying so or by working on it, or gives it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as
from customers.models import DeskPerson
from tests.cast import CRITICAL, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.escalations.level1 import at_level_1, give_back, hand_overs, newest, pass_on
from tests.tickets.conftest import everything_about, facts_of
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket

LIST = "/desk/hand-overs/"


def test_the_list_has_what_waits_the_oldest_first(cast: Cast, browse: Browse, clock: Clock) -> None:
    passed = []
    for house in (cast.globex, cast.acme):
        ticket = at_level_1(house.requester)
        pass_on(ticket, house.coordinator)
        passed.append(ticket)
        clock.advance(minutes=5)
    file_ticket(cast.acme.requester, impact=CRITICAL)
    pass_on(ticket := at_level_1(cast.acme.requester), cast.acme.coordinator)
    give_back(ticket, cast.engineer)
    listed = browse(cast.engineer).get(LIST).context["page"].object_list
    assert [given.ticket for given in listed] == passed


def test_accepting_is_written_down_and_told_to_both_sides(cast: Cast, browse: Browse, clock: Clock) -> None:
    given = pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator)
    ticket = given.ticket
    clock.advance(minutes=7)
    answer = browse(cast.engineer).post(f"{LIST}{given.pk}/accept/", {"back": "list"})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    now = newest(ticket)
    assert (now.state, now.accepted_by, now.accepted_at) == (
        "accepted",
        "Desk Engineer",
        START + timedelta(minutes=7),
    )
    for client, address in (
        (browse(cast.acme.requester), f"/c/acme/tickets/{ticket.number}/"),
        (browse(cast.lead), f"/desk/tickets/{ticket.key}/"),
    ):
        assert "accepted the hand-over from Level 1" in client.get(address).content.decode()
    assert list(browse(cast.engineer).get(LIST).context["page"].object_list) == []


def test_the_second_to_accept_reads_who_was_first(cast: Cast, browse: Browse) -> None:
    given = pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator)
    browse(cast.engineer).post(f"{LIST}{given.pk}/accept/")
    before = everything_about(given.ticket)
    answer = browse(cast.lead).post(f"{LIST}{given.pk}/accept/")
    assert answer.status_code == 409
    assert "Desk Engineer accepted this hand-over already." in answer.content.decode()
    assert everything_about(given.ticket) == before
    assert newest(given.ticket).accepted_by == "Desk Engineer"


Work = Callable[[Ticket, DeskPerson, Any], object]
WORK: dict[str, Work] = {
    "takes it": lambda ticket, person, now: tickets.take(
        ticket=ticket, person=person, actor=actor_of(person), at=now
    ),
    "replies": lambda ticket, person, now: tickets.post_reply(
        ticket=ticket, actor=actor_of(person), at=now, body="On it"
    ),
    "holds it": lambda ticket, person, now: tickets.hold(
        ticket=ticket,
        actor=actor_of(person),
        at=now,
        reason=HoldReason.CUSTOMER_REPLY,
        owner="Acme",
        note="Which printer",
    ),
    "restores it": lambda ticket, person, now: tickets.mark_restored(
        ticket=ticket, actor=actor_of(person), at=now
    ),
}
NO_WORK: dict[str, Work] = {
    "writes a note": lambda ticket, person, now: tickets.post_internal_note(
        ticket=ticket, actor=actor_of(person), at=now, body="Hm"
    ),
    "answers automatically": lambda ticket, person, now: tickets.post_reply(
        ticket=ticket, actor=actor_of(person), at=now, body="Received", automatic=True
    ),
}


@pytest.mark.parametrize("how", WORK)
def test_whoever_works_on_it_accepts_it(cast: Cast, how: str) -> None:
    ticket = pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator).ticket
    with acting_as(context_of(cast.engineer)) as now:
        WORK[how](ticket, cast.engineer, now)
    given = newest(ticket)
    assert (given.state, given.accepted_by) == ("accepted", "Desk Engineer")
    assert facts_of(ticket).count("hand_over_accepted") == 1


@pytest.mark.parametrize("how", NO_WORK)
def test_what_is_no_work_accepts_nothing(cast: Cast, how: str) -> None:
    ticket = pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator).ticket
    with acting_as(context_of(cast.engineer)) as now:
        NO_WORK[how](ticket, cast.engineer, now)
    assert newest(ticket).state == "offered"


def test_the_customers_reply_accepts_nothing(cast: Cast) -> None:
    ticket = pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator).ticket
    with acting_as(context_of(cast.acme.lead)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.acme.lead), at=now, body="And?")
    assert newest(ticket).state == "offered"


def test_the_customer_reads_why_it_came_back_and_passes_it_on_again(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    ticket = pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator).ticket
    clock.advance(minutes=20)
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/return/", {"version": fresh(ticket).version, "reason": "Which printer?"}
    )
    assert answer.status_code == 302
    first = newest(ticket)
    assert (first.state, first.returned_by, first.return_reason, first.returned_at) == (
        "returned",
        "Desk Engineer",
        "Which printer?",
        START + timedelta(minutes=20),
    )
    page = browse(cast.acme.coordinator).get("/c/acme/level-1/").content.decode()
    assert "Desk Engineer: Which printer?" in page
    clock.advance(minutes=20)
    pass_on(ticket, cast.acme.coordinator, checked="Printer 7")
    assert [(one.state, one.checked) for one in hand_overs(ticket)] == [
        ("offered", "Printer 7"),
        ("returned", "Restarted it"),
    ]


def test_an_accepted_hand_over_can_still_come_back(cast: Cast) -> None:
    ticket = pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator).ticket
    with acting_as(context_of(cast.engineer)) as now:
        tickets.take(ticket=ticket, person=cast.engineer, actor=actor_of(cast.engineer), at=now)
    give_back(ticket, cast.engineer)
    given = newest(ticket)
    assert (given.state, given.accepted_by, given.returned_by) == (
        "returned",
        "Desk Engineer",
        "Desk Engineer",
    )


def test_what_went_straight_to_the_desk_is_not_accepted(cast: Cast, call: Call) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    answer = call(cast.engineer).post(f"/api/v1/c/acme/tickets/{ticket.number}/accept/")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "This ticket went straight to the desk: there is nothing to accept."
    assert newest(ticket).state == "straight"


def test_the_api_accepts_for_the_desk_alone(cast: Cast, call: Call) -> None:
    ticket = pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator).ticket
    address = f"/api/v1/c/acme/tickets/{ticket.number}/accept/"
    assert call(cast.acme.lead).post(address).status_code == 403
    assert newest(ticket).state == "offered"
    answer = call(cast.engineer).post(address)
    assert (answer.status_code, answer.json()["state"], answer.json()["accepted_by"]) == (
        200,
        "accepted",
        "Desk Engineer",
    )


def test_the_list_asks_the_same_of_five_and_of_ten(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    counts = []
    for _ in range(2):
        for _ in range(5):
            pass_on(at_level_1(cast.acme.requester), cast.acme.coordinator)
        counts.append(_count(client))
    assert counts[0] == counts[1]


def _count(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(LIST).status_code == 200
    return len(queries)
