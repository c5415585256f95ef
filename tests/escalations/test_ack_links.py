"""The link of an alert's mail takes it for exactly its recipient, once; and what follows when nothing is done."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson
from escalations import actions
from escalations.acknowledging_links import AckLink
from escalations.ladder import Target, Trigger
from escalations.models import EscalationCall, State
from notifications.models import Notification
from tests.cast import CRITICAL, START, Cast, actor_of, context_of, file_ticket, fresh
from tests.conftest import Browse, Call, Clock
from tests.escalations.policies import publish, step, terms
from tests.escalations.test_ladders import ENGINEER, LEAD, MANAGER, beat, called, ladders
from tickets import actions as tickets
from tickets.models import Ticket


def link_to(address: str, subject: str = "ACME-1 P1") -> str:
    """Return the path that the latest alert to an address has in it."""
    with acting_as(worker_context()):
        mail = Notification.objects.filter(recipient_email=address, subject__contains=subject).latest("pk")
    return urlsplit(next(word for word in mail.body.split() if "/ack/" in word)).path


def log(ticket: Ticket) -> list[tuple[str, str]]:
    """Return what the log says of the ladder: who, and what kind of fact."""
    with acting_as(worker_context()):
        found = EventRecord.objects.filter(ticket_id=ticket.pk, type__startswith="escalations.").order_by(
            "seq"
        )
        return [(one.actor_name, one.type.partition(".")[2]) for one in found]


@pytest.fixture
def critical(cast: Cast) -> Ticket:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    return ticket


def test_opening_the_link_takes_nothing_and_the_button_takes_it_as_its_recipient(
    critical: Ticket, clock: Clock
) -> None:
    link, nobody = link_to(ENGINEER), Client()
    page = nobody.get(link)
    assert page.status_code == 200
    assert "Acknowledge as Desk Engineer" in page.content.decode()
    nobody.head(link)
    assert [one.state for one in ladders()] == [State.RUNNING]
    clock.advance(minutes=2)
    done = nobody.post(link)
    assert "Recorded as yours, Desk Engineer" in done.content.decode()
    [ladder] = ladders()
    assert (ladder.state, ladder.ended_by, ladder.ended_at) == (
        State.ACKNOWLEDGED,
        "Desk Engineer",
        START + timedelta(minutes=2),
    )
    assert log(critical)[-1] == ("Desk Engineer", "acknowledged")
    clock.advance(minutes=10)
    beat()
    assert called("ACME-1 P1") == {ENGINEER: 1}


def test_a_second_use_says_so_and_changes_nothing(critical: Ticket) -> None:
    link = link_to(ENGINEER)
    Client().post(link)
    before = log(critical)
    again = Client().post(link)
    assert again.status_code == 409
    assert "You acknowledged this already with this link" in again.content.decode()
    assert log(critical) == before


def test_a_colleagues_link_says_who_was_first(critical: Ticket, clock: Clock) -> None:
    clock.advance(minutes=10)
    beat()
    mine, theirs = link_to(LEAD), link_to(ENGINEER)
    Client().post(theirs)
    answer = Client().post(mine)
    assert answer.status_code == 409
    assert "Desk Engineer acknowledged this already" in answer.content.decode()


def test_a_link_is_good_for_a_day(critical: Ticket, clock: Clock) -> None:
    link = link_to(ENGINEER)
    clock.set(START + timedelta(hours=24, seconds=-1))
    assert Client().get(link).status_code == 200
    clock.advance(seconds=1)
    gone = Client().post(link)
    assert gone.status_code == 404
    assert "24 hours" in gone.content.decode()
    assert ladders()[0].state == State.RUNNING


def test_nobody_makes_a_link_and_who_has_left_uses_none(cast: Cast, critical: Ticket) -> None:
    link = link_to(ENGINEER)
    assert Client().post(f"{link[:-3]}xx/").status_code == 404
    [ladder] = ladders()
    made = AckLink(escalation_id=ladder.pk, person_id=cast.manager.pk, rung=0, called_at=START)
    assert Client().post(f"/ack/{made.token()}/").status_code == 404  # signed, but the manager was not called
    with acting_as(worker_context()):
        DeskPerson.objects.filter(pk=cast.engineer.pk).update(is_active=False)
    assert Client().post(link).status_code == 404
    assert ladders()[0].state == State.RUNNING
    with acting_as(worker_context()):
        assert EscalationCall.objects.filter(used_at=None).count() == 1


# --- An acknowledgement that nobody followed up -------------------------------------------------------
@pytest.fixture
def with_timeout(cast: Cast) -> Ticket:
    publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0), step(10, Target.MANAGERS), ack=15))
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    return ticket


def acknowledge(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.lead)) as now:
        actions.acknowledge(ticket=ticket, actor=actor_of(cast.lead), at=now)


def test_the_ladder_goes_on_at_its_next_step_when_nothing_was_done_in_time(
    cast: Cast, clock: Clock, with_timeout: Ticket
) -> None:
    clock.advance(minutes=2)
    acknowledge(cast, with_timeout)
    clock.set(START + timedelta(minutes=17, seconds=-1))
    beat()
    assert called("ACME-1 P1") == {LEAD: 1}
    clock.advance(seconds=4)
    beat()
    beat()
    assert called("ACME-1 P1") == {LEAD: 1, MANAGER: 1}
    assert log(with_timeout) == [
        ("Trusst Support", "step_taken"),
        ("Desk Lead", "acknowledged"),
        ("Trusst Support", "acknowledgement_lapsed"),
        ("Trusst Support", "step_taken"),
    ]
    with acting_as(worker_context()):
        lapsed = EventRecord.objects.get(type="escalations.acknowledgement_lapsed")
    assert lapsed.occurred_at == START + timedelta(minutes=17)  # when it became true
    clock.advance(minutes=1)
    acknowledge(cast, with_timeout)  # at the top: the last rung is taken once more
    clock.advance(minutes=15)
    beat()
    assert called("ACME-1 P1") == {LEAD: 1, MANAGER: 2}


def test_work_on_the_ticket_keeps_the_acknowledgement(cast: Cast, clock: Clock, with_timeout: Ticket) -> None:
    acknowledge(cast, with_timeout)
    clock.advance(minutes=14)
    with acting_as(context_of(cast.lead)) as now:
        tickets.take(ticket=fresh(with_timeout), person=cast.lead, actor=actor_of(cast.lead), at=now)
    clock.advance(minutes=30)
    beat()
    [ladder] = ladders(Trigger.CRITICAL_ARRIVED)
    assert (ladder.state, ladder.ack_until) == (State.ACKNOWLEDGED, None)
    assert called("ACME-1 P1") == {LEAD: 1}


def test_an_answer_by_working_has_no_time_to_run_out(cast: Cast, clock: Clock, with_timeout: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=with_timeout, actor=actor_of(cast.engineer), at=now, body="We are on it")
    assert ladders()[0].ack_until is None


# --- From a program -----------------------------------------------------------------------------------
def test_a_program_lists_what_runs_reads_policies_and_acknowledges(
    cast: Cast, call: Call, with_timeout: Ticket
) -> None:
    client = call(cast.engineer)
    [policy] = client.get("/api/v1/escalation-policies/").json()
    assert (policy["name"], policy["version"], policy["is_on"]) == ("Ours", 1, True)
    assert policy["terms"]["steps"][0]["targets"] == ["leads"]
    [running] = client.get("/api/v1/escalations/").json()["results"]
    assert (running["ticket"], running["policy"], running["severity"]) == ("ACME-1", "Ours/1", "P1")
    assert [one["person"] for one in running["calls"]] == ["Desk Lead"]
    path = f"/api/v1/escalations/{running['id']}/acknowledge/"
    wrong = client.post(path, {"ticket": "ACME-9"}, format="json")
    assert (wrong.status_code, wrong["Content-Type"]) == (422, "application/problem+json")
    done = client.post(path, {"ticket": "ACME-1"}, format="json")
    assert done.json()["state"] == "acknowledged"
    assert done.json()["ack_until"] is not None
    assert client.post(path, {}, format="json").status_code == 422


def test_the_customer_reads_nothing_of_it(cast: Cast, browse: Browse, with_timeout: Ticket) -> None:
    page = browse(cast.acme.requester).get("/c/acme/tickets/1/").content.decode()
    assert "alerted" not in page
    assert "Escalat" not in page
