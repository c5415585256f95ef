"""Somebody takes the matter, or the desk is done with it: nobody further is called."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from core.models import EventRecord
from core.tenancy import SYSTEM, acting_as, worker_context
from escalations import actions
from escalations.access import running_alerts
from escalations.ladder import Trigger
from escalations.models import Escalation, State
from notifications.models import Notification
from tests.cast import CRITICAL, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.core.two_connections import at_once, backend, wait_until_blocked
from tests.escalations.test_ladders import ENGINEER, LEAD, beat, called, ladders
from tickets import actions as tickets
from tickets.models import Ticket

two_connections = pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
Answer = Callable[[Cast, Ticket, Browse], None]


def press_the_button(cast: Cast, ticket: Ticket, browse: Browse) -> None:
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/acknowledge/")
    assert answer.status_code == 302


def reply(cast: Cast, ticket: Ticket, browse: Browse) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are on it.")


def take(cast: Cast, ticket: Ticket, browse: Browse) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.take(ticket=ticket, person=cast.engineer, actor=actor_of(cast.engineer), at=now)


def be_assigned(cast: Cast, ticket: Ticket, browse: Browse) -> None:
    with acting_as(context_of(cast.lead)) as now:
        tickets.assign(ticket=ticket, person=cast.engineer, actor=actor_of(cast.lead), at=now)


def acknowledgements(ticket: Ticket) -> list[tuple[str, str]]:
    with acting_as(worker_context()):
        records = EventRecord.objects.filter(ticket_id=ticket.pk, type="escalations.acknowledged")
        return [(record.actor_name, record.audience) for record in records]


@pytest.mark.parametrize(
    ("answer", "by"),
    [
        (press_the_button, "Desk Engineer"),
        (reply, "Desk Engineer"),
        (take, "Desk Engineer"),
        (be_assigned, "Desk Lead"),
    ],
)
def test_an_answer_stops_the_ladder_and_is_on_the_tickets_log(
    cast: Cast, browse: Browse, clock: Clock, answer: Answer, by: str
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    clock.advance(minutes=5)
    answer(cast, ticket, browse)
    [ladder] = ladders()
    assert (ladder.state, ladder.ended_by, ladder.next_step_at) == (State.ACKNOWLEDGED, by, None)
    assert ladder.ended_at == START + timedelta(minutes=5)
    assert acknowledgements(ticket) == [(by, "desk")]
    clock.advance(minutes=10)
    beat()
    assert called("P1 Critical reached") == {ENGINEER: 1}


def test_acknowledging_twice_is_one_fact(cast: Cast, browse: Browse) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    press_the_button(cast, ticket, browse)
    press_the_button(cast, ticket, browse)
    assert len(acknowledgements(ticket)) == 1


def test_one_answer_takes_every_alert_of_the_ticket(cast: Cast, browse: Browse, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    other = file_ticket(cast.globex.requester, impact=CRITICAL)
    clock.advance(minutes=30, seconds=1)
    beat()
    press_the_button(cast, ticket, browse)
    states = {(ladder.ticket_id, ladder.trigger): ladder.state for ladder in ladders()}
    assert states == {
        (ticket.pk, Trigger.CRITICAL_ARRIVED): State.ACKNOWLEDGED,
        (ticket.pk, Trigger.BREACHED): State.ACKNOWLEDGED,
        (other.pk, Trigger.CRITICAL_ARRIVED): State.RUNNING,
        (other.pk, Trigger.BREACHED): State.RUNNING,
    }


def test_an_automatic_reply_is_no_answer(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We got it.", automatic=True
        )
    assert [ladder.state for ladder in ladders()] == [State.RUNNING]
    assert acknowledgements(ticket) == []


def test_the_customers_reply_is_no_answer(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(context_of(cast.acme.requester)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.acme.requester), at=now, body="Hello?")
    assert [ladder.state for ladder in ladders()] == [State.RUNNING]


def test_an_internal_note_is_no_answer(cast: Cast) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_internal_note(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="Hm.")
    assert [ladder.state for ladder in ladders()] == [State.RUNNING]


def test_taking_the_owner_away_is_no_answer(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.take(ticket=ticket, person=cast.engineer, actor=actor_of(cast.engineer), at=now)
    clock.advance(minutes=30)
    with acting_as(worker_context()):
        actions.start(
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            trigger=Trigger.BREACHED,
            about="First response objective missed",
            began_at=clock.now,
            dedupe_key="breached",
        )
    with acting_as(context_of(cast.lead)) as now:
        tickets.assign(ticket=ticket, person=None, actor=actor_of(cast.lead), at=now)
    assert [ladder.state for ladder in ladders(Trigger.BREACHED)] == [State.RUNNING]


# --- The desk is done with it ------------------------------------------------------------------------
def resolve(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code="fixed")


def give_back(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.return_to_customer(
            ticket=ticket, actor=actor_of(cast.engineer), at=now, reason="Not checked yet."
        )


@pytest.mark.parametrize("end", [resolve, give_back])
@pytest.mark.parametrize("minutes", [1, 25])  # before a further step, and at the top of the ladder
def test_a_finished_or_returned_ticket_ends_its_ladder(
    cast: Cast, clock: Clock, end: Callable[[Cast, Ticket], None], minutes: int
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=minutes)
    beat()
    before = called("P1 Critical reached")
    end(cast, ticket)
    [ladder] = ladders(Trigger.CRITICAL_ARRIVED)
    assert (ladder.state, ladder.ended_by, ladder.ended_at) == (State.FINISHED, "Desk Engineer", clock.now)
    with acting_as(worker_context()):
        assert running_alerts(ticket) == []
    clock.advance(hours=1)
    beat()
    assert called("P1 Critical reached") == before
    assert acknowledgements(ticket) == []  # nobody took it, and the log does not say so


def test_the_sweep_ends_a_ladder_whose_ticket_is_finished(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    with acting_as(worker_context()):
        Ticket.objects.filter(pk=ticket.pk).update(status="resolved")
    beat()
    assert [(ladder.state, ladder.ended_by) for ladder in ladders()] == [(State.FINISHED, SYSTEM.name)]
    assert called() == {}


def test_a_ticket_that_reaches_the_desk_again_is_a_new_matter(cast: Cast, clock: Clock) -> None:
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    give_back(cast, ticket)
    clock.advance(minutes=1)
    with acting_as(context_of(cast.acme.coordinator)) as now:
        tickets.pass_to_desk(ticket=ticket, actor=actor_of(cast.acme.coordinator), at=now)
    assert [ladder.state for ladder in ladders()] == [State.FINISHED, State.RUNNING]


# --- Two at once -------------------------------------------------------------------------------------
@two_connections
def test_two_workers_do_not_call_twice(real_cast: Cast, clock: Clock) -> None:
    file_ticket(real_cast.acme.requester, impact=CRITICAL)
    [ladder] = ladders()
    taken: list[bool] = []
    with acting_as(worker_context()):
        taken.append(actions.advance(escalation_id=ladder.pk))
        assert at_once(lambda: taken.append(actions.advance(escalation_id=ladder.pk))) == []
    taken.append(actions.advance(escalation_id=ladder.pk))
    assert taken == [True, False, False]
    assert called() == {ENGINEER: 1}


@two_connections
def test_many_workers_at_once_call_each_person_once(real_cast: Cast, clock: Clock) -> None:
    for _ in range(3):
        file_ticket(real_cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=10)
    assert at_once(*[beat for _ in range(4)]) == []
    beat()  # whoever found a ticket locked leaves it to the next sweep
    assert called("P1 Critical reached") == {ENGINEER: 3, LEAD: 3}


@two_connections
def test_a_ladder_waits_while_somebody_works_on_its_ticket(real_cast: Cast) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=CRITICAL)
    moved: list[int] = []
    with acting_as(context_of(real_cast.engineer)):
        tickets.lock(ticket)
        assert at_once(lambda: moved.append(actions.advance_due())) == []
    assert moved == [0]
    assert called() == {}


@two_connections
def test_a_reply_and_a_button_at_once_do_not_wait_for_each_other(real_cast: Cast) -> None:
    ticket = file_ticket(real_cast.acme.requester, impact=CRITICAL)
    with acting_as(worker_context()):
        actions.start(
            customer_id=ticket.customer_id,
            ticket_id=ticket.pk,
            trigger=Trigger.BREACHED,
            about="First response objective missed",
            began_at=START,
            dedupe_key="breached",
        )
    locked = threading.Event()

    def answer() -> None:
        with acting_as(context_of(real_cast.engineer)) as now:
            tickets.lock(ticket)
            locked.set()
            wait_until_blocked(backend())  # the button is pressed, and waits for the ticket
            tickets.post_reply(ticket=ticket, actor=actor_of(real_cast.engineer), at=now, body="On it.")

    def press() -> None:
        assert locked.wait(20)
        with acting_as(context_of(real_cast.lead)) as now:
            actions.acknowledge(ticket=ticket, actor=actor_of(real_cast.lead), at=now)

    assert at_once(answer, press) == []
    assert [ladder.ended_by for ladder in ladders()] == ["Desk Engineer", "Desk Engineer"]
    assert len(acknowledgements(ticket)) == 2


@two_connections
def test_a_worker_that_dies_in_a_step_leaves_no_half_of_it(
    real_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_ticket(real_cast.acme.requester, impact=CRITICAL)

    class Killed(BaseException):
        """The end of the process."""

    def die(self: Escalation, **_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Escalation, "save", die)
        with pytest.raises(Killed):
            actions.advance_due()
    with acting_as(worker_context()):
        assert not Notification.objects.filter(audience="desk").exists()
    assert actions.advance_due() == 1
    assert called() == {ENGINEER: 1}
    assert transaction.get_connection().in_atomic_block is False
